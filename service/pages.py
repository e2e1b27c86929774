"""The pages that are about many things at once: search and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, Response

from service.catalogue import Catalogue
from service.claimindex import ClaimIndex
from service.excerpts import FindText
from service.querypage import QueryPages
from service.reader import Reader
from service.search import SearchPages
from service.settings import Settings


@dataclass
class Pages:
    """What these pages need, handed over once by the app factory."""

    reader: Reader
    catalogue: Catalogue
    settings: Settings
    find_text: FindText
    query_pages: QueryPages

    @cached_property
    def claims(self) -> ClaimIndex:
        """All claims of the release."""
        return ClaimIndex(self.reader)

    @cached_property
    def search(self) -> SearchPages:
        """The search over the release."""
        return SearchPages(self.reader, self.catalogue, self.claims, self.settings)


def blueprint(pages: Pages) -> Blueprint:
    """The routes of these pages."""
    routes = Blueprint("pages", __name__)

    @routes.get("/search")
    def search() -> Response:
        return pages.search.answer()

    return routes
