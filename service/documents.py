"""The RDF document of a thing: its record, what belongs to it, and the named graph that it names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import pyoxigraph as ox

from kg.jsonld import Writer
from kg.names import CT
from service.links import passage_place, path_of
from service.names import PREFIXES, RDFS
from service.negotiation import Format
from service.reader import Reader
from service.records import CURATION, JUDGED, selector_iris
from service.worker import write_graph

PARTS = {CT + name for name in ("hasPassage", "hasContext", "hasAttribution", "states", "hasTextVersion")}
MAX_INCOMING = 5000
KEPT = 500
WITH_GRAPHS = frozenset(("TRIG", "N_QUADS", "JSON_LD"))


class Documents:
    """Serialises what the store holds about an IRI."""

    def __init__(self, reader: Reader, base: str, context: dict | None = None):
        self._reader, self.base = reader, base
        self._writer = Writer(context) if context else None
        self.write = lru_cache(KEPT)(self._write)  # a release never changes

    def _write(self, iri: str, form: Format) -> bytes:
        """The document of `iri`. Formats without named graphs hold the record and point at the graph's document."""
        record, graph = self._record(iri), self._reader.graph(iri)
        if not record:  # a denial or a term stands in a named graph only
            graph = graph or self._reader.elsewhere(iri)
        if form.engine_name in WITH_GRAPHS:
            return self.serialise([*record, *graph], form)
        triples = [quad.triple for quad in (record or graph)]
        if record and graph:
            pointer = ox.NamedNode(f"{self.base}{path_of(self.base, iri)}.trig")
            triples.append(ox.Triple(ox.NamedNode(iri), ox.NamedNode(RDFS + "seeAlso"), pointer))
        return write_graph(ox, triples, None, form.engine_name, PREFIXES)

    def serialise(self, quads: Iterable[ox.Quad], form: Format) -> bytes:
        """Quads in a format with named graphs; JSON-LD in the terms of the published context."""
        if form.engine_name == "JSON_LD" and self._writer:
            return self._writer.write(quads)
        return write_graph(ox, quads, None, form.engine_name, PREFIXES)

    def _record(self, iri: str) -> list[ox.Quad]:
        own = self._reader.record(iri)
        if not own:
            return []
        quads = dict.fromkeys(own)
        for part in [quad.object.value for quad in own if quad.predicate.value in PARTS]:
            self._add(quads, part)
        if passage_place(self.base, iri):
            self._add(quads, iri)
        for query, name in ((CURATION, "curation"), (JUDGED, "judgement")):
            for row in self._reader.select(query, claim=iri):
                self._add(quads, row[name].value)
        quads.update(dict.fromkeys(self._reader.incoming(iri, MAX_INCOMING)))
        return list(quads)

    def _add(self, quads: dict[ox.Quad, None], iri: str) -> None:
        """Add the triples of a part and of its selectors."""
        own = self._reader.record(iri)
        quads.update(dict.fromkeys(own))
        for selector in selector_iris(own):
            self._add(quads, selector)
