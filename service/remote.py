"""An external SPARQL 1.1 store in the place of the embedded one: the same endpoint, pages and checks over HTTP.

What differs: the time limit ends our waiting and not the store's work, and only the check for SERVICE keeps queries
from the network. Give the store limits of its own (see docs/stores.md).
"""

from __future__ import annotations

import http.client
import io
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pyoxigraph as ox

from service.engine import Answer, Query
from service.errors import BadQuery, EngineFailed, OverLimit, SettingError, too_large
from service.functions import names_function
from service.process import Left, stays
from service.settings import Settings
from service.syntax import explain_error, read_query
from service.worker import finish_xml, has_more_rows, write_graph

FORM = "application/x-www-form-urlencoded"
ACCEPT = {"JSON": "application/sparql-results+json", "XML": "application/sparql-results+xml", "CSV": "text/csv",
          "TSV": "text/tab-separated-values"}
# Stores differ in the graph formats that they write; all write N-Triples, and pyoxigraph turns it into the rest.
GRAPH_ACCEPT = "application/n-triples, text/turtle;q=0.5"
CHUNK = 1 << 16


def bind(query: str, substitutions: dict[ox.Variable, object] | None) -> str:
    """`query` with its variables bound by a VALUES clause at its end (SPARQL 1.1 section 18.2.4.3)."""
    if not substitutions:
        return query
    names = " ".join(str(variable) for variable in substitutions)
    return f"{query}\nVALUES ({names}) {{ ({' '.join(map(str, substitutions.values()))}) }}"


