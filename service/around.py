"""Everything that claims join a thing to: a page, and JSON for the picture to explore."""

from __future__ import annotations

import json

from flask import Response, render_template, request

from service.catalogue import Catalogue
from service.claimindex import ClaimIndex
from service.entities import Link, links_of, neighbours
from service.errors import NotFound
from service.links import href
from service.looks import SHAPES, folder_of, shape_of
from service.negotiation import HTML, Format, choose_accepted, choose_named
from service.reader import Reader
from service.responses import respond
from service.settings import Settings

JSON = Format("application/json", "JSON", "json", ("json",))


class Around:
    """Answers /compare/around."""

    def __init__(self, reader: Reader, catalogue: Catalogue, claims: ClaimIndex, settings: Settings):
        self.reader, self.catalogue, self.claims, self.settings = reader, catalogue, claims, settings

    def answer(self) -> Response:
        """The links of the thing that `thing` names, by IRI or id. Raises NotFound."""
        name = request.args.get("format")
        form = choose_named(name, (HTML, JSON)) if name else choose_accepted(request.accept_mimetypes, (HTML, JSON))
        iri = named(self.reader, self.settings.base, request.args.get("thing", ""))
        joins = links_of(self.reader, self.claims, iri)
        if form is HTML:
            body = render_template("around.html", iri=iri, title=self.catalogue.label(iri), joins=joins)
            return respond(body, "text/html; charset=utf-8", shared=False)
        return respond(json.dumps(self.picture(iri, joins), ensure_ascii=False), form.content_type)

    def picture(self, iri: str, joins: list[Link]) -> dict:
        """The thing and its nearest neighbours as nodes and edges; `links` counts all there are."""
        shown = neighbours(joins)
        return {"thing": iri, "links": len(joins), "nodes": [self._node(thing) for thing in (iri, *(link.other for link in shown))],
                "edges": [self._edge(iri, link) for link in shown]}

    def _node(self, iri: str) -> dict:
        folder = folder_of(iri, self.settings.base)
        return {"id": iri, "name": self.catalogue.label(iri), "kind": folder, "points": SHAPES[shape_of(folder)],
                "page": href(self.settings.base, iri, request.script_root)}

    def _edge(self, iri: str, link: Link) -> dict:
        ends = (iri, link.other) if link.outward else (link.other, iri)
        return {"source": ends[0], "target": ends[1], "says": self.catalogue.label(link.predicate), "predicate": link.predicate,
                "claims": len(link.claims), "denied": len(link.denied), "publishers": link.publishers}


def named(reader: Reader, base: str, given: str) -> str:
    """The IRI of the thing that an address names by IRI or by id (`risk/x`). Raises NotFound."""
    for iri in (given, base + given):
        if given and reader.exists(iri):
            return iri
    raise NotFound(f"Nothing in this release has the IRI {given or '(none given)'}. Give an IRI, or an id such as risk/x.")
