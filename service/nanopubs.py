"""Nanopublications: each claim's own, by the claim's address and by its trusty URI."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from kg import nanopubs
from service.documents import Documents
from service.errors import Gone, NotFound
from service.links import path_of
from service.negotiation import HTML, JSON_LD, N_QUADS, TRIG, Format, choose_accepted, choose_named
from service.reader import Reader
from service.responses import CROSS_ORIGIN, respond
from service.signposts import link

FORMATS = (TRIG, JSON_LD, N_QUADS)  # a nanopublication is four graphs
BY_SUFFIX = {item.suffix: item for item in FORMATS}
PROFILE = f'; profile="{nanopubs.NP}"'


@dataclass
class Nanopubs:
    """The nanopublications that the release in `folder` lists, made anew from its store."""

    reader: Reader
    documents: Documents
    folder: Path
    base: str

    @cached_property
    def claims(self) -> dict[str, str]:
        """IRI of a nanopublication → IRI of its claim."""
        return nanopubs.read_index(self.folder)

    @cached_property
    def _by_claim(self) -> dict[str, str]:
        return {claim: iri for iri, claim in self.claims.items()}

    def of(self, claim: str) -> str | None:
        """The trusty URI of a claim's nanopublication, if the release has one."""
        return self._by_claim.get(claim)

    def signpost(self, root: str, claim: str) -> list[str]:
        """The link from a document about `claim` to its nanopublication; none for anything else."""
        if self.of(claim) is None:
            return []
        return [link(f"{root}/{path_of(self.base, claim)}.nanopub.trig", "item", TRIG.media_type) + PROFILE]

    def document(self, iri: str, form: Format) -> Response:
        """The nanopublication named `iri`. Raises NotFound when the store gives another one, which only a foreign store can."""
        made = nanopubs.nanopublication(self.reader.store, ox.NamedNode(self.claims[iri]))
        if made.iri != iri:
            raise NotFound(f"The store does not hold what {iri} was made of. The dump {nanopubs.FILE} has it.")
        links = [link(iri, "cite-as"), link(iri, "describes"), link(f"{iri}.{form.suffix}", "canonical"), link(made.claim, "about"),
                 *(link(f"{request.script_root}/{path_of(self.base, iri)}.{item.suffix}", "alternate", item.media_type)
                   for item in FORMATS if item is not form)]
        return respond(self.documents.serialise(made.quads, form), form.content_type, vary="", headers={"Link": ", ".join(links)})

    def replaced(self, iri: str) -> Gone | None:
        """For the nanopublication of an earlier release: where it is still found, and what stands in its place."""
        for folder in sorted(self.folder.parent.glob(f"*/{nanopubs.INDEX}")):
            claim = nanopubs.read_index(folder.parent).get(iri)
            if claim is None:
                continue
            dump, new = f"{request.script_root}/dump/{folder.parent.name}/{nanopubs.FILE}", self.of(claim)
            near = [{"label": "the release that holds it", "iri": dump}] + [{"label": "the claim's present one", "iri": new}] * bool(new)
            return Gone(f"{iri} is of an earlier release, in whose dump it stays. Its claim has changed since or was withdrawn.",
                        {"Link": link(new, "successor-version"), **CROSS_ORIGIN} if new else {}, near=near)
        return None


def blueprint(made: Nanopubs) -> Blueprint:
    """The routes of nanopublications."""
    routes = Blueprint("nanopubs", __name__)

    @routes.get("/claim/<name>.nanopub.<suffix>")
    def of_claim(name: str, suffix: str) -> Response:
        iri = made.of(f"{made.base}claim/{name}")
        if iri is None or suffix not in BY_SUFFIX:
            known = "" if iri is None else f" It has {', '.join(f'{name}.nanopub.{known}' for known in BY_SUFFIX)}."
            raise NotFound(f"There is no claim/{name}.nanopub.{suffix} in this release.{known}")
        return made.document(iri, BY_SUFFIX[suffix])

    @routes.get("/np/<name>")
    def by_trusty_uri(name: str) -> Response:
        code, _, suffix = name.partition(".")
        iri = f"{made.base}np/{code}"
        if iri not in made.claims or (suffix and suffix not in BY_SUFFIX):
            raise made.replaced(iri) or NotFound(f"There is no nanopublication {name} in this release; {nanopubs.INDEX} beside its "
                                                 "dumps lists them all.")
        if suffix:
            return made.document(iri, BY_SUFFIX[suffix])
        wanted = request.args.get("format")
        offer = (*FORMATS, HTML)
        form = choose_named(wanted, offer) if wanted else choose_accepted(request.accept_mimetypes, offer)
        stem = path_of(made.base, made.claims[iri] if form is HTML else iri)  # people read the claim's page
        response = redirect(f"{request.script_root}/{stem}.{form.suffix}", 303)
        response.headers.update({"Vary": "Accept", "Cache-Control": "public, max-age=60", **CROSS_ORIGIN,
                                 "Link": ", ".join((link(iri, "cite-as"), link(made.claims[iri], "about")))})
        return response

    return routes
