"""How every answer leaves: entity tags, caching, headers against misuse, and errors in one form."""

from __future__ import annotations

import hashlib
import json
import re

from flask import Flask, Request, Response, g, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import BadHost, HTTPException

from service.errors import Changed, EngineFailed, ServiceError
from service import encoding
from service.encoding import plain_tags
from service.negotiation import prefers_html

PAGE_POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
               "frame-ancestors 'none'")
SAFETY = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "strict-origin-when-cross-origin"), ("X-Frame-Options", "DENY"))
OWN_SCRIPTS = "; script-src 'self'; connect-src 'self'"
REVALIDATE = "public, max-age=60, must-revalidate"
CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Accept-Ranges, Allow, Content-Range, ETag, Link, Location, Retry-After"}
# What a page of another site may send, and for how long a browser need not ask again.
PREFLIGHT = {"Access-Control-Allow-Headers": "Accept, Accept-Language, Cache-Control, Content-Type, If-Match, If-None-Match, "
             "If-Range, Range, User-Agent, X-Requested-With", "Access-Control-Max-Age": "86400"}
ONE_RANGE = re.compile(r"bytes=(?=\d|-\d)(\d{0,18})-(\d{0,18})", re.ASCII)
BAD_HOST = "The Host header names no host or is missing. Send the host of the address that you ask for, such as example.org:8000."


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
    known = plain_tags({etag for etag in given.as_set(include_weak=True) if etag})
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
    if prefers_html(of.accept_mimetypes) and request_ctx.url_adapter:  # without a host no page has an address
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
    headers = {}
    if allowed := getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(allowed))
    if (length := getattr(error, "length", None)) is not None:
        headers["Content-Range"] = f"bytes */{length}"
    details = {400: BAD_HOST, 404: f"There is nothing at {request.path}. The start page leads to all there is.",
               405: f"{request.method} is not allowed here. Use one of: {headers.get('Allow', 'GET')}.",
               416: f"The range {request.headers.get('Range')!r} begins beyond the end, at {length} bytes. Ask for less."}
    known = ServiceError(details.get(error.code, error.description or error.name), headers)
    known.status, known.title = error.code or 500, error.name
    return known


def _check_request() -> None:
    """Raises BadHost for a Host header that names no host or is missing; a Range that is not one plain range is ignored."""
    nowhere = "HTTP_HOST" not in request.environ and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1"  # RFC 9112 section 3.2
    if nowhere or not request.host:
        raise BadHost
    given = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not given or given[1] and given[2] and int(given[1]) > int(given[2]):
        request.environ.pop("HTTP_RANGE", None)  # RFC 9110 section 14.2


def allow_own_scripts() -> None:
    """Let the page that answers the current request run the service's own scripts, and ask the service for data."""
    g.own_scripts = True


def own_scripts_allowed() -> bool:
    """Whether the page that answers the current request may run them."""
    return bool(g.get("own_scripts"))


def _add_headers(response: Response) -> Response:
    if response.status_code == 412:  # the framework sends the whole file with it
        response = _problem_response(Changed("What is here is not what If-Match or If-Unmodified-Since names. Ask without them."), request)
    if request.method == "OPTIONS":
        response.headers.update({**CROSS_ORIGIN, **PREFLIGHT, "Access-Control-Allow-Methods": response.headers.get("Allow", "GET")})
    named = {name.lower() for name, _ in response.headers}
    policy = PAGE_POLICY + (OWN_SCRIPTS if own_scripts_allowed() else "")
    for name, value in (*SAFETY, ("Content-Security-Policy", policy)):
        if name.lower() not in named:
            response.headers.add(name, value)
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

    app.before_request(_check_request)
    encoding.install(app, packed_bytes)
    app.after_request(_add_headers)  # which Flask calls before the one above
