"""How long the shapes take on a graph of the project's own shape: `python tests/bench_shapes.py [CLAIMS] [--pyshacl]`.

The graph is made of copies of the invented report of the tests, each claim with its passage, holder, evidence, figure, reading and
judgement: about 60 triples a claim, as in the curated data, so that every shape has as much to do. Prints claims, triples, seconds and findings of each engine.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg import shapes  # noqa: E402

RECORD = ROOT / "tests" / "shapes" / "pass" / "record.trig"
SHARED = ("kind/", "modality/", "relation/", "confidence/", "no-claim-reason/", "comparator/", "agent/", "actor/", "evidence/none-stated")
BASE = "https://w3id.org/caretrace/"


def synthetic(claims: int) -> bytes:
    """N-Triples of a record with at least `claims` claims: copies of the invented report under other names."""
    record = [quad.triple for quad in ox.parse(path=str(RECORD)) if isinstance(quad.graph_name, ox.DefaultGraph)]
    lines = ox.serialize(record, format=ox.RdfFormat.N_TRIPLES).decode().splitlines()
    in_each = sum(line.endswith("<https://w3id.org/caretrace/ontology#Claim> .") for line in lines)
    shared = [line for line in lines if line.startswith(tuple(f"<{BASE}{folder}" for folder in SHARED))]
    own = "\n".join(line for line in lines if line not in set(shared))
    copies = (_renamed(own, number) for number in range(-(-claims // in_each)))
    return "\n".join(dict.fromkeys([*shared, *"\n".join(copies).splitlines()])).encode()


def _renamed(lines: str, number: int) -> str:
    """The lines with other names: those of claims and passages in every copy, those of texts and entities in every fourth."""
    group = number // 4
    for folder in ("claim", "figure", "selector", "curation", "no-claim", "judgement"):
        lines = lines.replace(f"<{BASE}{folder}/", f"<{BASE}{folder}/c{number}-")
    for folder in ("structure", "risk", "service", "proposition", "measure", "work", "resource"):
        lines = lines.replace(f"<{BASE}{folder}/", f"<{BASE}{folder}/c{group}-")
    return lines.replace("zz2020#char=", f"zz2020#char={number}").replace("zz2020", f"zz{group:05}")


def by_pyshacl(data: bytes) -> int:
    """The number of results of pySHACL on the same data."""
    import pyshacl
    from rdflib import SH, Graph

    tree = ox.serialize(shapes.class_tree(ROOT / "ontology" / "caretrace.ttl"), format=ox.RdfFormat.N_TRIPLES)
    rules = Graph()
    for file in (ROOT / "shapes").glob("*.ttl"):
        rules.parse(file)
    _, report, _ = pyshacl.validate(Graph().parse(data=data + b"\n" + tree, format="nt"), shacl_graph=rules)
    return len(list(report.objects(None, SH.result)))


def measured(name: str, run, data: bytes) -> float:
    """Run, print and return the seconds."""
    start = time.perf_counter()
    findings = run(data)
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.2f} s, {findings} findings")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claims", nargs="?", type=int, default=15_000)
    parser.add_argument("--pyshacl", action="store_true", help="also time the reference, which takes minutes at 15,000 claims")
    chosen = parser.parse_args()
    data = synthetic(chosen.claims)
    print(f"{data.count(b'ontology#Claim> .')} claims, {data.count(bytes([10]))} triples")
    measured("shacl", lambda graph: len(shapes.validate(graph)), data)
    if chosen.pyshacl:
        measured("pySHACL", by_pyshacl, data)


if __name__ == "__main__":
    main()
