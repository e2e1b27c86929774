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

from kg.names import BASE
from service import repair
from service.engine import Answer, Query
from service.errors import BadQuery, EngineFailed, NotAcceptable, OverLimit, SettingError, too_large
from service.functions import names_function
from service.process import Left, stays
from service.settings import Settings
from service.syntax import read_query
from service.worker import NotXmlError, finish_xml, has_more_rows, write_graph

FORM = "application/x-www-form-urlencoded"
# Stores differ in the formats that they write. All write JSON and N-Triples, and pyoxigraph turns these into the rest.
ACCEPT = "application/sparql-results+json"
GRAPH_ACCEPT = "application/n-triples, text/turtle;q=0.5"
CHUNK = 1 << 16


def bind(query: str, substitutions: dict[ox.Variable, object] | None) -> str:
    """`query` with its variables bound by a VALUES clause at the start of its pattern.

    A clause at the end of the query (SPARQL 1.1 section 18.2.4.3) means the same, but Virtuoso 7 does not join it with
    a UNION, and is slow elsewhere.
    """
    if not substitutions:
        return query
    names, terms = (" ".join(map(str, side)) for side in (substitutions, substitutions.values()))
    before, brace, after = query.partition("{")
    return f"{before}{brace} VALUES ({names}) {{ ({terms}) }} {after}"


