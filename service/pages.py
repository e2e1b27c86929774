"""The pages that are about many things at once: the start page, search and comparisons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, Response, render_template

from service import charts
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.comparing import pairs
from service.comparisons import Comparisons
from service.excerpts import FindText
from service.querypage import QueryPages
from service.reader import Reader
from service.responses import respond
from service.search import SearchPages
from service.settings import Settings

# Risks in the picture on the start page: as many as can be read at a glance.
MOST_RISKS = 12


@dataclass
class Pages:
    """What these pages need, handed over once by the app factory."""

    reader: Reader
    catalogue: Catalogue
    settings: Settings
    find_text: FindText
    query_pages: QueryPages
    files: list[tuple[str, int]]

    @cached_property
    def claims(self) -> ClaimIndex:
        """All claims of the release."""
        return ClaimIndex(self.reader)

    @cached_property
    def search(self) -> SearchPages:
        """The search over the release."""
        return SearchPages(self.reader, self.catalogue, self.claims, self.settings)

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons across reports."""
        return Comparisons(self.reader, self.catalogue, self.claims, self.settings)

    def home(self) -> Response:
        """What this is, how big and how fresh, questions to click, and pictures of what is in it."""
        counts = {name: len(entries) for name, entries in self.catalogue.folders.items()}
        by_kind = self.claims.by_report_and_kind
        kinds = [kind for kind, _ in sum((Counter({kind: n}) for (_, kind), n in by_kind.items()), Counter()).most_common()]
        meeting = charts.bipartite(pairs(self.reader, self.claims, "mitigates"), self.catalogue.label, MOST_RISKS)
        examples = [example for example in self.query_pages.examples if example.iri][:6]
        return respond(render_template(
            "home.html", counts=counts, by_kind=by_kind, kinds=kinds, reports=self.claims.reports, meeting=meeting,
            examples=examples, files=self.files, short_id=short_id), "text/html; charset=utf-8", shared=False)


def blueprint(pages: Pages) -> Blueprint:
    """The routes of these pages."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        return pages.home()

    @routes.get("/search")
    def search() -> Response:
        return pages.search.answer()

    @routes.get("/compare")
    def compare() -> Response:
        return pages.comparisons.index()

    @routes.get("/compare/said")
    def said() -> Response:
        return pages.comparisons.said()

    @routes.get("/compare/reports")
    def two_reports() -> Response:
        return pages.comparisons.two_reports()

    @routes.get("/compare/timeline")
    def timeline() -> Response:
        return pages.comparisons.timeline()

    @routes.get("/compare/<name>")
    def table(name: str) -> Response:
        return pages.comparisons.table(name)

    return routes
