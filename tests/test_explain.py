"""Explanations: any triple leads down to passages, whether a claim says it or a rule concludes it."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg import names, release, tree
from kg.cli import main
from kg.errors import LookupFailed
from kg.explain import Step, explain, grounds
from kg.infer import apply, read_rules
from kg.lookup import Lookup

HEAD = (f"@base <{names.BASE}> . @prefix ct: <{names.CT}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
        "@prefix oa: <http://www.w3.org/ns/oa#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n")
RECORD = """<source/a> a ct:Source ; rdfs:label "Report A"@en . <text/a> ct:versionOf <source/a> . <section/a-1> rdfs:label "Money"@en .
<holder/h> rdfs:label "the authors"@en . <condition/c> rdfs:label "short contracts"@en . <barrier/b> a ct:Barrier ; rdfs:label "vacancies"@en .
<risk/r> a ct:Risk ; rdfs:label "closures"@en . <outcome/o> rdfs:label "continuity"@en . <service/o> rdfs:label "Continuity"@en .
GRAPH <claim/1> { <condition/c> ct:contributesTo <barrier/b> } GRAPH <claim/2> { <barrier/b> ct:resultsIn <risk/r> ; ct:affects <service/o> }
GRAPH <claim/3> { <risk/r> ct:threatens <outcome/o> .
  <denial/1> a owl:NegativePropertyAssertion ; owl:sourceIndividual <condition/c> ; owl:assertionProperty ct:enables ; owl:targetIndividual <outcome/o> }
<claim/4> ct:contradicts <claim/3> .
""" + "".join(f"""<claim/{n}> a ct:Claim ; ct:statement "Statement {n}."@en ; ct:heldBy <holder/h> ; ct:modality <modality/hedged> ;
  ct:hasPassage <text/a#char={n}00,{n}50> . <text/a#char={n}00,{n}50> oa:hasSource <text/a> ; ct:inSection <section/a-1> ; ct:start {n}00 ; ct:end {n}50 ;
  ct:opens "Open {n}" ; ct:closes "close {n}" . """ for n in (1, 2, 3, 4))
TREE = """\
short contracts  may harm  continuity
└─ concluded by the rule harm chain, through vacancies, closures: short contracts  may harm  continuity
   What contributes to, brings about or may lead to a risk or barrier may harm whatever that risk or barrier threatens or hinders.
   ├─ concluded by the rule cause chain, through vacancies: short contracts  may lead to  closures
   │  What contributes to or brings about one thing, which does so to another, may lead to that other, along any chain of claims in which nothing occurs twice.
   │  ├─ premise: claim/1 (hedged, held by the authors)
   │  │  Statement 1.
   │  │  says: short contracts  contributes to  vacancies
   │  │  └─ Report A, section Money, characters 100 to 150: “Open 1 … close 1”
   │  └─ premise: claim/2 (hedged, held by the authors)
   │     Statement 2.
   │     says: vacancies  results in  closures
   │     └─ Report A, section Money, characters 200 to 250: “Open 2 … close 2”
   └─ premise: claim/3 (hedged, held by the authors)
      Statement 3.
      says: closures  threatens  continuity
      contradicted by or contradicting claim/4
      └─ Report A, section Money, characters 300 to 350: “Open 3 … close 3”"""


@pytest.fixture(scope="module")
def store(root) -> ox.Store:
    made = ox.Store()
    made.load((HEAD + RECORD).encode(), format=ox.RdfFormat.TRIG)
    made.load(path=str(root / "ontology" / "caretrace.ttl"), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(names.ONTOLOGY))
    apply(made, read_rules(root / "ontology" / "rules"))
    return made


@pytest.fixture(scope="module")
def lookup(store) -> Lookup:
    return Lookup(store)


def told(store, lookup, *words: str) -> str:
    return "\n".join(tree.lines(explain(store, lookup.triple(words)), lookup))


def test_a_chain_is_printed_down_to_passages(store, lookup):
    assert told(store, lookup, "condition/c mayHarm outcome/o") == TREE


@pytest.mark.parametrize("words", [
    ("short contracts may harm outcome/o",), ("condition/c", "ct:mayHarm", "outcome/o"), ("short contracts", "may harm", "outcome/o"),
    (f"<{names.BASE}condition/c> <{names.CT}mayHarm> <{names.BASE}outcome/o>",), (f"{names.BASE}condition/c {names.CT}mayHarm {names.BASE}outcome/o",),
])
def test_ids_labels_and_addresses_name_the_same(lookup, words):
    assert lookup.triple(words) == tuple(ox.NamedNode(iri) for iri in (names.BASE + "condition/c", names.CT + "mayHarm", names.BASE + "outcome/o"))


def test_what_a_claim_says_is_claimed(store, lookup):
    lines = told(store, lookup, "vacancies resultsIn closures").splitlines()
    assert lines[1] == "└─ claimed: claim/2 (hedged, held by the authors)" and lines[-1].endswith("characters 200 to 250: “Open 2 … close 2”")


def test_a_value_is_explained(store, lookup):
    assert told(store, lookup, "closures no mitigation claimed true").count("a conclusion from absence") == 2  # from two claims


def test_what_nothing_says_is_answered_with_what_is_denied_and_said(store, lookup):
    found = explain(store, lookup.triple(["short contracts enables outcome/o"]))
    assert not found.found and [ground.claim.value for ground in found.denied] == [names.BASE + "claim/3"]
    text = told(store, lookup, "short contracts enables outcome/o")
    assert "No claim says this and no rule concludes it. It is denied:" in text and "denied: claim/3" in text
    assert "short contracts  may harm  continuity    caretrace explain 'condition/c mayHarm outcome/o'" in text


def test_the_record_is_told_from_content(store, lookup):
    text = told(store, lookup, "claim/1 heldBy holder/h")
    assert "stands in the record" in text and "characters 100 to 150" in text


@pytest.mark.parametrize("words, message", [
    ("closures threatens continuity", "2 things are called 'continuity'; give the id. Near it: outcome/o .*service/o"),
    ("clozures threatens outcome/o", "Nothing in this release is called 'clozures'. Near it: risk/r"),
    ("risk/s threatens outcome/o", "Nothing in this release is called 'risk/s'"),
    ("closures menaces outcome/o", "No predicate of the ontology stands between two names"),
    ("closures", "Write SUBJECT PREDICATE OBJECT"), ("closures threatens", "Write SUBJECT PREDICATE OBJECT"),
])
def test_a_name_that_stands_for_nothing_gets_help(lookup, words, message):
    with pytest.raises(LookupFailed, match=message):
        lookup.triple([words])


def test_a_predicate_that_is_misspelt_gets_help(lookup):
    with pytest.raises(LookupFailed, match="No predicate is called 'threatns'. Near it: ontology#threatens"):
        lookup.triple(["closures", "threatns", "outcome/o"])


def assert_explained(store: ox.Store) -> None:
    """Every triple in a rule's graph leads to claims with passages, and says what each claim says to it."""
    conclusions = list(store.query("""SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?i ct:inferredSubject ?s ; ct:inferredProperty ?p ; ct:inferredObject ?o } }""",
                                   prefixes={"ct": names.CT}))
    assert len(conclusions) > 5
    for row in conclusions:
        found = explain(store, (row["s"], row["p"], row["o"]))
        assert found.concluded and all(ground.passages and ground.says for ground in grounds(found.concluded)), row


