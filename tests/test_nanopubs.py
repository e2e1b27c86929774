"""Nanopublications: what each part holds, and that the library's checker accepts every one and no altered one."""

import pyoxigraph as ox
import pytest
import rdflib
from nanopub import Nanopub

from kg import nanopubs
from kg.errors import CaretraceError
from kg.names import BASE, CT


@pytest.fixture(scope="module")
def made(tiny_store) -> list[nanopubs.Nanopublication]:
    return list(nanopubs.all_of(tiny_store))


def read(trig: bytes | str) -> Nanopub:
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=trig, format="trig")
    return Nanopub(rdf=graph)


def accepted(publication: nanopubs.Nanopublication) -> bool:
    """What the library's checker says of it, read back from TriG; it raises where it does not agree."""
    published = read(nanopubs.as_trig([publication]))
    return published.is_valid and published.has_valid_trusty and str(published.source_uri) == publication.iri


def test_every_claim_has_one_and_the_checker_accepts_it(made, tiny_store):
    claims = {q.subject.value for q in tiny_store.quads_for_pattern(None, None, ox.NamedNode(CT + "Claim"), ox.DefaultGraph())}
    assert [publication.claim for publication in made] == sorted(claims) and len(claims) > 3
    assert all(map(accepted, made))
    assert len({publication.iri for publication in made}) == len(made)
    assert all(publication.iri.startswith(f"{BASE}np/RA") for publication in made)


def test_the_checker_accepts_those_of_the_real_data(real_store):
    """Every fiftieth, since the checker takes 45 ms for each."""
    claims = sorted(row["claim"].value for row in real_store.query(nanopubs.CLAIMS))
    assert all(accepted(nanopubs.nanopublication(real_store, ox.NamedNode(claim))) for claim in claims[::50])


ODD = ["two\nlines", "back\\slash \\n", "tab\tand \"quotes\"", "é ü 漢字 🙂", "", " space ", "\r\n", "carriage\rreturn"]


def test_the_checker_accepts_odd_words_numbers_and_languages():
    store, claim = ox.Store(), ox.NamedNode(f"{BASE}claim/odd-01-001")
    def add(predicate, value, graph=ox.DefaultGraph()):
        store.add(ox.Quad(claim, ox.NamedNode(CT + predicate), value, graph))
    for words in ODD:
        add("statement", ox.Literal(words))
        add("statement", ox.Literal(words, language="en-GB"))
        add("aimsAt", ox.Literal(words), claim)
    for value in (ox.Literal(7), ox.Literal(True), ox.Literal("2020-01-02", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")),
                  ox.NamedNode("https://example.org/a?b=%20c#d"), ox.NamedNode("https://example.org/ü"), claim):
        add("heldBy", value)
    assert accepted(nanopubs.nanopublication(store, claim))


def test_a_blank_node_is_refused_by_name():
    store, claim = ox.Store(), ox.NamedNode(f"{BASE}claim/odd-01-001")
    store.add(ox.Quad(claim, ox.NamedNode(CT + "heldBy"), ox.BlankNode("somebody")))
    with pytest.raises(CaretraceError, match="somebody.* blank node"):
        nanopubs.nanopublication(store, claim)


def test_the_checker_refuses_an_altered_one(made):
    altered = nanopubs.as_trig(made[:1]).replace(b"ct:Claim ", b"ct:Passage ")
    assert altered != nanopubs.as_trig(made[:1])
    with pytest.raises(Exception, match="(?i)trusty|hash|valid"):
        read(altered).has_valid_trusty


def test_the_assertion_is_the_claims_graph_and_the_provenance_its_record(made, tiny_store):
    published = read(nanopubs.as_trig(made[:1]))
    own = {(q.subject.value, q.predicate.value) for q in tiny_store.quads_for_pattern(None, None, None, ox.NamedNode(made[0].claim))}
    assert {(str(s), str(p)) for s, p, _ in published.assertion} == own and own
    assert any(p == rdflib.PROV.wasDerivedFrom and "#char=" in o for _, p, o in published.provenance)
    assert any(p == rdflib.URIRef(CT + "heldBy") for _, p, _ in published.provenance)
    assert {p for p in (rdflib.DCTERMS.license, rdflib.DCTERMS.creator, rdflib.DCTERMS.created)} <= {p for _, p, _ in published.pubinfo}


def test_a_claim_keeps_its_trusty_uri_until_it_changes(made, tiny_store):
    """Equal content gives equal URIs, and another claim's change does not touch them."""
    changed = ox.Store()
    changed.extend(tiny_store)
    last = ox.NamedNode(made[-1].claim)
    changed.add(ox.Quad(last, ox.NamedNode(CT + "statement"), ox.Literal("And more.", language="en")))
    again = list(nanopubs.all_of(changed))
    assert [p.iri for p in again[:-1]] == [p.iri for p in made[:-1]] and again[-1].iri != made[-1].iri


def test_all_together_are_one_trig_file_and_the_index_names_each(made, tmp_path):
    quads = list(ox.parse(nanopubs.as_trig(made), format=ox.RdfFormat.TRIG))
    assert {q.subject.value for q in quads if q.object.value == nanopubs.NP + "Nanopublication"} == {p.iri for p in made}
    (tmp_path / nanopubs.INDEX).write_text(nanopubs.as_index(made), encoding="utf-8")
    assert nanopubs.read_index(tmp_path) == {p.iri: p.claim for p in made}
    assert nanopubs.read_index(tmp_path / "none") == {}
