"""Reads the manifests of W3C's SPARQL tests: what is asked, of what data, and what is to come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import rdflib
from rdflib.collection import Collection

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
EVALUATION = (MF.QueryEvaluationTest, MF.CSVResultFormatTest)
POSITIVE, NEGATIVE = (MF.PositiveSyntaxTest, MF.PositiveSyntaxTest11), (MF.NegativeSyntaxTest, MF.NegativeSyntaxTest11)
# Federation and entailment ask for what the endpoint says it does not do.
LEFT_OUT = ("service", "syntax-fed", "entailment")


def path_at(iri: str) -> Path:
    """The file of a `file:` IRI."""
    return Path(unquote(urlsplit(str(iri)).path))


@dataclass
class Test:
    """One entry of a manifest."""

    __test__ = False  # no class of pytest's
    name: str
    kind: rdflib.URIRef
    query: Path | None = None
    data: list[Path] = field(default_factory=list)
    named: list[tuple[str, Path]] = field(default_factory=list)
    result: Path | None = None
    requests: list[dict] = field(default_factory=list)


def read_manifest(path: Path) -> list[Test]:
    """The tests of one manifest that concern queries, in its order."""
    graph = rdflib.Graph().parse(path, format="turtle", publicID=path.as_uri())
    entries = [entry for head in graph.objects(None, MF.entries) for entry in Collection(graph, head)]
    return [test for entry in entries if (test := _read_entry(graph, entry, path.parent.name))]


def _read_entry(graph: rdflib.Graph, entry, folder: str) -> Test | None:
    kind = graph.value(entry, rdflib.RDF.type)
    action = graph.value(entry, MF.action)
    name = f"{folder}/{str(entry).rpartition('#')[2]}"
    if kind in (*POSITIVE, *NEGATIVE):
        return Test(name, kind, path_at(action))
    if kind == MF.ProtocolTest:
        test = Test(name, kind, requests=list(map(lambda node: _read_request(graph, node), Collection(
            graph, graph.value(action, HT.requests)))))
        for node in graph.objects(entry, UT.graphData):
            test.named.append((str(graph.value(node, rdflib.RDFS.label)), path_at(graph.value(node, UT.graph))))
        return test
    if kind not in EVALUATION:
        return None
    named = []
    for node in graph.objects(action, QT.graphData):
        place = graph.value(node, QT.graph) or graph.value(node, UT.graph) or node
        named.append((str(graph.value(node, rdflib.RDFS.label) or place), path_at(place)))
    return Test(name, kind, path_at(graph.value(action, QT.query)), [path_at(d) for d in graph.objects(action, QT.data)],
                named, path_at(graph.value(entry, MF.result)))


def _read_request(graph: rdflib.Graph, node) -> dict:
    head, body, answer = (graph.value(node, HT[name]) for name in ("headers", "body", "resp"))
    headers = {str(graph.value(h, HT.fieldName)): str(graph.value(h, HT.fieldValue)) for h in
               (Collection(graph, head) if head else ())}
    data = str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding))) if body else None
    formats = graph.value(answer, MF.expectedFormat)
    truth = graph.value(answer, MF.expectedBoolean)
    return {"method": str(graph.value(node, HT.methodName)), "path": str(graph.value(node, HT.absolutePath)),
            "headers": headers, "body": data, "boolean": None if truth is None else truth.toPython(),
            "format": formats and str(formats),
            "status": {str(s)[-3] for s in graph.objects(answer, MF.expectedStatus)}}


def find_tests(root: Path) -> list[Test]:
    """All query tests of SPARQL 1.1 and 1.0, and the protocol tests."""
    found = []
    for version in ("sparql11", "sparql10"):
        for path in sorted((root / "sparql" / version).glob("*/manifest.ttl")):
            if path.parent.name not in LEFT_OUT:
                found += read_manifest(path)
    return found
