"""Why a triple stands in the graph: the claims that say it, the rules that conclude it, and the passages they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg import names
from kg.lookup import Term

_OWL = "http://www.w3.org/2002/07/owl#"
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_COMMENT = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
RELATED_LIMIT = 12
Triple = tuple[ox.NamedNode, ox.NamedNode, Term]


@dataclass(frozen=True)
class Passage:
    """A stretch of a report: offsets in code points, and the words at its two ends."""

    iri: str
    report: ox.NamedNode
    section: ox.NamedNode | None
    start: int
    end: int
    opens: str
    closes: str


@dataclass(frozen=True)
class Ground:
    """A claim at the end of an explanation: what it says to the point, whose view it is, where it stands, what opposes it."""

    claim: ox.NamedNode
    statement: str
    modality: str
    holders: tuple[ox.NamedNode, ...]
    says: tuple[Triple, ...]
    passages: tuple[Passage, ...]
    opposed: tuple[ox.NamedNode, ...]


@dataclass(frozen=True)
class Step:
    """One inference: its rule, what it passes through, and its premises."""

    inference: ox.NamedNode
    rule: ox.NamedNode
    sentence: str
    triple: Triple
    through: tuple[ox.NamedNode, ...]
    premises: tuple[Ground | Step, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything that bears on one triple."""

    triple: Triple
    claimed: tuple[Ground, ...]
    denied: tuple[Ground, ...]
    concluded: tuple[Step, ...]
    recorded: bool  # it stands in the record or the ontology, as no claim's content
    about: tuple[Ground, ...]  # the claim that a recorded triple is about
    related: tuple[Triple, ...]  # what is said instead, when nothing says the triple

    @property
    def found(self) -> bool:
        """Whether the triple stands anywhere."""
        return bool(self.claimed or self.concluded or self.recorded)


def explain(store: ox.Store, triple: Triple) -> Explanation:
    """How `triple` came into the graph; with what comes near it when it did not."""
    reader = _Reader(store)
    graphs = [quad.graph_name for quad in store.quads_for_pattern(*triple)]
    named = sorted({graph.value for graph in graphs if isinstance(graph, ox.NamedNode)})
    claims = [ox.NamedNode(graph) for graph in named if reader.is_claim(ox.NamedNode(graph))]
    steps = tuple(reader.step(inference, graph) for inference, graph in reader.inferences(triple))
    recorded = any(isinstance(graph, ox.DefaultGraph) or graph.value == names.ONTOLOGY for graph in graphs)
    about = tuple(reader.ground(term, set(), (triple,)) for term in triple[:1] if recorded and reader.is_claim(term))
    claimed = tuple(reader.ground(claim, set(), (triple,)) for claim in claims)
    denied = tuple(reader.ground(claim, set(), (triple,)) for claim in reader.denying(triple))
    related = () if claimed or steps or recorded else tuple(reader.related(triple))
    return Explanation(triple, claimed, denied, steps, recorded, about, related)


