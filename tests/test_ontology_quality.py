"""What a standards group would ask of the ontology: a whole header, no idle term, and functional properties where shapes allow one value."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, URIRef
from rdflib.collection import Collection

from conftest import ROOT
from kg import names, shapes
from test_ontology import CT, FILE, KINDS, n_triples

HEADER = ("owl:versionIRI", "owl:versionInfo", "dcterms:title", "dcterms:description", "dcterms:creator", "dcterms:issued", "dcterms:license",
          "dcterms:bibliographicCitation", "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri", "skos:historyNote")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(FILE)


@pytest.mark.parametrize("lost", HEADER)
def test_an_incomplete_header_is_found(lost):
    text = FILE.read_text(encoding="utf-8")
    damaged = re.sub(rf"    {lost} [^\n]*;\n", "", text, count=1)
    assert damaged != text
    assert {found.record for found in shapes.validate(n_triples(damaged))} == {names.ONTOLOGY}


def test_version_info_and_citation_name_the_version(ontology):
    about = URIRef(names.ONTOLOGY)
    version = str(ontology.value(about, OWL.versionInfo))
    assert str(ontology.value(about, OWL.versionIRI)) == f"{names.ONTOLOGY}/{version}"
    citation = str(ontology.value(about, URIRef("http://purl.org/dc/terms/bibliographicCitation")))
    assert f"version {version}" in citation and citation.endswith(f"{names.ONTOLOGY}/{version}")


# No term is idle

def places_of_use() -> str:
    """Every file that may use a term, joined; of the ontology what is left without the declarations of other people's terms."""
    files = [ROOT / "ontology" / "context.jsonld", *(ROOT / "ontology" / "rules").glob("*.rq"), *(ROOT / "shapes").rglob("*.*"),
             *(ROOT / "data").rglob("*.ttl"), *(ROOT / "kg").glob("*.py"), ROOT / "ontology" / "alignments.ttl"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    types = re.findall(r"(?m)^type: (\w+)", "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "data" / "entities").rglob("*.yaml")))
    text += "".join(f"ct:{name}\n" for name in (*types, *names.FOLDERS.values()))
    own = re.sub(r"(?m)^(?!ct:)\w+:\w+ a owl:\w+ \.$", "", FILE.read_text(encoding="utf-8"))
    return text + re.sub(r"(?m)^ct:\w+ a ", "", own)


def idle(graph: Graph, used: str) -> Iterator[str]:
    """The prefixed names that are declared and stand nowhere else."""
    terms = {term for kind in (*KINDS, OWL.NamedIndividual) for term in graph.subjects(RDF.type, kind) if isinstance(term, URIRef)}
    for term in sorted(terms):
        name = graph.namespace_manager.normalizeUri(term)
        local = name.split(":", 1)[1]
        if (term, OWL.inverseOf, None) not in graph and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", used) and not re.search(rf"(CT \+ |_OWL \+ )?\"{local}\"", used):
            yield name


def test_no_term_is_idle(ontology):
    assert list(idle(ontology, places_of_use())) == []


def test_an_idle_term_is_found(ontology):
    extra = Graph() + ontology
    extra.bind("ct", CT)
    extra.add((URIRef(CT + "nobodyAsksFor"), RDF.type, OWL.ObjectProperty))
    assert list(idle(extra, places_of_use())) == ["ct:nobodyAsksFor"]


def unused_predicates(store) -> set[str]:
    """The content predicates that no claim asserts or denies, by local name."""
    rows = store.query("""SELECT ?p WHERE { GRAPH <%s> { ?p rdfs:subPropertyOf+ ct:contentProperty }
      FILTER NOT EXISTS { ?claim ct:statement ?s . GRAPH ?claim { { ?a ?p ?b } UNION { ?n owl:assertionProperty ?p } } } }""" % names.ONTOLOGY,
                       prefixes={"ct": names.CT, "rdfs": str(RDFS), "owl": str(OWL)})
    return {row["p"].value.removeprefix(names.CT) for row in rows}


def test_every_content_predicate_is_used_by_a_claim(real_store):
    """For each predicate at least one claim uses it, or it goes."""
    unused = unused_predicates(real_store)
    assert not unused, f"no claim uses {', '.join(sorted(unused))}: use them where the texts say so, or remove them"


def test_an_unused_predicate_is_found(tiny_store):
    unused = unused_predicates(tiny_store)
    assert "experiences" in unused and not {"threatens", "accountableTo"} & unused  # the second is denied there


def unrecorded(store) -> set[str]:
    """The own terms, by local name, that neither a record nor a rule's graph uses, itself or by a narrower term."""
    rows = store.query("""SELECT DISTINCT ?t WHERE { GRAPH <%s> { ?t rdfs:isDefinedBy <%s> }
      FILTER NOT EXISTS { GRAPH <%s> { ?n rdfs:subClassOf*|rdfs:subPropertyOf* ?t }
        { ?a a ?n } UNION { ?a ?n ?b } UNION { GRAPH ?g { { ?a ?n ?b } UNION { ?a a ?n } UNION { ?a owl:assertionProperty ?n } }
          FILTER(?g != <%s>) } } }""" % ((names.ONTOLOGY,) * 4), prefixes={"rdfs": str(RDFS), "owl": str(OWL)})
    return {row["t"].value.removeprefix(names.CT) for row in rows}


def test_every_term_is_used_by_a_record(real_store):
    assert unrecorded(real_store) == set()


def test_a_term_that_no_record_uses_is_found(tiny_store):
    unused = unrecorded(tiny_store)
    assert "Testimony" in unused and not {"Claim", "Hazard", "contentProperty", "mitigatedBy"} & unused


# What is easily confused is told apart, from both sides

PAIRS = """Risk Barrier|Risk Condition|Barrier Condition|Mitigation Recommendation|Policy Change|Aim Outcome|Practice Enabler|Practice Service
  |enables resultsIn|enables contributesTo|resultsIn contributesTo|threatens hinders|mandates permits|Holder Actor|Actor Structure|Evidence Work
  |Claim Proposition|Claim Passage|supports restates|contradicts updates|partOf hasMember|replaces precedes|mitigates decreases
  |responsibleFor performs|provides funds|prioritises favours|hasFeature lacks|Role Office|establishes announces|operatesAt locatedIn"""
APART = [tuple(pair.split()) for pair in PAIRS.split("|")]


def unnamed_others(graph: Graph, one: str, other: str) -> list[str]:
    """Those of two terms whose note does not name the other, by its label or its local name."""
    def names_it(term: str, rival: str) -> bool:
        note = str(graph.value(URIRef(CT + term), SKOS.scopeNote) or "").lower()
        return any(re.search(rf"\b{re.escape(word.lower())}\b", note) for word in (rival, str(graph.value(URIRef(CT + rival), RDFS.label))))
    return [term for term, rival in ((one, other), (other, one)) if not names_it(term, rival)]


@pytest.mark.parametrize("one, other", APART)
def test_terms_that_are_easily_confused_name_each_other(ontology, one, other):
    assert unnamed_others(ontology, one, other) == []


def test_a_term_that_does_not_name_its_rival_is_found(ontology):
    assert unnamed_others(ontology, "Risk", "Level") == ["Risk", "Level"]


# One value, said twice in one way

def shapes_graph() -> Graph:
    found = Graph()
    for file in (ROOT / "shapes").glob("*.ttl"):
        found.parse(file)
    return found


def allowed_once(graph: Graph) -> set[tuple[URIRef, URIRef]]:
    """(class, property) where a strict shape allows one value at most."""
    return {(target, graph.value(part, SH.path)) for shape in graph.subjects(RDF.type, SH.NodeShape) for target in graph.objects(shape, SH.targetClass)
            for part in graph.objects(shape, SH.property) if str(graph.value(part, SH.maxCount)) == "1" and graph.value(part, SH.severity) is None}


DERIVED = {"byRule", "noMitigationClaimed", "publisherCount"}  # they stand in the graphs of rules, which no shape reads


def test_functional_properties_are_those_of_which_the_shapes_allow_one(ontology):
    once = allowed_once(shapes_graph())
    for term in {t for t in ontology.subjects(RDFS.domain) if str(t).startswith(CT) and str(t).removeprefix(CT) not in DERIVED}:
        node = ontology.value(term, RDFS.domain)
        union = ontology.value(node, OWL.unionOf)
        classes = list(Collection(ontology, union)) if union else [node]
        assert ((term, RDF.type, OWL.FunctionalProperty) in ontology) == all((c, term) in once for c in classes), term


def test_keys_are_required_and_single_in_the_shapes(ontology):
    once = allowed_once(shapes_graph())
    keys = {(cls, prop) for cls, key in ontology.subject_objects(OWL.hasKey) for prop in Collection(ontology, key)}
    assert {str(prop).removeprefix(CT) for _, prop in keys} == {"sha256", "sectionOf", "number"} and keys <= once


@pytest.mark.java
@pytest.mark.parametrize("turtle", [
    '<https://w3id.org/caretrace/claim/zz2020-02-001> ct:states <https://w3id.org/caretrace/figure/f> . '
    '<https://w3id.org/caretrace/claim/zz2020-02-002> ct:states <https://w3id.org/caretrace/figure/f> . '
    '<https://w3id.org/caretrace/claim/zz2020-02-001> owl:differentFrom <https://w3id.org/caretrace/claim/zz2020-02-002> .',
    '<https://w3id.org/caretrace/text/a> a ct:TextVersion ; ct:sha256 "00" ; ct:codePoints 5 . '
    '<https://w3id.org/caretrace/text/b> a ct:TextVersion ; ct:sha256 "00" ; ct:codePoints 6 .',
], ids=["a figure of two claims", "one digest for two lengths"])
def test_a_breach_of_a_key_is_a_contradiction(turtle):
    from kg import reasoning
    from test_ontology import HEAD, flat_record

    assert reasoning.inconsistencies([FILE], flat_record() + n_triples(HEAD + turtle))
