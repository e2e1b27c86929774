"""All claims of a release at a glance: read once, at first use, for search, counts and comparisons."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from kg.names import CT
from service.reader import Reader

CLAIMS = """SELECT ?claim ?statement ?kind ?modality ?source ?section ?order
  { ?claim ct:statement ?statement ; ct:kind ?kind ; ct:modality ?modality ; ct:statedIn ?source .
    OPTIONAL { ?claim ct:inSection ?section } OPTIONAL { ?claim ct:order ?order } }"""
LISTS = """SELECT ?claim ?role ?thing { VALUES ?role { ct:heldBy ct:mentions skos:editorialNote ct:expresses ct:restsOn ct:citesSource }
  ?claim ct:statement ?statement . ?claim ?role ?thing }"""
READ_TWICE = "SELECT ?claim { ?curation oa:hasTarget ?claim ; dcterms:created ?day }"
SOURCES = """SELECT ?source ?issued ?publisher { ?source a ct:Source .
  OPTIONAL { ?source dcterms:issued ?issued } OPTIONAL { ?source dcterms:publisher ?publisher } }"""


@dataclass(frozen=True)
class IndexedClaim:
    """A claim's fields that lists and counts need; `year` is its report's, "" when the record gives none."""

    iri: str
    statement: str
    kind: str
    modality: str
    source: str
    section: str | None
    order: int
    year: str
    reviewed: bool
    holders: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    propositions: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    # How a list of claims (`macros.html`) calls it.
    content = ()


@dataclass(frozen=True)
class Report:
    """A report: its date as printed, its year, and its publisher's IRI (its own where none is recorded)."""

    iri: str
    issued: str
    year: str
    publisher: str


class ClaimIndex:
    """The claims of one release by IRI, in text order, and its reports by date."""

    def __init__(self, reader: Reader):
        self._reader = reader

    @cached_property
    def reports(self) -> dict[str, Report]:
        """IRI → report, the oldest first."""
        found = {}
        for row in self._reader.select(SOURCES):
            issued = row["issued"].value if row["issued"] else ""
            year = re.match(r"\d{4}", issued)
            iri = row["source"].value
            found[iri] = Report(iri, issued, year[0] if year else "", row["publisher"].value if row["publisher"] else iri)
        return dict(sorted(found.items(), key=lambda item: (item[1].issued, item[0])))

    @cached_property
    def claims(self) -> dict[str, IndexedClaim]:
        """IRI → claim, by report and place in it."""
        lists: dict[str, dict[str, list[str]]] = {}
        for row in self._reader.select(LISTS):
            roles = lists.setdefault(row["claim"].value, {})
            roles.setdefault(row["role"].value.rpartition("#")[2].rpartition("/")[2], []).append(row["thing"].value)
        twice = {row["claim"].value for row in self._reader.select(READ_TWICE)}
        found = {row["claim"].value: self._claim(row, lists.get(row["claim"].value, {}), twice)
                 for row in self._reader.select(CLAIMS)}
        return dict(sorted(found.items(), key=lambda item: self.place(item[1])))

    @cached_property
    def _ages(self) -> dict[str, int]:
        return {source: n for n, source in enumerate(self.reports)}

    def place(self, claim: IndexedClaim) -> tuple[int, int, str]:
        """What sorts claims by report, the oldest first, and by their place in it."""
        return self._ages.get(claim.source, len(self._ages)), claim.order, claim.iri

    def _claim(self, row: dict, roles: dict[str, list[str]], twice: set[str]) -> IndexedClaim:
        def of(role: str) -> tuple[str, ...]:
            return tuple(sorted(roles.get(role, ())))
        iri, source = row["claim"].value, row["source"].value
        report = self.reports.get(source)
        return IndexedClaim(
            iri, row["statement"].value, row["kind"].value, row["modality"].value, source,
            row["section"].value if row["section"] else None, int(row["order"].value) if row["order"] else 0,
            report.year if report else "", iri in twice, of("heldBy"), of("mentions"), of("editorialNote"),
            of("expresses"), of("restsOn") + of("citesSource"))

    @cached_property
    def by_report_and_kind(self) -> Counter[tuple[str, str]]:
        """(report, kind) → claims."""
        return Counter((claim.source, claim.kind) for claim in self.claims.values())

    def publisher(self, claim: str) -> str:
        """Who published the report that makes a claim."""
        source = self.claims[claim].source
        return self.reports[source].publisher if source in self.reports else source

    def publishers(self, claims: list[str] | set[str]) -> set[str]:
        """The publishers of the reports that make `claims`."""
        return {self.publisher(claim) for claim in claims if claim in self.claims}


def short_id(iri: str) -> str:
    """A report's id: `source/nt2023` → `nt2023`; a term's local name: `ontology#mitigates` → `mitigates`."""
    return iri.removeprefix(CT).rpartition("/")[2]
