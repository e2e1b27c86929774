"""The search page and its JSON: words and filters in, ranked hits out, and helpful words when there are none."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from flask import Response, render_template, request

from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.errors import BadRequest
from service.functions import search_query
from service.names import PREFIXES
from service.numbers import read_number
from service.reader import Reader
from service.responses import respond
from service.searchindex import Found, SearchIndex
from service.settings import Settings

PER_PAGE, MAX_PER_PAGE, MAX_CHARS = 20, 200, 300
FOLDER_OF = {"report": "source", "kind": "kind"}


@dataclass
class Asked:
    """A search as the address gives it: `filters` are IRIs or plain values by field; `unknown` what names nothing here."""

    text: str
    filters: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    folder: str = ""
    page: int = 1
    count: int = PER_PAGE


class SearchPages:
    """Answers /search. The index is made at the first search and kept."""

    def __init__(self, reader: Reader, catalogue: Catalogue, claims: ClaimIndex, settings: Settings):
        self._reader, self.catalogue, self.claims, self.settings = reader, catalogue, claims, settings
        self._lock = threading.Lock()

    @cached_property
    def _made(self) -> SearchIndex:
        return SearchIndex(self._reader, self.catalogue, self.claims)

    @property
    def index(self) -> SearchIndex:
        """The index, made once even when several ask for it first."""
        with self._lock:
            return self._made

    def answer(self) -> Response:
        """The response to the current request: a page, or JSON by `format=json` or by Accept."""
        asked = self._asked()
        nothing = not asked.text.strip() and not asked.filters and not asked.folder
        found = (Found([], 0, {}, [], False) if nothing or asked.unknown else
                 self.index.search(asked.text, asked.filters, asked.folder, (asked.page - 1) * asked.count, asked.count))
        best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
        if request.args.get("format") == "json" or best == "application/json":
            return self._json(asked, found)
        body = render_template("search.html", asked=asked, found=found, nothing=nothing, claims=self.claims.claims,
                               choices=self._choices, address=self._address, pages=max(1, -(-found.total // asked.count)),
                               query=self._query(asked, found), short_id=short_id)
        return respond(body, "text/html; charset=utf-8", shared=False)

    def _asked(self) -> Asked:
        args = request.args
        text = args.get("q", "")
        if len(text) > MAX_CHARS:
            raise BadRequest(f"The search has {len(text)} characters; the limit is {MAX_CHARS}. Search for fewer words.")
        asked = Asked(text, page=read_number(args.get("page"), 1, 10**6), count=read_number(args.get("count"), PER_PAGE, MAX_PER_PAGE))
        for name in ("report", "kind", "holder", "entity"):
            for given in filter(None, map(str.strip, args.getlist(name))):
                self._add(asked, name, given, self._resolve(name, given))
        for name, allowed in (("year", dict(self._choices["year"])), ("reviewed", ("yes", "no"))):
            if given := args.get(name, "").strip():
                self._add(asked, name, given, given if given in allowed else None)
        if given := args.get("in", ""):
            asked.folder = given
            if given not in self.catalogue.folders:
                asked.unknown.append(("in", given))
        return asked

    def _add(self, asked: Asked, name: str, given: str, value: str | None) -> None:
        if value is None:
            asked.unknown.append((name, given))
        else:
            asked.filters.setdefault(name, []).append(value)

    def _resolve(self, name: str, given: str) -> str | None:
        """The IRI that a filter names: by IRI, by id (`risk/staff-burnout`, `nt2023`) or by its exact label."""
        base = self.settings.base
        folder = FOLDER_OF.get(name)
        ids = [given.removeprefix(base), f"{folder}/{given}" if folder else given]
        known = self._iris
        for candidate in ids:
            if base + candidate in known:
                return base + candidate
        return self._by_label.get(given.casefold())

    @cached_property
    def _iris(self) -> frozenset[str]:
        return frozenset(entry.iri for entries in self.catalogue.folders.values() for entry in entries)

    @cached_property
    def _by_label(self) -> dict[str, str]:
        """Label in lower case → IRI, for what is no claim."""
        return {entry.label.casefold(): entry.iri for folder, entries in self.catalogue.folders.items()
                if folder != "claim" for entry in entries}

    @cached_property
    def _choices(self) -> dict[str, list]:
        """What each filter offers: (id, label), or years."""
        claims = self.claims.claims.values()
        label, base = self.catalogue.label, self.settings.base
        holders = {holder for claim in claims for holder in claim.holders}
        return {"report": [(short_id(iri), label(iri)) for iri in self.claims.reports],
                "kind": [(short_id(kind), label(kind)) for kind in sorted({claim.kind for claim in claims})],
                "holder": sorted(((iri.removeprefix(base), label(iri)) for iri in holders), key=lambda pair: pair[1].casefold()),
                "year": [(year, year) for year in sorted({claim.year for claim in claims} - {""})]}

    def _address(self, **changed: object) -> str:
        """The address of this search with some parameters changed (None: left out)."""
        pairs = [(name, value) for name, value in request.args.items(multi=True)
                 if name not in (*changed, "page") and value]
        pairs += [(name, str(value)) for name, value in changed.items() if value is not None]
        return f"{request.script_root}/search?{urlencode(pairs)}"

    def _query(self, asked: Asked, found: Found) -> str | None:
        """This search among claims as a SPARQL query to go on from; None when it found none.

        An external store has no functions that search: there the query names the claims on this page.
        """
        claims = [hit.iri for hit in found.hits if hit.iri in self.claims.claims]
        if not claims:
            return None
        if not self.settings.store:
            return search_query(asked.text, asked.filters)
        values = "\n".join(f"    <{iri}>" for iri in claims)
        return (f"PREFIX ct: <{PREFIXES['ct']}>\n\nSELECT ?claim ?statement ?holder WHERE {{\n  VALUES ?claim {{\n{values}\n  }}\n"
                "  ?claim ct:statement ?statement ; ct:heldBy ?holder .\n}")

    def _json(self, asked: Asked, found: Found) -> Response:
        base = self.settings.base
        body = {
            "query": asked.text, "filters": asked.filters, "in": asked.folder or None, "total": found.total,
            "page": asked.page, "count": asked.count, "folders": found.folders, "anyOfTheWords": found.some,
            "respelt": [{"given": given, "searched": word} for given, word in found.respelt],
            "unknown": [{"filter": name, "given": given} for name, given in asked.unknown],
            "results": [self._result(hit, base) for hit in found.hits]}
        return respond(json.dumps(body, ensure_ascii=False), "application/json")

    def _result(self, hit, base: str) -> dict:
        claim = self.claims.claims.get(hit.iri)
        plain = {"iri": hit.iri, "in": hit.folder, "title": "".join(text for text, _ in hit.title)}
        if claim:
            plain |= {"report": claim.source, "kind": claim.kind, "modality": claim.modality, "heldBy": list(claim.holders),
                      "year": claim.year or None, "reviewed": claim.reviewed}
        return plain
