"""The app factory: one release and its settings in, one Flask app out; nothing is global."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox
from flask import Flask, Response, redirect, request
from werkzeug.middleware.proxy_fix import ProxyFix

from kg.texts import Registry, TextVersion
from service import (assets, dumps, explaining, functions, howto, linked_data, nanopubs, openapi, operation, pages, querypage,
                     responses, signposts, sparql, versions, warming, wording)
from service.cache import AnswerCache
from service.card import dataset_card
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex
from service.documents import Documents
from service.description import Description
from service.engine import Engine
from service.errors import NotFound
from service.express import Express
from service.excerpts import FindText
from service.names import PREFIXES
from service.numbers import read_number
from service.querypage import QueryPages
from service.reader import Reader
from service.reportindex import ReportIndex
from service.remote import RemoteEngine, RemoteStore
from service.settings import Settings
from service.views import Views

PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
VERSIONS = """SELECT ?text ?source ?sha256 ?length
  { ?text a ct:TextVersion ; ct:versionOf ?source ; ct:sha256 ?sha256 ; ct:codePoints ?length }"""


class Release(Protocol):
    """What the service needs of a release (see `kg.store`)."""

    path: Path
    digest: str
    statistics: dict
    meta: dict
    store: ox.Store


def registered_texts(reader: Reader, base: str) -> FindText:
    """Finds the texts that the reader of this machine has registered, by the digests the release records."""
    versions = [TextVersion(row["source"].value.removeprefix(f"{base}source/"), row["sha256"].value,
                            int(row["length"].value)) for row in reader.select(VERSIONS)]
    return Registry(versions).find


def create_app(release: Release, settings: Settings | None = None, find_text: FindText | None = None) -> Flask:
    """The service for one release. `find_text` gives a source's text or None (default: the registered texts).

    Close `app.extensions["caretrace"]`, the engine, when the app is no longer needed.
    """
    settings = settings or Settings()
    store = _external(release, settings) if settings.store else release.store
    reader = Reader(store)
    catalogue = Catalogue(reader, settings.base)
    texts = find_text or registered_texts(reader, settings.base)

    def allowed_text(source: str) -> str | None:
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        proxied = any(name in request.headers for name in PROXY_HEADERS)
        return texts(source) if settings.may_show_texts(host, proxied) else None

    engine = RemoteEngine(settings.store, settings) if settings.store else Engine(Path(release.path) / "store", settings)
    query_pages = QueryPages(reader, settings, catalogue, engine, Path(release.path).name)
    claims, outlines = ClaimIndex(reader), ReportIndex(reader)
    views = Views(reader, catalogue, claims, outlines, settings, allowed_text, release.statistics,
                  (Path(release.path).name, release.meta.get("made", "")), query_pages.examples)
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.extensions["caretrace"] = engine
    responses.install(app)
    assets.install(app)
    wording.install(app, catalogue, settings.base, release=release, release_name=Path(release.path).name, prefixes=PREFIXES)
    endpoint = sparql.Endpoint(engine, AnswerCache(settings.cache_bytes), settings, release.digest, query_pages,
                               Description(settings, release.digest, reader, not settings.store), "/dump/latest/caretrace.nq.gz")
    app.register_blueprint(sparql.blueprint(endpoint))
    app.register_blueprint(querypage.blueprint(query_pages))
    app.register_blueprint(dumps.blueprint(Path(release.path), release.digest))
    explained = explaining.Explaining(store)
    app.register_blueprint(explaining.blueprint(explained))
    app.register_blueprint(howto.blueprint(Path(release.path)))
    app.register_blueprint(openapi.blueprint(settings))
    app.register_blueprint(versions.blueprint(versions.read(Path(release.path)), views))
    _add_pages(app, views)
    site = pages.Pages(reader, catalogue, claims, outlines, settings, allowed_text, query_pages,
                       dumps.dump_files(Path(release.path)), _about(release, reader, settings))
    app.register_blueprint(pages.blueprint(site))
    app.register_blueprint(functions.blueprint(not settings.store))
    if not settings.store:
        engine.add_functions(functions.NAMESPACE, lambda words: site.search.index.scores(words))
    documents = Documents(reader, settings.base, _context(Path(release.path)))
    published = nanopubs.Nanopubs(store, documents, Path(release.path), settings.base)
    app.jinja_env.globals["nanopub_of"] = published.of
    app.register_blueprint(nanopubs.blueprint(published))
    app.register_blueprint(linked_data.blueprint(linked_data.LinkedData(reader, catalogue, documents, views, settings, published)))
    app.wsgi_app = Express(app.wsgi_app, settings.cache_bytes)
    operation.install(app, engine, settings, {"release": Path(release.path).name, "quads": len(release.store)}, endpoint.cache)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies,
                                x_prefix=settings.proxies)
    if settings.warm:
        def page(iri: str) -> str:
            with app.test_request_context("/", base_url=settings.public_url):
                return views.render(iri, 1)
        later = warming.Later(reader, claims, outlines, None if settings.store else documents, (
            lambda: site.search.index, *views.slow_parts(), *site.comparisons.slow_parts(), lambda: explained.lookup), page)
        app.extensions["caretrace.warming"] = warming.start(app, catalogue, claims, later.steps(), lambda: engine.closed)
    return app


def _external(release: Release, settings: Settings) -> RemoteStore:
    """The store that the settings name. Raises SettingError when it does not hold this release."""
    store = RemoteStore(settings.store, default_graph=settings.store_default_graph, base=settings.base)
    store.check_release(release.store)
    return store


def _context(folder: Path) -> dict | None:
    """The JSON-LD context that the release publishes, if it has one."""
    path = folder / "context.jsonld"
    return json.loads(path.read_bytes())["@context"] if path.is_file() else None


def _about(release: Release, reader: Reader, settings: Settings) -> Callable[[], tuple[dict[str, str], dict]]:
    """What the start page says of the data set to machines: its Link header, and its schema.org card."""
    folder = Path(release.path)

    def about() -> tuple[dict[str, str], dict]:
        files = [(f"/dump/{folder.name}/{name}", dumps.media_type(name)) for name, _ in dumps.dump_files(folder)]
        links = {"Link": signposts.of_dataset(settings.base, request.script_root, files)}
        return links, dataset_card(reader, settings.base, settings.root(request.url_root), folder, release.digest, release.meta)

    return about


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
