"""What a report's page shows: its outline with claims, how much of it the claims cover, and its references."""

from __future__ import annotations

from dataclasses import dataclass

from service.reader import Reader

SECTIONS = """SELECT ?source ?section ?title ?number ?start ?end ?parent ?curated
  { ?section ct:sectionOf ?source . OPTIONAL { ?section dcterms:title ?title } OPTIONAL { ?section ct:number ?number }
    OPTIONAL { ?section ct:start ?start ; ct:end ?end } OPTIONAL { ?section ct:partOfSection ?parent }
    OPTIONAL { ?section ct:curated ?curated } }"""
CLAIMS = """SELECT ?source ?section (COUNT(?claim) AS ?count)
  { ?claim ct:statedIn ?source ; ct:inSection ?section ; a ct:Claim } GROUP BY ?source ?section"""
SPANS = """SELECT ?source ?start ?end { ?thing ct:statedIn ?source .
  ?thing ct:hasPassage|ct:hasContext|ct:hasAttribution ?passage . ?passage ct:start ?start ; ct:end ?end }"""
REFERENCES = """SELECT ?source ?reference ?label ?work { ?reference ct:listedIn ?source .
  OPTIONAL { ?reference rdfs:label ?label } OPTIONAL { ?reference ct:refersTo ?work } }"""


@dataclass
class Section:
    """A line of the outline; offsets in code points, `depth` 0 for a top section."""

    iri: str
    title: str
    start: int
    end: int
    curated: bool
    parent: str | None = None
    depth: int = 0
    claims: int = 0


def outline(reader: Reader, source: str) -> list[Section]:
    """The sections of a report in text order, with how many claims begin in each."""
    parents: dict[str, str | None] = {}
    sections: dict[str, Section] = {}
    for row in reader.select(SECTIONS, source=source):
        iri = row["section"].value
        parents[iri] = row["parent"].value if row["parent"] else None
        start, end = (int(row[name].value) if row[name] else 0 for name in ("start", "end"))
        title = row["title"].value if row["title"] else iri.rpartition("/")[2]
        curated = row["curated"] is None or row["curated"].value in ("true", "1")
        sections[iri] = Section(iri, title, start, end, curated, parents[iri])
    for row in reader.select(CLAIMS, source=source):
        if row["section"] and row["section"].value in sections:
            sections[row["section"].value].claims = int(row["count"].value)
    for iri, section in sections.items():
        section.depth = _depth(iri, parents)
    return sorted(sections.values(), key=lambda section: (section.start, section.depth, section.iri))


def _depth(iri: str, parents: dict[str, str | None]) -> int:
    depth, seen = 0, {iri}
    while (parent := parents.get(iri)) and parent not in seen:
        iri, depth = parent, depth + 1
        seen.add(iri)
    return depth


def coverage(reader: Reader, source: str, sections: list[Section]) -> tuple[int, int]:
    """How many characters of the curated sections lie in a claim's passage or in a span that claims nothing, of how many."""
    spans = [(int(row["start"].value), int(row["end"].value)) for row in reader.select(SPANS, source=source)]
    curated = _merge([(section.start, section.end) for section in sections if section.curated])
    touched = _merge(spans)
    shared = sum(max(0, min(end, e) - max(start, s)) for start, end in curated for s, e in touched)
    return shared, sum(end - start for start, end in curated)


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def references(reader: Reader, source: str) -> list[dict]:
    """The report's own reference list, in the order of its printed markers."""
    rows = reader.select(REFERENCES, source=source)
    found = [{"iri": row["reference"].value, "label": row["label"].value if row["label"] else "",
              "work": row["work"].value if row["work"] else None} for row in rows]
    def place(entry: dict) -> tuple:
        number = entry["iri"].rpartition("-")[2]
        return (not number.isdigit(), int(number) if number.isdigit() else 0, entry["iri"])
    return sorted(found, key=place)


