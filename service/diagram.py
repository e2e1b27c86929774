"""A drawing of the core model, made from the ontology: a claim in the middle, and what leads to it and from it."""

from __future__ import annotations

from html import escape

import pyoxigraph as ox

from kg.names import CT
from service.names import OWL, RDF, RDFS
from service.terms import Ontology

CENTRE = CT + "Claim"
LEFT_OUT = {CT + name for name in ("relatesToClaim", "anchoredIn", "contentProperty")}  # their kinds are drawn
BOX_W, BOX_H, GAP_Y, LINE_H = 150, 34, 26, 15
WIDTH, MIDDLE = 900, 375  # in the drawing's own units


def links(ontology: Ontology) -> dict[tuple[str, bool], list[str]]:
    """(other class, whether it leads there from the claim) → the names of the relations, for every relation of a claim."""
    found: dict[tuple[str, bool], list[str]] = {}
    for term in ontology.subjects(RDF + "type", ox.NamedNode(OWL + "ObjectProperty")):
        if not isinstance(term, ox.NamedNode) or not term.value.startswith(CT) or term.value in LEFT_OUT:
            continue
        starts, ends = ontology.classes(term, RDFS + "domain"), ontology.classes(term, RDFS + "range")
        for others, mine, outward in ((ends, starts, True), (starts, ends, False)):
            if CENTRE in mine:
                for other in others:
                    if other != CENTRE or outward:
                        found.setdefault((other, outward), []).append(term.value.removeprefix(CT))
    return {key: sorted(names) for key, names in sorted(found.items())}


def draw(ontology: Ontology) -> str:
    """The drawing as SVG, with a link from every box and relation to its term; empty when the ontology has no claim."""
    found = links(ontology)
    sides = [[(other, names) for (other, outward), names in found.items() if outward == side and other != CENTRE] for side in (False, True)]
    if not any(sides):
        return ""
    own = found.get((CENTRE, True), [])
    heights = [sum(_height(names) for _, names in side) for side in sides]
    height = max(*heights, BOX_H + LINE_H * len(own)) + 2 * GAP_Y
    parts = [part for side, rows, total in zip((False, True), sides, heights) for part in _side(side, rows, (height - total) / 2, height)]
    claim = _box(CENTRE, MIDDLE, (height - BOX_H) / 2)
    loop = "".join(_name(name, MIDDLE + BOX_W / 2, (height + BOX_H) / 2 + LINE_H * (n + 1), "middle") for n, name in enumerate(own))
    title = "The core model: a claim, and the relations that lead from it and to it"
    return (f'<svg class="diagram" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{title}"><title>{title}</title>'
            f"{''.join(parts)}{claim}{loop}</svg>")


def _height(names: list[str]) -> float:
    return max(BOX_H, LINE_H * len(names)) + GAP_Y


def _side(right: bool, rows: list[tuple[str, list[str]]], top: float, height: float):
    """The boxes of one side from top to bottom, each with its line to the middle and the relations on it."""
    x = WIDTH - BOX_W if right else 0
    edge, claim_edge = (x, MIDDLE + BOX_W) if right else (BOX_W, MIDDLE)
    for other, names in rows:
        room = _height(names)
        y = top + room / 2
        yield f'<line x1="{claim_edge}" y1="{height / 2:g}" x2="{edge}" y2="{y:g}"/>'
        yield _box(other, x, y - BOX_H / 2)
        first = y - LINE_H * (len(names) - 1) / 2 + 4
        yield "".join(_name(name, edge - 8 if right else edge + 8, first + LINE_H * n, "end" if right else "start") for n, name in enumerate(names))
        top += room


def _box(iri: str, x: float, y: float) -> str:
    name = escape(iri.removeprefix(CT))
    return (f'<a href="#{name}"><rect x="{x:g}" y="{y:g}" width="{BOX_W}" height="{BOX_H}" rx="5"/>'
            f'<text x="{x + BOX_W / 2:g}" y="{y + BOX_H / 2 + 5:g}" text-anchor="middle">{name}</text></a>')


def _name(name: str, x: float, y: float, anchor: str) -> str:
    return f'<a href="#{escape(name)}"><text class="relation" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(name)}</text></a>'
