"""JSON-LD in the terms of a published context, which stands in the document.

A context named by its address only would make every reader fetch it, and those without a network fail.

PyLD compacts a whole release in about a minute. Which term and which form a value takes depends on no more than its
predicate and its kind (IRI, datatype or language), so PyLD is asked once for each pair and its answer is kept; only
where the context shortens the values themselves (`kind: risk`) is it asked for each value. IRIs are written in full.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable

import pyoxigraph as ox
from pyld import jsonld

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
STRING = "http://www.w3.org/2001/XMLSchema#string"
NODE, OTHER_IRI, OTHER_WORDS = "urn:caretrace:node", "urn:caretrace:placeholder", "placeholder"
DEFAULT = ox.DefaultGraph()


def _kind(value) -> tuple[str, str]:
    """What kind of value it is: an IRI, or words of a language or a datatype."""
    if not isinstance(value, ox.Literal):
        return "@id", ""
    return ("@language", value.language) if value.language else ("@type", value.datatype.value)


def _sample(kind: tuple[str, str]) -> dict:
    """A value of that kind with a placeholder for its words, in expanded form."""
    name, of = kind
    if name == "@id":
        return {"@id": of or OTHER_IRI}
    return {"@value": OTHER_WORDS} if of == STRING else {"@value": OTHER_WORDS, name: of}


def _filling(form: object) -> Callable[[object], object]:
    """What puts a value into the place that a placeholder has in `form`; a form without one stays as it is."""
    if form in (OTHER_IRI, OTHER_WORDS):
        return _words
    slot = next((name for name, part in form.items() if part in (OTHER_IRI, OTHER_WORDS)), None) if isinstance(form, dict) else None
    if slot is None:
        return lambda value: form

    def fill(value) -> dict:
        filled = form.copy()
        filled[slot] = _words(value)
        return filled
    return fill


def _words(value) -> str:
    return str(value) if isinstance(value, ox.BlankNode) else value.value


class Writer:
    """Writes documents in the terms of `context` (the value of an `@context`), remembering how."""

    def __init__(self, context: dict):
        self._context = context
        self._address = f"urn:caretrace:context:{hashlib.sha256(json.dumps(context).encode()).hexdigest()}"
        self._options = {"documentLoader": self._load, "skipExpansion": True}
        self._known: dict[tuple[str, tuple[str, str]], tuple[str, Callable[[object], object]]] = {}
        self._types: dict[str, str] = {}
        shortened = {name for name, term in context.items() if isinstance(term, dict) and term.get("@type") == "@vocab"}
        self._shortened = {self._expanded(name) for name in shortened}
        self.id, self.type, self.graph = (self._alias(word) for word in ("@id", "@type", "@graph"))

    def _load(self, url: str, options: dict) -> dict:
        """The context, for PyLD, which reads it once for its address and anew each time without one; nothing is fetched."""
        if url != self._address:
            raise ValueError(f"{url} is not fetched")
        return {"document": {"@context": self._context}, "documentUrl": url, "contextUrl": None,
                "contentType": "application/ld+json", "tag": "static"}

    def _alias(self, keyword: str) -> str:
        """What the context calls a keyword."""
        return next((name for name, term in self._context.items() if term == keyword), keyword)

    def _expanded(self, name: str) -> str:
        """The IRI of a term."""
        [node] = jsonld.expand({"@context": self._address, "@id": NODE, name: OTHER_IRI}, {"documentLoader": self._load})
        return next(key for key in node if key != "@id")

    def _compact(self, predicate: str, value: dict) -> tuple[str, object]:
        """Term and form of one expanded value."""
        node = jsonld.compact([{"@id": NODE, predicate: [value]}], self._address, self._options)
        return next((key, node[key]) for key in node if key not in ("@context", self.id))

    def entry(self, predicate: str, value) -> tuple[str, object]:
        """The key and the value in the document for one triple's predicate and object."""
        kind = ("@id", value.value) if predicate in self._shortened and isinstance(value, ox.NamedNode) else _kind(value)
        if (known := self._known.get((predicate, kind))) is None:
            key, form = self._compact(predicate, _sample(kind))
            known = self._known[predicate, kind] = key, _filling(form)
        key, fill = known
        return key, fill(value)

    def type_of(self, iri: str) -> str:
        """A class as the value of `type`."""
        if iri not in self._types:
            node = jsonld.compact([{"@id": NODE, "@type": [iri]}], self._address, self._options)
            self._types[iri] = node[self.type]
        return self._types[iri]

    def nodes(self, triples: Iterable[ox.Triple | ox.Quad]) -> dict[str, dict]:
        """Node objects by the `id` of their subject, in the order in which these first come."""
        found: dict[str, dict] = {}
        for triple in triples:
            subject, predicate, value = _words(triple.subject), triple.predicate.value, triple.object
            node = found.setdefault(subject, {self.id: subject})
            if predicate == TYPE and isinstance(value, ox.NamedNode):
                key, form = self.type, self.type_of(value.value)
            else:
                key, form = self.entry(predicate, value)
            if key not in node:
                node[key] = form
            elif isinstance(node[key], list):
                node[key].append(form)
            else:
                node[key] = [node[key], form]
        return found

    def write(self, quads: Iterable[ox.Quad]) -> bytes:
        """The document: the context, and a line for each node; a thing that names a graph has it within its node."""
        graphs: dict = {DEFAULT: []}
        for quad in quads:
            graphs.setdefault(quad.graph_name, []).append(quad)
        whole = self.nodes(graphs.pop(DEFAULT))
        for name, triples in graphs.items():
            node = whole.setdefault(_words(name), {self.id: _words(name)})
            node[self.graph] = list(self.nodes(triples).values())
        lines = ",\n".join(json.dumps(node, ensure_ascii=False) for node in whole.values())
        context = json.dumps(self._context, ensure_ascii=False)
        return f'{{"@context": {context},\n"{self.graph}": [\n{lines}\n]}}\n'.encode()
