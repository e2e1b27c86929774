"""Every version of the ontology answers at its own IRI, by number (`/ontology/0.1.0`) and by day (`/ontology/2026-11-22`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from kg.names import ONTOLOGY
from service.errors import NotFound
from service.names import DCTERMS, PREFIXES
from service.negotiation import GRAPHS, HTML, PAGE_OR_GRAPH, choose_accepted, choose_named
from service.responses import CROSS_ORIGIN, respond
from service.views import Views
from service.worker import write_graph

SUFFIXES = {item.suffix: item for item in (HTML, *GRAPHS)}
ISSUED = ox.NamedNode(DCTERMS + "issued")


@dataclass(frozen=True)
class Versions:
    """Version → its file in the release, and day → version."""

    files: dict[str, Path]
    days: dict[str, str]

    def quads(self, version: str) -> list[ox.Quad]:
        """The triples of one version."""
        return list(ox.parse(path=str(self.files[version]), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))


def read(release: Path) -> Versions:
    """The versions that a release holds as `ontology-<version>.ttl`."""
    files = {path.stem.partition("-")[2]: path for path in sorted(release.glob("ontology-*.ttl"))}
    versions = Versions(files, {})
    for version in files:
        for quad in versions.quads(version):
            if quad.predicate == ISSUED and quad.subject == ox.NamedNode(ONTOLOGY):
                versions.days[quad.object.value] = version
    return versions


def blueprint(versions: Versions, views: Views) -> Blueprint:
    """The route /ontology/<version>, with or without a suffix."""
    routes = Blueprint("versions", __name__)

    @routes.get("/ontology/<name>")
    def version(name: str) -> Response:
        stem, _, suffix = name.rpartition(".")
        wanted, form = (stem, SUFFIXES[suffix]) if suffix in SUFFIXES else (name, None)
        if wanted == "alignments":  # they stand in the ontology's own graph
            return redirect(f"{request.script_root}/ontology" + (f".{suffix}" if form else ""), 303)
        if wanted in versions.days:
            return redirect(f"{request.script_root}/ontology/{versions.days[wanted]}" + (f".{suffix}" if form else ""), 303)
        if wanted not in versions.files:
            raise NotFound(f"There is no version {wanted} of the ontology. There are: {', '.join(versions.files) or 'none'}.")
        if form is None:
            asked = request.args.get("format")
            chosen = choose_named(asked, PAGE_OR_GRAPH) if asked else choose_accepted(request.accept_mimetypes, PAGE_OR_GRAPH)
            response = redirect(f"{request.script_root}/ontology/{wanted}.{chosen.suffix}", 303)
            response.headers.update({"Vary": "Accept", **CROSS_ORIGIN})
            return response
        if form is HTML:
            return respond(views.ontology(f"{ONTOLOGY}/{wanted}", lambda: versions.quads(wanted)), "text/html; charset=utf-8", shared=False, vary="")
        return respond(write_graph(ox, [quad.triple for quad in versions.quads(wanted)], None, form.engine_name, PREFIXES), form.content_type, vary="")

    @routes.get("/ontology/alignments/<name>")
    def alignments(name: str) -> Response:
        stem, _, suffix = name.rpartition(".")
        wanted, ending = (stem, f".{suffix}") if suffix in SUFFIXES else (name, "")
        if not views.reader.exists(f"{ONTOLOGY}/alignments/{wanted}"):
            raise NotFound(f"There is no version {wanted} of the alignments. /ontology has the present ones.")
        return redirect(f"{request.script_root}/ontology{ending}", 303)

    return routes
