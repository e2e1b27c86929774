"""From records to quads: what stands where, and two readers of JSON-LD agree on it."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg import build, names, release
from kg.data import load
from kg.questions import PREFIXES
from bless import GOLDEN, golden

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, within itself


def ask(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"BASE <{names.BASE}> ASK {{ {pattern} }}", prefixes=PREFIXES))


@pytest.mark.parametrize("pattern", [
    "<claim/tiny2020-02-002> a ct:Claim ; ct:kind <kind/risk> ; ct:modality <modality/hedged> ; rdfs:label ?s ; ct:statement ?s",
    "<claim/tiny2020-02-002> ct:heldBy <holder/tiny2020-authors> ; ct:reportedBy <holder/tiny2020-authors> ; ct:restsOn <evidence/none-stated>",
    "<claim/tiny2020-02-002> ct:statedIn <source/tiny2020> ; ct:inSection <section/tiny2020-02> ; ct:order 2",
    "<claim/tiny2020-02-002> ct:mentions <risk/falling-budgets>, <service/small-branches>, <risk/branch-closures>",
    "GRAPH <claim/tiny2020-02-002> { <risk/falling-budgets> ct:threatens <service/small-branches> }",
    "<claim/tiny2020-02-002> ct:hasPassage <text/tiny2020#char=120,188>",
    "<text/tiny2020#char=120,188> a ct:Passage, oa:SpecificResource ; oa:hasSource <text/tiny2020> ; ct:start 120 ; ct:end 188 ; ct:opens 'Falling budgets'",
    "<text/tiny2020#char=120,188> oa:hasSelector [ a oa:TextPositionSelector ; oa:start ?from ; oa:end ?to ]",
    "<text/tiny2020#char=120,188> oa:hasSelector [ oa:hasStartSelector/oa:exact 'Falling budgets' ; oa:hasEndSelector [ oa:prefix 'three years' ; oa:exact 'Sharing one' ] ]",
    "<claim/tiny2020-02-003> ct:hasContext <text/tiny2020#char=120,188>",
    "<claim/tiny2020-03-003> ct:hasAttribution/ct:opens 'said a'",
    "<claim/tiny2020-03-001> ct:kind <kind/method>",
    "<no-claim/tiny2020-834-858> ct:noClaimReason <no-claim-reason/question>",
    "<claim/tiny2020-03-008> ct:citesReference <reference/tiny2020-1> ; ct:citesSource <work/lindow-2016-buying-together> ; skos:editorialNote ?note",
    "<reference/tiny2020-1> ct:refersTo <work/lindow-2016-buying-together> ; ct:anchoredIn ?line ; ct:listedIn <source/tiny2020>",
    "<claim/tiny2020-03-008> ct:states [ ct:minimum '2000'^^xsd:decimal ; ct:maximum '3000'^^xsd:decimal ; ct:ofMeasure <measure/yearly-saving> ]",
    "<claim/tiny2020-02-002> ct:states [ ct:comparator <comparator/up-to> ; ct:value '3'^^xsd:decimal ; ct:unit 'year' ]",
    "<claim/tiny2020-03-003> ct:supports <claim/tiny2020-03-002>",
    "<judgement/branches-closer-1> ct:relation <relation/supports> ; ct:confidence <confidence/high>",
    "<curation/tiny2020-02-002> oa:hasTarget <claim/tiny2020-02-002> ; dcterms:created '2026-11-20'^^xsd:date",
    "<evidence/tiny2020-interviews> a ct:Evidence, ct:Interviews ; ct:evidenceIn <source/tiny2020>",
    "<holder/tiny2020-branch-librarian> ct:voiceIn <source/tiny2020> ; ct:printedRole 'branch librarian in Upper Marsh'",
    "<section/tiny2020-02> ct:partOfSection <section/tiny2020-01> ; ct:number '02' ; ct:curated true",
    "<source/tiny2020> dcterms:creator 'Marsh Vale Reading Partnership' ; ct:hasTextVersion <text/tiny2020>",
    "GRAPH <claim/tiny2020-03-005> { ?d a owl:NegativePropertyAssertion ; owl:sourceIndividual <structure/partnership-board> ; owl:assertionProperty ct:accountableTo ; owl:targetIndividual <actor/county-council> }",
])
def test_stands_there(tiny_store, pattern):
    assert ask(tiny_store, pattern)


@pytest.mark.parametrize("pattern", [
    "?s ct:threatens ?o",
    "GRAPH ?g { ?s ct:accountableTo ?o }",
    "GRAPH <claim/tiny2020-02-002> { ?s a ?o }",
    "?s ?p ?o FILTER(STRSTARTS(STR(?p), 'urn:caretrace:undeclared:'))",
    "?s ?p ?o FILTER(isBlank(?s) || isBlank(?o))",
    "?s a ct:Claim FILTER NOT EXISTS { ?s ct:hasPassage ?p }",
])
def test_stands_nowhere(tiny_store, pattern):
    assert not ask(tiny_store, pattern)


def test_two_readers_of_json_ld_agree(tiny_data, tiny_project):
    """rdflib and pyoxigraph read the built document, with the one context, as the same graphs."""
    document = json.dumps({"@context": build.context(tiny_project), "@graph": list(build.nodes(tiny_data))})
    theirs = rdflib.Dataset()
    theirs.parse(data=document, format="json-ld", base=names.BASE)
    ours = rdflib.Dataset()
    ours.parse(data=ox.serialize(build.curated_quads(tiny_data, tiny_project), format=ox.RdfFormat.N_QUADS).decode(), format="nquads")
    filled = [graph for graph in ours.graphs() if len(graph)]
    assert {g.identifier for g in theirs.graphs() if len(g)} == {g.identifier for g in filled} and len(filled) > 10
    for graph in filled:
        assert isomorphic(graph, theirs.graph(graph.identifier)), graph.identifier


def test_every_fixed_choice_keeps_its_vocabulary(tiny_project):
    """A choice that is also a key (`method`, `supports`) must not become that key's IRI."""
    context = build.context(tiny_project)
    for key, folder, choices in (("kind", "kind", names.KINDS), ("modality", "modality", names.MODALITIES), ("relation", "relation", names.RELATIONS),
                                 ("confidence", "confidence", names.CONFIDENCES), ("noClaimReason", "no-claim-reason", names.NO_CLAIM_REASONS),
                                 ("comparator", "comparator", [c.replace(" ", "-") for c in names.COMPARATORS])):
        document = json.dumps({"@context": context, "id": "x/y", key: list(choices)})
        found = {q.object.value for q in ox.parse(document.encode(), format=ox.RdfFormat.JSON_LD, base_iri=names.BASE)}
        assert found == {f"{names.BASE}{folder}/{choice}" for choice in choices}


def test_the_context_traps_an_unknown_key(tiny_project):
    document = json.dumps({"@context": build.context(tiny_project), "id": "risk/x", "lable": "x"})
    quads = list(ox.parse(document.encode(), format=ox.RdfFormat.JSON_LD, base_iri=names.BASE))
    assert [q.predicate.value for q in quads] == [names.UNDECLARED + "lable"]


def test_the_order_of_files_does_not_matter(tiny_project, tiny_data, tiny_store):
    turned = load(tiny_project)
    turned.claim_files.reverse()
    turned.entities = dict(reversed(turned.entities.items()))
    assert release.canonical_nquads(release.built(tiny_project, turned)) == release.canonical_nquads(tiny_store)


def test_golden(tiny_store):
    """The record, the content and the conclusions of the invented report, as they were last read and blessed."""
    ours, theirs = set(golden(tiny_store).splitlines()), set(GOLDEN.read_text(encoding="utf-8").splitlines())
    change = [f"+ {line}" for line in sorted(ours - theirs)] + [f"- {line}" for line in sorted(theirs - ours)]
    assert not change, "\n".join(["Read this change; if it is meant, run `python tests/bless.py`:", *change[:40]])
