"""The service beside a native Oxigraph server on the same store: `python tests/bench_oxigraph.py [releases folder]`.

Needs the `oxigraph` server (PyPI). Twelve provenance queries, asked in turn of both in one run: cold ones, each with
a comment that makes it new to every cache, and repeated ones. Prints medians and the geometric means of the ratios.
"""

from __future__ import annotations

import http.client
import math
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.names import CT, project  # noqa: E402
from kg.store import open_current  # noqa: E402

ROUNDS = 60
SERVE = """import sys; from pathlib import Path; from kg.store import open_release; from service.server import serve
serve(open_release(Path(sys.argv[1])), port=int(sys.argv[2]))"""
PREFIXES = (f"PREFIX ct: <{CT}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
            "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> ")
QUERIES = {
    "a claim's record": "SELECT ?p ?o { { SELECT ?c { ?c ct:order 1 } LIMIT 1 } ?c ?p ?o }",
    "risks of a report, who says so": "SELECT ?c ?s ?h { ?c ct:kind <https://w3id.org/caretrace/kind/risk> ; ct:statement ?s ; ct:heldBy ?h } LIMIT 50",
    "mitigations with evidence and place": "SELECT ?m ?r ?c ?h ?e ?start ?end { GRAPH ?c { ?m ct:mitigates ?r } ?c ct:heldBy ?h ; ct:restsOn ?e ; ct:hasPassage ?p . ?p ct:start ?start ; ct:end ?end }",
    "threats and their holders": "SELECT ?c ?r ?t ?h { GRAPH ?c { ?r ct:threatens ?t } ?c ct:heldBy/rdfs:label ?h }",
    "claims that cite a work": "SELECT ?c ?w { ?c ct:citesSource ?w . ?w rdfs:label ?l } LIMIT 100",
    "what rests on a survey": "SELECT ?c ?s { ?e a ct:Survey . ?c ct:restsOn ?e ; ct:statement ?s }",
    "claims by holder": "SELECT ?h (COUNT(?c) AS ?n) { ?c ct:heldBy ?h } GROUP BY ?h ORDER BY DESC(?n)",
    "one point in two texts": "SELECT ?p ?a ?b { ?a ct:expresses ?p ; ct:statedIn ?x . ?b ct:expresses ?p ; ct:statedIn ?y FILTER(STR(?x) < STR(?y)) } LIMIT 100",
    "passages of a section": "SELECT ?c ?start { { SELECT ?sec { ?sec a ct:Section } LIMIT 1 } ?c ct:inSection ?sec ; ct:hasPassage/ct:start ?start } ORDER BY ?start",
    "figures with their claims": "SELECT ?c ?f ?v ?u { ?c ct:states ?f . ?f ct:value ?v ; ct:unit ?u } LIMIT 200",
    "words in statements": "SELECT ?c ?s { ?c ct:statement ?s FILTER(CONTAINS(LCASE(STR(?s)), 'budget')) }",
    "graph of a claim": "CONSTRUCT { ?s ?p ?o } { { SELECT ?c { ?c ct:order 2 } LIMIT 1 } GRAPH ?c { ?s ?p ?o } }",
}


def ask(connection: http.client.HTTPConnection, path: str, query: str, accept: str) -> float:
    """Milliseconds until the whole answer is here."""
    began = time.perf_counter()
    connection.request("GET", f"{path}?query={quote(query)}", headers={"Accept": accept})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{answer.status} for {query}")
    return (time.perf_counter() - began) * 1000


def start(command: list[str], port: int) -> subprocess.Popen:
    """A server in a process of its own, ready to answer on `port`."""
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            threading.Event().wait(0.05)
    raise SystemExit(f"{command[0]} does not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def measure(connections: dict, name: str, query: str) -> tuple[dict, dict]:
    """Medians of cold and of repeated queries, for each server."""
    accept = "application/n-triples" if query.startswith("CONSTRUCT") else "application/sparql-results+json"
    cold, warm = {server: [] for server in connections}, {server: [] for server in connections}
    for number in range(ROUNDS):
        for server, (connection, path) in connections.items():
            cold[server].append(ask(connection, path, f"{PREFIXES}{query} # {number} {time.time_ns()}", accept))
    for number in range(ROUNDS + 1):
        for server, (connection, path) in connections.items():
            took = ask(connection, path, PREFIXES + query, accept)
            if number:  # the first fills the cache
                warm[server].append(took)
    return tuple({server: statistics.median(times) for server, times in kind.items()} for kind in (cold, warm))


def mean(ratios: list[float]) -> float:
    """The geometric mean."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def main() -> None:
    release = open_current(Path(sys.argv[1]) if len(sys.argv) > 1 else project().releases)
    port, own_port = free_port(), free_port()
    ours = start([sys.executable, "-c", SERVE, str(release.path), str(own_port)], own_port)
    program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    native = start([program, "serve-read-only", "--location", str(release.path / "store"), "--bind", f"127.0.0.1:{port}"], port)
    try:
        connections = {"ours": (http.client.HTTPConnection("127.0.0.1", own_port), "/sparql"),
                       "native": (http.client.HTTPConnection("127.0.0.1", port), "/query")}
        print(f"release {release.path.name}, {len(release.store)} quads, {ROUNDS} rounds; median ms")
        print(f"{'query':38}{'cold':>8}{'native':>8}{'ratio':>7}   {'again':>8}{'native':>8}{'ratio':>7}")
        cold_ratios, warm_ratios = [], []
        for name, query in QUERIES.items():
            cold, warm = measure(connections, name, query)
            cold_ratios.append(cold["ours"] / cold["native"])
            warm_ratios.append(warm["native"] / warm["ours"])
            print(f"{name:38}{cold['ours']:8.2f}{cold['native']:8.2f}{cold_ratios[-1]:7.2f}   "
                  f"{warm['ours']:8.2f}{warm['native']:8.2f}{warm_ratios[-1]:7.2f}")
        print(f"cold: {mean(cold_ratios):.2f} times the native server's time (wanted: at most 1.5)")
        print(f"repeated: {mean(warm_ratios):.2f} times faster than the native server (wanted: at least 5)")
    finally:
        for server in (native, ours):
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
