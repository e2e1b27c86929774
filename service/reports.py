"""What a report's page shows: its outline with claims, how much of it the claims cover, and its references."""

from __future__ import annotations

from dataclasses import dataclass

from kg.names import CT
from service.reader import Reader
from service.records import figures_of

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


CITED = "SELECT ?source ?reference ?claim { ?reference ct:listedIn ?source . ?claim ct:citesReference ?reference }"
EVIDENCE = "SELECT ?source ?evidence { ?evidence ct:evidenceIn ?source }"
RESTING = """SELECT ?source ?evidence (COUNT(?claim) AS ?count)
  { ?claim ct:statedIn ?source ; ct:restsOn ?evidence } GROUP BY ?source ?evidence"""
FIGURES = """SELECT ?source ?claim ?figure ?section { ?claim ct:statedIn ?source ; ct:states ?figure .
  OPTIONAL { ?claim ct:inSection ?section } OPTIONAL { ?claim ct:order ?order } } ORDER BY ?order ?figure"""


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
    figures: int = 0


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
    for row in reader.select(FIGURES, source=source):
        if row["section"] and row["section"].value in sections:
            sections[row["section"].value].figures += 1
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
    """The report's own reference list, in the order of its printed markers, with the claims each supports."""
    claims: dict[str, list[str]] = {}
    for row in reader.select(CITED, source=source):
        claims.setdefault(row["reference"].value, []).append(row["claim"].value)
    rows = reader.select(REFERENCES, source=source)
    found = [{"iri": row["reference"].value, "label": row["label"].value if row["label"] else "",
              "work": row["work"].value if row["work"] else None,
              "claims": sorted(claims.get(row["reference"].value, ()))} for row in rows]
    def place(entry: dict) -> tuple:
        number = entry["iri"].rpartition("-")[2]
        return (not number.isdigit(), int(number) if number.isdigit() else 0, entry["iri"])
    return sorted(found, key=place)




def evidence(reader: Reader, source: str) -> list[tuple[str, int]]:
    """What the report's claims rest on, and how many do; evidence of its own that no claim rests on counts none."""
    counts = {row["evidence"].value: int(row["count"].value) for row in reader.select(RESTING, source=source) if row["evidence"]}
    for row in reader.select(EVIDENCE, source=source):
        counts.setdefault(row["evidence"].value, 0)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def stated_figures(reader: Reader, source: str) -> list[tuple[str, dict]]:
    """(claim, figure) for each figure of the report, in text order."""
    term = CT + "states"
    return [(row["claim"].value, figure) for row in reader.select(FIGURES, source=source)
            for figure in figures_of(reader, {term: [row["figure"]]})]
