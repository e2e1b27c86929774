"""The page of each kind of thing: gathers what its template shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import pyoxigraph as ox
from flask import render_template, request

from kg.names import CT, ONTOLOGY
from service import assets
from service.cache import AnswerCache
from service.catalogue import Catalogue
from service.charts import neighbourhood
from service.citing import cite
from service.claimindex import ClaimIndex
from service.claims import ROLES, by_source, claims_on_passage, claims_touching
from service.entities import (Link, ancestors, conclusions, disagreements, judged_at_odds, links_of, neighbours, strongest, tally,
                              with_content)
from service.examples import Example
from service.excerpts import FindText
from service.links import passage_place
from service.looks import folder_of
from service.names import DCTERMS, OWL, RDF, RDFS, SKOS
from service.ontologypage import OntologyPage
from service.questions import Answer, answer
from service.reader import Reader, Term, value, values
from service.records import (Block, Passage, blocks_of, content_of, curation_of, figures_of, grouped_relations, passages_of,
                             read_passage, same_point, url_of)
from service.reportindex import ReportIndex
from service.responses import allow_own_scripts, own_scripts_allowed
from service.settings import MEBIBYTE, Settings
from service.weighing import weigh

LIBRARY = "vendor/cytoscape.js"  # draws the neighbourhood that can be explored
MOST_LINKS = 20
SHOWN_APART = {SKOS + "broader", RDFS + "label", RDF + "type", SKOS + "definition", SKOS + "altLabel", SKOS + "editorialNote"}
KEPT_BYTES = 16 * MEBIBYTE
NARROWER = "SELECT ?x ?narrower { ?narrower skos:broader ?x }"
POINTING = "SELECT ?x ?thing ?predicate { ?thing ?predicate ?x FILTER NOT EXISTS { ?thing a ct:Claim } } LIMIT 200"


@dataclass(frozen=True)
class Views:
    """Renders pages from a release; `find_text` gives None wherever a text may not be shown."""

    reader: Reader
    catalogue: Catalogue
    claims: ClaimIndex
    outlines: ReportIndex
    settings: Settings
    find_text: FindText
    statistics: dict
    release: tuple[str, str]  # its name and the day it was made
    examples: list[Example]
    ontologies: dict[str, OntologyPage] = field(default_factory=dict)
    answers: dict[str, Answer | None] = field(default_factory=dict)
    kept: AnswerCache = field(default_factory=lambda: AnswerCache(KEPT_BYTES))

    def render(self, iri: str, page: int) -> str:
        """The HTML page of `iri`; `page` counts the pages of a long list of claims from 1.

        Pages that may show a registered text are made for each request, the others once.
        """
        if passage_place(self.settings.base, iri) or iri.startswith(f"{self.settings.base}claim/"):
            return self._made(iri, page)
        key = request.script_root, request.query_string, iri, page
        if (held := self.kept.get(key)) is None:
            made = self._made(iri, page).encode()
            held = own_scripts_allowed(), made
            self.kept.put(key, *held)
        if held[0]:
            allow_own_scripts()
        return held[1].decode()

    def _made(self, iri: str, page: int) -> str:
        base = self.settings.base
        if passage_place(base, iri):
            return self._passage(iri)
        if iri == ONTOLOGY:
            return self.ontology(ONTOLOGY)
        folder = iri.removeprefix(base).partition("/")[0]
        view: Callable[[str], str] | None = {"claim": self._claim, "source": self._report,
                                             "section": self._section}.get(folder)
        if view is None and (shown := self._answer(iri)):
            return render_template("question.html", iri=iri, answer=shown)
        return view(iri) if view and self.reader.record(iri) else self._entity(iri, page)

    def slow_parts(self) -> list[Callable[[], object]]:
        """What takes long to work out and is kept: the ontology's page and the answers to the questions."""
        return [partial(self.ontology_page, ONTOLOGY), *(partial(self._answer, example.iri) for example in self.examples if example.iri)]

    def _answer(self, iri: str) -> Answer | None:
        """The answer that the page of a question shows; None when `iri` is none of the release's questions."""
        if not any(example.iri == iri for example in self.examples):
            return None
        if iri not in self.answers:
            self.answers[iri] = answer(self.reader, iri, self.examples)
        return self.answers[iri]

    def _claim(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        passages = passages_of(self.reader, self.settings.base, properties)
        return render_template(
            "claim.html", iri=iri, statement=value(properties, CT + "statement"), properties=properties, ct=CT,
            blocks=self._blocks(passages), passages=passages,
            content=weigh(self.reader, self.claims, iri, content_of(self.reader, iri)), figures=figures_of(self.reader, properties),
            relations=grouped_relations(self.reader, self.claims, iri), same=by_source(same_point(self.reader, self.claims, iri)),
            beside=self.claims.beside(iri), curation=curation_of(self.reader, iri), notes=values(properties, SKOS + "editorialNote"),
            citation=cite(self.reader, self.catalogue, iri, properties, passages, *self.release))

    def _blocks(self, passages: list[Passage]) -> list[Block]:
        return blocks_of(passages, self.find_text, self.settings.context_chars)

    def _passage(self, iri: str) -> str:
        passage = read_passage(self.reader, self.settings.base, iri, "passage")
        return render_template("passage.html", iri=iri, passage=passage, block=self._blocks([passage])[0], ct=CT,
                               properties=self.reader.properties(iri), groups=by_source(claims_on_passage(self.reader, self.claims, iri)))

    def _report(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        return render_template(
            "source.html", iri=iri, title=value(properties, DCTERMS + "title") or self.catalogue.label(iri),
            properties=properties, rows=self._rows(properties, {DCTERMS + "title"}), sections=self.outlines.outline(iri), url=url_of(properties),
            counts=self.statistics.get("sources", {}).get(iri.rpartition("/")[2]),
            coverage=self.outlines.coverage(iri), references=self.outlines.references(iri),
            evidence=self.outlines.evidence(iri), figures=self.outlines.figures(iri))

    def _section(self, iri: str) -> str:
        properties = self.reader.properties(iri)
        source = value(properties, CT + "sectionOf")
        return render_template("section.html", iri=iri, title=value(properties, DCTERMS + "title") or self.catalogue.label(iri),
                               properties=properties, ct=CT, source=source,
                               inner=self.outlines.inner(source, iri), lines=self.claims.by_section.get(iri, []))

    def _entity(self, iri: str, page: int) -> str:
        properties = self.reader.properties(iri)
        groups = claims_touching(self.claims, iri)
        total = sum(map(len, groups.values()))
        shown, per_page = {}, self.settings.claims_per_page
        skip, room = (page - 1) * per_page, per_page
        for role, lines in groups.items():
            part = lines[skip:skip + room]
            skip, room = max(0, skip - len(lines)), room - len(part)
            if part:
                shown[role] = part
        joins = links_of(self.reader, self.claims, iri)
        shown = with_content(iri, shown, joins)
        return render_template(
            "entity.html", iri=iri, title=self.catalogue.label(iri), properties=properties, total=total, page=page,
            pages=max(1, -(-total // per_page)), kinds=values(properties, RDF + "type"), wider=ancestors(self.reader, iri),
            definition=value(properties, SKOS + "definition"), names=values(properties, SKOS + "altLabel"),
            notes=values(properties, SKOS + "editorialNote"), rows=self._rows(properties, SHOWN_APART),
            groups=[(ROLES[role], by_source(lines)) for role, lines in shown.items()],
            concluded=conclusions(self.reader, iri) if page == 1 else [], reports=self.claims.reports,
            narrower=[row["narrower"].value for row in self.reader.select(NARROWER, x=iri)],
            listed=self._list_of(iri), pointing=self._pointing(iri), graph=[] if properties else content_of(self.reader, iri),
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

    def _list_of(self, iri: str) -> str:
        """The list under /browse that a thing stands in, "" for what stands in none."""
        folder = iri.removeprefix(self.settings.base).partition("/")[0]
        return folder if folder in self.catalogue.folders else ""

    def _pointing(self, iri: str) -> list[tuple[str, list[str]]]:
        """What else in the record points at `iri`: predicate → things."""
        found: dict[str, list[str]] = {}
        for row in self.reader.select(POINTING, x=iri):
            if row["predicate"].value != SKOS + "broader" and hasattr(row["thing"], "value"):
                found.setdefault(row["predicate"].value, []).append(row["thing"].value)
        return [(predicate, sorted(things)) for predicate, things in sorted(found.items())]

    def _rows(self, properties: dict[str, list[Term]], without: set[str]) -> list[tuple[str, list[Term]]]:
        return [(predicate, terms) for predicate, terms in properties.items() if predicate not in without]

    def ontology(self, iri: str, read: Callable[[], list[ox.Quad]] | None = None) -> str:
        """The page of the ontology, or of one version of it, at `iri`."""
        return render_template("ontology.html", iri=iri, page=self.ontology_page(iri, read), ct=CT, rdfs=RDFS, owl=OWL)

    def ontology_page(self, iri: str, read: Callable[[], list[ox.Quad]] | None = None) -> OntologyPage:
        """What that page shows; `read` gives the triples when they are first needed (default: those of the graph `iri`)."""
        if iri not in self.ontologies:
            self.ontologies[iri] = OntologyPage.of(read() if read else self.reader.graph(iri))
        return self.ontologies[iri]

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
