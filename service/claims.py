"""Lists of claims: which claims touch a thing, and in what role."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from service.claimindex import ClaimIndex, IndexedClaim
from service.reader import Reader

ROLES = {
    "expresses": "Claims that make this point", "heldBy": "Claims held by", "reportedBy": "Claims reported by",
    "restsOn": "Claims that rest on", "citesSource": "Claims that cite", "citesReference": "Claims that cite",
    "kind": "Claims of this kind", "modality": "Claims in this mode", "mentions": "Claims about",
}
ON_PASSAGE = "SELECT ?x ?claim { VALUES ?role { ct:hasPassage ct:hasContext ct:hasAttribution } ?claim ?role ?x }"


def claims_touching(index: ClaimIndex, iri: str) -> dict[str, list[IndexedClaim]]:
    """Role → claims in which `iri` has that role. A claim that also mentions it is listed once."""
    found, seen = index.touching.get(iri, {}), set()
    touching: dict[str, list[IndexedClaim]] = {}
    for role in ROLES:
        lines = [line for line in found.get(role, ()) if line.iri not in seen]
        seen.update(line.iri for line in lines)
        if lines:
            touching[role] = lines
    return touching


def claims_on_passage(reader: Reader, index: ClaimIndex, iri: str) -> list[IndexedClaim]:
    """The claims anchored in a passage, in whatever role."""
    return index.lines(row["claim"].value for row in reader.select(ON_PASSAGE, x=iri))


def by_source(lines: Iterable[IndexedClaim]) -> list[tuple[str, list[IndexedClaim]]]:
    """The lines of each report together."""
    return [(source, list(group)) for source, group in groupby(lines, key=lambda line: line.source)]
