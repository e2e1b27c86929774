"""What else the claims say of the two things in a content triple: who asserts it, who denies it, who says the opposite."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.names import CT
from service.claimindex import ClaimIndex, IndexedClaim
from service.reader import Reader
from service.records import Triple

SAID = """SELECT ?s ?o ?claim ?p { GRAPH ?claim { ?s ?p ?o } FILTER EXISTS { ?claim ct:statement ?statement } }"""
DENIED = """SELECT ?s ?o ?claim ?p { GRAPH ?claim { ?n owl:sourceIndividual ?s ; owl:targetIndividual ?o ;
  owl:assertionProperty ?p } FILTER EXISTS { ?claim ct:statement ?statement } }"""
# Predicates that cannot both be the whole story of the same two things.
OPPOSITE = {CT + left: CT + right for pair in (
    ("enables", "hinders"), ("increases", "decreases"), ("favours", "opposes"), ("hasFeature", "lacks"),
    ("evidenceFor", "evidenceAgainst"), ("establishes", "abolishes"), ("mitigates", "contributesTo"))
    for left, right in (pair, pair[::-1])}


@dataclass(frozen=True)
class Voice:
    """A claim with what it says of the two things."""

    line: IndexedClaim
    predicate: str
    denied: bool


@dataclass
class Weighed:
    """A content triple with the other claims that say the same, the opposite, or something else of its two things."""

    triple: Triple
    agrees: list[Voice] = field(default_factory=list)
    opposes: list[Voice] = field(default_factory=list)
    besides: list[Voice] = field(default_factory=list)


def voices(reader: Reader, index: ClaimIndex, subject: str, object_: str) -> list[Voice]:
    """Every claim that asserts or denies something of `subject` towards `object_`, in text order."""
    said = [(row["claim"].value, row["p"].value, denied) for query, denied in ((SAID, False), (DENIED, True))
            for row in reader.select(query, s=subject, o=object_)]
    found = [Voice(index.claims[claim], predicate, denied) for claim, predicate, denied in said
             if claim in index.claims and predicate.startswith(CT)]
    return sorted(found, key=lambda voice: (voice.line.source, voice.line.order, voice.line.iri, voice.predicate))


def stance(voice: Voice, predicate: str, denied: bool) -> str:
    """How a voice stands to a triple: `agrees`, `opposes` or `besides`."""
    if voice.predicate == predicate:
        return "agrees" if voice.denied == denied else "opposes"
    if OPPOSITE.get(predicate) == voice.predicate and not voice.denied and not denied:
        return "opposes"
    return "besides"


def weigh(reader: Reader, index: ClaimIndex, claim: str, triples: list[Triple]) -> list[Weighed]:
    """Each triple of `claim` with the other claims' voices on it."""
    weighed = []
    for triple in triples:
        entry = Weighed(triple)
        if isinstance(triple.object, ox.NamedNode):
            for voice in voices(reader, index, triple.subject, triple.object.value):
                if voice.line.iri != claim:
                    getattr(entry, stance(voice, triple.predicate, triple.denied)).append(voice)
        weighed.append(entry)
    return weighed
