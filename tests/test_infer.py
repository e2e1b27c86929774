"""Rules: what they conclude, from which claims, and that they come to an end."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg import names
from kg.errors import DataError
from kg.infer import Rule, apply, read_rules
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
        ?i ct:inferredSubject ?s ; ct:inferredProperty ?p ; ct:inferredObject ?o ; ct:byRule ?rule ; ct:fromPremise ?c . ?s ?p ?o }
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
    trig = "<claim/1> a ct:Claim . GRAPH <claim/1> { <actor/a> ct:worksWith <actor/b> ; ct:regulates <actor/c> }"
    assert concluded(root, trig, "symmetric") == {("actor/b", "worksWith", "actor/a", frozenset({"claim/1"}))}
    assert concluded(root, trig, "sub-property") == {("actor/a", "oversees", "actor/c", frozenset({"claim/1"}))}


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


def test_a_rule_that_feeds_on_itself_without_bound_is_refused(root):
    store = store_of(root, "<claim/1> a ct:Claim . GRAPH <claim/1> { <structure/1> ct:partOf <structure/2> }")
    growing = Rule("growing", "More of itself.", """CONSTRUCT { ?new ct:partOf ?o } WHERE { GRAPH ?g { ?s ct:partOf ?o }
        BIND(IRI(CONCAT(STR(?s), "x")) AS ?new) }""")
    with pytest.raises(DataError, match="growing: still conclude something new after 20 rounds; bound the rule that reads its own output"):
        apply(store, [growing])


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
