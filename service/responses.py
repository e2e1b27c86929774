"""How every answer leaves: entity tags, caching, headers against misuse, and errors in one form."""

from __future__ import annotations

import hashlib
import json

from flask import Flask, Request, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from service.errors import EngineFailed, ServiceError
from service import encoding
from service.encoding import plain_tags
from service.negotiation import prefers_html

PAGE_POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
               "frame-ancestors 'none'")
OWN_SCRIPTS = "; script-src 'self'; connect-src 'self'"
REVALIDATE = "public, max-age=60, must-revalidate"
CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "ETag, Link, Location, Content-Location, Retry-After"}


def digest_of(*parts: str | bytes) -> str:
    """A strong entity tag (without quotes) over `parts`, each kept apart from the next."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "big") + data)
    return state.hexdigest()[:32]


def tag(response: Response, etag: str, vary: str = "Accept", cache: str = REVALIDATE) -> Response:
    """`response` with its entity tag and caching headers."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache
    if vary:
        response.headers["Vary"] = vary
    return response


def unchanged(etag: str) -> bool:
    """Whether the client already holds the representation that `etag` names."""
    given = request.if_none_match
    # `*` matches whatever exists; whether a query has an answer is not known before it ran.
    known = plain_tags({*given.as_set(include_weak=True)})
    return request.method in ("GET", "HEAD") and not given.star_tag and etag in known


def respond(body: str | bytes, content_type: str, shared: bool = True, vary: str = "Accept",
            headers: dict[str, str] | None = None) -> Response:
    """A complete 200, or a 304 for a client that holds the same bytes. `shared`: any website may read it."""
    data = body.encode() if isinstance(body, str) else body
    etag = digest_of(content_type, data)
    response = Response(status=304) if unchanged(etag) else Response(data, content_type=content_type)
    response.headers.update(headers or {})
    if shared:
        response.headers.update(CROSS_ORIGIN)
    return tag(response, etag, vary, REVALIDATE if shared else "private, no-cache")


def _problem_response(error: ServiceError, of: Request) -> Response:
    if prefers_html(of.accept_mimetypes):
        response = Response(render_template("problem.html", error=error), content_type="text/html; charset=utf-8")
    else:
        response = Response(json.dumps(error.problem(), ensure_ascii=False), content_type="application/problem+json")
        response.headers.update(CROSS_ORIGIN)
    response.status_code = error.status
    response.headers.update(error.headers)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    return response


def _from_http(error: HTTPException) -> ServiceError:
    """The web framework's own errors in our words."""
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    known = ServiceError(error.description or error.name, headers)
    known.status, known.title = error.code or 500, error.name
    if known.status == 405:
        known.detail = f"{request.method} is not allowed here. Use one of: {headers.get('Allow', 'GET')}."
    return known


def allow_own_scripts() -> None:
    """Let the page that answers the current request run the service's own scripts, and ask the service for data."""
    g.own_scripts = True


def _add_headers(response: Response) -> Response:
    if request.method == "OPTIONS":
        response.headers.update(CROSS_ORIGIN)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY + (OWN_SCRIPTS if g.get("own_scripts") else ""))
    return response


def install(app: Flask, packed_bytes: int = 32 << 20) -> None:
    """Register the error answers and the headers that every response carries."""
    @app.errorhandler(ServiceError)
    def service_error(error: ServiceError) -> Response:
        return _problem_response(error, request)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return error.get_response()
        return _problem_response(_from_http(error), request)

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        app.logger.exception("unforeseen error at %s", request.path)
        return _problem_response(EngineFailed("The service met an error of its own. It is in the service's log; "
                                              "try another page."), request)

    encoding.install(app, packed_bytes)
    app.after_request(_add_headers)  # which Flask calls before the one above
