"""The query page: the form, results as a table whose IRIs are links, and what its editor asks for.

Of YASGUI the page takes the editor. Results are the server's, whether or not a script asked for them: labels, links and
evidence are then the same with and without scripts, the page weighs half, and its content policy needs no inline style.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from service import completion
from service.catalogue import Catalogue
from service.counting import Counter
from service.emptiness import explain_emptiness
from service.engine import Engine
from service.errors import ServiceError
from service.examples import Example, read_examples
from service.negotiation import GRAPHS, SOLUTIONS
from service.presence import presence
from service.protocol import ProtocolRequest, read_request
from service.reader import Reader
from service.responses import OWN_SCRIPTS, PAGE_POLICY, respond
from service.settings import Settings
from service.shortlinks import shorten
from service.snippets import snippets

START = """PREFIX ct: <https://w3id.org/caretrace/ontology#>

SELECT ?claim ?statement ?holder WHERE {
  ?claim ct:kind <https://w3id.org/caretrace/kind/risk> ;
         ct:statement ?statement ;
         ct:heldBy ?holder .
}
LIMIT 50"""
MAX_SHOWN_CHARS = 200_000
POLICY = PAGE_POLICY + OWN_SCRIPTS


@dataclass
class QueryPages:
    """Renders the endpoint for browsers."""

    reader: Reader
    settings: Settings
    catalogue: Catalogue
    engine: Engine
    release: str = ""  # its name; without one no link is pinned
    start: str = START
    own_examples: bool = True  # whether the data's own examples, or three for any release, are shown

    @cached_property
    def examples(self) -> list[Example]:
        """The example questions of the release."""
        return read_examples(self.reader, self.settings.base) if self.own_examples else []

    @cached_property
    def terms(self) -> dict:
        """What an editor may complete."""
        return completion.terms(self.reader, self.catalogue)

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
        if shown.get("total") == 0 or shown.get("boolean") is False:
            shown.update(self._why_nothing(asked))
        return self._page(asked.query, links=self._links(asked, kind), took_ms=took_ms, **shown)

    def failure(self, asked: ProtocolRequest, error: ServiceError) -> Response:
        """The form with what is wrong below it, under the error's own status."""
        response = self._page(asked.query or "", error=error)
        response.status_code = error.status
        response.headers.update(error.headers)
        response.headers["Cache-Control"] = "no-store"
        return response

    def programs(self) -> Response:
        """The part of the page that holds the query for programs and its permanent link, for a query that did not run."""
        query = read_request(request, self.settings).query or ""
        return respond(render_template("programs.html", **self._programs(query)), "text/html; charset=utf-8", shared=False)

    def _read(self, kind: str, body: bytes) -> dict:
        if kind == "graph":
            return self._read_graph(body)
        result = json.loads(body)
        if kind == "boolean":
            return {"boolean": result["boolean"]}
        return self._table(result["head"]["vars"], result["results"]["bindings"])

    def _read_graph(self, body: bytes) -> dict:
        text = body.decode("utf-8")
        names = ["subject", "predicate", "object"]
        rows = [dict(zip(names, map(_cell, quad.triple))) for quad in ox.parse(body, ox.RdfFormat.TURTLE)]
        return {**self._table(names, rows), "graph": text[:MAX_SHOWN_CHARS],
                "cut": len(text) > MAX_SHOWN_CHARS}

    def _table(self, variables: list[str], rows: list[dict]) -> dict:
        shown = rows[:self.settings.max_html_rows]
        return {"variables": variables, "rows": shown, "total": len(rows), "evidence": [self._evidence(row) for row in shown]}

    def _evidence(self, row: dict) -> str | None:
        """The first claim in a row: what its evidence link leads to."""
        claim = f"{self.settings.base}claim/"
        return next((cell["value"] for cell in row.values() if cell["type"] == "uri" and cell["value"].startswith(claim)), None)

    def _why_nothing(self, asked: ProtocolRequest) -> dict:
        graphs = (asked.default_graphs, asked.named_graphs)
        if any(graphs):  # a dataset given in the request replaces the whole dataset
            graphs = tuple(given or () for given in graphs)
        counter = Counter(self.engine, self.settings.base, graphs, presence(request.environ), self._names)
        known = [term["iri"] for name in completion.KINDS for term in self.terms[name]]
        return {"parts": counter.count_parts(asked.query),
                "terms": explain_emptiness(self.reader, self.catalogue, asked.query, known)}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.catalogue.labels.values())))

    def _links(self, asked: ProtocolRequest, kind: str) -> list[tuple[str, str]]:
        """Name and address of the same result in each format."""
        pairs = [("query", asked.query)]
        pairs += [("default-graph-uri", iri) for iri in asked.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in asked.named_graphs or ()]
        names = [item.names[0] for item in (GRAPHS if kind == "graph" else SOLUTIONS)]
        return [(name, f"{request.script_root}/sparql?{urlencode([*pairs, ('format', name)])}") for name in names]

    def _programs(self, query: str) -> dict:
        endpoint = self.settings.endpoint(request.url_root)
        permanent = f"{endpoint.removesuffix('sparql')}q/{self.release}/{shorten(query)}" if self.release and query else None
        return {"endpoint": endpoint, "permanent": permanent, "snippets": snippets(query, endpoint)}

    def _page(self, query: str, **more) -> Response:
        pinned = request.args.get("release", self.release)
        body = render_template("sparql.html", query=query, examples=self.examples, settings=self.settings,
                               pinned=pinned if pinned != self.release else None, **self._programs(query), **more)
        return respond(body, "text/html; charset=utf-8", shared=False, headers={"Content-Security-Policy": POLICY})


def _cell(term) -> dict:
    """An RDF term as the cell of a SPARQL result (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        return {"type": "literal", "value": term.value, **({"xml:lang": term.language} if term.language else {})}
    return {"type": "triple", "value": str(term)}


def blueprint(pages: QueryPages) -> Blueprint:
    """The addresses that the page's own scripts ask."""
    routes = Blueprint("querypage", __name__)

    @routes.get("/sparql/terms.json")
    def terms() -> Response:
        return respond(json.dumps(pages.terms, ensure_ascii=False), "application/json", vary="")

    @routes.route("/sparql/programs", methods=["GET", "POST"])
    def programs() -> Response:
        return pages.programs()

    return routes
