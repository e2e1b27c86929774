"""What claims say of a thing in either direction, where it stands in its hierarchy, and where claims disagree about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from kg.names import CT, RULE
from service.claimindex import ClaimIndex, IndexedClaim
from service.reader import Reader, Term
from service.weighing import OPPOSITE

SAID_OUT = "SELECT ?x ?claim ?p ?other { GRAPH ?claim { ?x ?p ?other } FILTER EXISTS { ?claim ct:statement ?statement } }"
SAID_IN = "SELECT ?x ?claim ?p ?other { GRAPH ?claim { ?other ?p ?x } FILTER EXISTS { ?claim ct:statement ?statement } }"
DENIED_OUT = """SELECT ?x ?claim ?p ?other { GRAPH ?claim { ?n owl:sourceIndividual ?x ; owl:assertionProperty ?p ;
  owl:targetIndividual ?other } FILTER EXISTS { ?claim ct:statement ?statement } }"""
DENIED_IN = """SELECT ?x ?claim ?p ?other { GRAPH ?claim { ?n owl:targetIndividual ?x ; owl:assertionProperty ?p ;
  owl:sourceIndividual ?other } FILTER EXISTS { ?claim ct:statement ?statement } }"""
WIDER = "SELECT ?x ?wider { ?x skos:broader ?wider }"
AT_ODDS = """SELECT ?x ?judgement ?from ?to ?relation ?reason { VALUES ?relation { <%s> <%s> }
  ?from ct:mentions ?x . ?judgement ct:fromClaim ?from ; ct:toClaim ?to ; ct:relation ?relation . ?to ct:mentions ?x .
  OPTIONAL { ?judgement ct:reason ?reason } }"""
# The rules whose conclusions say more than the claims do; the others repeat a claim backwards or in a wider term.
TELLING = ("cause-chain", "harm-chain", "part-of", "shared-proposition", "publisher-count", "unmitigated-risk")
CONCLUDED = ("SELECT ?x ?s ?p ?o { VALUES ?rule { " + " ".join(f"<{RULE}{name}>" for name in TELLING)
             + " } GRAPH ?rule { { ?x ?p ?o BIND(?x AS ?s) } UNION { ?s ?p ?x BIND(?x AS ?o) } } }")
ABOUT_INFERENCES = frozenset(CT + name for name in (
    "inferredSubject", "inferredProperty", "inferredObject", "fromPremise", "tracesTo", "passesThrough", "byRule"))
IN_PICTURE = 14


@dataclass
class Link:
    """A predicate between the thing and another (from the thing when `outward`), the claims that say so and that deny it."""

    predicate: str
    other: str
    outward: bool
    claims: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    publishers: int = 0


def links_of(reader: Reader, index: ClaimIndex, iri: str) -> list[Link]:
    """Every link of a thing; outward ones first, then by predicate, those with most claims first."""
    found: dict[tuple[str, str, bool], Link] = {}
    for query, outward, denied in ((SAID_OUT, True, False), (SAID_IN, False, False), (DENIED_OUT, True, True), (DENIED_IN, False, True)):
        for row in reader.select(query, x=iri):
            predicate, other = row["p"].value, getattr(row["other"], "value", "")
            if predicate.startswith(CT) and other:
                link = found.setdefault((predicate, other, outward), Link(predicate, other, outward))
                (link.denied if denied else link.claims).append(row["claim"].value)
    for link in found.values():
        link.publishers = len(index.publishers(set(link.claims + link.denied)))
    return sorted(found.values(), key=lambda k: (not k.outward, k.predicate, -len(k.claims) - len(k.denied), k.other))


def with_content(iri: str, groups: dict[str, list[IndexedClaim]], links: list[Link]) -> dict[str, list[IndexedClaim]]:
    """`groups` with, on each line, the triples of its claim's graph in which `iri` stands, and whether the claim denies them."""
    content: dict[str, list[tuple[str, str, str, bool]]] = {}
    for link in links:
        triple = (iri, link.predicate, link.other) if link.outward else (link.other, link.predicate, iri)
        for claims, denied in ((link.claims, False), (link.denied, True)):
            for claim in claims:
                content.setdefault(claim, []).append((*triple, denied))
    return {role: [replace(line, content=tuple(content.get(line.iri, ()))) for line in lines] for role, lines in groups.items()}


