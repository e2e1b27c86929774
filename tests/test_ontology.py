"""The ontology is complete, agrees with the curators' page and the context, and is OWL 2 DL."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection

from kg import reasoning, shapes

ROOT = Path(__file__).parent.parent
FILE = ROOT / "ontology" / "caretrace.ttl"
RECORD = Path(__file__).parent / "shapes" / "pass" / "record.trig"
CT = "https://w3id.org/caretrace/ontology#"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
HEAD = "@prefix ct: <https://w3id.org/caretrace/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . " \
       "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix b: <https://w3id.org/caretrace/> .\n"


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(FILE)


def n_triples(turtle: str) -> bytes:
    return ox.serialize([quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)],
                        format=ox.RdfFormat.N_TRIPLES)


def flat_record() -> bytes:
    """The record and the content of every claim, as the reasoner reads them."""
    return ox.serialize([quad.triple for quad in ox.parse(path=str(RECORD))], format=ox.RdfFormat.N_TRIPLES)


def named_ends(graph: Graph, term: URIRef, predicate: URIRef) -> set[str]:
    """The local names of a property's domain or range, a union taken apart."""
    (node,) = graph.objects(term, predicate)
    union = graph.value(node, OWL.unionOf)
    return {str(end).removeprefix(CT) for end in (Collection(graph, union) if union else [node])}


