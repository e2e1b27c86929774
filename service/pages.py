"""The pages that are about many things at once: the start page, reading, search and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from kg.names import CT
from service import charts
from service.around import Around
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.comparing import pairs
from service.comparisons import Comparisons
from service.errors import NotFound
from service.excerpts import FindText
from service.querypage import QueryPages
from service.reader import Reader, values
from service.reading import own_span, read_section
from service.reportindex import ReportIndex
from service.responses import respond
from service.search import SearchPages
from service.settings import Settings
from service.shortlinks import expand

# Risks in the picture on the start page: as many as can be read at a glance.
MOST_RISKS = 12


@dataclass
class Pages:
    """What these pages need, handed over once by the app factory."""

    reader: Reader
    catalogue: Catalogue
    claims: ClaimIndex
    outlines: ReportIndex
    settings: Settings
    find_text: FindText
    query_pages: QueryPages
    files: list[tuple[str, int]]
    about: Callable[[], tuple[dict[str, str], dict]]  # the data set for machines: headers, and the card in the page

    @cached_property
    def search(self) -> SearchPages:
        """The search over the release."""
        return SearchPages(self.reader, self.catalogue, self.claims, self.settings)

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons across reports."""
        return Comparisons(self.reader, self.catalogue, self.claims, self.settings)

    @cached_property
    def _meeting(self) -> charts.Chart:
        return charts.bipartite(pairs(self.reader, self.claims, "mitigates"), self.catalogue.label, MOST_RISKS)

    def home(self) -> Response:
        """What this is, how big and how fresh, questions to click, and pictures of what is in it."""
        counts = {name: len(entries) for name, entries in self.catalogue.folders.items()}
        by_kind = self.claims.by_report_and_kind
        kinds = [kind for kind, _ in sum((Counter({kind: n}) for (_, kind), n in by_kind.items()), Counter()).most_common()]
        examples = [example for example in self.query_pages.examples if example.iri][:6]
        headers, card = self.about()
        return respond(render_template(
            "home.html", counts=counts, by_kind=by_kind, kinds=kinds, reports=self.claims.reports, meeting=self._meeting,
            years=[(year, list(members)) for year, members in groupby(self.claims.reports.values(), key=lambda report: report.year)],
            by_report=Counter(claim.source for claim in self.claims.claims.values()), examples=examples, files=self.files,
            short_id=short_id, card=card), "text/html; charset=utf-8", shared=False, headers=headers)

    def read(self, name: str, slug: str | None) -> Response:
        """A section of a report beside its claims; the first that has claims when none is named. Raises NotFound."""
        source = f"{self.settings.base}source/{name}"
        sections = self.outlines.outline(source) if self.reader.exists(source) else []
        wanted = f"{self.settings.base}section/{slug}"
        section = next((s for s in sections if (s.iri == wanted if slug else s.claims)), None if slug else next(iter(sections), None))
        if section is None:
            raise NotFound(f"There is no section {slug or ''} of {name} to read.".replace("  ", " "), near=[
                {"label": self.catalogue.label(iri), "iri": f"{request.script_root}/read/{short_id(iri)}"} for iri in self.claims.reports])
        text = self.find_text(name)
        stretches = read_section(self.outlines.stretches(source), own_span(sections, section), text)
        place = sections.index(section)
        body = render_template(
            "read.html", source=source, section=section, sections=sections, place=place + 1, stretches=stretches,
            lines=self.claims.claims, voice=values(self.reader.properties(source), CT + "voice"),
            states=Counter(stretch.state for stretch in stretches), shown=text is not None, before=sections[place - 1] if place else None,
            after=sections[place + 1] if place + 1 < len(sections) else None,
            address=lambda s: f"{request.script_root}/read/{name}/{short_id(s.iri)}")
        return respond(body, "text/html; charset=utf-8", shared=False)


def blueprint(pages: Pages) -> Blueprint:
    """The routes of these pages."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        return pages.home()

    @routes.get("/read/<name>")
    @routes.get("/read/<name>/<slug>")
    def read(name: str, slug: str | None = None) -> Response:
        return pages.read(name, slug)

    @routes.get("/search")
    def search() -> Response:
        return pages.search.answer()

    @routes.get("/compare")
    def compare() -> Response:
        return pages.comparisons.index()

    @routes.get("/compare/said")
    def said() -> Response:
        return pages.comparisons.said()

    @routes.get("/compare/around")
    def around() -> Response:
        return Around(pages.reader, pages.catalogue, pages.claims, pages.settings).answer()

    @routes.get("/compare/reports")
    def two_reports() -> Response:
        return pages.comparisons.two_reports()

    @routes.get("/compare/timeline")
    def timeline() -> Response:
        return pages.comparisons.timeline()

    @routes.get("/compare/<name>")
    def table(name: str) -> Response:
        return pages.comparisons.table(name)

    @routes.get("/q/<release>/<code>")
    def short_link(release: str, code: str) -> Response:
        query = expand(code, pages.settings.max_query_chars)
        if query is None:
            raise NotFound("This is no link to a query, or it was cut. Ask for it again, or write the query on the query page.")
        return redirect(f"{request.script_root}/sparql?{urlencode({'query': query, 'release': release})}", 302)

    return routes
