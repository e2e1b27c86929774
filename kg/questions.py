"""Competency questions: documentation, example and test in one node (`data/queries/*.ttl`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg import names
from kg.errors import Problem

PREFIXES = {
    "ct": names.CT, "dcterms": "http://purl.org/dc/terms/", "oa": "http://www.w3.org/ns/oa#", "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#", "skos": "http://www.w3.org/2004/02/skos/core#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Question:
    """A question in plain words, its SPARQL, and what its answer must hold."""

    id: str
    words: str
    sparql: str
    at_least: int
    expects: tuple[str, ...]  # rows, each `variable=record id` pairs joined by "; "


def read(store: ox.Store) -> list[Question]:
    """The questions that stand in the default graph, by id."""
    rows = store.query("""SELECT ?q ?words ?sparql ?least WHERE {
        ?q a sh:SPARQLExecutable ; rdfs:comment ?words ; sh:select ?sparql ; ct:expectsAtLeast ?least } ORDER BY ?q""", prefixes=PREFIXES)
    expects = ox.NamedNode(names.CT + "expectsRow")
    return [Question(names.path_of(r["q"].value), r["words"].value, r["sparql"].value, int(r["least"].value),
                     tuple(sorted(quad.object.value for quad in store.quads_for_pattern(r["q"], expects, None)))) for r in rows]


def _holds(row: ox.QuerySolution, expected: str) -> bool:
    for pair in expected.split(";"):
        variable, _, value = pair.strip().partition("=")
        term = row[variable]
        if term is None or names.path_of(term.value) != value:
            return False
    return True


def failures(store: ox.Store) -> Iterator[Problem]:
    """Problems for every question whose answer is too short or lacks an expected row."""
    for question in read(store):
        file = f"data/queries/{question.id.split('/')[-1]}.ttl"
        try:
            rows = list(store.query(question.sparql, prefixes=PREFIXES))
        except SyntaxError as error:
            yield Problem(file, 0, question.id, f"is not SPARQL: {error}", "mend the query")
            continue
        if len(rows) < question.at_least:
            yield Problem(file, 0, question.id, f"answers {len(rows)} rows", f"at least {question.at_least} are expected")
        for expected in question.expects:
            if not any(_holds(row, expected) for row in rows):
                yield Problem(file, 0, question.id, f"the answer lacks the row {expected}", "mend the query, the data or the expectation")
