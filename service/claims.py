"""Lists of claims: which claims touch a thing, in what role, and what each says about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from kg.names import CT
from service.claimindex import ClaimIndex, IndexedClaim
from service.reader import Reader, Row

# Every pattern starts at the bound thing ?x, which the engine's indexes find at once.
FIELDS = """?claim ct:statement ?statement ; ct:kind ?kind ; ct:modality ?modality ; ct:statedIn ?source .
  OPTIONAL { ?claim ct:heldBy ?holder } OPTIONAL { ?claim ct:inSection ?section } OPTIONAL { ?claim ct:order ?order }"""
ROLES = {
    "expresses": "Claims that make this point", "heldBy": "Claims held by", "reportedBy": "Claims reported by",
    "restsOn": "Claims that rest on", "citesSource": "Claims that cite", "citesReference": "Claims that cite",
    "kind": "Claims of this kind", "modality": "Claims in this mode", "mentions": "Claims about",
}
TOUCHING = "SELECT ?x ?claim ?role { VALUES ?role { " + " ".join(f"ct:{role}" for role in ROLES) + " } ?claim ?role ?x }"
IN_SECTION = ("SELECT ?x ?claim ?statement ?kind ?modality ?source ?holder ?section ?order "
              "{ ?claim ct:inSection ?x . ?claim a ct:Claim . " + FIELDS + " }")
ON_PASSAGE = ("SELECT ?x ?claim ?role ?statement ?kind ?modality ?source ?holder ?section ?order { VALUES ?role "
              "{ ct:hasPassage ct:hasContext ct:hasAttribution } ?claim ?role ?x . " + FIELDS + " }")
ONE = ("SELECT ?claim ?statement ?kind ?modality ?source ?holder ?section ?order { " + FIELDS + " }")


@dataclass
class ClaimLine:
    """A claim as a line of a list."""

    iri: str
    statement: str
    kind: str
    modality: str
    source: str
    section: str | None
    order: int
    holders: list[str] = field(default_factory=list)
    content: list[tuple[str, str, str, bool]] = field(default_factory=list)


def _lines(rows: list[Row]) -> list[ClaimLine]:
    """One line a claim, in text order; several holders of one claim come in several rows."""
    lines: dict[str, ClaimLine] = {}
    for row in rows:
        iri = row["claim"].value
        line = lines.get(iri)
        if line is None:
            line = lines[iri] = ClaimLine(
                iri, row["statement"].value, row["kind"].value, row["modality"].value, row["source"].value,
                row["section"].value if row["section"] else None, int(row["order"].value) if row["order"] else 0)
        if row["holder"] and row["holder"].value not in line.holders:
            line.holders.append(row["holder"].value)
    return sorted(lines.values(), key=lambda line: (line.source, line.order, line.iri))


def claims_touching(reader: Reader, index: ClaimIndex, iri: str) -> dict[str, list[ClaimLine]]:
    """Role → claims in which `iri` has that role, by report and place. A claim that also mentions it is listed once."""
    found: dict[str, set[str]] = {}
    for row in reader.select(TOUCHING, x=iri):
        found.setdefault(row["role"].value.removeprefix(CT), set()).add(row["claim"].value)
    seen: set[str] = set()
    touching: dict[str, list[ClaimLine]] = {}
    for role in ROLES:
        claims = [index.claims[claim] for claim in found.get(role, set()) - seen if claim in index.claims]
        seen.update(claim.iri for claim in claims)
        if claims:
            touching[role] = [_line(claim) for claim in sorted(claims, key=index.place)]
    return touching


def _line(claim: IndexedClaim) -> ClaimLine:
    return ClaimLine(claim.iri, claim.statement, claim.kind, claim.modality, claim.source, claim.section, claim.order, list(claim.holders))


def claims_in_section(reader: Reader, iri: str) -> list[ClaimLine]:
    """The claims that begin in a section, in text order."""
    return _lines(reader.select(IN_SECTION, x=iri))


def claims_on_passage(reader: Reader, iri: str) -> list[ClaimLine]:
    """The claims anchored in a passage, in whatever role."""
    return _lines(reader.select(ON_PASSAGE, x=iri))


def claim_lines(reader: Reader, iris: list[str]) -> list[ClaimLine]:
    """Lines for given claims, in text order; what is no claim is left out."""
    return _lines([row for iri in iris for row in reader.select(ONE, claim=iri)])


def by_source(lines: list[ClaimLine]) -> list[tuple[str, list[ClaimLine]]]:
    """The lines of each report together."""
    return [(source, list(group)) for source, group in groupby(lines, key=lambda line: line.source)]
