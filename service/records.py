"""What a claim's page shows: the claim, where it stands, who says it, on what evidence, and what bears on it."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from kg.names import CT, path_of as record_id
from service.amounts import amount_in_words
from service.claimindex import ClaimIndex, IndexedClaim
from service.excerpts import Excerpt, FindText, excerpt, neighbours
from service.links import passage_place, text_fragment
from service.names import DCTERMS, OA, OWL, RDF, SCHEMA, SKOS
from service.reader import Reader, Term, value, values

PASSAGE_ROLES = {"hasPassage": "passage", "hasContext": "context", "hasAttribution": "attribution"}
SAME_POINT = "SELECT ?claim ?proposition ?other { ?claim ct:expresses ?proposition . ?other ct:expresses ?proposition }"
JUDGED = """SELECT ?claim ?judgement ?relation ?other ?reason ?confidence ?judge ?from
  { { ?judgement ct:fromClaim ?claim ; ct:toClaim ?other . BIND("claim" AS ?from) }
    UNION { ?judgement ct:toClaim ?claim ; ct:fromClaim ?other . BIND("other" AS ?from) }
    ?judgement ct:relation ?relation .
    OPTIONAL { ?judgement ct:reason ?reason } OPTIONAL { ?judgement ct:confidence ?confidence }
    OPTIONAL { ?judgement ct:judgedBy ?judge } }"""
CURATION = "SELECT ?claim ?curation { ?curation oa:hasTarget ?claim }"
SOURCE_OF_TEXT = "SELECT ?text ?source { ?text ct:versionOf ?source }"
URLS = (SCHEMA + "url", "http://schema.org/url")


@dataclass(frozen=True)
class Passage:
    """A stretch of a text: offsets in code points, its first and last words, and where the publisher has it."""

    iri: str
    role: str
    text_id: str
    source: str
    start: int
    end: int
    opens: str
    closes: str
    publisher_url: str | None


@dataclass(frozen=True)
class Block:
    """Passages that stand close together, and the text around them where it may show."""

    passages: tuple[Passage, ...]
    excerpt: Excerpt | None


@dataclass(frozen=True)
class Relation:
    """A judged relation as seen from one claim; `outward` when that claim is its subject."""

    judgement: str
    relation: str
    outward: bool
    other: IndexedClaim
    reason: str
    confidence: str | None
    judge: str | None


@dataclass(frozen=True)
class Triple:
    """A content triple; `denied` when the claim says that it is not so."""

    subject: str
    predicate: str
    object: Term
    denied: bool = False


def url_of(properties: dict[str, list[Term]]) -> str | None:
    """The web address a record gives, if it is one."""
    url = next((value(properties, name) for name in URLS if value(properties, name)), "")
    return url if url.startswith(("http://", "https://")) else None


def read_passage(reader: Reader, base: str, iri: str, role: str) -> Passage | None:
    """The passage at `iri`; None when the IRI names no place in a text."""
    place = passage_place(base, iri)
    if place is None:
        return None
    text_id, start, end = place
    properties = reader.properties(iri)
    rows = reader.select(SOURCE_OF_TEXT, text=f"{base}text/{text_id}")
    source = rows[0]["source"].value if rows else f"{base}source/{text_id}"
    url = url_of(reader.properties(source))
    opens, closes = value(properties, CT + "opens"), value(properties, CT + "closes")
    return Passage(iri, role, text_id, source, start, end, opens, closes,
                   text_fragment(url, opens, closes) if url else None)


def passages_of(reader: Reader, base: str, properties: dict) -> list[Passage]:
    """A claim's passages, then its context and attribution, each in text order."""
    found = []
    for role, name in PASSAGE_ROLES.items():
        read = [read_passage(reader, base, iri, name) for iri in values(properties, CT + role)]
        found += sorted(filter(None, read), key=lambda passage: (passage.text_id, passage.start))
    return found


def blocks_of(passages: list[Passage], find_text: FindText, around: int) -> list[Block]:
    """The passages as they stand: with their text those close together in one block, else each by itself.

    Blocks that hold a passage of the claim come before those that only hold what gives it its sense.
    """
    blocks = []
    for source in dict.fromkeys(passage.source for passage in passages):
        own = [passage for passage in passages if passage.source == source]
        text = find_text(record_id(source).partition("/")[2])
        if text is None or any(passage.end > len(text) for passage in own):
            blocks += [Block((passage,), None) for passage in own]
            continue
        spans = [(passage.start, passage.end, passage.role) for passage in own]
        for group in neighbours(spans, around):
            members = sorted(group)  # passages come before context, so that their mark wins
            blocks.append(Block(tuple(own[i] for i in members), excerpt(text, [spans[i] for i in members], around)))
    return sorted(blocks, key=lambda block: block.passages[0].role != "passage")


