"""The page of each kind of thing: gathers what its template shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox
from flask import render_template
from markupsafe import Markup

from kg.names import CT, ONTOLOGY
from service import assets
from service.catalogue import Catalogue
from service.charts import neighbourhood
from service.citing import cite
from service.claimindex import ClaimIndex
from service.claims import ROLES, by_source, claims_in_section, claims_on_passage, claims_touching
from service.diagram import draw
from service.entities import (Link, add_content, ancestors, conclusions, disagreements, judged_at_odds, links_of, neighbours,
                              strongest, tally)
from service.examples import Example
from service.excerpts import FindText
from service.links import passage_place
from service.looks import folder_of
from service.names import DCTERMS, OWL, RDF, RDFS, SKOS
from service.questions import answer
from service.reader import Reader, Term, value, values
from service.records import (Block, Passage, blocks_of, content_of, curation_of, figures_of, grouped_relations, passages_of,
                             read_passage, same_point, url_of)
from service.reports import coverage, evidence, outline, references, stated_figures
from service.responses import allow_own_scripts
from service.settings import Settings
from service.terms import Ontology
from service.weighing import weigh

LIBRARY = "vendor/cytoscape.js"  # draws the neighbourhood that can be explored
MOST_LINKS = 20
SHOWN_APART = {SKOS + "broader", RDFS + "label", RDF + "type", SKOS + "definition", SKOS + "altLabel", SKOS + "editorialNote"}
NARROWER = "SELECT ?x ?narrower { ?narrower skos:broader ?x }"
POINTING = "SELECT ?x ?thing ?predicate { ?thing ?predicate ?x FILTER NOT EXISTS { ?thing a ct:Claim } } LIMIT 200"


@dataclass(frozen=True)
class Views:
    """Renders pages from a release; `find_text` gives None wherever a text may not be shown."""

    reader: Reader
    catalogue: Catalogue
    claims: ClaimIndex
    settings: Settings
    find_text: FindText
    statistics: dict
    release: tuple[str, str]  # its name and the day it was made
    examples: list[Example]

    def render(self, iri: str, page: int) -> str:
        """The HTML page of `iri`; `page` counts the pages of a long list of claims from 1."""
        base = self.settings.base
        if passage_place(base, iri):
            return self._passage(iri)
        if iri == ONTOLOGY:
            return self.ontology(self.reader.graph(ONTOLOGY), ONTOLOGY)
        folder = iri.removeprefix(base).partition("/")[0]
        view: Callable[[str], str] | None = {"claim": self._claim, "source": self._report,
                                             "section": self._section}.get(folder)
        if view is None and (shown := answer(self.reader, iri, self.examples)):
            return render_template("question.html", iri=iri, answer=shown)
        return view(iri) if view and self.reader.record(iri) else self._entity(iri, page)

    def _claim(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        passages = passages_of(self.reader, self.settings.base, properties)
        return render_template(
            "claim.html", iri=iri, statement=value(properties, CT + "statement"), properties=properties, ct=CT,
            blocks=self._blocks(passages), passages=passages,
            content=weigh(self.reader, iri, content_of(self.reader, iri)), figures=figures_of(self.reader, properties),
            relations=grouped_relations(self.reader, iri), same=by_source(same_point(self.reader, iri)),
            curation=curation_of(self.reader, iri), notes=values(properties, SKOS + "editorialNote"),
            citation=cite(self.reader, self.catalogue, iri, properties, passages, *self.release))

    def _blocks(self, passages: list[Passage]) -> list[Block]:
        return blocks_of(passages, self.find_text, self.settings.context_chars)

    def _passage(self, iri: str) -> str:
        passage = read_passage(self.reader, self.settings.base, iri, "passage")
        return render_template("passage.html", iri=iri, passage=passage, block=self._blocks([passage])[0], ct=CT,
                               properties=self.reader.properties(iri), groups=by_source(claims_on_passage(self.reader, iri)))

    def _report(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        sections = outline(self.reader, iri)
        return render_template(
            "source.html", iri=iri, title=value(properties, DCTERMS + "title") or self.catalogue.label(iri),
            properties=properties, rows=self._rows(properties, {DCTERMS + "title"}), sections=sections, url=url_of(properties),
            counts=self.statistics.get("sources", {}).get(iri.rpartition("/")[2]),
            coverage=coverage(self.reader, iri, sections), references=references(self.reader, iri),
            evidence=evidence(self.reader, iri), figures=stated_figures(self.reader, iri))

    def _section(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        source = value(properties, CT + "sectionOf")
        inner = [section for section in outline(self.reader, source) if section.parent == iri] if source else []
        return render_template("section.html", iri=iri, title=value(properties, DCTERMS + "title") or self.catalogue.label(iri),
                               properties=properties, ct=CT, source=source, inner=inner,
                               lines=claims_in_section(self.reader, iri))

    def _entity(self, iri: str, page: int) -> str:
        properties = self.reader.properties(iri)
        groups = claims_touching(self.reader, self.claims, iri)
        total = sum(map(len, groups.values()))
        shown, per_page = {}, self.settings.claims_per_page
        skip, room = (page - 1) * per_page, per_page
        for role, lines in groups.items():
            part = lines[skip:skip + room]
            skip, room = max(0, skip - len(lines)), room - len(part)
            if part:
                shown[role] = part
        joins = links_of(self.reader, self.claims, iri)
        add_content(iri, shown, joins)
        return render_template(
            "entity.html", iri=iri, title=self.catalogue.label(iri), properties=properties, total=total, page=page,
            pages=max(1, -(-total // per_page)), kinds=values(properties, RDF + "type"), wider=ancestors(self.reader, iri),
            definition=value(properties, SKOS + "definition"), names=values(properties, SKOS + "altLabel"),
            notes=values(properties, SKOS + "editorialNote"), rows=self._rows(properties, SHOWN_APART),
            groups=[(ROLES[role], by_source(lines)) for role, lines in shown.items()],
            concluded=conclusions(self.reader, iri) if page == 1 else [], reports=self.claims.reports,
            narrower=[row["narrower"].value for row in self.reader.select(NARROWER, x=iri)],
            pointing=self._pointing(iri), graph=[] if properties else content_of(self.reader, iri),
            **(self._surroundings(iri, joins) if page == 1 else {}))

    def _surroundings(self, iri: str, joins: list[Link]) -> dict[str, object]:
        """What claims join a thing to, who speaks of it and where they disagree: shown above the first page of its claims."""
        near = neighbours(joins)
        explorable = bool(near) and assets.present(LIBRARY)
        if explorable:
            allow_own_scripts()
        around = [(link.other, link.predicate, self.catalogue.label(link.predicate), link.outward) for link in near]
        return {"joins": joins, "chart": neighbourhood(around, self.catalogue.label), "disagreements": disagreements(joins),
                "at_odds": judged_at_odds(self.reader, self.settings.base, iri), "tally": tally(self.claims, iri),
                "indexed": self.claims.claims, "strongest": strongest(joins, MOST_LINKS),
                "explorable": explorable,
                "shapes": list(dict.fromkeys(folder_of(thing, self.settings.base) for thing in (iri, *(link.other for link in near))))}

    def _pointing(self, iri: str) -> list[tuple[str, list[str]]]:
        """What else in the record points at `iri`: predicate → things."""
        found: dict[str, list[str]] = {}
        for row in self.reader.select(POINTING, x=iri):
            if row["predicate"].value != SKOS + "broader" and hasattr(row["thing"], "value"):
                found.setdefault(row["predicate"].value, []).append(row["thing"].value)
        return [(predicate, sorted(things)) for predicate, things in sorted(found.items())]

    def _rows(self, properties: dict[str, list[Term]], without: set[str]) -> list[tuple[str, list[Term]]]:
        return [(predicate, terms) for predicate, terms in properties.items() if predicate not in without]

    def ontology(self, quads: list[ox.Quad], iri: str) -> str:
        """The page of the ontology, or of one version of it, at `iri`."""
        ontology = Ontology(quads)
        about: dict[str, list[Term]] = {}
        for quad in quads:
            if quad.subject == ox.NamedNode(ONTOLOGY):
                about.setdefault(quad.predicate.value, []).append(quad.object)
        return render_template("ontology.html", iri=iri, about=about, groups=ontology.groups(), diagram=Markup(draw(ontology)),
                               ct=CT, rdfs=RDFS, owl=OWL)

    def browse(self, folder: str | None, page: int) -> str | None:
        """The list of a folder, or of all folders; None when there is no such folder."""
        folders = self.catalogue.folders
        if folder is None:
            return render_template("folders.html", folders=[(name, len(entries)) for name, entries in folders.items()])
        entries = folders.get(folder)
        if entries is None:
            return None
        per_page = 500
        shown = list(islice(entries, (page - 1) * per_page, page * per_page))
        return render_template("browse.html", folder=folder, entries=shown, total=len(entries), page=page,
                               pages=max(1, -(-len(entries) // per_page)))
