"""What templates may call: labels, addresses, links and tests on terms."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox
from flask import Flask, request
from jinja2 import FileSystemBytecodeCache
from markupsafe import Markup, escape

from kg.names import CT
from service.catalogue import Catalogue
from service.links import href, path_of
from service.looks import folder_of, points


OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")  # Unicode Standard Annex 9, section 2


def _compiled() -> FileSystemBytecodeCache | None:
    """Where compiled templates wait for the next start; None where this user has no such place."""
    try:
        return FileSystemBytecodeCache(pattern="caretrace-%s.cache")
    except (OSError, RuntimeError):
        return None


def install(app: Flask, catalogue: Catalogue, base: str, **words) -> None:
    """Register the filters, and `words` as globals; IRIs below `base` lead to the service's own pages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = without_overrides
    app.jinja_env.bytecode_cache = _compiled()
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
    app.jinja_env.globals.update(base=base, link_to=Linking(catalogue, base), kind_of=kind_of, name_of=name_of, **words)


class Linking:
    """Makes links. A long page has a thousand of them, and a template's macro takes eight times as long for one."""

    def __init__(self, catalogue: Catalogue, base: str):
        self._catalogue, self._base = catalogue, base

    def __call__(self, iri: str, text: str | None = None) -> Markup:
        """A link that shows `text` or the label of `iri`; the words alone where `iri` is no web address."""
        address = href(self._base, iri, request.script_root)
        if address is None:
            return escape(text or iri)
        return without_overrides(Markup(f'<a href="{escape(address)}">{escape(text or self._catalogue.label(iri))}</a>'))

    def all(self, iris: Iterable[str], between: str = ", ") -> Markup:
        """Links with `between` between them."""
        return escape(between).join(map(self, iris))


def without_overrides(shown: object) -> object:
    """What a template shows, with a mark in place of each character that turns the direction of what follows it."""
    if not isinstance(shown, str) or shown.isascii() or not OVERRIDES.search(shown):
        return shown
    return type(shown)(OVERRIDES.sub("\ufffd", shown))


def name_of(iri: str) -> str:
    """The words of a concept's IRI: `modality/as-printed` → `as printed`."""
    return iri.rpartition("/")[2].replace("-", " ")


def kind_of(iri: str) -> Markup:
    """The name of a kind of claim beside its colour."""
    name = escape(name_of(iri))
    return Markup(f'<span class="kind kind-{name.replace(" ", "-")}">{name}</span>')
