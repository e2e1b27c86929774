"""The names of everything in a release, read once: labels for links, lists for browsing, near names for a 404."""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass
from functools import cached_property

from kg.names import ONTOLOGY
from kg.nearness import nearest
from service.links import passage_place
from service.reader import Reader

LABELS = """SELECT ?thing ?label { { ?thing rdfs:label|ct:statement ?label }
  UNION { ?thing dcterms:title ?label FILTER NOT EXISTS { ?thing rdfs:label ?other } } }"""
TERMS = "SELECT ?ontology ?thing ?label { GRAPH ?ontology { ?thing rdfs:label ?label } }"
# Parts of texts are reached from their passage or source, not browsed; most of them the engine leaves out itself.
THINGS = """SELECT DISTINCT ?thing { ?thing a ?class
  FILTER(?class NOT IN (ct:Passage, oa:SpecificResource, oa:TextPositionSelector, oa:RangeSelector, oa:TextQuoteSelector)) }"""
PARTS = frozenset(("selector", "text"))
NUMBERED = frozenset(("claim", "curation", "figure", "no-claim", "passage", "section", "reference", "judgement"))  # by place, not by name


@dataclass(frozen=True, order=True)
class Entry:
    """One thing in a list of a folder."""

    label: str
    iri: str


class Catalogue:
    """Labels and folders of one release; everything is read at first use and kept, since a release never changes."""

    def __init__(self, reader: Reader, base: str):
        self._reader, self.base = reader, base

    @cached_property
    def labels(self) -> dict[str, str]:
        """IRI → label, for records and for the ontology's terms."""
        found = {row["thing"].value: row["label"].value for row in self._reader.select(TERMS, ontology=ONTOLOGY)}
        for row in self._reader.select(LABELS):
            known = found.get(row["thing"].value)
            # A short title is the name by which a report is known.
            found[row["thing"].value] = min(filter(None, (known, row["label"].value)), key=len)
        return found

    @cached_property
    def folders(self) -> dict[str, list[Entry]]:
        """Folder → its things by label."""
        found: dict[str, list[Entry]] = {}
        for row in self._reader.select(THINGS):
            iri = row["thing"].value
            folder, slash, _ = iri.removeprefix(self.base).partition("/")
            if slash and iri.startswith(self.base) and folder not in PARTS:
                found.setdefault(folder, []).append(Entry(self.label(iri), iri))
        return {folder: sorted(entries, key=lambda e: (e.label.casefold(), e.iri))
                for folder, entries in sorted(found.items())}

    def label(self, iri: str) -> str:
        """What to call a thing: its label, else the words in its IRI."""
        if place := passage_place(self.base, iri):
            return f"{place[0]}, characters {place[1]} to {place[2]}"
        return self.labels.get(iri) or words_of(iri.removeprefix(self.base))

    def short(self, iri: str) -> str:
        """What to call a thing in a table: a claim by its number, since its label is a sentence; others by label."""
        return iri.removeprefix(self.base).partition("/")[2] if iri.startswith(f"{self.base}claim/") else self.label(iri)

    def near(self, path: str, count: int = 5) -> list[Entry]:
        """Things whose address resembles `path`, the nearest first: of its folder, else of the same name in any other."""
        folder, _, slug = path.partition("/")
        if folder not in self.folders:
            folder = next(iter(nearest(folder, self.folders, 1)), "")
        if found := self._alike(slug, self._slugs(folder), count):
            return found
        elsewhere = {name: entry for other in self.folders if other not in NUMBERED for name, entry in self._slugs(other).items()}
        return self._alike(slug, elsewhere, count, 0.8) if slug else []

    def _slugs(self, folder: str) -> dict[str, Entry]:
        return {entry.iri.removeprefix(f"{self.base}{folder}/"): entry for entry in self.folders.get(folder, ())}

    @staticmethod
    def _alike(slug: str, slugs: dict[str, Entry], count: int, least: float = 0.5) -> list[Entry]:
        close = nearest(slug, slugs, 10 * count, least)
        # A slip stands near the end more often than at the start: what begins alike comes first.
        close.sort(key=lambda match: -len(os.path.commonprefix((match, slug))))
        return [slugs[match] for match in close[:count]]


def words_of(name: str) -> str:
    """`ontology#heldBy` → `held by`, `figure/nt2023-12-007-1` → `figure nt2023-12-007-1`."""
    local = name.rpartition("#")[2]
    if local.startswith(("http://", "https://")):
        local = local.rstrip("/").rpartition("/")[2]
    if "#" in name or local != name:
        local = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()
    return local.replace("/", " ", 1)
