"""JSON-LD in the terms of the published context: short where the context is, and the same quads to every reader."""

import json
import time

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld

from kg import build
from kg.jsonld import Writer
from kg.names import BASE, CT, KINDS


@pytest.fixture(scope="module")
def context(tiny_project) -> dict:
    return build.context(tiny_project)


@pytest.fixture(scope="module")
def written(tiny_store, context) -> bytes:
    return Writer(context).write(sorted(tiny_store, key=str))


def canonical(quads) -> set[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def nodes(written: bytes) -> dict[str, dict]:
    return {node["id"]: node for node in json.loads(written)["asserts"]}


def test_pyoxigraph_reads_the_same_quads(written, tiny_store):
    assert canonical(ox.parse(written, format=ox.RdfFormat.JSON_LD)) == canonical(tiny_store)


def test_rdflib_reads_the_same_quads(written, tiny_store, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    dataset = rdflib.Dataset()
    dataset.parse(data=written, format="json-ld")
    lines = dataset.serialize(format="nquads").replace("<urn:x-rdflib:default> ", "")
    assert canonical(ox.parse(lines, format=ox.RdfFormat.N_QUADS)) == canonical(tiny_store)


def test_pyld_reads_the_same_quads(written, tiny_store):
    def refuse(url, options):
        raise AssertionError(f"{url} would be fetched")
    lines = jsonld.to_rdf(json.loads(written), {"format": "application/n-quads", "documentLoader": refuse})
    assert canonical(ox.parse(lines, format=ox.RdfFormat.N_QUADS)) == canonical(tiny_store)


def test_the_documents_speak_the_words_of_the_context(written, context):
    assert json.loads(written)["@context"] == context
    claim = nodes(written)[f"{BASE}claim/tiny2020-02-001"]
    assert claim["type"] == "ct:Claim" and claim["kind"] in KINDS
    assert claim["statement"].endswith(".") and claim["heldBy"].startswith(BASE + "holder/") and claim["asserts"]
    # Only the properties of the ontology and the catalogue, which have no key in the context, are written in full.
    of_claims = {key for iri, node in nodes(written).items() if iri.startswith(BASE + "claim/") for key in node}
    assert not [key for key in of_claims if "://" in key]


@pytest.mark.parametrize("value", [
    ox.Literal("plain"), ox.Literal("fr", language="fr"), ox.Literal("5", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    ox.Literal("05", datatype=ox.NamedNode("urn:x:odd")), ox.Literal("placeholder"), ox.Literal("a\u2028\"\\\n</script>"), ox.BlankNode("b"),
    ox.NamedNode("urn:caretrace:placeholder"), ox.NamedNode("urn:x:y"), ox.NamedNode(f"{BASE}kind/risk"), ox.NamedNode(f"{BASE}kind/a/b"),
    ox.NamedNode(CT + "Claim"), ox.NamedNode("https://example.org/kind")])
@pytest.mark.parametrize("name", ["kind", "statement", "heldBy", "hasPassage", "codePoints", "value", "noSuchTerm"])
def test_any_value_of_any_property_comes_back(context, name, value):
    """Also one that the context foresees for another kind of value."""
    thing, graph = ox.NamedNode(f"{BASE}claim/x"), ox.NamedNode(f"{BASE}claim/x")
    quads = [ox.Quad(thing, ox.NamedNode(CT + name), value), ox.Quad(thing, ox.NamedNode(CT + name), ox.Literal("second"), graph)]
    assert canonical(ox.parse(Writer(context).write(quads), format=ox.RdfFormat.JSON_LD)) == canonical(quads)


def test_a_list_and_nothing_at_all_come_back(context):
    turtle = b"<urn:x:a> <urn:x:p> (1 (2) <urn:x:b>) ; a <urn:x:T>, [ a <urn:x:U> ]."
    quads = [ox.Quad(*quad.triple) for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
    assert canonical(ox.parse(Writer(context).write(quads), format=ox.RdfFormat.JSON_LD)) == canonical(quads)
    assert json.loads(Writer(context).write([]))["asserts"] == []


def test_a_release_is_written_in_seconds(real_store, context):
    began = time.process_time()
    Writer(context).write(real_store)
    assert time.process_time() - began < 15
