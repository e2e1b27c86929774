"""Pairs that claims join, set out for reading: by what is broader, by report, and as small matrices where they meet."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from service.claimindex import ClaimIndex
from service.comparing import Matrix, Pair, matrix
from service.reader import Reader

BROADER = "SELECT ?x ?wider { ?x skos:broader ?wider }"


class Hierarchy:
    """Which things are broader than which, read once."""

    def __init__(self, reader: Reader):
        self._wider: dict[str, list[str]] = {}
        for row in reader.select(BROADER):
            self._wider.setdefault(row["x"].value, []).append(row["wider"].value)

    def above(self, thing: str) -> list[str]:
        """What is broader than a thing, the nearest first, each once."""
        found, waiting = [], [thing]
        while waiting:
            for wider in sorted(self._wider.get(waiting.pop(0), ())):
                if wider not in found and wider != thing:
                    found.append(wider)
                    waiting.append(wider)
        return found

    def top(self, thing: str) -> str:
        """The broadest thing above a thing: the thing itself when nothing is."""
        return (self.above(thing) or [thing])[-1]


@dataclass(frozen=True)
class Family:
    """Things in the rows of a small matrix that belong together, under the name of the one that says most."""

    name: str
    matrix: Matrix


def families(found: list[Pair], hierarchy: Hierarchy) -> list[Family]:
    """The pairs' objects that share a broader thing or a subject, as matrices; what would be one line or column is left out."""
    root: dict[str, str] = {}

    def find(thing: str) -> str:
        while root.setdefault(thing, thing) != thing:
            thing = root[thing]
        return thing
    for pair in found:
        for other in (pair.object, *hierarchy.above(pair.object)):
            root[find(other)] = find("subject " + pair.subject)
    members: dict[str, list[Pair]] = defaultdict(list)
    for pair in found:
        members[find(pair.object)].append(pair)
    blocks = [part for part in members.values() if len({p.object for p in part}) > 1 and len({p.subject for p in part}) > 1]
    return [_family(part, hierarchy) for part in sorted(blocks, key=lambda part: (-len(part), part[0].object))]


def _family(part: list[Pair], hierarchy: Hierarchy) -> Family:
    whole = matrix(part, True, len(part), len(part))
    tops = Counter(hierarchy.top(pair.object) for pair in part)
    name = max(tops, key=lambda top: (tops[top], top))
    rows = sorted(whole.rows, key=lambda row: (row != name, whole.rows.index(row)))
    # Columns in the order of the rows they answer: what belongs together stands on a diagonal.
    columns = sorted(whole.columns, key=lambda column: [n for n, row in enumerate(rows) if (row, column) in whole.cells])
    return Family(name, Matrix(rows, columns, whole.cells, True))


@dataclass(frozen=True)
class Row:
    """A thing and the claims that join something to it, by report (IRI → claims); `depth` counts the shown things above it."""

    thing: str
    depth: int
    claims: dict[str, set[str]]
    publishers: int
    total: int


def by_report(found: list[Pair], index: ClaimIndex, hierarchy: Hierarchy) -> list[Row]:
    """The pairs' objects with their claims by report: the busiest families first, each below what is broader."""
    claims: dict[str, set[str]] = defaultdict(set)
    for pair in found:
        claims[pair.object] |= pair.claims
    size: Counter[str] = Counter()
    for thing, own in claims.items():
        size[hierarchy.top(thing)] += len(own)
    def order(thing: str) -> tuple:
        way = [t for t in reversed(hierarchy.above(thing)) if t in claims] + [thing]
        return -size[hierarchy.top(thing)], hierarchy.top(thing), [(-len(claims[t]), t) for t in way]
    return [Row(thing, sum(above in claims for above in hierarchy.above(thing)), _split(claims[thing], index),
                len(index.publishers(claims[thing])), len(claims[thing])) for thing in sorted(claims, key=order)]


def _split(claims: set[str], index: ClaimIndex) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim in index.claims:
            found[index.claims[claim].source].add(claim)
    return dict(found)


def unanswered(reader: Reader, index: ClaimIndex, rule: str) -> list[tuple[str, int, int]]:
    """The risks that no claim is said to mitigate, as a rule concludes: (risk, claims about it, their publishers), most first."""
    risks = {row["x"].value for row in reader.select("SELECT ?rule ?x { GRAPH ?rule { ?x ct:noMitigationClaimed ?truth } }", rule=rule)}
    about: dict[str, set[str]] = {risk: set() for risk in risks}
    for claim in index.claims.values():
        for thing in risks.intersection(claim.mentions):
            about[thing].add(claim.iri)
    return sorted(((risk, len(claims), len(index.publishers(claims))) for risk, claims in about.items()),
                  key=lambda entry: (-entry[2], -entry[1], entry[0]))
