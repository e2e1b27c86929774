"""What templates may call: labels, addresses and tests on terms."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Flask, request

from kg.names import CT
from service.catalogue import Catalogue
from service.links import href, path_of
from service.looks import folder_of, points


def install(app: Flask, catalogue: Catalogue, base: str, **words) -> None:
    """Register the filters, and `words` as globals; IRIs below `base` lead to the service's own pages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["label"] = catalogue.label
    app.jinja_env.filters["short"] = catalogue.short
    app.jinja_env.filters["href"] = lambda iri: href(base, iri, request.script_root)
    app.jinja_env.filters["id"] = lambda iri: iri.removeprefix(base)
    app.jinja_env.filters["term_id"] = lambda iri: f"ct:{iri.removeprefix(CT)}" if iri.startswith(CT) else iri
    app.jinja_env.filters["points"] = points
    app.jinja_env.filters["kind_of"] = lambda iri: folder_of(iri, base)
    app.jinja_env.filters["document"] = lambda iri: f"{request.script_root}/{path_of(base, iri)}"
    app.jinja_env.tests["iri"] = lambda term: isinstance(term, ox.NamedNode)
    app.jinja_env.tests["literal"] = lambda term: isinstance(term, ox.Literal)
    app.jinja_env.globals.update(base=base, **words)
