"""Bad ontologies and shapes are caught by name and reason, in every build and without Java."""

from __future__ import annotations

import pytest

from conftest import ROOT
from kg import names, vocabulary

ONTOLOGY, SHAPE = "ontology/caretrace.ttl", "shapes/claim.ttl"


def test_the_real_ontology_and_shapes_have_no_problem():
    assert list(map(str, vocabulary.problems(names.Project(ROOT)))) == []


@pytest.mark.parametrize("file, old, new, message", [
    (ONTOLOGY, "ct:heldBy a owl:ObjectProperty ;", "ct:heldBy a owl:ObjectProperty , owl:DatatypeProperty ;",
     "heldBy: is declared of two kinds, ObjectProperty and DatatypeProperty: keep one"),
    (ONTOLOGY, "ct:Area a owl:Class ;\n    rdfs:subClassOf ct:DomainEntity ;", "ct:Area a owl:Class ;\n    rdfs:subClassOf ct:Policy ;",
     "Area: nothing can be in it, since it is below Area and Policy, which are disjoint"),
    (ONTOLOGY, "rdfs:range ct:Modality ;", "rdfs:range ct:Modalty ;", "Modalty: declare it an owl:Class"),
    (ONTOLOGY, "rdfs:subPropertyOf ct:favours ;", "rdfs:subPropertyOf ct:favuors ;", "favuors: declare it an owl:ObjectProperty"),
    (ONTOLOGY, "    skos:definition \"Leads from a claim to someone whose view it is.\"@en ;\n", "", "heldBy: Define the term in one English sentence."),
    (ONTOLOGY, "    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;\n", "", "Give the licence of the ontology"),
    (SHAPE, "sh:path ct:kind ; sh:minCount 1", "sh:path ct:kind ; sh:minCuont 1", "shapes/claim.ttl: sh:minCuont: is no term of SHACL and would be passed over"),
    (SHAPE, "sh:path ct:kind ;", "sh:path ct:kidn ;", "shapes/claim.ttl: ct:kidn: is not declared in the ontology; mend the spelling"),
    (SHAPE, "shape:Claim a sh:NodeShape ; sh:targetClass ct:Claim ;", "shape:Claim a sh:NodeShape ;", "shape/Claim: has no target and is asked of nothing"),
    (SHAPE, "shape:Claim a sh:NodeShape ; sh:targetClass ct:Claim ;", "shape:Claim a sh:NodeShape ; ;; sh:targetClass ct:Claim", "shapes/claim.ttl:"),
])
def test_a_slip_is_named(edit, problems, file, old, new, message):
    edit(file, old, new)
    assert any(message in line for line in problems()), problems()