def content_of(reader: Reader, iri: str) -> list[Triple]:
    """The triples of a claim's graph; a negative assertion becomes one denied triple."""
    quads = reader.graph(iri)
    denials = {quad.subject for quad in quads if quad.object == ox.NamedNode(OWL + "NegativePropertyAssertion")}
    plain = [Triple(q.subject.value, q.predicate.value, q.object) for q in quads
             if q.subject not in denials and q.predicate.value != RDF + "type"]
    for node in denials:
        part = {q.predicate.value: q.object for q in quads if q.subject == node}
        terms = [part.get(OWL + name) for name in ("sourceIndividual", "assertionProperty", "targetIndividual")]
        if all(terms):
            plain.append(Triple(terms[0].value, terms[1].value, terms[2], denied=True))
    return sorted(plain, key=lambda triple: (triple.denied, triple.subject, triple.predicate, str(triple.object)))


def relations_of(reader: Reader, index: ClaimIndex, iri: str) -> list[Relation]:
    """The judged relations between a claim and others, in either direction."""
    found = []
    for row in reader.select(JUDGED, claim=iri):
        other = index.claims.get(row["other"].value)
        if other:
            optional = {name: row[name].value if row[name] else None for name in ("reason", "confidence", "judge")}
            found.append(Relation(row["judgement"].value, row["relation"].value, row["from"].value == "claim", other,
                                  optional["reason"] or "", optional["confidence"], optional["judge"]))
    return sorted(found, key=lambda relation: (relation.relation, relation.other.source, relation.other.order))


BEARINGS = {"agree": ("supports", "restates"), "disagree": ("contradicts",), "limit": ("qualifies",), "update": ("updates",)}


def grouped_relations(reader: Reader, index: ClaimIndex, iri: str) -> dict[str, list[Relation]]:
    """The judged relations of a claim by how they bear on it: `agree`, `disagree`, `limit`, `update`, else `other`."""
    found: dict[str, list[Relation]] = {}
    for relation in relations_of(reader, index, iri):
        word = relation.relation.rpartition("/")[2]
        found.setdefault(next((name for name, words in BEARINGS.items() if word in words), "other"), []).append(relation)
    return {name: found[name] for name in (*BEARINGS, "other") if name in found}


def same_point(reader: Reader, index: ClaimIndex, iri: str) -> list[IndexedClaim]:
    """Other claims that express a proposition of this one."""
    others = {row["other"].value for row in reader.select(SAME_POINT, claim=iri)} - {iri}
    return index.lines(others)


def curation_of(reader: Reader, iri: str) -> list[dict[str, str]]:
    """Who read the claim against its passage, how and when."""
    found = []
    for row in reader.select(CURATION, claim=iri):
        properties = reader.properties(row["curation"].value)
        found.append({"iri": row["curation"].value, "creator": value(properties, DCTERMS + "creator"),
                      "created": value(properties, DCTERMS + "created"), "method": value(properties, CT + "method")})
    return found


def figures_of(reader: Reader, properties: dict) -> list[dict]:
    """A claim's figures: each its IRI, the amount in words and the other parts that are given."""
    figures = []
    for iri in values(properties, CT + "states"):
        part = reader.properties(iri)
        low, high = value(part, CT + "value") or value(part, CT + "minimum"), value(part, CT + "maximum")
        comparator, base = value(part, CT + "comparator").rpartition("/")[2].replace("-", " "), value(part, CT + "base")
        words = amount_in_words(low, high, value(part, CT + "unit"), comparator, base)
        rest = [(name, part[CT + name][0]) for name in ("counts", "base", "period", "population", "area", "option",
                                                        "question", "ofMeasure") if CT + name in part and not (name == "base" and base in words)]
        figures.append({"iri": iri, "amount": words, "parts": rest, "notes": values(part, SKOS + "editorialNote")})
    return figures


def selector_iris(quads: list[ox.Quad]) -> list[str]:
    """The selectors that the triples of a passage (or of a selector) lead to."""
    names = {OA + "hasSelector", OA + "hasStartSelector", OA + "hasEndSelector"}
    return [quad.object.value for quad in quads
            if quad.predicate.value in names and isinstance(quad.object, ox.NamedNode)]