class RemoteStore:
    """What the pages need of a store, asked over the SPARQL Protocol at `url`.

    `default_graph` is the named graph with the record where the store's own default graph holds more; of such a store
    only the graphs whose IRI starts with `base` count as named graphs.
    """

    def __init__(self, url: str, timeout_s: float = 30.0, default_graph: str | None = None, base: str = BASE):
        if urlsplit(url).scheme not in ("http", "https"):
            raise SettingError(f"CARETRACE_STORE={url!r}: write the http or https address of a SPARQL endpoint.")
        try:
            ox.NamedNode(default_graph or url)
        except ValueError:
            raise SettingError(f"CARETRACE_STORE_DEFAULT_GRAPH={default_graph!r}: write an IRI, such as urn:caretrace:record.") from None
        self.url, self.timeout_s, self.default_graph = url, timeout_s, default_graph
        self._ours = f'FILTER(STRSTARTS(STR(?g), "{base}") && ?g != <{default_graph}>)' if default_graph else ""

    def _ask(self, query: str) -> bytes:
        pairs = repair.parameters(self.default_graph, query)
        request = Request(self.url, urlencode(pairs).encode(), {"Content-Type": FORM, "Accept": ACCEPT})
        try:
            with urlopen(request, timeout=self.timeout_s) as answer:
                repair.check_whole(answer.status, answer.headers)
                return answer.read()
        except (URLError, http.client.HTTPException, OSError) as error:
            raise EngineFailed(f"The store does not answer: {getattr(error, 'reason', error)}. Try again later.") from None

    def query(self, query: str, substitutions: dict | None = None, prefixes: dict[str, str] | None = None):
        """The parsed result of a SELECT or ASK."""
        prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in (prefixes or {}).items())
        return repair.parsed(self._ask(bind(prologue + query, substitutions)), ask=read_query(query).form == "ASK")

    def quads_for_pattern(self, subject, predicate, object_, graph=None) -> Iterator[ox.Quad]:
        """The quads that match; None stands for anything, in a graph too."""
        terms = [term if term is not None else ox.Variable(name) for term, name in
                 ((subject, "s"), (predicate, "p"), (object_, "o"))]
        pattern = " ".join(map(str, terms))
        if graph is None:
            where = f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} {self._ours} }}"
        else:
            where = pattern if isinstance(graph, ox.DefaultGraph) else f"GRAPH {graph} {{ {pattern} }}"
        for row in self.query(f"SELECT * {{ {where} }}"):
            values = [row[term] if isinstance(term, ox.Variable) else term for term in terms]
            yield ox.Quad(*values, graph or self._graph_of(row))

    def __contains__(self, quad: ox.Quad) -> bool:
        pattern = " ".join(map(str, quad.triple))
        return bool(self.query(f"ASK {{ {pattern} }}" if isinstance(quad.graph_name, ox.DefaultGraph)
                               else f"ASK {{ GRAPH {quad.graph_name} {{ {pattern} }} }}"))

    @staticmethod
    def _graph_of(row: ox.QuerySolution):
        try:
            return row["g"] or ox.DefaultGraph()
        except KeyError:
            return ox.DefaultGraph()

    def named_graphs(self) -> list[ox.NamedNode]:
        """The named graphs that hold something."""
        return [row["g"] for row in self.query(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} {self._ours} }}")]

    def __len__(self) -> int:
        return self.record_size() + self._count(f"GRAPH ?g {{ ?s ?p ?o }} {self._ours}")

    def record_size(self) -> int:
        """How many triples the record has."""
        return self._count("?s ?p ?o")

    def _count(self, pattern: str) -> int:
        return int(next(iter(self.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")))["n"].value)

    def check_release(self, release: ox.Store) -> None:
        """Raises SettingError unless the store holds as many triples as `release` in its record and in its named graphs."""
        [[record]] = release.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        expected, found = (int(record.value), len(release)), (self.record_size(), len(self))
        if expected != found:
            raise SettingError(
                f"CARETRACE_STORE={self.url}: the store has {found[0]:,} triples in its default graph and {found[1]:,} in all; this "
                f"release has {expected[0]:,} and {expected[1]:,}. Load the release into the store; where the store's default graph is "
                "the union of all graphs, name the graph with the record in CARETRACE_STORE_DEFAULT_GRAPH (docs/stores.md).")


class RemoteEngine:
    """Answers queries by handing them to the store at `url`; the counterpart of `service.engine.Engine`."""

    closed = False
    order = ""

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
        repair.refuse_extensions(query.text)
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        pairs = repair.parameters(self.settings.store_default_graph, f"BASE <{query.base_iri}>\n{query.text}",
                                  query.default_graph, query.named_graphs)
        body = self._fetch(pairs, GRAPH_ACCEPT if is_graph else ACCEPT, query)
        written = self._graph(body, query) if is_graph else self._result(body, form == "ASK", query)
        spool = tempfile.SpooledTemporaryFile(max_size=self.settings.spool_bytes)
        spool.write(written)
        spool.seek(0)
        return Answer("graph" if is_graph else "boolean" if form == "ASK" else "solutions", len(written), spool)

    def _result(self, body: bytes, ask: bool, query: Query) -> bytes:
        if not ask and has_more_rows(ox, body, "JSON", self.settings.max_rows):
            raise too_large(f"{self.settings.max_rows} rows", "rows")
        written = bytearray(repair.parsed(body, ask).serialize(format=getattr(ox.QueryResultsFormat, query.solutions_format)))
        return self._finished(written, query.solutions_format == "XML")

    def _graph(self, body: bytes, query: Query) -> bytes:
        try:
            triples = dict.fromkeys(quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE))  # of which N-Triples are a part
        except SyntaxError:
            raise EngineFailed("The store's answer breaks off, or is no Turtle. Try again later.") from None
        if len(triples) > self.settings.max_rows:
            raise too_large(f"{self.settings.max_rows} rows", "rows")
        written = bytearray(write_graph(ox, triples, None, query.graph_format, query.prefixes))
        return self._finished(written, query.graph_format == "RDF_XML")

    @staticmethod
    def _finished(written: bytearray, is_xml: bool) -> bytes:
        try:
            if is_xml:
                finish_xml(written)
        except NotXmlError:
            raise NotAcceptable("The result holds characters or names that no XML can carry. Ask for another format.") from None
        return bytes(written)

    def _fetch(self, pairs: list[tuple[str, str]], accept: str, query: Query) -> bytes:
        limit_s = min(query.time_limit_s or self.settings.time_limit_s, self.settings.max_time_limit_s)
        deadline, found = time.monotonic() + limit_s, io.BytesIO()
        try:
            with urlopen(Request(self.url, urlencode(pairs).encode(), {"Content-Type": FORM, "Accept": accept}), timeout=limit_s) as answer:
                repair.check_whole(answer.status, answer.headers)
                while data := answer.read(CHUNK):
                    found.write(data)
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    if found.tell() > self.settings.max_result_bytes:
                        raise too_large(f"{self.settings.max_result_bytes} bytes", "result")
            return found.getvalue()
        except HTTPError as error:
            raise repair.refusal(error.code, error.read(4000).decode("utf-8", "replace"), query.text) from None
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

    def close(self) -> None:
        """Nothing is held open."""
        self.closed = True