class _Reader:
    """Reads claims, inferences and passages from one store."""

    def __init__(self, store: ox.Store):
        self._store = store

    def _objects(self, subject: Term, name: str, graph=ox.DefaultGraph()) -> list:
        found = self._store.quads_for_pattern(subject, ox.NamedNode(name if "://" in name else names.CT + name), None, graph)
        return sorted((quad.object for quad in found), key=lambda term: term.value)

    def _subjects(self, name: str, value: Term, graph=None) -> list[ox.Quad]:
        return list(self._store.quads_for_pattern(None, ox.NamedNode(name if "://" in name else names.CT + name), value, graph))

    def is_claim(self, node: ox.NamedNode) -> bool:
        return ox.Quad(node, _RDF_TYPE, ox.NamedNode(names.CT + "Claim"), ox.DefaultGraph()) in self._store

    def inferences(self, triple: Triple) -> list[tuple[ox.NamedNode, ox.NamedNode]]:
        """The inferences that conclude a triple, each with its graph, in a fixed order."""
        sets = [{(quad.subject, quad.graph_name) for quad in self._subjects(name, term)}
                for name, term in zip(("inferredSubject", "inferredProperty", "inferredObject"), triple)]
        return sorted(sets[0] & sets[1] & sets[2], key=str)

    def denying(self, triple: Triple) -> list[ox.NamedNode]:
        """The claims whose graph denies a triple."""
        parts = zip(("sourceIndividual", "assertionProperty", "targetIndividual"), triple)
        sets = [{(quad.subject, quad.graph_name) for quad in self._subjects(_OWL + name, term)} for name, term in parts]
        return sorted({graph for _, graph in sets[0] & sets[1] & sets[2]}, key=str)

    def step(self, inference: ox.NamedNode, graph: ox.NamedNode) -> Step:
        """An inference with its premises, down to claims."""
        (s,), (p,), (o,) = (self._objects(inference, name, graph) for name in ("inferredSubject", "inferredProperty", "inferredObject"))
        (rule,) = self._objects(inference, "byRule", graph)
        through = tuple(self._objects(inference, "passesThrough", graph))
        sentence = next((term.value for term in self._objects(rule, _COMMENT.value)), "")
        premises = [self._premise(premise, {s, o, *through}) for premise in self._objects(inference, "fromPremise", graph)]
        # along the chain: what begins at the subject comes first
        premises.sort(key=lambda part: s not in {triple[0] for triple in ([part.triple] if isinstance(part, Step) else part.says)})
        return Step(inference, rule, sentence, (s, p, o), through, tuple(premises))

    def _premise(self, premise: ox.NamedNode, about: set) -> Ground | Step:
        for quad in self._store.quads_for_pattern(premise, ox.NamedNode(names.CT + "byRule"), None):
            return self.step(premise, quad.graph_name)
        return self.ground(premise, about)

    def ground(self, claim: ox.NamedNode, about: set, says: tuple[Triple, ...] = ()) -> Ground:
        """A claim with what it says of the things in `about`, or with the given triples."""
        opposed = {*self._objects(claim, "contradicts"), *(quad.subject for quad in self._subjects("contradicts", claim, ox.DefaultGraph()))}
        statement = next((term.value for term in self._objects(claim, "statement")), "")
        modality = next((names.path_of(term.value).rpartition("/")[2] for term in self._objects(claim, "modality")), "")
        return Ground(claim, statement, modality, tuple(self._objects(claim, "heldBy")), says or self._says(claim, about),
                      tuple(map(self._passage, self._in_order(claim))), tuple(sorted(opposed, key=str)))

    def _says(self, claim: ox.NamedNode, about: set) -> tuple[Triple, ...]:
        """The claim's triples between two things in question, else those with one, else what its record says of them."""
        content = sorted(((q.subject, q.predicate, q.object) for q in self._store.quads_for_pattern(None, None, None, claim)
                          if q.predicate.value.startswith(names.CT)), key=str)
        record = [(q.subject, q.predicate, q.object) for q in self._store.quads_for_pattern(claim, None, None, ox.DefaultGraph())
                  if q.object in about and q.predicate.value != names.CT + "mentions"]
        both = [t for t in content if t[0] in about and t[2] in about]
        return tuple(both or [t for t in content if t[0] in about or t[2] in about] or sorted(record, key=str))

    def _in_order(self, claim: ox.NamedNode) -> list[ox.NamedNode]:
        def start(passage: ox.NamedNode) -> int:
            return int(next((term.value for term in self._objects(passage, "start")), 0))
        return sorted(self._objects(claim, "hasPassage"), key=start)

    def _passage(self, iri: ox.NamedNode) -> Passage:
        def one(name: str, default: str = "") -> str:
            return next((term.value for term in self._objects(iri, name)), default)
        text = next(iter(self._objects(iri, "http://www.w3.org/ns/oa#hasSource")), iri)
        report = next(iter(self._objects(text, "versionOf")), text)
        return Passage(iri.value, report, next(iter(self._objects(iri, "inSection")), None), int(one("start", "0")), int(one("end", "0")),
                       one("opens"), one("closes"))

    def related(self, triple: Triple) -> Iterator[Triple]:
        """What claims and rules say between the two things, and with the predicate and one of them: first the nearest."""
        s, p, o = triple
        patterns = [(s, None, o), (s, p, None), (None, p, o)] + ([(o, None, s)] if isinstance(o, ox.NamedNode) else [])
        found = [(q.subject, q.predicate, q.object) for pattern in patterns
                 for q in sorted(self._store.quads_for_pattern(*pattern), key=str)
                 if isinstance(q.graph_name, ox.NamedNode) and q.predicate.value.startswith(names.CT) and q.graph_name.value != names.ONTOLOGY
                 and isinstance(q.subject, ox.NamedNode) and not q.subject.value.startswith(names.BASE + "inference/")]
        yield from list(dict.fromkeys(found))[:RELATED_LIMIT]


def grounds(parts: Iterable[Ground | Step]) -> Iterator[Ground]:
    """Every claim at the end of the given premises, as the tree lists them."""
    for part in parts:
        if isinstance(part, Step):
            yield from grounds(part.premises)
        else:
            yield part

