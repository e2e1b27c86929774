"""Runs W3C's query tests (github.com/w3c/rdf-tests) over HTTP: `python tests/w3c.py FOLDER`, FOLDER being its checkout.

The suite is not part of the project. Each evaluation test is also put to pyoxigraph itself: the endpoint has to pass
what the engine passes.
"""

from __future__ import annotations

import csv
import http.client
import io
import re
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import rdflib
from waitress import create_server

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from service.dataset import create_data_app, load_files  # noqa: E402
from service.settings import Settings  # noqa: E402
from w3c_manifest import EVALUATION, MF, NEGATIVE, POSITIVE, Test, find_tests  # noqa: E402,F401

RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
FROM = re.compile(r"(?i)\bFROM\s+(?:NAMED\s+)?<([\w./-]+)>")


def quads_of(test: Test) -> list[ox.Quad]:
    """The test's data as quads; what `FROM` names is loaded too, since neither engine nor endpoint fetches it."""
    quads, text = [], test.query.read_text(encoding="utf-8") if test.query else ""
    asked = [(iri.as_uri(), iri) for name in FROM.findall(text) if (iri := test.query.parent / name).is_file()]
    for graph, path in [(None, path) for path in test.data] + test.named + asked:
        form = ox.RdfFormat.from_extension(path.suffix[1:])
        for quad in ox.parse(path=str(path), format=form, base_iri=path.as_uri(), rename_blank_nodes=True):
            quads.append(ox.Quad(*quad.triple, ox.NamedNode(graph)) if graph else quad)
    return quads


class Server:
    """One listening server, whose app changes from test to test."""

    def __init__(self):
        self.app = None
        self._server = create_server(lambda *args: self.app(*args), host="127.0.0.1", port=0, threads=4)
        self.address = ("127.0.0.1", self._server.effective_port)
        threading.Thread(target=self._server.run, daemon=True).start()

    def serve(self, test: Test, folder: Path):
        """Load the test's data and answer from it; returns what to close."""
        data = folder / "data.nq"
        data.write_bytes(ox.serialize(quads_of(test), format=ox.RdfFormat.N_QUADS))
        settings = Settings(base=test.query.as_uri() if test.query else "http://example.org/", workers=1)
        self.app = create_data_app(folder / "store", load_files([data], folder / "store"), settings)
        return self.app.extensions["caretrace"]

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
        """Status, content type and body."""
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            connection.close()

    def close(self):
        self._server.close()


ACCEPT = {".srx": "application/sparql-results+xml", ".srj": "application/sparql-results+json", ".csv": "text/csv",
          ".tsv": "text/tab-separated-values"}
RESULTS = {".srx": ox.QueryResultsFormat.XML, ".srj": ox.QueryResultsFormat.JSON, ".tsv": ox.QueryResultsFormat.TSV}


def comparable(kind: str, form, data: bytes, ordered: bool, base: str = "http://example.org/"):
    """A result in a form in which equal results are equal: blank nodes by structure, rows as often as they occur."""
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(data.decode())))
        order = sorted(range(len(rows[0])), key=rows[0].__getitem__)
        return rows[0] and sorted(tuple(re.sub("^_:.*", "_:", row[place]) for place in order) for row in rows)
    if kind == "graph":
        return _canonical(ox.parse(data, format=form, base_iri=base))
    result = ox.parse_query_results(data, format=form)
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    names = [variable.value for variable in result.variables]
    return _rows([dict(zip(names, row)) for row in result], ordered)


def _rows(rows: list[dict], ordered: bool):
    dataset = ox.Dataset()
    for number, row in enumerate(rows):
        node = ox.BlankNode()
        place = ox.Literal(number if ordered else 0)
        dataset.add(ox.Quad(node, ox.NamedNode("urn:row"), place))
        for name, term in row.items():
            if term is not None:
                dataset.add(ox.Quad(node, ox.NamedNode(f"urn:var:{name}"), term))
    return _canonical(dataset)


def _canonical(quads):
    store = ox.Store()  # which keeps numbers by value and not as they are written
    store.extend(quads)
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def expected(test: Test, ordered: bool):
    """Kind of the result and its comparable form."""
    data, suffix = test.result.read_bytes(), test.result.suffix
    if suffix == ".csv":
        return "csv", comparable("csv", None, data, ordered)
    if suffix in RESULTS:
        return "solutions", comparable("solutions", RESULTS[suffix], data, ordered)
    graph = rdflib.Graph().parse(test.result, publicID=test.result.as_uri(), format="xml" if suffix == ".rdf" else "turtle")
    table = graph.value(None, rdflib.RDF.type, RS.ResultSet)
    if table is None:
        return "graph", comparable("graph", ox.RdfFormat.from_extension(suffix[1:]), data, ordered, test.result.as_uri())
    truth = graph.value(table, RS.boolean)
    if truth is not None:
        return "solutions", truth.toPython()
    nodes = sorted(graph.objects(table, RS.solution), key=lambda n: int(graph.value(n, RS["index"]) or 0))
    rows = [{str(graph.value(b, RS.variable)): _term(graph.value(b, RS.value)) for b in graph.objects(node, RS.binding)}
            for node in nodes]
    return "solutions", _rows(rows, ordered and any(graph.value(node, RS["index"]) for node in nodes))