class RemoteStore:
    """What the pages need of a store, asked over the SPARQL Protocol at `url`."""

    def __init__(self, url: str, timeout_s: float = 30.0):
        if urlsplit(url).scheme not in ("http", "https"):
            raise SettingError(f"CARETRACE_STORE={url!r}: write the http or https address of a SPARQL endpoint.")
        self.url, self.timeout_s = url, timeout_s

    def _ask(self, query: str, accept: str) -> bytes:
        request = Request(self.url, urlencode({"query": query}).encode(), {"Content-Type": FORM, "Accept": accept})
        try:
            with urlopen(request, timeout=self.timeout_s) as answer:
                return answer.read()
        except (URLError, http.client.HTTPException, OSError) as error:
            raise EngineFailed(f"The store does not answer: {getattr(error, 'reason', error)}. Try again later.") from None

    def query(self, query: str, substitutions: dict | None = None):
        """The parsed result of a SELECT or ASK."""
        return ox.parse_query_results(self._ask(bind(query, substitutions), ACCEPT["JSON"]), format=ox.QueryResultsFormat.JSON)

    def quads_for_pattern(self, subject, predicate, object_, graph) -> Iterator[ox.Quad]:
        """The quads that match; None stands for anything, in a graph too."""
        terms = [term if term is not None else ox.Variable(name) for term, name in
                 ((subject, "s"), (predicate, "p"), (object_, "o"))]
        pattern = " ".join(map(str, terms))
        default, named = f"{{ {pattern} }}", f"{{ GRAPH {graph if isinstance(graph, ox.NamedNode) else '?g'} {{ {pattern} }} }}"
        where = default if isinstance(graph, ox.DefaultGraph) else named if graph is not None else f"{default} UNION {named}"
        for row in self.query(f"SELECT * {{ {where} }}"):
            values = [row[term] if isinstance(term, ox.Variable) else term for term in terms]
            yield ox.Quad(*values, graph or self._graph_of(row))

    @staticmethod
    def _graph_of(row: ox.QuerySolution):
        try:
            return row["g"] or ox.DefaultGraph()
        except KeyError:
            return ox.DefaultGraph()

    def named_graphs(self) -> list[ox.NamedNode]:
        """The named graphs that hold something."""
        return [row["g"] for row in self.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]

    def __len__(self) -> int:
        counted = self.query("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
        return int(next(iter(counted))["n"].value)


class RemoteEngine:
    """Answers queries by handing them to the store at `url`; the counterpart of `service.engine.Engine`."""

    closed = False

    def __init__(self, url: str, settings: Settings):
        self.url, self.settings = url, settings
        self.name = f"SPARQL 1.1 at {urlsplit(url).hostname}"
        self.events: Counter[str] = Counter()
        self.idle, self.present = settings.workers, 0

    def isolation(self) -> dict:
        """Nothing is isolated here; raises EngineFailed when the store does not answer."""
        RemoteStore(self.url, 5.0).query("ASK {}")
        return {"network_namespace": False, "memory_limit": False, "no_new_descriptors": False}

    def run(self, query: Query, left: Left = stays) -> Answer:
        """The complete answer. Raises BadQuery, TooLarge, OverLimit or EngineFailed."""
        if names_function(query.text):
            raise BadQuery("This service answers from an external store, which does not have the functions that search. Ask "
                           "/search?format=json for the things first, and name them in VALUES.", limit="functions")
        form = read_query(query.text).form
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        pairs = [("query", f"BASE <{query.base_iri}>\n{query.text}")]
        pairs += [("default-graph-uri", iri) for iri in query.default_graph or ()]
        pairs += [("named-graph-uri", iri) for iri in query.named_graphs or ()]
        accept = GRAPH_ACCEPT if is_graph else ACCEPT["JSON" if form == "ASK" else query.solutions_format]
        body = self._fetch(pairs, accept, query)
        kind = "graph" if is_graph else "boolean" if form == "ASK" else "solutions"
        if is_graph:
            body = self._rewritten(body, query)
        elif form == "SELECT" and has_more_rows(ox, body, query.solutions_format, self.settings.max_rows):
            raise too_large(f"{self.settings.max_rows} rows", "rows")
        elif form == "ASK" and query.solutions_format != "JSON":
            truth = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            body = truth.serialize(format=getattr(ox.QueryResultsFormat, query.solutions_format))
        spool = tempfile.SpooledTemporaryFile(max_size=self.settings.spool_bytes)
        spool.write(body)
        spool.seek(0)
        return Answer(kind, len(body), spool)

    def _rewritten(self, body: bytes, query: Query) -> bytes:
        triples = [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE)]  # of which N-Triples are a part
        if len(triples) > self.settings.max_rows:
            raise too_large(f"{self.settings.max_rows} rows", "rows")
        written = bytearray(write_graph(ox, triples, None, query.graph_format, query.prefixes))
        if query.graph_format == "RDF_XML":
            finish_xml(written)
        return bytes(written)

    def _fetch(self, pairs: list[tuple[str, str]], accept: str, query: Query) -> bytes:
        limit_s = min(query.time_limit_s or self.settings.time_limit_s, self.settings.max_time_limit_s)
        deadline, found = time.monotonic() + limit_s, io.BytesIO()
        try:
            with urlopen(Request(self.url, urlencode(pairs).encode(), {"Content-Type": FORM, "Accept": accept}), timeout=limit_s) as answer:
                while data := answer.read(CHUNK):
                    found.write(data)
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    if found.tell() > self.settings.max_result_bytes:
                        raise too_large(f"{self.settings.max_result_bytes} bytes", "result")
            return found.getvalue()
        except HTTPError as error:
            raise self._refusal(error, query) from None
        except TimeoutError:
            raise self._too_slow(limit_s) from None
        except (URLError, http.client.HTTPException, OSError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._too_slow(limit_s) from None
            raise EngineFailed("The store does not answer, or broke off. Try again later.") from None

    def _too_slow(self, limit_s: float) -> OverLimit:
        self.events["killed-time"] += 1
        return OverLimit(f"The query ran into the time limit of {limit_s:g} seconds. Narrow it or add a LIMIT.",
                         {"Retry-After": "30"}, limit="time", time_limit_s=limit_s)

    def _refusal(self, error: HTTPError, query: Query) -> Exception:
        message = error.read(4000).decode("utf-8", "replace")
        if error.code == 400:
            detail, place = explain_error(message.strip(), query.text)
            if place:  # the store counts the line with BASE
                place["line"] = max(1, place["line"] - 1)
            return BadQuery(detail.replace(f"line {place.get('line', 0) + 1},", f"line {place.get('line', 0)},"), **place)
        return EngineFailed(f"The store refused the query ({error.code}).")

    def close(self) -> None:
        """Nothing is held open."""
        self.closed = True
