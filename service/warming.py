"""What a release gives once and for all is worked out at the start, in a thread; servers wait for it before they listen.

First comes what most pages need, then each kind of page, last the documents of things that much points at.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import pyoxigraph as ox
from flask import Flask

from kg.names import CT, ONTOLOGY
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex
from service.documents import Documents
from service.negotiation import GRAPHS
from service.reader import Reader
from service.reportindex import ReportIndex

LOG = logging.getLogger("caretrace")
LONGEST_S = 60.0
LARGE = 150  # triples from which on writing a document takes long, in these forms
SLOW_FORMS = frozenset(("JSON_LD", "TRIG", "TURTLE"))
POINTED_AT = f"SELECT ?thing (COUNT(*) AS ?n) {{ ?s ?p ?thing FILTER(isIRI(?thing)) }} GROUP BY ?thing HAVING (COUNT(*) >= {LARGE})"
LARGE_GRAPHS = f"SELECT ?thing (COUNT(*) AS ?n) {{ GRAPH ?thing {{ ?s ?p ?o }} }} GROUP BY ?thing HAVING (COUNT(*) >= {LARGE})"
Step = Callable[[], object]


class Warming:
    """Runs steps in a thread of their own; `ready` is set when the first of them, which most pages need, are done."""

    def __init__(self, first: Iterable[Step], later: Iterable[Step], stopped: Callable[[], bool]):
        self.ready = threading.Event()
        self._first, self._later, self._stopped = first, later, stopped
        self.thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def _run(self) -> None:
        gc.unfreeze()
        self._each(self._first)
        self.ready.set()
        self._each(self._later)
        gc.freeze()  # what stays is not looked through again and again: that would take 50 ms in the midst of a request

    def _each(self, steps: Iterable[Step]) -> None:
        try:
            for step in steps:
                if self._stopped():
                    return
                step()
        except Exception:  # the request that needs it will meet the same and report it
            LOG.warning("warming up stopped half-way", exc_info=True)


def wait_for(app) -> None:
    """Return when `app` is warm, or in any case after a minute: then nobody has to wait for what is worked out once."""
    if warming := getattr(app, "extensions", {}).get("caretrace.warming"):
        warming.thread.join(LONGEST_S)


def start(app: Flask, catalogue: Catalogue, claims: ClaimIndex, later: Iterable[Step], stopped: Callable[[], bool]) -> Warming:
    """Begin with the names of things, the claims and the templates, and go on with `later` until `stopped` says so."""
    names = app.jinja_env.list_templates(["html"])
    warming = Warming([
        lambda: claims.touching, lambda: claims.by_section, lambda: claims.lines(()), lambda: catalogue.labels,
        lambda: catalogue.folders, *(lambda name=name: app.jinja_env.get_template(name) for name in names)], later, stopped)
    warming.thread.start()
    return warming


@dataclass(frozen=True)
class Later:
    """What takes long and few pages need; `documents` is None where they would cost another server its time."""

    reader: Reader
    claims: ClaimIndex
    outlines: ReportIndex
    documents: Documents | None
    others: Iterable[Step]
    page: Callable[[str], object]

    def steps(self) -> Iterator[Step]:
        """What the reports add up, the others, and the pages and documents of what much points at."""
        of = self.outlines
        yield from (partial(part, source) for source in self.claims.reports for part in
                    (of.outline, of.stretches, of.coverage, of.references, of.evidence, of.figures))
        yield from self.others
        if self.documents:
            yield from (partial(self.page, iri) for iri in self.large)
            yield from (partial(self.documents.keep, iri, form) for iri in self.large for form in GRAPHS
                        if form.engine_name in SLOW_FORMS or iri == ONTOLOGY or "/rule/" in iri)

    @cached_property
    def large(self) -> list[str]:
        """The things that much points at, and the large graphs."""
        found = {row["thing"] for query in (LARGE_GRAPHS, POINTED_AT) for row in self.reader.select(query)}
        return sorted(thing.value for thing in found if isinstance(thing, ox.NamedNode) and thing.value.startswith(self.documents.base)
                      and not thing.value.startswith(CT))