def test_every_conclusion_of_the_invented_project_leads_to_passages(tiny_store):
    assert_explained(tiny_store)


def test_every_conclusion_of_the_real_data_leads_to_passages(real_store):
    assert_explained(real_store)


def test_the_premises_of_a_tree_are_the_claims_it_traces_to(store, lookup):
    (step,) = explain(store, lookup.triple(["condition/c mayHarm outcome/o"])).concluded
    traced = {quad.object for quad in store.quads_for_pattern(step.inference, ox.NamedNode(names.CT + "tracesTo"), None)}
    assert {ground.claim for ground in grounds(step.premises)} == traced and isinstance(step.premises[0], Step)


@pytest.fixture
def released(tiny):
    """The invented project with a release to ask."""
    release.make(tiny)
    return tiny


def test_the_command_explains_and_helps(released):
    run = CliRunner().invoke(main, ["explain", "risk/branch-closures", "mitigated by", "mitigation/shared-van"])
    assert run.exit_code == 0 and "claim/tiny2020-02-003" in run.output and "characters 189 to 251" in run.output
    as_json = CliRunner().invoke(main, ["explain", "--json", "risk/branch-closures mitigatedBy mitigation/shared-van"])
    assert json.loads(as_json.output)["concluded"][0]["premises"][0]["passages"][0]["start"] == 189
    none = CliRunner().invoke(main, ["explain", "risk/branch-closures threatens mitigation/shared-van"])
    assert none.exit_code == 1 and "What is said instead:" in none.output
    unknown = CliRunner().invoke(main, ["explain", "risk/branch-closure threatens mitigation/shared-van"])
    assert unknown.exit_code == 1 and "Near it: risk/branch-closures" in unknown.output
