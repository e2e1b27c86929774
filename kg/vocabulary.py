"""What is wrong with the ontology and the shapes themselves, before any data is looked at; each problem names its term and reason.

The proofs by the OWL API and HermiT (`kg.reasoning`) go further and need Java; these checks need nothing and run in every build.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.errors import Problem
from kg.names import Project
from kg.shapes import validate
from kg.turtle import read_turtle

_SH = "http://www.w3.org/ns/shacl#"
# SHACL Core (https://www.w3.org/TR/shacl/, sections 2 to 4), and what questions and rules use of the rest.
SHACL_TERMS = frozenset("""NodeShape PropertyShape IRI Literal BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral Violation Warning Info
 targetClass targetNode targetSubjectsOf targetObjectsOf property path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath
 class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn
 uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node qualifiedValueShape qualifiedMinCount qualifiedMaxCount
 qualifiedValueShapesDisjoint closed ignoredProperties hasValue in severity message deactivated name description order group defaultValue""".split())


def problems(project: Project) -> Iterator[Problem]:
    """Everything that is wrong with the ontology and the shapes. Raises DataError when a file is not Turtle."""
    ontology = read_turtle(project.ontology / "caretrace.ttl", "ontology/caretrace.ttl")
    yield from _pitfalls(ontology, project)
    yield from _incomplete(ontology, project)
    declared = {triple.subject for triple in ontology if triple.predicate.value.endswith("#type")}
    for path in sorted(project.shapes.glob("*.ttl")):
        yield from _shape_file(path, declared)


def _pitfalls(ontology: list[ox.Triple], project: Project) -> Iterator[Problem]:
    """What the queries in shapes/pitfalls find."""
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in ontology)
    for path in sorted(project.shapes.glob("pitfalls/*.rq")):
        for row in store.query(path.read_text(encoding="utf-8")):
            yield Problem("ontology/caretrace.ttl", 0, row["term"].value.removeprefix(names.CT), row["problem"].value, f"see shapes/pitfalls/{path.name}")


def _incomplete(ontology: list[ox.Triple], project: Project) -> Iterator[Problem]:
    """What the shapes of the ontology's own terms refuse."""
    content = ox.serialize(ontology, format=ox.RdfFormat.N_TRIPLES)
    for finding in validate(content, project.shapes, project.ontology / "caretrace.ttl"):
        yield Problem("ontology/caretrace.ttl", 0, finding.record.removeprefix(names.CT), finding.message)


def _shape_file(path: Path, declared: set) -> Iterator[Problem]:
    """Words of SHACL that there are not, and terms that the ontology does not declare."""
    file = f"shapes/{path.name}"
    triples = read_turtle(path, file)
    used = {node for triple in triples for node in (triple.predicate, triple.object) if isinstance(node, ox.NamedNode)}
    for node in sorted(used, key=str):
        if node.value.startswith(_SH) and node.value.removeprefix(_SH) not in SHACL_TERMS:
            yield Problem(file, 0, "sh:" + node.value.removeprefix(_SH), "is no term of SHACL and would be passed over", "mend the spelling")
        elif node.value.startswith(names.CT) and node not in declared:
            yield Problem(file, 0, "ct:" + node.value.removeprefix(names.CT), "is not declared in the ontology", "mend the spelling, or declare the term")
    targeted = {triple.subject for triple in triples if triple.predicate.value.startswith(_SH + "target")}
    for triple in triples:
        if triple.object == ox.NamedNode(_SH + "NodeShape") and triple.subject not in targeted and isinstance(triple.subject, ox.NamedNode) \
                and not any(other.object == triple.subject for other in triples):
            yield Problem(file, 0, names.path_of(triple.subject.value), "has no target and is asked of nothing", "add sh:targetClass")
