"""Comparisons across reports: who says one thing of another, what two reports share, what happened when."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from kg.names import CT
from service.claimindex import ClaimIndex, IndexedClaim
from service.reader import Reader

PAIRS = "SELECT ?p ?claim ?s ?o { GRAPH ?claim { ?s ?p ?o } ?claim ct:statement ?statement }"
JUDGED = """SELECT ?judgement ?from ?to ?relation ?reason { ?judgement ct:fromClaim ?from ; ct:toClaim ?to ; ct:relation ?relation .
  OPTIONAL { ?judgement ct:reason ?reason } }"""
DATED = "SELECT ?thing ?from ?until { ?thing ct:from ?from OPTIONAL { ?thing ct:until ?until } }"


@dataclass
class Pair:
    """Two things that claims join by one predicate, the claims that do, and how many publishers they come from."""

    subject: str
    object: str
    claims: set[str] = field(default_factory=set)
    publishers: int = 0


def pairs(reader: Reader, index: ClaimIndex, predicate: str) -> list[Pair]:
    """Every pair joined by `predicate` (a local name) in a claim's content; most publishers and most claims first."""
    found: dict[tuple[str, str], Pair] = {}
    for row in reader.select(PAIRS, p=CT + predicate):
        key = row["s"].value, row["o"].value
        found.setdefault(key, Pair(*key)).claims.add(row["claim"].value)
    for pair in found.values():
        pair.publishers = len(index.publishers(pair.claims))
    return sorted(found.values(), key=lambda p: (-p.publishers, -len(p.claims), p.object, p.subject))


@dataclass(frozen=True)
class Matrix:
    """Things in rows and columns and the pairs where they meet; `whole` when no pair was left out."""

    rows: list[str]
    columns: list[str]
    cells: dict[tuple[str, str], Pair]
    whole: bool


def matrix(found: list[Pair], by_object: bool, most_rows: int, most_columns: int) -> Matrix:
    """The part of `found` that says most: the things with most partners, and none that has no partner in it.

    Rows are the objects when `by_object`, else the subjects.
    """
    def ends(pair: Pair) -> tuple[str, str]:
        return (pair.object, pair.subject) if by_object else (pair.subject, pair.object)
    kept = {ends(pair): pair for pair in found}
    columns = _busiest([column for _, column in kept], most_columns)
    kept = {key: pair for key, pair in kept.items() if key[1] in columns}
    rows = _busiest([row for row, _ in kept], most_rows)
    cells = {key: pair for key, pair in kept.items() if key[0] in rows}
    used = [column for column in columns if any(key[1] == column for key in cells)]
    return Matrix(rows, used, cells, len(cells) == len(found))


def _busiest(things: list[str], most: int) -> list[str]:
    return [thing for thing, _ in sorted(Counter(things).items(), key=lambda item: (-item[1], item[0]))[:most]]


@dataclass(frozen=True)
class Judged:
    """A judged relation between claims of two reports."""

    judgement: str
    relation: str
    reason: str
    origin: IndexedClaim
    target: IndexedClaim


@dataclass(frozen=True)
class SideBySide:
    """Two reports: claims by kind, judged relations between them, points both make, and what they speak of."""

    kinds: list[tuple[str, int, int]]
    judged: list[Judged]
    points: list[tuple[str, list[IndexedClaim], list[IndexedClaim]]]
    both: list[tuple[str, int, int]]
    only_left: list[tuple[str, int]]
    only_right: list[tuple[str, int]]