def _term(node):
    return next(iter(ox.parse(f"<urn:s> <urn:p> {node.n3()} .", format=ox.RdfFormat.TURTLE))).object


def run_evaluation(test: Test, server: Server) -> tuple[bool, bool]:
    """Whether the engine passes, and whether the endpoint does."""
    query = test.query.read_text(encoding="utf-8")
    ordered = "ORDER BY" in query.upper() and test.result.suffix != ".csv"
    kind, wanted = expected(test, ordered)
    form = RESULTS.get(test.result.suffix, ox.QueryResultsFormat.JSON) if kind == "solutions" else ox.RdfFormat.N_TRIPLES
    if kind == "solutions" and test.result.suffix in (".ttl", ".rdf") and ordered:
        ordered = not isinstance(wanted, bool) and "index" in test.result.read_text(encoding="utf-8")

    def same(data: bytes) -> bool:
        return comparable(kind, form, data, ordered, test.result.as_uri()) == wanted

    with tempfile.TemporaryDirectory() as folder:
        engine = server.serve(test, Path(folder))
        try:
            accept = {"csv": "text/csv", "graph": "application/n-triples"}.get(kind) or ACCEPT.get(
                test.result.suffix, ACCEPT[".srj"])
            status, content, body = server.send("GET", "/sparql?" + urlencode({"query": query}), None, {"Accept": accept})
        finally:
            engine.close()
    over_http = status == 200 and content.startswith(accept) and same(body)
    return _direct(test, query, kind, form, same), over_http


def _direct(test: Test, query: str, kind: str, form, same) -> bool:
    store = ox.Store()
    store.extend(quads_of(test))
    try:
        result = store.query(query, base_iri=test.query.as_uri())
        if kind == "graph":
            return same(ox.serialize(result, format=form))
        return same(result.serialize(format=ox.QueryResultsFormat.CSV if kind == "csv" else form))
    except (SyntaxError, ValueError, RuntimeError):
        return False


def run_syntax(test: Test, server: Server) -> tuple[bool, bool]:
    """Whether engine and endpoint read what is valid and refuse (400) what is not."""
    query, base = test.query.read_text(encoding="utf-8"), test.query.as_uri()
    with tempfile.TemporaryDirectory() as folder:
        engine = server.serve(test, Path(folder))
        try:
            status, _, _ = server.send("GET", "/sparql?" + urlencode({"query": query}))
        finally:
            engine.close()
    try:
        ox.Store().query(query, base_iri=base)
        valid = True
    except SyntaxError:
        valid = False
    except RuntimeError:  # read, and then found to call a function the engine lacks
        valid = True
    good = test.kind in POSITIVE
    return valid == good, status == (200 if good else 400) or (status == 403 and "SERVICE" in query.upper())


def is_update(test: Test) -> bool:
    """Whether a protocol test needs updates to succeed, which this endpoint refuses by design."""
    return test.name.startswith("protocol/update_")


def run_protocol(test: Test, server: Server) -> list[str]:
    """What each answer gets wrong; nothing when the test is passed."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        engine = server.serve(test, Path(folder))
        try:
            for asked in test.requests:
                answer = server.send(asked["method"], asked["path"], asked["body"], asked["headers"])
                wrong += _judge(asked, *answer)
        finally:
            engine.close()
    return wrong


def _judge(asked: dict, status: int, content: str, body: bytes) -> list[str]:
    if str(status)[0] not in {s for s in asked["status"]}:
        return [f"{status} where {sorted(asked['status'])}xx is wanted: {body[:200]!r}"]
    media = content.partition(";")[0]
    if asked["format"] == "RDF":
        return [] if ox.RdfFormat.from_media_type(media) else [f"{media} is no RDF"]
    if asked["format"] in ("boolean", "tabular"):
        result = ox.parse_query_results(body, format=ox.QueryResultsFormat.from_media_type(media))
        if isinstance(result, ox.QueryBoolean) != (asked["format"] == "boolean"):
            return [f"{type(result)} is not {asked['format']}"]
        if asked["boolean"] is not None and bool(result) != asked["boolean"]:
            return [f"{bool(result)} where {asked['boolean']} is wanted"]
    return []


def main(root: Path) -> int:
    """Print what fails and how many pass; the number of tests that the engine passes and the endpoint does not."""
    server, counts, failures = Server(), {}, 0
    for test in find_tests(root.resolve()):
        if test.kind == MF.ProtocolTest:
            wrong = [] if is_update(test) else run_protocol(test, server)
            kind, direct, ours = ("update, refused" if is_update(test) else "protocol"), True, not wrong
        else:
            run, kind = (run_evaluation, "evaluation") if test.kind in EVALUATION else (run_syntax, "syntax")
            direct, ours = run(test, server)
            wrong = []
        counts.setdefault(kind, [0, 0, 0])
        for place, value in enumerate((1, direct, ours)):
            counts[kind][place] += bool(value)
        if direct and not ours:
            failures += 1
        if not (direct and ours):
            print(f"{test.name}: engine {'passes' if direct else 'fails'}, endpoint {'passes' if ours else 'fails'}", *wrong)
    for kind, (total, engine, ours) in counts.items():
        print(f"{kind}: {total} tests, the engine passes {engine}, the endpoint {ours}")
    server.close()
    return failures


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "sparql").is_dir():
        sys.exit("Usage: python tests/w3c.py FOLDER, the checkout of github.com/w3c/rdf-tests")
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
