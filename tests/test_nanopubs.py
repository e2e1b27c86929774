"""Nanopublications: what each part holds, and that the library's checker accepts every one and no altered one."""

import pyoxigraph as ox
import pytest
import rdflib
from nanopub import Nanopub

from kg import nanopubs
from kg.names import BASE, CT

NP = "http://www.nanopub.org/nschema#"


@pytest.fixture(scope="module")
def made(tiny_store) -> list[str]:
    return list(nanopubs.all_of(tiny_store, "0" * 64))


def read(text: str) -> Nanopub:
    graph = rdflib.ConjunctiveGraph()
    graph.parse(data=text, format="nquads")
    return Nanopub(rdf=graph)


def test_every_claim_has_one_and_the_checker_accepts_it(made, tiny_store):
    claims = list(tiny_store.quads_for_pattern(None, None, ox.NamedNode(CT + "Claim"), ox.DefaultGraph()))
    assert len(made) == len(claims) > 3
    uris = set()
    for text in made:
        published = read(text)
        assert published.is_valid and published.has_valid_trusty
        uris.add(str(published.source_uri))
    assert len(uris) == len(made) and all(uri.startswith(f"{BASE}np/RA") for uri in uris)


def test_the_checker_refuses_an_altered_one(made):
    altered = made[0].replace("/ontology#Claim>", "/ontology#Passage>")
    assert altered != made[0]
    with pytest.raises(Exception, match="(?i)trusty|hash|valid"):
        read(altered).has_valid_trusty


def test_the_assertion_is_the_claims_graph_and_the_provenance_its_record(made, tiny_store):
    published = read(made[0])
    claim = next(o for _, p, o in published.provenance if p == rdflib.PROV.specializationOf)
    own = {(q.subject.value, q.predicate.value) for q in tiny_store.quads_for_pattern(None, None, None, ox.NamedNode(str(claim)))}
    assert {(str(s), str(p)) for s, p, _ in published.assertion} == own and own
    assert any(p == rdflib.PROV.wasDerivedFrom and "#char=" in o for _, p, o in published.provenance)
    assert any(p == rdflib.URIRef(CT + "heldBy") for _, p, _ in published.provenance)
    assert any(p == rdflib.DCTERMS.license for _, p, _ in published.pubinfo)


def test_equal_releases_give_equal_trusty_uris(made, tiny_store):
    assert list(nanopubs.all_of(tiny_store, "0" * 64)) == made


def test_all_together_are_one_trig_file(tiny_store, tmp_path, made):
    assert nanopubs.write_trig(tiny_store, "0" * 64, tmp_path / "all.trig") == len(made)
    quads = set(ox.parse(path=str(tmp_path / "all.trig"), format=ox.RdfFormat.TRIG))
    assert sum(quad.object == ox.NamedNode(NP + "Nanopublication") for quad in quads) == len(made)