def side_by_side(reader: Reader, index: ClaimIndex, left: str, right: str) -> SideBySide:
    """What two reports (IRIs) have in common and what sets them apart."""
    own = {source: [claim for claim in index.claims.values() if claim.source == source] for source in (left, right)}
    kinds = {source: Counter(claim.kind for claim in claims) for source, claims in own.items()}
    things = {source: Counter(thing for claim in claims for thing in claim.mentions) for source, claims in own.items()}
    judged = [Judged(row["judgement"].value, row["relation"].value, row["reason"].value if row["reason"] else "",
                     index.claims[row["from"].value], index.claims[row["to"].value]) for row in reader.select(JUDGED)
              if row["from"].value in index.claims and row["to"].value in index.claims]
    shared = sorted(things[left].keys() & things[right].keys(), key=lambda t: (-min(things[left][t], things[right][t]), t))
    return SideBySide(
        [(kind, kinds[left][kind], kinds[right][kind]) for kind in sorted(kinds[left].keys() | kinds[right].keys())],
        sorted((j for j in judged if {j.origin.source, j.target.source} == {left, right}), key=lambda j: j.judgement),
        _points(own[left], own[right]), [(thing, things[left][thing], things[right][thing]) for thing in shared],
        *([item for item in things[a].most_common() if item[0] not in things[b]] for a, b in ((left, right), (right, left))))


def _points(left: list[IndexedClaim], right: list[IndexedClaim]) -> list[tuple[str, list, list]]:
    def by_point(claims: list[IndexedClaim]) -> dict[str, list[IndexedClaim]]:
        found: dict[str, list[IndexedClaim]] = {}
        for claim in claims:
            for point in claim.propositions:
                found.setdefault(point, []).append(claim)
        return found
    first, second = by_point(left), by_point(right)
    shared = sorted(first.keys() & second.keys(), key=lambda point: (-len(first[point]) - len(second[point]), point))
    return [(point, first[point], second[point]) for point in shared]


@dataclass(frozen=True)
class Moment:
    """Something at its date: years with a fraction for the month; `claims` counts the claims about it (or in it) by report."""

    iri: str
    date: str
    until: str
    start: float
    end: float | None
    is_report: bool
    claims: dict[str, int]


def year_of(date: str) -> float | None:
    """`2022-07` → 2022.5: the year with the months that had passed; None when it is no date."""
    match = re.match(r"(\d{4})(?:-(\d\d))?", date)
    return int(match[1]) + (int(match[2] or 1) - 1) / 12 if match else None


def moments(reader: Reader, index: ClaimIndex) -> list[Moment]:
    """The dated things and the reports, the earliest first."""
    about: dict[str, Counter[str]] = {}
    for claim in index.claims.values():
        for thing in claim.mentions:
            about.setdefault(thing, Counter())[claim.source] += 1
    totals = Counter(claim.source for claim in index.claims.values())
    found = [Moment(iri, report.issued, "", year_of(report.issued), None, True, {iri: totals[iri]})
             for iri, report in index.reports.items() if year_of(report.issued)]
    for row in reader.select(DATED):
        start, until = row["from"].value, row["until"].value if row["until"] else ""
        iri = row["thing"].value
        if year_of(start):
            found.append(Moment(iri, start, until, year_of(start), year_of(until), False, dict(about.get(iri, {}))))
    return sorted(found, key=lambda moment: (moment.start, moment.is_report, moment.iri))


def said_of(index: ClaimIndex, things: set[str]) -> dict[str, dict[str, list[IndexedClaim]]]:
    """Thing → report → the claims about it, in text order."""
    found: dict[str, dict[str, list[IndexedClaim]]] = {}
    for claim in index.claims.values():
        for thing in things.intersection(claim.mentions):
            found.setdefault(thing, {}).setdefault(claim.source, []).append(claim)
    return found


def most_spoken_of(index: ClaimIndex, most: int) -> dict[str, list[tuple[str, int]]]:
    """Report → the things that most of its claims speak of, with the number of claims; what stands for nobody named is none."""
    counts: dict[str, Counter[str]] = {}
    for claim in index.claims.values():
        counts.setdefault(claim.source, Counter()).update(thing for thing in claim.mentions if not thing.endswith("/unspecified"))
    return {source: sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most] for source, found in counts.items()}
