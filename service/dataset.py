"""Any RDF files behind the same endpoint: loaded whole before anything listens, without the pages of a release."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from pathlib import Path

import pyoxigraph as ox
from flask import Flask, Response, redirect, request
from werkzeug.middleware.proxy_fix import ProxyFix

from kg.errors import CaretraceError
from service import assets, openapi, operation, querypage, responses, sparql, wording
from service.cache import AnswerCache
from service.catalogue import Catalogue
from service.description import Description
from service.engine import Engine
from service.express import Express
from service.names import PREFIXES
from service.querypage import QueryPages
from service.reader import Reader
from service.settings import Settings

SUFFIXES = ("ttl", "trig", "nt", "nq", "n3", "rdf", "xml", "owl", "jsonld")
NO_PAGES = "urn:caretrace:no-pages:"  # no IRI of the data has a page here


class DataFileError(CaretraceError):
    """A file is missing, of no RDF format, or not well-formed."""


def format_of(path: Path) -> ox.RdfFormat:
    """The format that the suffix names (`.gz` after it stands for compression). Raises DataFileError."""
    name = path.name.lower().removesuffix(".gz")
    suffix = name.rpartition(".")[2] if "." in name else ""
    if suffix not in SUFFIXES:
        raise DataFileError(f"{path}: the suffix names no RDF format. Known: {', '.join('.' + s for s in SUFFIXES)}, "
                            "each also with .gz. Rename or convert the file.")
    return ox.RdfFormat.from_extension("rdf" if suffix == "owl" else suffix)


def load_files(files: list[Path], store_folder: Path, base: str | None = None) -> str:
    """Load `files` into a new store at `store_folder`; returns a digest of their bytes.

    Triples go to the default graph, quads where they say. Relative IRIs are resolved against `base`, or against
    each file's own address. Files are read as they are loaded, never whole into memory. Raises DataFileError with
    file, line and column.
    """
    digest = hashlib.sha256()
    forms = [format_of(path) for path in files]
    try:
        store = ox.Store(str(store_folder))
        for path, form in zip(files, forms):
            _load(store, path, form, base or path.resolve().as_uri(), digest)
        store.flush()
        store.optimize()
    except OSError as error:  # the store's own: no room, too few descriptors
        raise DataFileError(f"The store for the data cannot be written in {store_folder.parent}: {error}. "
                            "Nothing is served.") from None
    return digest.hexdigest()


def _load(store: ox.Store, path: Path, form: ox.RdfFormat, base: str, digest) -> None:
    try:
        with path.open("rb") as file:
            digest.update(os.fstat(file.fileno()).st_size.to_bytes(8, "big"))
            source = _Reading(file, digest)
            packed = path.name.lower().endswith(".gz")
            store.bulk_load(gzip.GzipFile(fileobj=source) if packed else source, format=form, base_iri=base)
    except SyntaxError as error:
        place = f":{error.lineno}:{error.offset}" if error.lineno else ""
        raise DataFileError(f"{path}{place}: {error.msg}. Mend the file and start again.") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataFileError(f"{path}: {getattr(error, 'strerror', None) or error}. Nothing is served.") from None


class _Reading(io.RawIOBase):
    """A file that is digested as it is read."""

    def __init__(self, file, digest):
        self._file, self._digest = file, digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data


def create_data_app(store_folder: Path, digest: str, settings: Settings) -> Flask:
    """The endpoint and its query page over the store at `store_folder`.

    Close `app.extensions["caretrace"]`, the engine, when the app is no longer needed.
    """
    reader = Reader(ox.Store.read_only(str(store_folder)))
    engine = Engine(store_folder, settings)
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.extensions["caretrace"] = engine
    responses.install(app)
    assets.install(app)
    catalogue = Catalogue(reader, NO_PAGES)
    wording.install(app, catalogue, NO_PAGES, release=None, prefixes=PREFIXES)
    pages = QueryPages(reader, settings, catalogue, engine, start="SELECT * { ?s ?p ?o } LIMIT 50", own_examples=False)
    endpoint = sparql.Endpoint(engine, AnswerCache(settings.cache_bytes), settings, digest, pages,
                               Description(settings, digest, reader))
    app.register_blueprint(sparql.blueprint(endpoint))
    app.register_blueprint(openapi.blueprint(settings))
    app.register_blueprint(querypage.blueprint(pages))

    @app.get("/")
    def home() -> Response:
        return redirect(f"{request.script_root}/sparql", 302)

    app.wsgi_app = Express(app.wsgi_app, settings.cache_bytes)
    operation.install(app, engine, settings, {"data": digest}, endpoint.cache)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies,
                                x_prefix=settings.proxies)
    return app
