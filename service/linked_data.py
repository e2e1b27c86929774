"""Every IRI answers: 303 from the thing to the document about it, and documents by suffix."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from urllib.parse import quote

from service import signposts
from service.catalogue import Catalogue
from service.documents import Documents
from service.errors import Gone, NotFound
from service.links import iri_of
from service.nanopubs import Nanopubs
from service.negotiation import GRAPHS, HTML, PAGE_OR_GRAPH, Format, choose_accepted, choose_named
from service.numbers import read_number
from service.reader import Reader
from service.responses import CROSS_ORIGIN, respond
from service.settings import Settings
from service.signposts import link
from service.views import Views

BY_SUFFIX = {item.suffix: item for item in (HTML, *GRAPHS)}


@dataclass(frozen=True)
class LinkedData:
    """Finds the thing or the document at a path."""

    reader: Reader
    catalogue: Catalogue
    documents: Documents
    views: Views
    settings: Settings
    nanopubs: Nanopubs

    def answer(self, path: str) -> Response:
        """A redirect for a thing, a document for a document. Raises Gone with the successor, NotFound with near names."""
        iri = iri_of(self.settings.base, path)
        stem, _, suffix = path.rpartition(".")
        self._gone(iri, path)
        if suffix in BY_SUFFIX:
            self._gone(iri_of(self.settings.base, stem), stem)
        if self.reader.exists(iri):
            return self._see_other(path, iri)
        if suffix in BY_SUFFIX and self.reader.exists(about := iri_of(self.settings.base, stem)):
            return self._document(about, BY_SUFFIX[suffix])
        raise self._never_was(path.rpartition(".")[0] if suffix in BY_SUFFIX else path)

    def _never_was(self, path: str) -> NotFound:
        """The error for a path that names nothing: near names, and the words in it to search for."""
        near = self.catalogue.near(path)
        words = path.rpartition("/")[2].replace("-", " ").strip()
        return NotFound(f"There is no {path} in this release, and nothing of that name was withdrawn."
                        + (" Did you mean one of these?" if near else " The lists under /browse name everything there is."),
                        near=[{"label": entry.label, "iri": entry.iri} for entry in near],
                        **({"words": words} if re.search("[A-Za-z]{3}", words) else {}))

    def _see_other(self, path: str, iri: str) -> Response:
        name = request.args.get("format")
        # A client without a wish is a linked-data client: browsers always name HTML.
        chosen = choose_named(name, PAGE_OR_GRAPH) if name else choose_accepted(request.accept_mimetypes, PAGE_OR_GRAPH)
        response = redirect(f"{request.script_root}/{quote(path)}.{chosen.suffix}", 303)
        response.headers.update({"Vary": "Accept", "Cache-Control": "public, max-age=60", **CROSS_ORIGIN})
        response.headers["Link"] = signposts.of_thing(self.settings.base, request.script_root, iri)
        return response

    def _document(self, iri: str, form: Format) -> Response:
        links = [signposts.of_document(self.settings.base, request.script_root, iri, form),
                 *self.nanopubs.signpost(request.script_root, iri)]
        headers = {"Link": ", ".join(links)}
        if form is HTML:
            body = self.views.render(iri, read_number(request.args.get("page"), 1, 10**6))
            return respond(body, "text/html; charset=utf-8", shared=False, vary="", headers=headers)
        return respond(self.documents.write(iri, form), form.content_type, vary="", headers=headers)

    def _gone(self, iri: str, path: str) -> None:
        """Raises Gone with the successor when `iri` was withdrawn."""
        tombstone = self.reader.tombstone(iri)
        if tombstone is None:
            return
        words = [f"{path} was withdrawn{f' on {tombstone.date}' if tombstone.date else ''}.", tombstone.reason]
        new = tombstone.successor
        words.append("Its successor is below." if new else "Nothing takes its place.")
        near = [{"label": self.catalogue.label(new), "iri": new}] if new else []
        raise Gone(" ".join(filter(None, words)), {"Link": link(new, "successor-version"), **CROSS_ORIGIN} if new else {},
                   near=near, **({"successor": new} if new else {}))


def blueprint(linked: LinkedData) -> Blueprint:
    """The routes of things and documents: whatever no other route takes."""
    routes = Blueprint("linked_data", __name__)

    @routes.get("/<path:path>")
    def thing(path: str) -> Response:
        return linked.answer(path)

    return routes
