"""The ontology's terms as its page shows them: what each is, where it leads, what it is not, and what comes near it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg.names import CT
from service.names import DCTERMS, OWL, RDF, RDFS, SKOS

GROUPS = {OWL + "Class": "Classes", OWL + "ObjectProperty": "Relations", OWL + "DatatypeProperty": "Values",
          OWL + "AnnotationProperty": "Annotations"}
CHARACTERISTICS = {OWL + "FunctionalProperty": "one value at most", OWL + "InverseFunctionalProperty": "belongs to one thing only",
                   OWL + "SymmetricProperty": "goes both ways", OWL + "TransitiveProperty": "carries on along a chain"}
STATUS = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"
MATCHES = {SKOS + "exactMatch": "same", SKOS + "closeMatch": "near", SKOS + "broadMatch": "wider", SKOS + "relatedMatch": "related"}
NIL = RDF + "nil"


@dataclass(frozen=True)
class OntologyTerm:
    """A term: its IRI and name, its definition, and rows of (heading, IRIs, words between them or a text)."""

    iri: str
    name: str
    definition: str
    rows: tuple[tuple[str, tuple[str, ...], str], ...]


class Ontology:
    """The triples of the ontology's graph, read once."""

    def __init__(self, quads: Iterable[ox.Quad]):
        self._forward: dict = {}
        self._backward: dict = {}
        for quad in quads:
            self._forward.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
            self._backward.setdefault((quad.object, quad.predicate.value), []).append(quad.subject)

    def objects(self, subject, predicate: str) -> list:
        """The objects of a term, in a fixed order."""
        return sorted(self._forward.get((subject, predicate), ()), key=str)

    def subjects(self, predicate: str, value) -> list:
        """The terms that point at a value, in a fixed order."""
        return sorted(self._backward.get((value, predicate), ()), key=str)

    def members(self, node) -> list:
        """The members of an RDF list."""
        found = []
        while node is not None and getattr(node, "value", "") != NIL:
            found += self.objects(node, RDF + "first")
            node = next(iter(self.objects(node, RDF + "rest")), None)
        return found

    def classes(self, term, predicate: str) -> list[str]:
        """The IRIs of a domain or range, a union taken apart."""
        found = []
        for node in self.objects(term, predicate):
            unions = self.objects(node, OWL + "unionOf")
            found += [item.value for item in (self.members(unions[0]) if unions else [node]) if isinstance(item, ox.NamedNode)]
        return found

    def groups(self) -> list[tuple[str, list[OntologyTerm]]]:
        """The terms of our own by kind, each kind by name."""
        found = []
        for kind, heading in GROUPS.items():
            terms = [term for term in self.subjects(RDF + "type", ox.NamedNode(kind))
                     if isinstance(term, ox.NamedNode) and term.value.startswith(CT)]
            found.append((heading, [self.term(term) for term in terms]))
        return found

    def term(self, node: ox.NamedNode) -> OntologyTerm:
        """Everything the page says of one term."""
        rows = [("Kind of", self._named(node, RDFS + "subClassOf") + self._named(node, RDFS + "subPropertyOf"), ", "),
                ("Kinds of it", self._pointing(node, RDFS + "subClassOf") + self._pointing(node, RDFS + "subPropertyOf"), ", "),
                ("From", tuple(self.classes(node, RDFS + "domain")), " or "), ("To", tuple(self.classes(node, RDFS + "range")), " or "),
                ("Read backwards", tuple(dict.fromkeys(self._named(node, OWL + "inverseOf") + self._pointing(node, OWL + "inverseOf"))), ", "),
                ("Never at once", self._disjoint(node), ", "),
                ("Told apart by", tuple(item.value for key in self.objects(node, OWL + "hasKey") for item in self.members(key)), " and ")]
        texts = [("Holds", ", ".join(words for iri, words in CHARACTERISTICS.items() if ox.NamedNode(iri) in self.objects(node, RDF + "type"))),
                 *((heading, self._text(node, predicate)) for heading, predicate in
                   (("Example", SKOS + "example"), ("Not to be confused", SKOS + "scopeNote"), ("Status", STATUS),
                    ("Written down in", DCTERMS + "source")))]
        near = [(f"Elsewhere ({word})", self._named(node, match), ", ") for match, word in MATCHES.items()]
        source = [("Source", self._named(node, DCTERMS + "source"), ", ")]
        filled = [row for row in rows if row[1]] + [(heading, (), text) for heading, text in texts if text] + [row for row in near + source if row[1]]
        return OntologyTerm(node.value, node.value.removeprefix(CT), self._text(node, SKOS + "definition"), tuple(filled))

    def _named(self, node, predicate: str) -> tuple[str, ...]:
        return tuple(item.value for item in self.objects(node, predicate) if isinstance(item, ox.NamedNode))

    def _pointing(self, node, predicate: str) -> tuple[str, ...]:
        return tuple(item.value for item in self.subjects(predicate, node) if isinstance(item, ox.NamedNode))

    def _text(self, node, predicate: str) -> str:
        return " ".join(item.value for item in self.objects(node, predicate) if isinstance(item, ox.Literal))

    def _disjoint(self, node) -> tuple[str, ...]:
        """What nothing can be together with being this, as stated for the term itself."""
        lists = [members for axiom in self.subjects(RDF + "type", ox.NamedNode(OWL + "AllDisjointClasses"))
                 for members in map(self.members, self.objects(axiom, OWL + "members")) if node in members]
        return tuple(sorted({item.value for members in lists for item in members} - {node.value}))
