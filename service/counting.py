"""What each part of a query finds alone and together with those before it: where an answer without rows was lost."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field

from kg.nearness import nearest
from service.engine import Query
from service.errors import ServiceError
from service.patterns import Part, Unreadable, Where, read_where
from service.process import ClientLeft, Left, stays

MOST = 1000  # more than this is as good as many
MOST_PARTS = 12
EACH_S, ALL_S = 1.0, 3.0
STRING = r"(?:\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
LITERAL = re.compile(rf"{STRING}(?:@[A-Za-z0-9-]+|\s*\^\^\s*\S+)?", re.S)
EQUALS = re.compile(rf"([?$]\w+)\s*=\s*({STRING})|({STRING})(?:@[A-Za-z0-9-]+)?\s*=\s*([?$]\w+)", re.S)
MOST_NEAR = 3
MOST_LABELS = 20_000  # to compare with, for names that resemble one


@dataclass(frozen=True)
class Counted:
    """A part of a query and how often it matches: alone, and joined with all parts before it. Counts stop after `MOST`.

    None stands for a count that was not made: a filter means nothing alone, and the time is short. `loses` marks the part
    after which nothing is left of what the parts above it found. `elsewhere` (`graphs`, `record`) says which other side of
    the data holds the pattern; `near` are literals that differ in language tag, type or case alone, else names that
    resemble the one asked for.
    """

    text: str
    alone: int | None
    joined: int | None
    loses: bool = False
    elsewhere: str = ""
    near: list[str] = field(default_factory=list)


class Counter:
    """Counts for one query through `engine`, with strict limits of its own."""

    def __init__(self, engine, base_iri: str, graphs: tuple = (None, None), left: Left = stays, labels: tuple[str, ...] = ()):
        self._engine, self._base, self._graphs, self._left, self._labels = engine, base_iri, graphs, left, labels
        self._until = time.monotonic() + ALL_S

    def count_parts(self, query: str) -> list[Counted]:
        """A line for each part in order, filters last; none when the query cannot be taken apart."""
        try:
            where = read_where(query)
        except (Unreadable, RecursionError):
            return []
        found: list[Counted] = []
        before: int | None = None
        for number, part in enumerate(where.parts[:MOST_PARTS], 1):
            countable = part.kind in ("pattern", "group", "values")
            alone = self._count(where, part.sparql) if countable else None
            joined = 0 if 0 in (alone, before) else self._count(where, _together(where.parts[:number]))
            found.append(self._explained(where, number, part, alone, joined, before != 0))
            before = joined
        return found

    def _explained(self, where: Where, number: int, part: Part, alone: int | None, joined: int | None, some: bool) -> Counted:
        """The line of a part; `some` tells whether anything was left before it."""
        elsewhere, near = "", []
        if alone == 0 and part.kind == "pattern":
            other = part.elsewhere()
            if self._count(where, other.sparql):
                elsewhere = "graphs" if other.graph else "record"
            near = self._near_object(where, part)
        elif joined == 0 and some and part.kind == "filter":
            near = self._near_value(where, _together(where.parts[:number - 1]), part.text)
        return Counted(part.sparql, alone, joined, some and joined == 0 and alone != 0, elsewhere, near)

    def _near_object(self, where: Where, part: Part) -> list[str]:
        """Literals at the pattern's place that say the same but for language tag, type or case."""
        if not part.terms or not LITERAL.fullmatch(part.terms[2]):
            return []
        subject, verb, literal = part.terms
        opened = Part(f"{subject} {verb} ?value_", "pattern", graph=part.graph).sparql
        return self._alike(where, opened, "?value_", literal)

    def _near_value(self, where: Where, body: str, condition: str) -> list[str]:
        """The same for a filter that compares a variable with a string."""
        match = EQUALS.search(condition)
        return self._alike(where, body, match[1] or match[4], match[2] or match[3]) if match else []

    def _alike(self, where: Where, body: str, variable: str, literal: str) -> list[str]:
        same = f"{body} FILTER(LCASE(STR({variable})) = LCASE(STR({literal})))"
        rows = self._rows(f"{where.prologue} SELECT DISTINCT ({variable} AS ?x_) {where.dataset} {{ {same} }} LIMIT {MOST_NEAR}")
        found = [_written(row["x_"]) for row in rows or () if "x_" in row]
        if found or len(self._labels) > MOST_LABELS:
            return found
        text = re.sub(r"^(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')(@[\w-]+|\^\^.*)?$", "", literal, flags=re.S)
        return [json.dumps(label, ensure_ascii=False) for label in nearest(text, self._labels, MOST_NEAR, .8)]

    def _count(self, where: Where, body: str) -> int | None:
        rows = self._rows(f"{where.prologue} SELECT (COUNT(*) AS ?count_) {where.dataset} "
                          f"{{ SELECT * {{ {body} }} LIMIT {MOST + 1} }}")
        return int(rows[0]["count_"]["value"]) if rows else None

    def _rows(self, query: str) -> list[dict] | None:
        """The rows of a SELECT; None when it was refused or time is up."""
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            return None
        try:
            answer = self._engine.run(Query(query, self._base, "JSON", "TURTLE", *self._graphs, min(EACH_S, left_s)), self._left)
        except ClientLeft:
            self._until = 0.0
            return None
        except ServiceError:
            return None
        with answer.body as body:
            return json.load(body)["results"]["bindings"]


def _together(parts: list[Part]) -> str:
    return " . ".join(part.sparql for part in parts)


def _written(term: dict) -> str:
    """A literal as SPARQL writes it."""
    text = json.dumps(term["value"], ensure_ascii=False)
    if language := term.get("xml:lang"):
        return f"{text}@{language}"
    return f"{text}^^<{term['datatype']}>" if term.get("datatype") else text
