"""What answers for one release: each part made once, handed the others that it asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox
from flask import Blueprint, request

from kg.names import RULE
from kg.store import in_memory
from kg.texts import Registry, TextVersion
from service import dumps, explaining, functions, howto, linked_data, nanopubs, openapi, pages, querypage, signposts, sparql, versions
from service.cache import AnswerCache
from service.card import dataset_card
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex
from service.description import Description
from service.documents import Documents
from service.engine import Engine
from service.excerpts import FindText
from service.negotiation import JSON_LD
from service.querypage import QueryPages
from service.reader import Reader
from service.remote import RemoteEngine, RemoteStore
from service.reportindex import ReportIndex
from service.settings import Settings
from service.views import Views

DUMP = "/dump/latest/caretrace.nq.gz"  # where a client finds everything, below the service's root
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
    found = [TextVersion(row["source"].value.removeprefix(f"{base}source/"), row["sha256"].value, int(row["length"].value))
             for row in reader.select(VERSIONS)]
    return Registry(found).find


class Parts:
    """The parts of the service for one release; `find_text` gives a source's text or None.

    Raises SettingError when the store that the settings name does not hold the release.
    """

    def __init__(self, release: Release, settings: Settings, find_text: FindText | None):
        self.release, self.settings, self.folder = release, settings, Path(release.path)
        self._nquads = self.folder / "caretrace.nq"
        self.in_memory = not settings.store and self._nquads.stat().st_size <= settings.in_memory_bytes
        self.engine = RemoteEngine(settings.store, settings) if settings.store else \
            Engine(self.folder / "store", settings, self._nquads if self.in_memory else None)
        self.reader = Reader(self._external() if settings.store else release.store)
        self.catalogue = Catalogue(self.reader, settings.base)
        self.claims, self.outlines = ClaimIndex(self.reader), ReportIndex(self.reader)
        self._find_text = find_text or registered_texts(self.reader, settings.base)
        self.documents = Documents(self.reader, settings.base, self._context())
        self.nanopubs = nanopubs.Nanopubs(self.reader, self.documents, self.folder, settings.base)
        self.explained = explaining.Explaining(self.reader)
        self._make_pages()
        if not settings.store:
            self.engine.add_functions(functions.NAMESPACE, lambda words: self.pages.search.index.scores(words))

    def _make_pages(self) -> None:
        self.query_pages = QueryPages(self.reader, self.settings, self.catalogue, self.engine, self.folder.name)
        self.views = Views(self.reader, self.catalogue, self.claims, self.outlines, self.settings, self.text,
                           self.release.statistics, (self.folder.name, self.release.meta.get("made", "")), self.query_pages.examples)
        self.pages = pages.Pages(self.reader, self.catalogue, self.claims, self.outlines, self.settings, self.text,
                                 self.query_pages, dumps.dump_files(self.folder), self.about)
        self.endpoint = sparql.Endpoint(
            self.engine, AnswerCache(self.settings.cache_bytes), self.settings, self.release.digest, self.query_pages,
            Description(self.settings, self.release.digest, self.reader, not self.settings.store), DUMP)

    def blueprints(self) -> list[Blueprint]:
        """The routes of all parts; those of the linked data, which take what is left, at the end."""
        linked = linked_data.LinkedData(self.reader, self.catalogue, self.documents, self.views, self.settings, self.nanopubs)
        return [sparql.blueprint(self.endpoint), querypage.blueprint(self.query_pages),
                dumps.blueprint(self.folder, self.release.digest), explaining.blueprint(self.explained),
                howto.blueprint(self.folder), openapi.blueprint(self.settings),
                versions.blueprint(versions.read(self.folder), self.views), pages.blueprint(self.pages),
                functions.blueprint(not self.settings.store), nanopubs.blueprint(self.nanopubs), linked_data.blueprint(linked)]

    def slow(self) -> list[Callable[[], object]]:
        """What takes long to work out and is kept: first what most pages need."""
        of, claims, catalogue = self.outlines, self.claims, self.catalogue
        return [lambda: claims.touching, lambda: claims.by_section, lambda: claims.lines(()), lambda: catalogue.labels, lambda: catalogue.folders,
                *(partial(part, source) for source in claims.reports for part in
                  (of.outline, of.stretches, of.coverage, of.references, of.evidence, of.figures)),
                lambda: self.pages.search.index, *self.views.slow_parts(), *self.pages.comparisons.slow_parts(),
                lambda: self.explained.lookup, lambda: self.endpoint.description.dataset, self._read_from_memory,
                self._write_rules]

    def text(self, source: str) -> str | None:
        """The text of a source, where the reader of the current request may see it."""
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        proxied = any(name in request.headers for name in PROXY_HEADERS)
        return self._find_text(source) if self.settings.may_show_texts(host, proxied) else None

    def about(self) -> tuple[dict[str, str], dict]:
        """What the start page says of the data set to machines: its Link header, and its schema.org card."""
        files = [(f"/dump/{self.folder.name}/{name}", dumps.media_type(name)) for name, _ in dumps.dump_files(self.folder)]
        links = {"Link": signposts.of_dataset(self.settings.base, request.script_root, files)}
        return links, dataset_card(self.reader, self.settings.base, self.settings.root(request.url_root), self.folder,
                                   self.release.digest, self.release.meta)

    def _write_rules(self) -> None:
        """Write the largest documents, what the rules conclude, in the form that takes longest."""
        for iri in self.reader.graph_names():
            if iri.startswith(RULE):
                self.documents.write(iri, JSON_LD)

    def _read_from_memory(self) -> None:
        """Let pages read from memory, unless that would take too much: each is made in about half the time."""
        if self.in_memory:
            self.reader.store = in_memory(self._nquads)

    def _external(self) -> RemoteStore:
        store = RemoteStore(self.settings.store, default_graph=self.settings.store_default_graph, base=self.settings.base)
        store.check_release(self.release.store)
        return store

    def _context(self) -> dict | None:
        """The JSON-LD context that the release publishes, if it has one."""
        path = self.folder / "context.jsonld"
        return json.loads(path.read_bytes())["@context"] if path.is_file() else None
