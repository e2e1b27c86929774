"""From what a person writes to a term of the graph: an id, an IRI, a prefixed name, a label or another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from kg import names
from kg.errors import LookupFailed
from kg.nearness import nearest

Term = ox.NamedNode | ox.Literal
_LABELS = """SELECT ?thing ?label WHERE { { ?thing rdfs:label|skos:altLabel|dcterms:title ?label }
  UNION { GRAPH <%s> { ?thing rdfs:label ?label } } }""" % names.ONTOLOGY
_PROPERTIES = """SELECT ?property ?kind WHERE { GRAPH <%s> { ?property a ?kind
  FILTER(?kind IN (owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty)) } }""" % names.ONTOLOGY
_PREFIXES = {"ct": names.CT, "dcterms": "http://purl.org/dc/terms/", "oa": "http://www.w3.org/ns/oa#", "owl": "http://www.w3.org/2002/07/owl#",
             "prov": "http://www.w3.org/ns/prov#", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
             "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "schema": "https://schema.org/", "skos": "http://www.w3.org/2004/02/skos/core#"}


class Lookup:
    """The names of everything in one store, read once."""

    def __init__(self, store: ox.Store):
        self._store = store
        self._named: dict[str, set[ox.NamedNode]] = {}
        self.labels: dict[ox.NamedNode, str] = {}
        for row in sorted(store.query(_LABELS, prefixes=_PREFIXES), key=str):
            self._named.setdefault(row["label"].value.casefold(), set()).add(row["thing"])
            self.labels.setdefault(row["thing"], row["label"].value)
        # rdfs:label wins over another name or a title
        self.labels.update({q.subject: q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(_PREFIXES["rdfs"] + "label"), None)})
        self._properties = {row["property"]: row["kind"].value.rpartition("#")[2] for row in store.query(_PROPERTIES, prefixes=_PREFIXES)}

    def label(self, term: Term) -> str:
        """What to call a term: its label, its id, or the literal's words."""
        if isinstance(term, ox.Literal):
            return term.value
        return self.labels.get(term) or names.path_of(term.value).rpartition("#")[2]

    def triple(self, words: Sequence[str]) -> tuple[ox.NamedNode, ox.NamedNode, Term]:
        """Subject, predicate and object named by one string, or by three. Raises LookupFailed with near names."""
        if len(words) == 3:
            predicate = self.property(words[1])
            return self.thing(words[0]), predicate, self.object(words[2], predicate)
        readings = sorted(self._readings(" ".join(words).split()), key=lambda reading: -len(reading[1]))
        if not readings:
            raise LookupFailed(f"No predicate of the ontology stands between two names in {' '.join(words)!r}. Write SUBJECT PREDICATE OBJECT, "
                               "such as 'risk/x threatens practice/y' or 'staff burnout threatens continuity of care'; /ontology lists the predicates.")
        first: LookupFailed | None = None
        for subject, predicate_words, rest in readings:
            try:
                predicate = self.property(" ".join(predicate_words))
                return self.thing(" ".join(subject)), predicate, self.object(" ".join(rest), predicate)
            except LookupFailed as error:
                first = first or error
        raise first

    def _readings(self, tokens: list[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
        """Every way to read a predicate in the middle."""
        for start in range(1, len(tokens) - 1):
            for end in range(start + 1, len(tokens)):
                if self._property(" ".join(tokens[start:end])):
                    yield tokens[:start], tokens[start:end], tokens[end:]

    def property(self, words: str) -> ox.NamedNode:
        """The property called `words`. Raises LookupFailed with near names."""
        if found := self._property(words):
            return found
        known = {names.path_of(p.value).rpartition("#")[2]: p for p in self._properties if p.value.startswith(names.CT)}
        near = [known[name] for name in nearest(words, known, 3, 0.5)]
        raise self._failed(f"No predicate is called {words!r}.", near)

    def _property(self, words: str) -> ox.NamedNode | None:
        node = _iri(words) or (ox.NamedNode(names.CT + words) if words.isidentifier() else None)
        if node in self._properties or (node is not None and _iri(words) and self._known(node)):
            return node
        return next((n for n in sorted(self._named.get(words.casefold(), ()), key=str) if n in self._properties), None)

    def object(self, words: str, predicate: ox.NamedNode) -> Term:
        """The thing called `words`, or for a predicate with values the value that is written so."""
        used = {q.object for q in self._store.quads_for_pattern(None, predicate, None)}
        if self._properties.get(predicate, "ObjectProperty") == "ObjectProperty" or (used and all(isinstance(term, ox.NamedNode) for term in used)):
            return self.thing(words)
        fits = sorted((term for term in used if getattr(term, "value", None) == words.strip('"')), key=str)
        return fits[0] if fits else ox.Literal(words)

    def thing(self, words: str) -> ox.NamedNode:
        """The one thing with this id, IRI, prefixed name, label or other name. Raises LookupFailed with near names."""
        node = _iri(words) or _iri(names.BASE + words.strip("/"))
        if node is not None and self._known(node):
            return node
        fits = sorted((n for n in self._named.get(words.casefold(), ()) if n not in self._properties), key=str)
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise self._failed(f"{len(fits)} things are called {words!r}; give the id.", fits)
        raise self._failed(f"Nothing in this release is called {words!r}.", self._near(words))

    def _known(self, node: ox.NamedNode) -> bool:
        patterns = ((node, None, None), (None, None, node), (None, node, None))
        return any(next(iter(self._store.quads_for_pattern(*pattern)), None) for pattern in patterns)

    def _near(self, words: str) -> list[ox.NamedNode]:
        slugs = {names.path_of(node.value): node for node in self.labels if node.value.startswith(names.BASE)}
        close = [slugs[slug] for slug in nearest(words, slugs, 3, 0.7)] if "/" in words else []
        close += [node for label in nearest(words.casefold(), self._named, 3, 0.7) for node in sorted(self._named[label], key=str)]
        return list(dict.fromkeys(close))[:5]

    def _failed(self, what: str, near: list[ox.NamedNode]) -> LookupFailed:
        listed = ", ".join(f"{names.path_of(node.value)} ({self.label(node)})" for node in near)
        message = f"{what} {'Near it: ' + listed + '.' if listed else 'Write an id such as risk/x, an IRI or a label; `caretrace find WORDS` searches.'}"
        return LookupFailed(message, [(self.label(node), node.value) for node in near])


def _iri(words: str) -> ox.NamedNode | None:
    """The IRI that is written in full, in angle brackets or with a prefix; None when it is none."""
    plain = words.strip()
    prefix, colon, local = plain.partition(":")
    if colon and prefix in _PREFIXES:
        plain = _PREFIXES[prefix] + local
    plain = plain.removeprefix("<").removesuffix(">")
    if not plain.startswith(("http://", "https://", "urn:")):
        return None
    try:
        return ox.NamedNode(plain)
    except ValueError:
        return None
