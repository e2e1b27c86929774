"""How long typical requests take over HTTP: `python tests/bench_service.py [releases folder]`. No test."""

from __future__ import annotations

import http.client
import statistics
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kg.names import project  # noqa: E402
from kg.store import open_current  # noqa: E402
from service.app import create_app  # noqa: E402
from service.examples import read_examples  # noqa: E402
from service.reader import Reader  # noqa: E402
from service.server import open_server  # noqa: E402
from service.settings import Settings  # noqa: E402

ROUNDS = 100


def measure(connection: http.client.HTTPConnection, paths: list[str]) -> tuple[float, float, int]:
    """Median and 95th percentile in milliseconds, and the bytes of the last answer."""
    times, size = [], 0
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{answer.status} for {path}")
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)], size


def main() -> None:
    releases = Path(sys.argv[1]) if len(sys.argv) > 1 else project().releases
    release = open_current(releases)
    began = time.perf_counter()
    app = create_app(release, Settings())
    server = open_server(app, Settings(), "127.0.0.1", 0)
    print(f"release {release.path.name}, {len(release.store)} quads; app and server up in {time.perf_counter() - began:.2f} s")
    threading.Thread(target=server.run, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port)
    print(f"{'request':44}{'median ms':>10}{'95% ms':>9}{'bytes':>10}")
    for example in read_examples(Reader(release.store)):
        # A comment makes each query new to the cache.
        fresh = ["/sparql?query=" + quote(f"{example.query}\n# {n}") for n in range(ROUNDS)]
        for name, paths in ((f"{example.name}, computed", fresh), (f"{example.name}, cached", fresh[:1] * ROUNDS)):
            print("{:44}{:10.2f}{:9.2f}{:10}".format(name[:43], *measure(connection, paths)))
    claims = [row["c"].value for row in Reader(release.store).select("SELECT ?c { ?c a ct:Claim } LIMIT 100")]
    for suffix in ("html", "ttl", "trig"):
        paths = [f"{claim.removeprefix(Settings().base).join(('/', ''))}.{suffix}" for claim in claims]
        print("{:44}{:10.2f}{:9.2f}{:10}".format(f"claim as {suffix}", *measure(connection, paths)))
    app.extensions["caretrace"].close()


if __name__ == "__main__":
    main()
