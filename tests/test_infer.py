"""Rules: what they conclude, from which claims, and that they come to an end."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg import names
from kg.errors import DataError
from kg.infer import Limits, Rule, apply, read_rules
from kg.questions import PREFIXES

PREFIX = f"@base <{names.BASE}> . @prefix ct: <{names.CT}> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"


def store_of(root, trig: str) -> ox.Store:
    """The given record and content, with the real ontology in its graph."""
    store = ox.Store()
    store.load((PREFIX + trig).encode(), format=ox.RdfFormat.TRIG)
    store.load(path=str(root / "ontology" / "caretrace.ttl"), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(names.ONTOLOGY))
    return store


def concluded(root, trig: str, rule: str) -> set[tuple[str, str, str, frozenset[str]]]:
    """(subject, property, object, premises) of every conclusion of `rule` after all rules have run."""
    store = store_of(root, trig)
    apply(store, read_rules(root / "ontology" / "rules"))
    rows = store.query("""SELECT ?s ?p ?o (GROUP_CONCAT(STR(?c); separator=" ") AS ?claims) WHERE { GRAPH ?rule {
        ?i ct:inferredSubject ?s ; ct:inferredProperty ?p ; ct:inferredObject ?o ; ct:byRule ?rule ; ct:tracesTo ?c . ?s ?p ?o }
        FILTER(STRENDS(STR(?rule), "/%s")) } GROUP BY ?i ?s ?p ?o""" % rule, prefixes=PREFIXES)
    return {(names.path_of(r["s"].value), r["p"].value.removeprefix(names.CT), names.path_of(r["o"].value),
             frozenset(map(names.path_of, r["claims"].value.split()))) for r in rows}


def test_inverse(root):
    trig = "<claim/1> a ct:Claim . GRAPH <claim/1> { <mitigation/m> ct:mitigates <risk/r> ; ct:uses <resource/x> }"
    assert concluded(root, trig, "inverse") == {("risk/r", "mitigatedBy", "mitigation/m", frozenset({"claim/1"}))}


def test_the_same_conclusion_from_two_claims_has_two_reasons(root):
    trig = "".join(f"<claim/{n}> a ct:Claim . GRAPH <claim/{n}> {{ <mitigation/m> ct:mitigates <risk/r> }} " for n in (1, 2))
    assert {c[3] for c in concluded(root, trig, "inverse")} == {frozenset({"claim/1"}), frozenset({"claim/2"})}


def test_symmetric_and_sub_property(root):
    trig = "<claim/1> a ct:Claim . GRAPH <claim/1> { <actor/a> ct:worksWith <actor/b> ; ct:prioritises <actor/c> }"
    assert concluded(root, trig, "symmetric") == {("actor/b", "worksWith", "actor/a", frozenset({"claim/1"}))}
    assert concluded(root, trig, "sub-property") == {("actor/a", "favours", "actor/c", frozenset({"claim/1"}))}


CHAIN = "".join(f"<claim/{n}> a ct:Claim . GRAPH <claim/{n}> {{ <structure/{n}> ct:partOf <structure/{n + 1}> }} " for n in (1, 2, 3))


def test_part_of_a_chain_names_every_premise(root):
    found = {(s, o): premises for s, _, o, premises in concluded(root, CHAIN, "part-of")}
    assert found[("structure/1", "structure/3")] == {"claim/1", "claim/2"}
    assert found[("structure/2", "structure/4")] == {"claim/2", "claim/3"}
    assert found[("structure/1", "structure/4")] == {"claim/1", "claim/2", "claim/3"}
    assert len(found) == 3


@pytest.mark.parametrize("opposed, left", [
    ("<claim/1> ct:contradicts <claim/2>", {("structure/2", "structure/4")}),
    ("<claim/2> ct:contradicts <claim/1>", {("structure/2", "structure/4")}),
    ("<claim/1> ct:contradicts <claim/3>", {("structure/1", "structure/3"), ("structure/2", "structure/4")}),
    ("<claim/3> ct:contradicts <claim/2>", {("structure/1", "structure/3")}),
])
def test_opposed_claims_are_not_combined(root, opposed, left):
    assert {(s, o) for s, _, o, _ in concluded(root, f"{CHAIN} {opposed} .", "part-of")} == left


def test_a_circle_ends(root):
    trig = CHAIN + "<claim/4> a ct:Claim . GRAPH <claim/4> { <structure/4> ct:partOf <structure/1> }"
    found = concluded(root, trig, "part-of")
    assert all(s != o for s, _, o, _ in found)


def test_denied_content_concludes_nothing(root):
    trig = """<claim/1> a ct:Claim . GRAPH <claim/1> { <denial/1-1> a <http://www.w3.org/2002/07/owl#NegativePropertyAssertion> ;
      <http://www.w3.org/2002/07/owl#sourceIndividual> <structure/1> ; <http://www.w3.org/2002/07/owl#assertionProperty> ct:partOf ;
      <http://www.w3.org/2002/07/owl#targetIndividual> <structure/2> }"""
    for rule in ("inverse", "part-of", "symmetric", "sub-property"):
        assert concluded(root, trig, rule) == set()


def test_a_shared_proposition_needs_two_publishers(root):
    claims = "".join(f"<claim/{n}> a ct:Claim ; ct:expresses <proposition/p> ; ct:statedIn <source/{s}> . " for n, s in ((1, "a"), (2, "b"), (3, "c")))
    one = "<source/a> dcterms:publisher <actor/x> . <source/b> dcterms:publisher <actor/x> . "
    assert concluded(root, claims + one, "shared-proposition") == set()
    two = concluded(root, claims + one + "<source/c> dcterms:publisher <actor/y> .", "shared-proposition")
    assert {(s, p, o) for s, p, o, _ in two} == {("proposition/p", "raisedBy", "actor/x"), ("proposition/p", "raisedBy", "actor/y")}
    assert {premise for *_, premises in two for premise in premises} == {"claim/1", "claim/2", "claim/3"}


# What every rule keeps, whatever its file says

RULES = sorted(path.stem for path in (ROOT / "ontology" / "rules").glob("*.rq"))
EVERYTHING = """<risk/r> a ct:Risk . <proposition/p> a ct:Proposition . <source/a> dcterms:publisher <actor/x> . <source/b> dcterms:publisher <actor/y> .
  <claim/1> a ct:Claim ; ct:modality <modality/MODE> ; ct:expresses <proposition/p> ; ct:statedIn <source/a> .
  <claim/2> a ct:Claim ; ct:modality <modality/MODE> ; ct:expresses <proposition/p> ; ct:statedIn <source/b> .
  GRAPH <claim/1> { <actor/a> ct:worksWith <actor/b> ; ct:prioritises <actor/c> . <structure/1> ct:partOf <structure/2> .
    <condition/c> ct:contributesTo <risk/r> . <risk/r> ct:threatens <outcome/o> ; ct:resultsIn <outcome/p> }
  GRAPH <claim/2> { <structure/2> ct:partOf <structure/3> }"""
MITIGATED = "<claim/3> a ct:Claim ; ct:modality <modality/MODE> . GRAPH <claim/3> { <mitigation/m> ct:mitigates <risk/r> }"


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_concludes_from_what_is_said_and_nothing_from_what_is_asked_or_denied(root, rule):
    asserted = EVERYTHING + (MITIGATED if rule != "unmitigated-risk" else "")
    assert concluded(root, asserted.replace("MODE", "asserted"), rule)
    assert not concluded(root, asserted.replace("MODE", "asked"), rule)
    if rule not in ("shared-proposition", "publisher-count"):  # what is denied is a point that is made, too
        assert not concluded(root, asserted.replace("MODE", "denied"), rule)


def test_alternative_derivations_are_inferences_of_their_own(root):
    twice = CHAIN + "<claim/0> a ct:Claim . GRAPH <claim/0> { <structure/1> ct:partOf <structure/2> }"
    found = {(s, o, premises) for s, _, o, premises in concluded(root, twice, "part-of") if (s, o) == ("structure/1", "structure/3")}
    assert found == {("structure/1", "structure/3", frozenset({"claim/0", "claim/2"})), ("structure/1", "structure/3", frozenset({"claim/1", "claim/2"}))}


def test_an_opposed_claim_leaves_the_other_derivation(root):
    twice = CHAIN + "<claim/0> a ct:Claim . GRAPH <claim/0> { <structure/1> ct:partOf <structure/2> } <claim/0> ct:contradicts <claim/2> ."
    found = {premises for s, _, o, premises in concluded(root, twice, "part-of") if (s, o) == ("structure/1", "structure/3")}
    assert found == {frozenset({"claim/1", "claim/2"})}


def test_a_later_step_names_the_step_before_and_every_claim(root):
    store = store_of(root, CHAIN)
    apply(store, read_rules(root / "ontology" / "rules"))
    ((step,),) = store.query("""SELECT ?step { GRAPH ?g { ?i ct:inferredSubject <%(b)sstructure/1> ; ct:inferredObject <%(b)sstructure/4> ;
        ct:fromPremise ?step , <%(b)sclaim/3> ; ct:passesThrough <%(b)sstructure/2> , <%(b)sstructure/3> . ?step a ct:Inference ;
        ct:fromPremise <%(b)sclaim/1> , <%(b)sclaim/2> ; ct:passesThrough <%(b)sstructure/2> } }""" % {"b": names.BASE}, prefixes=PREFIXES)
    assert step.value.startswith(names.BASE + "inference/part-of-")


def test_a_circle_keeps_only_chains_in_which_nothing_occurs_twice(root):
    trig = CHAIN + "<claim/4> a ct:Claim . GRAPH <claim/4> { <structure/4> ct:partOf <structure/1> }"
    found = [(s, o) for s, _, o, _ in concluded(root, trig, "part-of")]
    assert sorted(found) == sorted((f"structure/{a}", f"structure/{(a + step - 1) % 4 + 1}") for a in (1, 2, 3, 4) for step in (2, 3))


def test_causes_lead_through_a_risk_to_an_outcome(root):
    trig = """<risk/r> a ct:Risk . <barrier/b> a ct:Barrier . <claim/1> a ct:Claim . <claim/2> a ct:Claim . <claim/3> a ct:Claim .
      GRAPH <claim/1> { <condition/c> ct:contributesTo <barrier/b> } GRAPH <claim/2> { <barrier/b> ct:resultsIn <risk/r> }
      GRAPH <claim/3> { <risk/r> ct:threatens <outcome/o> }"""
    all_three = frozenset({"claim/1", "claim/2", "claim/3"})
    assert concluded(root, trig, "cause-chain") == {("condition/c", "mayLeadTo", "risk/r", frozenset({"claim/1", "claim/2"}))}
    assert concluded(root, trig, "harm-chain") == {("barrier/b", "mayHarm", "outcome/o", frozenset({"claim/2", "claim/3"})),
                                                   ("condition/c", "mayHarm", "outcome/o", all_three)}
    assert ("condition/c", "mayHarm", "outcome/o", all_three) not in concluded(root, trig + "<claim/3> ct:contradicts <claim/1> .", "harm-chain")
    assert concluded(root, trig.replace("<risk/r> a ct:Risk .", ""), "harm-chain") == set()


def test_publishers_are_counted_once(root):
    claims = "".join(f"<claim/{n}> a ct:Claim ; ct:expresses <proposition/p> ; ct:statedIn <source/{s}> . " for n, s in ((1, "a"), (2, "b"), (3, "c")))
    of = "<source/a> dcterms:publisher <actor/x> . <source/b> dcterms:publisher <actor/x> . <source/c> dcterms:publisher <actor/y> ."
    assert concluded(root, claims + of, "publisher-count") == {("proposition/p", "publisherCount", "2", frozenset({"claim/1", "claim/2", "claim/3"}))}


def test_a_risk_that_is_mitigated_anywhere_is_not_concluded_to_be_without(root):
    raised = "<risk/r> a ct:Risk . <claim/1> a ct:Claim . GRAPH <claim/1> { <risk/r> ct:threatens <outcome/o> } "
    alone = {("risk/r", "noMitigationClaimed", "true", frozenset({"claim/1"}))}
    assert concluded(root, raised, "unmitigated-risk") == alone
    assert concluded(root, raised + MITIGATED.replace("MODE", "hedged"), "unmitigated-risk") == set()
    assert concluded(root, raised + MITIGATED.replace("MODE", "asked"), "unmitigated-risk") == alone


# Rules that cannot be

WHOLE = """?i a ct:Inference ; ct:byRule <%srule/growing> ; ct:fromPremise ?g ; ct:inferredSubject ?new ; ct:inferredProperty ct:partOf ;
  ct:inferredObject ?o . ?new ct:partOf ?o""" % names.BASE
GROWS = """WHERE { ?g a ct:Claim . { GRAPH ?g { ?s ct:partOf ?o } } UNION { GRAPH <%srule/growing> { ?s ct:partOf ?o } }
  BIND(IRI(CONCAT(STR(?s), "x")) AS ?new) BIND(IRI(CONCAT(STR(?new), "-i")) AS ?i) }""" % names.BASE
# Every term of the ontology with every other: long enough to be stopped, short enough to end before the tests do.
ENDLESS = 'WHERE { GRAPH ?g { ?a0 ?p0 ?o0 } GRAPH ?h { ?a1 ?p1 ?o1 } FILTER(CONCAT(STR(?a0), STR(?a1)) = "")'


@pytest.mark.parametrize("query, limits, message", [
    (f"CONSTRUCT {{ {WHOLE} }} {GROWS}", Limits(rounds=5), "growing.rq: still concludes something new after 5 rounds; bound the rule where it reads its own output"),
    (f"CONSTRUCT {{ {WHOLE} }} {GROWS}", Limits(triples=3), "growing.rq: concludes more than 3 triples in one round; bound what it combines"),
    (f"CONSTRUCT {{ ?a0 ct:partOf ?a1 }} {ENDLESS} }}", Limits(seconds=.05), "growing.rq: does not end: no answer within 0.05 s"),
    ("CONSTRUCT { ?s ct:hasPart ?o } WHERE { GRAPH ?g { ?s ct:partOf ?o } }", Limits(), "growing.rq: concludes .*hasPart.* and names no premise for it"),
    (f"CONSTRUCT {{ {WHOLE.replace('ct:fromPremise ?g ;', '')} }} {GROWS}", Limits(), "growing.rq: writes an inference that is not whole: structure/1x-i"),
    (f"CONSTRUCT {{ {WHOLE.replace('rule/growing', 'rule/other')} }} {GROWS}", Limits(), "growing.rq: writes an inference that is not whole"),
    (f"CONSTRUCT {{ {WHOLE.replace('ct:fromPremise ?g', 'ct:fromPremise ?s')} }} {GROWS}", Limits(), "growing.rq: takes structure/1 as a premise, which is neither a claim nor"),
])
def test_a_rule_without_end_or_premises_is_refused_by_name(root, query, limits, message):
    store = store_of(root, "<claim/1> a ct:Claim . GRAPH <claim/1> { <structure/1> ct:partOf <structure/2> }")
    with pytest.raises(DataError, match=message):
        apply(store, [Rule("growing", "More of itself.", query)], limits)


def test_only_the_rule_that_grows_is_named(root):
    store = store_of(root, "<claim/1> a ct:Claim . GRAPH <claim/1> { <structure/1> ct:partOf <structure/2> }")
    with pytest.raises(DataError) as refused:
        apply(store, [*read_rules(root / "ontology" / "rules"), Rule("growing", "More of itself.", f"CONSTRUCT {{ {WHOLE} }} {GROWS}")], Limits(rounds=5))
    assert [problem.file for problem in refused.value.problems] == ["ontology/rules/growing.rq"]


def test_the_order_of_the_rules_changes_nothing(root):
    rules = read_rules(root / "ontology" / "rules")
    one, other = store_of(root, EVERYTHING.replace("MODE", "asserted")), store_of(root, EVERYTHING.replace("MODE", "asserted"))
    apply(one, rules)
    apply(other, rules[::-1])
    in_rules = [{str(quad) for quad in store if getattr(quad.graph_name, "value", "").startswith(names.RULE)} for store in (one, other)]
    assert in_rules[0] == in_rules[1] != set()


def test_applying_twice_adds_nothing(root):
    store = store_of(root, CHAIN)
    rules = read_rules(root / "ontology" / "rules")
    assert apply(store, rules) > 0
    before = set(store)
    assert apply(store, rules) == 0 and set(store) == before


def test_no_conclusion_stands_outside_its_rule(root):
    store = store_of(root, CHAIN)
    before = set(store)
    rules = read_rules(root / "ontology" / "rules")
    apply(store, rules)
    new = {quad for quad in store if quad not in before and quad.subject not in {rule.graph for rule in rules}}
    assert {quad.graph_name for quad in new} <= {rule.graph for rule in rules}


@pytest.mark.parametrize("query, message", [
    ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "bad.rq:1: says nothing about itself; begin it with a comment"),
    ("# Finds.\nSELECT ?s WHERE { ?s ?p ?o }", "is not a rule: it is not a CONSTRUCT query; write a SPARQL CONSTRUCT"),
    ("# Finds.\nCONSTRUCT { ?s ?p WHERE", "bad.rq: is not a rule"),
])
def test_what_is_no_rule_is_refused(tmp_path, query, message):
    (tmp_path / "bad.rq").write_text(query)
    with pytest.raises(DataError, match=message):
        apply(ox.Store(), read_rules(tmp_path))


def test_every_real_rule_says_a_sentence(root):
    for rule in read_rules(root / "ontology" / "rules"):
        assert rule.sentence.endswith(".") and rule.sentence[0].isupper()
