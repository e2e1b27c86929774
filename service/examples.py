"""Example questions: those the release holds as `sh:SPARQLExecutable`, else three that any release answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pyoxigraph as ox

from kg.names import BASE
from service.names import PREFIXES
from service.reader import Reader, Row

EXECUTABLE = """SELECT ?example ?comment ?query { ?example sh:select|sh:ask|sh:construct|sh:describe ?query .
  OPTIONAL { ?example rdfs:comment ?comment } }"""
NUMBERS = frozenset(("integer", "decimal", "double", "float"))
DECLARED = """SELECT ?example ?prefix ?namespace
  { ?example sh:prefixes/sh:declare ?d . ?d sh:prefix ?prefix ; sh:namespace ?namespace }"""


@dataclass(frozen=True)
class Column:
    """A variable of an answer, and what its cells hold, in words."""

    name: str
    holds: str


@dataclass(frozen=True)
class Example:
    """A question in words and in SPARQL; `name` tells it apart in addresses."""

    name: str
    question: str
    query: str
    iri: str = ""  # empty for those that no release holds
    columns: tuple[Column, ...] = ()
    rows: int | None = None  # None: not a table


def with_prefixes(query: str, declared: dict[str, str]) -> str:
    """`query` with a PREFIX line for each prefix that it uses and does not declare itself."""
    own = {name for name in re.findall(r"(?i)\bPREFIX\s+([\w.-]*):", query)}
    used = {name for name in re.findall(r"(?<![\w?$<:/#])([A-Za-z][\w.-]*):(?!//)", query)}
    known = {**PREFIXES, **declared}
    lines = "".join(f"PREFIX {name}: <{known[name]}>\n" for name in sorted(used - own) if name in known)
    return lines + query.strip("\n")


FALLBACK = (
    Example("most-threatened", "What do the reports say is threatened, and by which risks?", with_prefixes("""
SELECT ?claim ?risk ?threatened ?holder WHERE {
  GRAPH ?claim { ?risk ct:threatens ?threatened }
  ?claim ct:heldBy ?holder .
}
LIMIT 100""", {})),
    Example("contradictions", "Which claims contradict each other, and why?", with_prefixes("""
SELECT ?claim ?other ?reason WHERE {
  ?judgement ct:relation <https://w3id.org/caretrace/relation/contradicts> ;
             ct:fromClaim ?claim ; ct:toClaim ?other ; ct:reason ?reason .
}""", {})),
    Example("claims-by-report", "How many claims of each kind does each report make?", with_prefixes("""
SELECT ?report ?kind (COUNT(?claim) AS ?claims) WHERE {
  ?claim ct:statedIn ?report ; ct:kind ?kind .
}
GROUP BY ?report ?kind
ORDER BY ?report DESC(?claims)""", {})),
)


def read_examples(reader: Reader, base: str = BASE) -> list[Example]:
    """The release's own examples by name, or the three that stand in for them."""
    found = []
    for row in reader.select(EXECUTABLE):
        iri = row["example"].value
        name = re.split(r"[/#]", iri.rstrip("/#"))[-1]
        declared = {r["prefix"].value: r["namespace"].value for r in reader.select(DECLARED, example=row["example"])}
        question = re.sub(r"<[^>]+>", "", row["comment"].value) if row["comment"] else name.replace("-", " ")
        found.append(Example(name, question, with_prefixes(row["query"].value, declared), iri))
    examples = sorted(set(found), key=lambda example: example.name) or list(FALLBACK)
    return [_with_shape(reader, example, base) for example in examples]


def _with_shape(reader: Reader, example: Example, base: str) -> Example:
    """The example with the columns and the number of rows that its answer has in this release."""
    if not re.search(r"(?i)\bSELECT\b", example.query):
        return example
    # The query is part of the release and was run when it was made: it needs no process of its own.
    rows = reader.select(example.query)
    columns = tuple(Column(name, _holds(rows, name, base)) for name in rows[0]) if rows else ()
    return replace(example, columns=columns, rows=len(rows))


def _holds(rows: list[Row], name: str, base: str) -> str:
    """What the cells of a column hold: a kind of thing of ours, a link, numbers or text; and whether some are empty."""
    kinds = sorted({_kind(row[name], base) for row in rows if row[name] is not None})
    words = " or ".join(kinds) if len(kinds) < 3 else "mixed"
    return f"{words}, or nothing" if any(row[name] is None for row in rows) else words


def _kind(term, base: str) -> str:
    if isinstance(term, ox.NamedNode):
        folder, slash, _ = term.value.removeprefix(base).partition("/")
        return folder if slash and term.value.startswith(base) else "link"
    if isinstance(term, ox.Literal):
        return "number" if term.datatype.value.rpartition("#")[2] in NUMBERS else "text"
    return "unnamed node"
