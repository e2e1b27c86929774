"""A competency question with its answer: the query that the release itself holds, run on the release."""

from __future__ import annotations

from dataclasses import dataclass

from service.examples import Example
from service.names import RDFS, SCHEMA, SH
from service.reader import Reader, Term, value, values

MOST_ROWS = 50


@dataclass(frozen=True)
class Answer:
    """A question in words, what it is about, its query, and the first rows of the answer of how many."""

    title: str
    question: str
    keywords: list[str]
    example: Example
    variables: list[str]
    rows: list[dict[str, Term | None]]
    total: int


def answer(reader: Reader, iri: str, examples: list[Example]) -> Answer | None:
    """The question at `iri` with its answer; None when it is no SELECT that the release offers as an example."""
    properties = reader.properties(iri)
    example = next((e for e in examples if e.name == iri.rstrip("/#").replace("#", "/").rpartition("/")[2]), None)
    if example is None or SH + "select" not in properties:
        return None
    # The query is part of the release and was run when it was made: it needs no process of its own.
    rows = reader.select(example.query)
    return Answer(value(properties, RDFS + "label") or example.question, example.question, values(properties, SCHEMA + "keywords"),
                  example, list(rows[0]) if rows else [], rows[:MOST_ROWS], len(rows))
