"""All claims of a release at a glance: read once, at first use, for lists, search, counts and comparisons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kg.names import CT
from service.names import SKOS
from service.reader import Reader

PART = "SELECT ?p ?claim ?thing { ?claim ?p ?thing }"
ONE_EACH = ("statement", "kind", "modality", "statedIn")  # what makes a claim
AT_MOST_ONE = ("inSection", "order")
MANY = ("heldBy", "reportedBy", "mentions", "expresses", "restsOn", "citesSource", "citesReference")
READ_TWICE = "SELECT ?claim { ?curation oa:hasTarget ?claim ; dcterms:created ?day }"
SOURCES = """SELECT ?source ?issued ?publisher { ?source a ct:Source .
  OPTIONAL { ?source dcterms:issued ?issued } OPTIONAL { ?source dcterms:publisher ?publisher } }"""


@dataclass(frozen=True)
class IndexedClaim:
    """A claim's fields that lists and counts need; `year` is its report's, "" when the record gives none.

    `content` is empty but on a thing's page, where a line shows the triples (and whether they are denied) about it.
    """

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
    rests_on: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    content: tuple[tuple[str, str, str, bool], ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """What it rests on and what it cites."""
        return self.rests_on + self.works


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
        # A query for each property is answered twice as fast as one that joins them all.
        parts = {name: self._part(CT + name) for name in (*ONE_EACH, *AT_MOST_ONE, *MANY)}
        parts["editorialNote"] = self._part(SKOS + "editorialNote")
        twice = {row["claim"].value for row in self._reader.select(READ_TWICE)}
        found = {iri: self._claim(iri, parts, iri in twice) for iri in parts["statement"]
                 if all(iri in parts[name] for name in ONE_EACH)}
        dates = list(self.reports)
        return dict(sorted(found.items(), key=lambda item: (
            dates.index(item[1].source) if item[1].source in self.reports else len(dates), item[1].source, item[1].order, item[0])))

    def _part(self, predicate: str) -> dict[str, list[str]]:
        """Subject → the values or IRIs of a property."""
        found: dict[str, list[str]] = {}
        for row in self._reader.select(PART, p=predicate):
            if hasattr(row["claim"], "value"):
                found.setdefault(row["claim"].value, []).append(getattr(row["thing"], "value", ""))
        return found

    def _claim(self, iri: str, parts: dict[str, dict[str, list[str]]], reviewed: bool) -> IndexedClaim:
        def of(name: str) -> tuple[str, ...]:
            return tuple(sorted(parts[name].get(iri, ())))
        statement, kind, modality, source = (of(name)[0] for name in ONE_EACH)
        section, order = (next(iter(of(name)), None) for name in AT_MOST_ONE)
        report = self.reports.get(source)
        return IndexedClaim(
            iri, statement, kind, modality, source, section, int(order or 0), report.year if report else "", reviewed, of("heldBy"), of("mentions"), of("editorialNote"),
            of("expresses"), of("restsOn"), of("citesSource"), of("reportedBy"), of("citesReference"))

    @cached_property
    def by_section(self) -> dict[str, list[IndexedClaim]]:
        """Section → the claims that begin in it, in text order."""
        found: dict[str, list[IndexedClaim]] = {}
        for claim in self.claims.values():
            found.setdefault(claim.section or "", []).append(claim)
        return found

    @cached_property
    def touching(self) -> dict[str, dict[str, list[IndexedClaim]]]:
        """Thing → role → the claims in which it has that role, by report and place in it."""
        found: dict[str, dict[str, list[IndexedClaim]]] = {}
        for claim in self.claims.values():
            for role, things in claim_roles(claim).items():
                for thing in things:
                    found.setdefault(thing, {}).setdefault(role, []).append(claim)
        return found

    def busiest(self, most: int) -> list[str]:
        """The things that most claims are about, up to `most` of them."""
        return sorted(self.touching, key=lambda thing: (-sum(map(len, self.touching[thing].values())), thing))[:most]

    def lines(self, iris: Iterable[str]) -> list[IndexedClaim]:
        """The claims among `iris`, each once, by report and place in it."""
        wanted = {iri for iri in iris if iri in self.claims}
        return sorted(map(self.claims.__getitem__, wanted), key=lambda claim: self._places[claim.iri])

    def beside(self, iri: str) -> tuple[IndexedClaim | None, IndexedClaim | None]:
        """The claims right before and after one in its report, None where there is none."""
        place = self._places.get(iri)
        if place is None:
            return None, None
        around = [self._in_order[n] if 0 <= n < len(self._in_order) else None for n in (place - 1, place + 1)]
        return tuple(other if other and other.source == self.claims[iri].source else None for other in around)

    @cached_property
    def _in_order(self) -> list[IndexedClaim]:
        return list(self.claims.values())

    @cached_property
    def _places(self) -> dict[str, int]:
        return {iri: place for place, iri in enumerate(self.claims)}

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


def claim_roles(claim: IndexedClaim) -> dict[str, tuple[str, ...]]:
    """Role (a property's local name) → the things that have it in a claim."""
    return {"expresses": claim.propositions, "heldBy": claim.holders, "reportedBy": claim.reporters, "restsOn": claim.rests_on,
            "citesSource": claim.works, "citesReference": claim.references, "kind": (claim.kind,), "modality": (claim.modality,),
            "mentions": claim.mentions}


def short_id(iri: str) -> str:
    """A report's id: `source/nt2023` → `nt2023`; a term's local name: `ontology#mitigates` → `mitigates`."""
    return iri.removeprefix(CT).rpartition("/")[2]
