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
from service import (dumps, explaining, howto, linked_data, nanopubs, operation, pages, responses, signposts, sparql, versions,
                     wording)
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
from service.querypage import QueryPages
from service.reader import Reader
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
    store = RemoteStore(settings.store) if settings.store else release.store
    reader = Reader(store)
    catalogue = Catalogue(reader, settings.base)
    texts = find_text or registered_texts(reader, settings.base)

    def allowed_text(source: str) -> str | None:
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        proxied = any(name in request.headers for name in PROXY_HEADERS)
        return texts(source) if settings.may_show_texts(host, proxied) else None

    query_pages = QueryPages(reader, settings, catalogue, Path(release.path).name)
    claims = ClaimIndex(reader)
    views = Views(reader, catalogue, claims, settings, allowed_text, release.statistics,
                  (Path(release.path).name, release.meta.get("made", "")), query_pages.examples)
    engine = RemoteEngine(settings.store, settings) if settings.store else Engine(Path(release.path) / "store", settings)
    app = Flask(__name__, static_url_path="/static")
    app.url_map.strict_slashes = False
    app.extensions["caretrace"] = engine
    responses.install(app)
    wording.install(app, catalogue, settings.base, release=release, release_name=Path(release.path).name, prefixes=PREFIXES)
    endpoint = sparql.Endpoint(engine, AnswerCache(settings.cache_bytes), settings, release.digest, query_pages,
                               Description(settings, release.digest, reader), "/dump/latest/caretrace.nq.gz")
    app.register_blueprint(sparql.blueprint(endpoint))
    app.register_blueprint(dumps.blueprint(Path(release.path), release.digest))
    app.register_blueprint(explaining.blueprint(explaining.Explaining(release.store)))
    app.register_blueprint(howto.blueprint(Path(release.path)))
    app.register_blueprint(versions.blueprint(versions.read(Path(release.path)), views))
    _add_pages(app, views)
    app.register_blueprint(pages.blueprint(pages.Pages(reader, catalogue, claims, settings, allowed_text, query_pages,
                                                       dumps.dump_files(Path(release.path)), _about(release, reader, settings))))
    documents = Documents(reader, settings.base, _context(Path(release.path)))
    published = nanopubs.Nanopubs(store, documents, Path(release.path), settings.base)
    app.jinja_env.globals["nanopub_of"] = published.of
    app.register_blueprint(nanopubs.blueprint(published))
    linked = linked_data.LinkedData(reader, catalogue, documents, views, settings, published)
    app.register_blueprint(linked_data.blueprint(linked))
    app.wsgi_app = Express(app.wsgi_app, settings.cache_bytes)
    operation.install(app, engine, settings, {"release": Path(release.path).name, "quads": len(release.store)})
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies,
                                x_prefix=settings.proxies)
    return app


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
        number = request.args.get("page", "1")
        body = views.browse(folder, int(number) if number.isdigit() and 0 < int(number) < 10**6 else 1)
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