def ancestors(reader: Reader, iri: str) -> list[str]:
    """The wider things of a thing, the nearest first, each once."""
    found, waiting = [], [iri]
    while waiting:
        for row in reader.select(WIDER, x=waiting.pop(0)):
            if (wider := row["wider"].value) not in found and wider != iri:
                found.append(wider)
                waiting.append(wider)
    return found


@dataclass(frozen=True)
class Disagreement:
    """Claims that say a thing of two things, and claims that deny it or say the opposite (`against` names how)."""

    link: Link
    against: str
    claims: list[str]


def disagreements(links: list[Link]) -> list[Disagreement]:
    """Where claims stand against each other about a thing's links: one denies what another says, or says the opposite."""
    found = [Disagreement(link, "denied", link.denied) for link in links if link.claims and link.denied]
    by_ends = {(link.predicate, link.other, link.outward): link for link in links if link.claims}
    for (predicate, other, outward), link in by_ends.items():
        opposite = by_ends.get((OPPOSITE.get(predicate, ""), other, outward))
        if opposite and predicate < opposite.predicate:  # each pair once
            found.append(Disagreement(link, opposite.predicate, opposite.claims))
    return found


def judged_at_odds(reader: Reader, base: str, iri: str) -> list[dict[str, str]]:
    """Judgements that a claim about the thing contradicts or qualifies another claim about it."""
    query = AT_ODDS % (f"{base}relation/contradicts", f"{base}relation/qualifies")
    return [{name: row[name].value if row[name] else "" for name in ("judgement", "from", "to", "relation", "reason")}
            for row in reader.select(query, x=iri)]


def conclusions(reader: Reader, iri: str) -> list[tuple[str, str, Term]]:
    """The triples with the thing at an end that rules conclude beyond what a claim says; what explains them is left out."""
    found = {(row["s"].value, row["p"].value, row["o"]) for row in reader.select(CONCLUDED, x=iri)
             if row["p"].value.startswith(CT) and row["p"].value not in ABOUT_INFERENCES and hasattr(row["s"], "value")}
    return sorted(found, key=lambda triple: (triple[0] != iri, triple[1], str(triple[2]), triple[0]))


@dataclass(frozen=True)
class Tally:
    """The claims in which a thing has a part counted by report and by holder; `about` those that speak of it."""

    reports: list[tuple[str, int]]
    holders: list[tuple[str, int]]
    about: int


def tally(index: ClaimIndex, iri: str) -> Tally:
    """Counts of the claims that mention a thing, hold, rest on or cite it, or make it as a point: the search's `entity`.

    Reports by date, holders by number.
    """
    about = [claim for claim in index.claims.values()
             if iri in claim.mentions or iri in claim.holders or iri in claim.evidence or iri in claim.propositions]
    reports = Counter(claim.source for claim in about)
    holders = Counter(holder for claim in about for holder in claim.holders)
    return Tally([(report, reports[report]) for report in index.reports if reports[report]], holders.most_common(),
                 sum(iri in claim.mentions for claim in about))


def neighbours(links: list[Link]) -> list[Link]:
    """The links that a picture shows: those that most claims make, each neighbour once."""
    best: dict[str, Link] = {}
    for link in sorted((link for link in links if link.claims), key=lambda k: (-k.publishers, -len(k.claims), k.other)):
        best.setdefault(link.other, link)
    return sorted(list(best.values())[:IN_PICTURE], key=lambda k: (not k.outward, k.predicate, k.other))


def strongest(links: list[Link], most: int) -> dict[bool, list[Link]]:
    """The `most` links outward (True) and inward (False) that most publishers and claims speak of, by predicate."""
    order = sorted(links, key=lambda k: (-k.publishers, -len(k.claims) - len(k.denied), k.other))
    return {outward: sorted([k for k in order if k.outward == outward][:most], key=lambda k: k.predicate) for outward in (True, False)}
