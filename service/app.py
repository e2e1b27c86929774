"""The app factory: one release and its settings in, one Flask app out; nothing is global."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from flask import Flask, Response, redirect, request
from werkzeug.middleware.proxy_fix import ProxyFix

from kg.names import ONTOLOGY
from service import assets, operation, responses, warming, wording
from service.errors import NotFound
from service.excerpts import FindText
from service.express import Express
from service.names import PREFIXES
from service.numbers import read_number
from service.parts import Parts, Release
from service.settings import Settings
from service.views import Views

BUSIEST = 24  # things


def create_app(release: Release, settings: Settings | None = None, find_text: FindText | None = None) -> Flask:
    """The service for one release. `find_text` gives a source's text or None (default: the registered texts).

    Close `app.extensions["caretrace"]`, the engine, when the app is no longer needed.
    """
    settings = settings or Settings()
    parts = Parts(release, settings, find_text)
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.extensions["caretrace"] = parts.engine
    responses.install(app)
    assets.install(app)
    wording.install(app, parts.catalogue, settings.base, release=release, release_name=parts.folder.name, prefixes=PREFIXES)
    app.jinja_env.globals["nanopub_of"] = parts.nanopubs.of
    _add_pages(app, parts.views)
    for blueprint in parts.blueprints():
        app.register_blueprint(blueprint)
    app.wsgi_app = Express(app.wsgi_app, settings.cache_bytes)
    operation.install(app, parts.engine, settings, {"release": parts.folder.name, "quads": len(release.store)}, parts.endpoint.cache)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies,
                                x_prefix=settings.proxies)
    if settings.warm:
        steps = chain(parts.slow(), _busiest(app, parts))
        app.extensions["caretrace.warming"] = warming.start(app, steps, lambda: parts.engine.closed)
    return app


def _busiest(app: Flask, parts: Parts) -> Iterator[Callable[[], object]]:
    """Makes the pages that take longest to make, which are kept from then on."""
    def page(iri: str) -> None:
        with app.test_request_context("/", base_url=parts.settings.public_url):
            parts.views.render(iri, 1)
    yield from (partial(page, iri) for iri in (ONTOLOGY, *parts.claims.busiest(BUSIEST)))


def _add_pages(app: Flask, views: Views) -> None:
    def page(body: str) -> Response:
        return responses.respond(body, "text/html; charset=utf-8", shared=False)

    @app.get("/browse")
    @app.get("/browse/<folder>")
    def browse(folder: str | None = None) -> Response:
        body = views.browse(folder, read_number(request.args.get("page"), 1, 10**6))
        if body is None:
            raise NotFound(f"There is no list of {folder}.", near=[
                {"label": name, "iri": f"{request.script_root}/browse/{name}"} for name in views.catalogue.folders])
        return page(body)

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /sparql\nDisallow: /metrics\n", content_type="text/plain; charset=utf-8")

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return redirect(f"{request.script_root}/static/favicon.svg", 302)
