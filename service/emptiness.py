"""Why a query found nothing: which of its terms this release does not have, and which stand only where it did not look."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from kg.names import CT
from kg.nearness import nearest
from service.catalogue import Catalogue, Entry
from service.names import PREFIXES
from service.reader import Reader
from service.syntax import tokens

ABSOLUTE = re.compile(r"<([a-z][a-z0-9+.-]*:.*)>", re.I | re.S)
IN_RECORD = "SELECT ?x (COUNT(*) AS ?count) { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x } } GROUP BY ?x"
IN_GRAPHS = "SELECT ?x (COUNT(*) AS ?count) { GRAPH ?g { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x } } ?g ct:statement ?t } GROUP BY ?x"
MOST_TERMS = 20


@dataclass(frozen=True)
class Term:
    """A term of a query, as written, with how many triples of the record and of claims' graphs hold it, and near names."""

    written: str
    iri: str
    record: int
    content: int
    near: list[Entry]


def terms_of(query: str) -> list[tuple[str, str]]:
    """(as written, IRI) of each IRI and prefixed name in a query, in order, each once; not its prologue's, and no function that searches."""
    declared, found = dict(PREFIXES), {}
    read = tokens(query)
    for kind, text in read:
        if kind == "word" and text.upper() == "BASE":
            next(read, None)
        elif kind == "word" and text.upper() == "PREFIX":
            (_, name), (_, iri) = next(read, ("", ":")), next(read, ("", "<>"))
            declared[name.removesuffix(":")] = iri[1:-1]
        elif kind == "iri" and (absolute := ABSOLUTE.fullmatch(text)):
            found[text] = absolute[1]
        elif kind == "name":
            prefix, _, local = text.partition(":")
            if local and prefix in declared:
                found[text] = declared[prefix] + local.replace("\\", "")
    return [(written, iri) for written, iri in found.items() if not iri.startswith(PREFIXES["ctf"])][:MOST_TERMS]


def explain_emptiness(reader: Reader, catalogue: Catalogue, query: str, known: Collection[str] = ()) -> list[Term]:
    """What the release holds of each term of a query that found nothing; `known` are its classes and properties."""
    def count(asked: str, iri: str) -> int:
        try:
            rows = reader.select(asked, x=iri)
        except ValueError:  # no IRI after all
            return 0
        return int(rows[0]["count"].value) if rows else 0
    terms = []
    for written, iri in terms_of(query):
        record, content = count(IN_RECORD, iri), count(IN_GRAPHS, iri)
        near = [] if record or content else alike(catalogue, iri) or resembling(catalogue, known, iri)
        terms.append(Term(written, iri, record, content, near))
    return terms


def resembling(catalogue: Catalogue, known: Collection[str], iri: str) -> list[Entry]:
    """Classes and properties whose whole IRI resembles `iri`: a slip in the name, or in the namespace of a prefix."""
    return [Entry(catalogue.label(near), near) for near in nearest(iri, known, 3, 0.85)]


def alike(catalogue: Catalogue, iri: str) -> list[Entry]:
    """Known things or terms whose IRI resembles `iri`."""
    if not iri.startswith(catalogue.base):
        return []
    if not iri.startswith(CT):
        return catalogue.near(iri.removeprefix(catalogue.base), 3)
    local = {known.removeprefix(CT): known for known in catalogue.labels if known.startswith(CT)}
    return [Entry(catalogue.label(local[name]), local[name]) for name in nearest(iri.removeprefix(CT), local, 3)]
