"""The service beside a native Oxigraph server on the same store: `python tests/bench_oxigraph.py [releases folder]`.

Needs the `oxigraph` server (PyPI). Twelve provenance queries: the release's six questions, which range over the whole
graph, and six that a reader asks about one thing. The native server reads the release's store from disk; the service
holds the release in memory, which is most of what makes its cold answers quick. Asked in turn of both in one run: cold ones, each with a comment
that makes it new to every cache, and repeated ones. The client sends ready bytes over a socket, so that it weighs
little beside the servers. Prints medians and the geometric means of the ratios.
"""

from __future__ import annotations

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
from service.examples import read_examples  # noqa: E402
from service.reader import Reader  # noqa: E402

ROUNDS = 60
# Pages that are worked out after the start are none of the endpoint's business.
SERVE = """import sys; from pathlib import Path; from kg.store import open_release; from service.server import serve
from service.settings import Settings
serve(open_release(Path(sys.argv[1])), Settings(warm=False), port=int(sys.argv[2]))"""
PREFIXES = (f"PREFIX ct: <{CT}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
            "PREFIX prov: <http://www.w3.org/ns/prov#> ")
MOST = {  # the thing of each sort that most claims are about
    "risk": "SELECT ?x { GRAPH ?c { ?x ct:threatens ?t } } GROUP BY ?x ORDER BY DESC(COUNT(DISTINCT ?c)) ?x LIMIT 1",
    "thing": "SELECT ?x { ?c ct:mentions ?x } GROUP BY ?x ORDER BY DESC(COUNT(?c)) ?x LIMIT 1",
    "section": "SELECT ?x { ?c ct:inSection ?x } GROUP BY ?x ORDER BY DESC(COUNT(?c)) ?x LIMIT 1",
    "work": "SELECT ?x { ?c ct:citesSource ?x } GROUP BY ?x ORDER BY DESC(COUNT(?c)) ?x LIMIT 1",
    "point": "SELECT ?x { ?c ct:expresses ?x } GROUP BY ?x ORDER BY DESC(COUNT(?c)) ?x LIMIT 1",
}
ABOUT_ONE = {
    "who says what of a risk, and where": """SELECT ?s ?p ?o ?claim ?statement ?holder ?evidence ?section ?start ?end {
        { GRAPH ?claim { RISK ?p ?o } BIND(RISK AS ?s) } UNION { GRAPH ?claim { ?s ?p RISK } BIND(RISK AS ?o) }
        ?claim ct:statement ?statement ; ct:heldBy/rdfs:label ?holder ; ct:inSection/rdfs:label ?section ; ct:hasPassage ?passage .
        ?passage ct:start ?start ; ct:end ?end . OPTIONAL { ?claim ct:restsOn/rdfs:label ?evidence } }""",
    "all claims about a thing": """SELECT DISTINCT ?claim ?statement ?report { { ?claim ct:mentions THING } UNION { GRAPH ?claim { THING ?p ?o } }
        UNION { GRAPH ?claim { ?s ?p THING } } ?claim ct:statement ?statement ; ct:statedIn/rdfs:label ?report }""",
    "claims of a section in order": """SELECT ?claim ?statement ?kind ?modality ?holder ?start ?end { ?claim ct:inSection SECTION ; ct:statement ?statement ;
        ct:kind ?kind ; ct:modality ?modality ; ct:heldBy ?holder ; ct:hasPassage ?passage . ?passage ct:start ?start ; ct:end ?end } ORDER BY ?start""",
    "what is said on a work's word": """SELECT ?claim ?statement ?reporter ?holder ?marker { ?claim ct:citesSource WORK ; ct:statement ?statement ;
        ct:reportedBy/rdfs:label ?reporter ; ct:heldBy/rdfs:label ?holder . OPTIONAL { ?claim ct:citesReference/rdfs:label ?marker } }""",
    "who makes a point, in which reports": """SELECT ?claim ?statement ?holder ?report { ?claim ct:expresses POINT ; ct:statement ?statement ;
        ct:heldBy/rdfs:label ?holder ; ct:statedIn/rdfs:label ?report }""",
    "judged relations to a section's claims": """SELECT ?claim ?other ?relation ?reason { ?claim ct:inSection SECTION . ?judgement ct:fromClaim ?claim ;
        ct:toClaim ?other ; ct:relation ?relation ; ct:reason ?reason }""",
}
REQUEST = "GET {path}?query={query} HTTP/1.1\r\nHost: localhost\r\nAccept: application/sparql-results+json\r\n\r\n"


class Client:
    """One kept-alive connection to a server whose endpoint is at `path`."""

    def __init__(self, port: int, path: str):
        self._path, self._socket = path, socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, query: str) -> float:
        """Milliseconds until the whole answer is here."""
        request = REQUEST.format(path=self._path, query=quote(query)).encode()
        began = time.perf_counter()
        self._socket.sendall(request)
        head, _, body = self._until(bytearray(), lambda data: b"\r\n\r\n" in data).partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in bytes(head).split(b"\r\n")[1:])
        if size := fields.get(b"content-length"):
            self._until(body, lambda data: len(data) >= int(size))
        else:  # chunked, as the native server streams
            self._until(body, lambda data: data.endswith(b"0\r\n\r\n"))
        took = time.perf_counter() - began
        if b" 200 " not in head.split(b"\r\n")[0] + b" ":
            raise SystemExit(f"{bytes(head)!r} for {query}")
        return took * 1000

    def _until(self, data: bytearray, enough) -> bytearray:
        while not enough(data):
            if not (more := self._socket.recv(1 << 20)):
                raise SystemExit(f"{self._path}: the server closed the connection")
            data += more
        return data


def queries(release) -> dict[str, str]:
    """The twelve, by what they ask."""
    reader = Reader(release.store)
    found = {example.name: example.query for example in read_examples(reader)}
    things = {name.upper(): f"<{reader.select(query)[0]['x'].value}>" for name, query in MOST.items()}
    for name, query in ABOUT_ONE.items():
        for word, thing in things.items():
            query = query.replace(word, thing)
        found[name] = PREFIXES + query
    return found


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


def measure(clients: dict[str, Client], query: str) -> tuple[dict, dict]:
    """Medians of cold and of repeated queries, for each server."""
    cold, warm = {server: [] for server in clients}, {server: [] for server in clients}
    for number in range(ROUNDS):
        for server, client in clients.items():
            cold[server].append(client.ask(f"{query}\n# {number} {time.time_ns()}"))
    for number in range(ROUNDS + 1):
        for server, client in clients.items():
            took = client.ask(query)
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
        clients = {"ours": Client(own_port, "/sparql"), "native": Client(port, "/query")}
        print(f"release {release.path.name}, {len(release.store)} quads, {ROUNDS} rounds; median ms")
        print(f"{'query':38}{'cold':>8}{'native':>8}{'ratio':>7}   {'again':>8}{'native':>8}{'ratio':>7}")
        cold_ratios, warm_ratios = [], []
        for name, query in queries(release).items():
            cold, warm = measure(clients, query)
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
