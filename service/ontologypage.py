"""What the page of the ontology shows, worked out once for each version."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from markupsafe import Markup

from kg.names import ONTOLOGY
from service.diagram import draw
from service.reader import Term
from service.terms import Ontology, OntologyTerm


@dataclass(frozen=True)
class OntologyPage:
    """What the ontology says of itself (predicate → objects), its terms by kind, and the drawing of its core."""

    about: dict[str, list[Term]]
    groups: list[tuple[str, list[OntologyTerm]]]
    diagram: Markup

    @classmethod
    def of(cls, quads: list[ox.Quad]) -> OntologyPage:
        """The page of an ontology with these triples."""
        about: dict[str, list[Term]] = {}
        for quad in quads:
            if quad.subject == ox.NamedNode(ONTOLOGY):
                about.setdefault(quad.predicate.value, []).append(quad.object)
        ontology = Ontology(quads)
        return cls(about, ontology.groups(), Markup(draw(ontology)))
