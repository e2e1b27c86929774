"""The query form for people, and results as a table whose IRIs are links."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from flask import Response, render_template, request

from service.catalogue import Catalogue
from service.emptiness import explain_emptiness
from service.errors import ServiceError
from service.examples import Example, read_examples
from service.negotiation import GRAPHS, SOLUTIONS
from service.protocol import ProtocolRequest
from service.reader import Reader
from service.responses import respond
from service.settings import Settings
from service.shortlinks import shorten

START = """PREFIX ct: <https://w3id.org/caretrace/ontology#>

SELECT ?claim ?statement ?holder WHERE {
  ?claim ct:kind <https://w3id.org/caretrace/kind/risk> ;
         ct:statement ?statement ;
         ct:heldBy ?holder .
}
LIMIT 50"""
MAX_SHOWN_CHARS = 200_000


@dataclass
class QueryPages:
    """Renders the endpoint for browsers."""

    reader: Reader
    settings: Settings
    catalogue: Catalogue
    release: str = ""  # its name; without one no link is pinned
    start: str = START
    own_examples: bool = True  # whether the data's own examples, or three for any release, are shown

    @cached_property
    def examples(self) -> list[Example]:
        """The example questions of the release."""
        return read_examples(self.reader) if self.own_examples else []

    def form(self) -> Response:
        """The form, filled with the example that the address names."""
        chosen = next((e for e in self.examples if e.name == request.args.get("example")), None)
        return self._page(chosen.query if chosen else self.start, chosen=chosen)

    def answer(self, asked: ProtocolRequest, run: Callable[[], tuple[str, object, int]]) -> Response:
        """The form with the result below it."""
        began = time.perf_counter()
        kind, body, size = run()
        took_ms = 1000 * (time.perf_counter() - began)
        if not isinstance(body, bytes):
            body.close()
            return self._page(asked.query, links=self._links(asked, kind), took_ms=took_ms, notice=(
                f"The result has {size:,} bytes, too many for a page. Download it in a format below."))
        shown = self._read(kind, body)
        if shown.get("total") == 0:
            shown["terms"] = explain_emptiness(self.reader, self.catalogue, asked.query)
        return self._page(asked.query, links=self._links(asked, kind), took_ms=took_ms, **shown)

    def failure(self, asked: ProtocolRequest, error: ServiceError) -> Response:
        """The form with what is wrong above it, under the error's own status."""
        response = self._page(asked.query or "", error=error)
        response.status_code = error.status
        response.headers.update(error.headers)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _read(self, kind: str, body: bytes) -> dict:
        if kind == "graph":
            text = body.decode("utf-8")
            return {"graph": text[:MAX_SHOWN_CHARS], "cut": len(text) > MAX_SHOWN_CHARS}
        result = json.loads(body)
        if kind == "boolean":
            return {"boolean": result["boolean"]}
        rows = result["results"]["bindings"]
        shown = rows[:self.settings.max_html_rows]
        return {"variables": result["head"]["vars"], "rows": shown, "total": len(rows),
                "evidence": [self._evidence(row) for row in shown]}

    def _evidence(self, row: dict) -> str | None:
        """The first claim in a row: what its evidence link leads to."""
        claim = f"{self.settings.base}claim/"
        return next((cell["value"] for cell in row.values() if cell["type"] == "uri" and cell["value"].startswith(claim)), None)

    def _links(self, asked: ProtocolRequest, kind: str) -> list[tuple[str, str]]:
        """Name and address of the same result in each format."""
        pairs = [("query", asked.query)]
        pairs += [("default-graph-uri", iri) for iri in asked.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in asked.named_graphs or ()]
        names = [item.names[0] for item in (GRAPHS if kind == "graph" else SOLUTIONS)]
        return [(name, f"{request.script_root}/sparql?{urlencode([*pairs, ('format', name)])}") for name in names]

    def _page(self, query: str, **more) -> Response:
        endpoint = self.settings.endpoint(request.url_root)
        permanent = f"{endpoint.removesuffix('sparql')}q/{self.release}/{shorten(query)}" if self.release else None
        pinned = request.args.get("release", self.release)
        body = render_template("sparql.html", query=query, examples=self.examples, settings=self.settings, endpoint=endpoint,
                               permanent=permanent, pinned=pinned if pinned != self.release else None, **more)
        return respond(body, "text/html; charset=utf-8", shared=False)
