"""Reading the store for pages and documents: queries with bound terms, never with pasted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.names import RELEASE_GRAPH
from service.names import DCTERMS, OWL, RDFS, SPARQL_PREFIXES

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = dict[str, Any]


@dataclass(frozen=True)
class Tombstone:
    """What the release says of a thing that was withdrawn."""

    successor: str | None
    date: str
    reason: str


class Reader:
    """The only way from pages to the store; `store` may be replaced by one that holds the same."""

    def __init__(self, store: ox.Store):
        self.store = store

    def select(self, query: str, **bound: str | Term) -> list[Row]:
        """The rows of a SELECT as variable → term (None when unbound).

        Strings in `bound` are IRIs. The engine wants every bound variable in the projection.
        """
        terms = {ox.Variable(name): ox.NamedNode(value) if isinstance(value, str) else value
                 for name, value in bound.items()}
        solutions = self.store.query(SPARQL_PREFIXES + query, substitutions=terms or None)
        names = [variable.value for variable in solutions.variables]
        return [dict(zip(names, solution)) for solution in solutions]

    def properties(self, iri: str) -> dict[str, list[Term]]:
        """Predicate IRI → objects of `iri` in the record (the default graph), in a stable order."""
        found: dict[str, list[Term]] = {}
        for row in self.select("SELECT ?x ?p ?o { ?x ?p ?o }", x=iri):
            found.setdefault(row["p"].value, []).append(row["o"])
        return {predicate: sorted(found[predicate], key=str) for predicate in sorted(found)}

    def record(self, iri: str) -> list[ox.Quad]:
        """The triples of `iri` in the record."""
        return list(self.store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph()))

    def incoming(self, iri: str, limit: int) -> list[ox.Quad]:
        """Up to `limit` triples of the record that point at `iri`."""
        quads = self.store.quads_for_pattern(None, None, ox.NamedNode(iri), ox.DefaultGraph())
        return [quad for _, quad in zip(range(limit), quads)]

    def graph(self, iri: str) -> list[ox.Quad]:
        """The triples of the named graph `iri`."""
        return list(self.store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))

    def elsewhere(self, iri: str) -> list[ox.Quad]:
        """The triples of `iri` as a subject in named graphs."""
        return [quad for quad in self.store.quads_for_pattern(ox.NamedNode(iri), None, None, None)
                if not isinstance(quad.graph_name, ox.DefaultGraph)]

    def tombstone(self, iri: str) -> Tombstone | None:
        """What the release's own graph says of a withdrawn thing, None for any other."""
        try:
            quads = self.store.quads_for_pattern(ox.NamedNode(iri), None, None, ox.NamedNode(RELEASE_GRAPH))
        except ValueError:
            return None
        found = {quad.predicate.value: quad.object.value for quad in quads}
        if found.get(OWL + "deprecated") != "true":
            return None
        return Tombstone(found.get(DCTERMS + "isReplacedBy"), found.get(DCTERMS + "modified", ""), found.get(RDFS + "comment", ""))

    def graph_names(self) -> list[str]:
        """The IRIs of the named graphs, in alphabetical order."""
        return sorted(name.value for name in self.store.named_graphs() if isinstance(name, ox.NamedNode))

    def record_size(self) -> int:
        """How many triples the default graph has."""
        return int(self.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0]["n"].value)

    def exists(self, iri: str) -> bool:
        """Whether the data says anything of `iri`: as a subject, an object or a named graph."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return False
        patterns = ((node, None, None, None), (None, None, None, node), (None, None, node, None))
        return any(next(iter(self.store.quads_for_pattern(*pattern)), None) for pattern in patterns)


def values(properties: dict[str, list[Term]], predicate: str) -> list[str]:
    """The lexical values (of literals) or IRIs of a predicate."""
    return [term.value for term in properties.get(predicate, ())]


def value(properties: dict[str, list[Term]], predicate: str, default: str = "") -> str:
    """The first of `values`, or `default`."""
    return next(iter(values(properties, predicate)), default)
