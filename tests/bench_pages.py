"""How long every kind of page takes on a fresh service: `python tests/bench_pages.py [--all] [--texts] [--each N] [folder]`. No test.

Asks the current release of `folder` (default: this project's releases) in one process, as a browser would, for every
kind of address; with `--all` for every IRI, else for N of each folder (default 12). `--texts` counts the texts of
CARETRACE_TEXTS as registered. Prints for each kind the first and the repeated request: median and longest, in
milliseconds of the clock and (in brackets) of this process's processor time; then every request above 50 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kg.names import BASE, CT, project  # noqa: E402
from kg.store import open_current  # noqa: E402
from kg.texts import Registry, TextVersion  # noqa: E402
from service import warming  # noqa: E402
from service.app import create_app  # noqa: E402
from service.parts import VERSIONS  # noqa: E402
from service.catalogue import Catalogue  # noqa: E402
from service.links import path_of  # noqa: E402
from service.reader import Reader  # noqa: E402
from service.settings import Settings  # noqa: E402

LIMIT_MS = 50
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"}
SUFFIXES = ("ttl", "nt", "jsonld", "rdf", "trig", "nq")
ONCE = ("/", "/compare", "/compare/mitigations", "/compare/recommendations", "/compare/timeline", "/compare/reports", "/browse",
        "/search", "/search?q=workforce", "/search?q=bureaucrcy", "/search?q=integrated+care&kind=risk&reviewed=no", "/search?q=zzzz",
        "/search?q=care&format=json", "/sparql", "/limits", "/how-to-say", "/explain", "/ontology.html", "/ontology", "/release.html",
        "/.well-known/void", "/robots.txt", "/livez", "/readyz", "/metrics", "/static/caretrace.css", "/claim/nothing",
        "/risk/workforse-shortage", "/nowhere/at/all")
CONTENT = "SELECT ?s ?p ?o { ?claim ct:statement ?statement . GRAPH ?claim { ?s ?p ?o } FILTER(STRSTARTS(STR(?p), '%s')) }" % CT


def addresses(reader: Reader, each: int | None) -> dict[str, list[str]]:
    """Kind → addresses; `each` of a kind at most, None for all."""
    catalogue, chance = Catalogue(reader, BASE), random.Random(7)

    def some(things: list) -> list:
        return things if each is None or len(things) <= each else chance.sample(things, each)
    found = {address: [address] for address in ONCE}
    things = {name: some(entries) for name, entries in catalogue.folders.items()}
    passages = [row["p"].value for row in reader.select("SELECT ?p { ?p a ct:Passage }")]
    paths = {name: [path_of(BASE, entry.iri) for entry in entries] for name, entries in things.items()}
    paths |= {"passage": [path_of(BASE, iri) for iri in some(passages)],
              "rule": [path_of(BASE, iri) for iri in some([g for g in reader.graph_names() if "/rule/" in g])]}
    for name, stems in paths.items():
        found[f"{name} (page)"] = [f"/{quote(stem)}.html" for stem in stems]
        found[f"{name} (RDF)"] = [f"/{quote(stem)}.{SUFFIXES[n % len(SUFFIXES)]}" for n, stem in enumerate(stems)]
        found[f"{name} (redirect)"] = [f"/{quote(stem)}" for stem in stems[:each or None]]
    found["ontology (RDF)"] = [f"/ontology.{suffix}" for suffix in SUFFIXES]
    found["rule (later pages)"] = [f"/{quote(stem)}.html?page=2" for stem in paths["rule"]]
    found["browse"] = [f"/browse/{name}" for name in catalogue.folders]
    sections = [row["s"].value.rpartition("/")[2] for row in reader.select("SELECT ?s { ?s ct:sectionOf ?source }")]
    found["read"] = [f"/read/{slug.rpartition('-')[0] if slug.count('-') == 1 else slug.partition('-')[0]}/{slug}" for slug in some(sections)]
    reports = [entry.iri.rpartition("/")[2] for entry in catalogue.folders["source"]]
    found["compare two"] = [f"/compare/reports?a={a}&b={b}" for a in reports for b in reports if a < b]
    said = [{name: row[name].value for name in "spo"} for row in reader.select(CONTENT)]
    found["explain"] = ["/explain?" + urlencode(triple) for triple in some(said)]
    found["said"] = ["/compare/said?" + urlencode({"subject": t["s"], "object": t["o"]}) for t in some(said)]
    return found


def ask(client, address: str) -> tuple[float, float, int]:
    """Milliseconds of the clock and of the processor, and the status."""
    began, worked = time.perf_counter(), time.process_time()
    answer = client.get(address, headers=BROWSER)
    answer.get_data()
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000, answer.status_code


def registered(reader: Reader):
    """Finds the texts of CARETRACE_TEXTS."""
    versions = [TextVersion(row["source"].value.removeprefix(f"{BASE}source/"), row["sha256"].value, int(row["length"].value))
                for row in reader.select(VERSIONS)]
    return Registry(versions, extra=Path(os.environ["CARETRACE_TEXTS"])).find


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("--texts", action="store_true")
    options.add_argument("--each", type=int, default=12)
    options.add_argument("folder", nargs="?", type=Path, default=project().releases)
    options.add_argument("--only", default="", help="only kinds that contain these words")
    given = options.parse_args()
    release = open_current(given.folder)
    reader = Reader(release.store)
    plan = addresses(reader, None if given.all else given.each)
    began, worked = time.perf_counter(), time.process_time()
    app = create_app(release, Settings(workers=1).for_host("127.0.0.1"), registered(reader) if given.texts else lambda source: None)
    print(f"release {release.path.name}, {len(release.store)} quads; the app stood after {time.perf_counter() - began:.2f} s "
          f"({time.process_time() - worked:.2f} s of the processor)")
    warming.wait_for(app)
    print(f"and was warm, as servers wait for, after {time.perf_counter() - began:.2f} s ({time.process_time() - worked:.2f} s of the processor)")
    client, slow, total = app.test_client(), [], 0
    client.environ_base["HTTP_HOST"] = "localhost"
    print(f"{'kind':34}{'asked':>7}{'first: median':>18}{'longest':>16}{'again: median':>18}{'longest':>16}")
    for kind, kinds in plan.items():
        if given.only not in kind:
            continue
        rounds = [[(*ask(client, address), address) for address in kinds] for _ in range(2)]
        total += len(kinds)
        if not kinds:
            continue
        cells = []
        for taken in rounds:
            worst = max(taken)
            cells += [f"{statistics.median(t[0] for t in taken):.1f} ({statistics.median(t[1] for t in taken):.1f})", f"{worst[0]:.1f} ({worst[1]:.1f})"]
        print(f"{kind[:33]:34}{len(kinds):>7}{cells[0]:>18}{cells[1]:>16}{cells[2]:>18}{cells[3]:>16}", flush=True)
        slow += [(word, *entry) for word, taken in zip(("first", "again"), rounds) for entry in taken if entry[0] > LIMIT_MS]
        if bad := [f"{entry[2]} {entry[3]}" for entry in rounds[0] if entry[2] >= 500]:
            raise SystemExit("\n".join(bad))
    print(f"{total} addresses, each asked twice; above {LIMIT_MS} ms: {len(slow)} by the clock, "
          f"{sum(entry[2] > LIMIT_MS for entry in slow)} by the processor")
    for word, clock, work, status, address in sorted(slow, key=lambda entry: -entry[2])[:40]:
        print(f"{clock:8.1f} ms ({work:.1f}) {word:6}{status} {address[:150]}")
    app.extensions["caretrace"].close()


if __name__ == "__main__":
    main()