def page_rows() -> dict[str, tuple[str, str]]:
    """The predicates of the curators' page, each with the classes that it leads from and to."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.+?) → (.+?) \|", text, re.MULTILINE)
    return {name: (start, end) for names, start, end in rows for name in re.findall(r"\w+", names)}


def test_every_term_is_complete():
    assert shapes.validate(n_triples(FILE.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("lost, message", [
    ("skos:definition", "Define the term"), ("rdfs:label", "exactly one label"), ("skos:example", "Give an example"),
    ("dcterms:source", "Say where the term comes from"), ("vs:term_status", "Give the status"), ("rdfs:isDefinedBy", "add rdfs:isDefinedBy"), ("rdfs:domain", "one domain and one range"),
])
def test_an_incomplete_term_is_found(lost, message):
    text = FILE.read_text(encoding="utf-8")
    start = text.index("ct:mitigates a ")
    term = text[start:text.index("vs:term_status", start) + 40]
    damaged = re.sub(rf"    {lost} [^\n]*[;.]\n", "", term)
    if lost == "vs:term_status":
        damaged = re.sub(r";\n    vs:term_status \"testing\" \.", ".", term)
    assert damaged != term
    findings = shapes.validate(n_triples(text.replace(term, damaged)))
    assert {found.record for found in findings} == {CT + "mitigates"} and message in findings[0].message


@pytest.mark.parametrize("source", ['"the curators"@en', '"data/README.md: figures"', '"data/README.md : Zahlen"@de', "[]"])
def test_a_source_that_leads_nowhere_is_found(source):
    text = FILE.read_text(encoding="utf-8")
    start = text.index("dcterms:source", text.index("ct:mitigates a "))
    end = text.index(" ;", start)
    findings = shapes.validate(n_triples(f"{text[:start]}dcterms:source {source}{text[end:]}"))
    assert {found.record for found in findings} == {CT + "mitigates"} and "Say where the term comes from" in findings[0].message


def test_labels_are_unique(ontology):
    for kinds in ((OWL.Class,), KINDS[1:]):
        terms = {term for kind in kinds for term in ontology.subjects(RDF.type, kind) if str(term).startswith(CT)}
        labels = Counter(str(ontology.value(term, RDFS.label)) for term in terms)
        assert [label for label, count in labels.items() if count > 1] == []


def test_every_declared_term_has_one_kind(ontology):
    named = {term for kind in KINDS for term in ontology.subjects(RDF.type, kind) if isinstance(term, URIRef)}
    assert len(named) > 200
    assert [term for term in named if sum((term, RDF.type, kind) in ontology for kind in KINDS) != 1] == []


def test_nothing_is_imported(ontology):
    for file in FILE.parent.glob("*.ttl"):
        assert (None, OWL.imports, None) not in Graph().parse(file)


def test_own_terms_that_are_used_are_declared(ontology):
    alignments = Graph().parse(FILE.parent / "alignments.ttl")
    used = {node for triple in ontology + alignments for node in triple if isinstance(node, URIRef) and node.startswith(CT)}
    assert [node for node in used if not any((node, RDF.type, kind) in ontology for kind in KINDS)] == []


def test_every_key_of_the_context_leads_to_a_declared_term(ontology):
    context = json.loads((FILE.parent / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    ids = {value["@id"] for value in context.values() if isinstance(value, dict) and ":" in value.get("@id", "")}
    iris = {context[prefix] + name for prefix, name in (identifier.split(":", 1) for identifier in ids)}
    undeclared = {iri for iri in iris if not any((URIRef(iri), RDF.type, kind) in ontology for kind in KINDS)}
    assert {iri for iri in undeclared if not iri.startswith((str(OWL), str(RDFS)))} == set()


def test_the_content_predicates_are_those_of_the_curators_page(ontology):
    below = set(ontology.transitive_subjects(RDFS.subPropertyOf, URIRef(CT + "contentProperty")))
    assert {str(term).removeprefix(CT) for term in below} - {"contentProperty"} == set(page_rows())


WIDER = {frozenset({"Risk", "Barrier"}): {"Hazard"}, frozenset({"Mitigation", "Recommendation"}): {"Action"},
         frozenset({"Actor", "Structure"}): {"Party"}}


def as_written(cell: str) -> set[str]:
    """The classes that a cell of the page names, with the superclass where the page lists all its subclasses."""
    named = {"DomainEntity"} if cell.startswith("any") else set(re.findall(r"[A-Z]\w+", cell))
    for parts, whole in WIDER.items():
        named = (named - parts) | whole if parts <= named else named
    return named


@pytest.mark.parametrize("name", page_rows())
def test_domain_and_range_are_those_of_the_curators_page(ontology, name):
    start, end = page_rows()[name]
    assert named_ends(ontology, URIRef(CT + name), RDFS.domain) == as_written(start)
    assert named_ends(ontology, URIRef(CT + name), RDFS.range) == as_written(end)


def test_the_classes_of_the_curators_page_are_declared_below_domain_entity(ontology):
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+)(?: \(([^)]*)\))? \|", text, re.MULTILINE)
    assert len(rows) >= 23
    for _, folder_class, narrower in rows:
        above = set(ontology.transitive_objects(URIRef(CT + folder_class), RDFS.subClassOf))
        assert URIRef(CT + "DomainEntity") in above, folder_class
        for name in re.findall(r"\w+", narrower):
            assert (URIRef(CT + name), RDF.type, OWL.Class) in ontology, name


# What the two Java provers say

@pytest.mark.java
def test_the_ontology_is_in_the_profile():
    assert reasoning.profile_violations(sorted(FILE.parent.glob("*.ttl"))) == []


@pytest.mark.java
def test_the_record_is_in_the_profile(tmp_path):
    data = tmp_path / "record.nt"
    data.write_bytes(flat_record())
    assert reasoning.profile_violations([FILE, data]) == []


@pytest.mark.java
@pytest.mark.parametrize("turtle, violation", [
    ("ct:heldBy a owl:DatatypeProperty .", "IllegalPunning"),
    ("b:claim-x ct:helbBy b:actor-x .", "UndeclaredAnnotationProperty"),
    ("ct:partOf a owl:FunctionalProperty .", "NonSimpleProperty"),
    ("ct:Ward rdfs:subClassOf ct:Structure .", "UndeclaredClass"),
])
def test_the_profile_can_be_left(tmp_path, turtle, violation):
    extra = tmp_path / "extra.ttl"
    extra.write_text(HEAD + turtle, encoding="utf-8")
    assert any(violation in found for found in reasoning.profile_violations([FILE, extra]))


@pytest.mark.java
def test_the_record_is_consistent_though_holders_contradict_each_other():
    denied = b"<https://w3id.org/caretrace/actor/county-council> <" + CT.encode() + b"funds> <https://w3id.org/caretrace/service/meals> .\n"
    assert reasoning.inconsistencies([FILE], flat_record() + denied) == []


@pytest.mark.java
def test_an_unsatisfiable_class_is_named(tmp_path):
    extra = tmp_path / "extra.ttl"
    extra.write_text(HEAD + "ct:PlaceThatPlans a owl:Class ; rdfs:subClassOf ct:Area , ct:Policy .", encoding="utf-8")
    assert reasoning.inconsistencies([FILE, extra]) == [f"No individual can be in the class {CT}PlaceThatPlans."]


@pytest.mark.java
@pytest.mark.parametrize("turtle", [
    "<https://w3id.org/caretrace/actor/county-council> a ct:Area .",
    "<https://w3id.org/caretrace/risk/driver-shortage> ct:operatesAt <https://w3id.org/caretrace/service/meals> . "
    "<https://w3id.org/caretrace/service/meals> a ct:Service .",
    '<https://w3id.org/caretrace/claim/zz2020-02-001> ct:statement "Another sentence."@en .',
])
def test_a_contradiction_is_found(turtle):
    assert reasoning.inconsistencies([FILE], flat_record() + n_triples(HEAD + turtle))


@pytest.mark.java
def test_dates_do_not_stop_the_reasoner():
    dated = n_triples(HEAD + '@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <https://w3id.org/caretrace/service/meals> '
                             'ct:from "2016"^^xsd:gYear ; ct:until "2019-03-01"^^xsd:date .')
    assert reasoning.inconsistencies([FILE], flat_record() + dated) == []
