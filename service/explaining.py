"""Why a triple stands in the graph: a page and JSON for the tree of its derivation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, Response, render_template, request

from kg import tree
from kg.errors import LookupFailed
from kg.explain import explain
from kg.lookup import Lookup
from kg.names import CT, RULE
from service.errors import NotFound, ServiceError
from service.negotiation import HTML, Format, choose_accepted, choose_named
from service.reader import Reader
from service.responses import respond

JSON = Format("application/json", "JSON", "json", ("json",))
MAX_CHARS = 2000
EXAMPLE_RULES = ("harm-chain", "part-of", "unmitigated-risk")
CONCLUDED = ("SELECT ?s ?p ?o {{ GRAPH <" + RULE + "{0}> {{ ?i <" + CT + "inferredSubject> ?s ; <" + CT + "inferredProperty> ?p ; <"
             + CT + "inferredObject> ?o }} }} LIMIT 1")
CLAIMED = f"SELECT ?s ?p ?o {{ ?claim <{CT}statement> ?words . GRAPH ?claim {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?p), '{CT}')) }} LIMIT 1"


class NoTriple(ServiceError):
    status, title = 400, "The triple cannot be read"


@dataclass
class Explaining:
    """Explains triples of one release."""

    reader: Reader

    @cached_property
    def lookup(self) -> Lookup:
        """Read at the first question, since a release never changes."""
        return Lookup(self.reader.store)

    @cached_property
    def examples(self) -> list[tuple[str, str, str]]:
        """A triple that each of these rules concludes, and one that a claim says: something to explain in any release."""
        found = [row for rule in EXAMPLE_RULES for row in self.reader.store.query(CONCLUDED.format(rule))]
        return [tuple(row[name].value for name in "spo") for row in [*self.reader.store.query(CLAIMED), *found]]

    def answer(self, words: tuple[str, ...]) -> dict:
        """The explanation as plain values; `found` is false when nothing says the triple. Raises NotFound for unknown names."""
        try:
            triple = self.lookup.triple(words)
        except LookupFailed as error:
            words = str(error).replace("`caretrace find WORDS` searches", "/search finds names by words")
            raise NotFound(words, near=[{"label": label, "iri": iri} for label, iri in error.near]) from None
        return tree.document(explain(self.reader.store, triple), self.lookup)


def asked_words() -> tuple[str, ...]:
    """The words of the triple that is asked for: `triple`, or `s`, `p` and `o`; none when nothing is asked. Raises NoTriple."""
    parts = tuple(request.args.get(name, "").strip() for name in "spo")
    words = parts if all(parts) else (request.args.get("triple", "").strip(),)
    if any(parts) and not all(parts):
        raise NoTriple("Give all three of s, p and o, or one triple: /explain?triple=SUBJECT PREDICATE OBJECT.")
    if sum(map(len, words)) > MAX_CHARS:
        raise NoTriple(f"The triple has more than {MAX_CHARS:,} characters. Give ids, such as risk/x threatens practice/y.")
    return words if all(words) else ()


def blueprint(explaining: Explaining) -> Blueprint:
    """The route /explain."""
    routes = Blueprint("explaining", __name__)

    @routes.get("/explain")
    def page() -> Response:
        name = request.args.get("format")
        form = choose_named(name, (HTML, JSON)) if name else choose_accepted(request.accept_mimetypes, (JSON, HTML))
        words = asked_words()
        if not words and form is not HTML:
            raise NoTriple("Say which triple: /explain?triple=SUBJECT PREDICATE OBJECT, or s, p and o apart.")
        found = explaining.answer(words) if words else None
        if form is HTML:
            body = render_template("explain.html", words=" ".join(words), found=found, examples=() if words else explaining.examples)
            return respond(body, "text/html; charset=utf-8", shared=False)
        return respond(json.dumps(found, ensure_ascii=False), form.content_type)

    return routes
