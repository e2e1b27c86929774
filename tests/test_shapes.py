"""Each shape and each rule lets a whole record pass and refuses every way of spoiling it that is tried here."""

from __future__ import annotations

import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, Graph, URIRef
from rdflib.collection import Collection

from bench_shapes import synthetic
from kg import names, shapes

ROOT = Path(__file__).parent.parent
RECORD = Path(__file__).parent / "shapes" / "pass" / "record.trig"
ONTOLOGY = ROOT / "ontology" / "caretrace.ttl"
PREFIXES = """BASE <https://w3id.org/caretrace/> PREFIX ct: <https://w3id.org/caretrace/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> """
CLAIM, OTHER = "claim/zz2020-02-001", "claim/zz2020-02-002"
PASSAGE, BARE = "text/zz2020#char=110,160", "text/zz2020#char=100,108"
FIGURE, JUDGEMENT, CURATION = "figure/zz2020-02-002-1", "judgement/drivers-1", "curation/zz2020-02-001"

REQUIRED = {
    CLAIM: "ct:kind ct:modality ct:statement rdfs:label ct:heldBy ct:reportedBy ct:restsOn ct:hasPassage ct:statedIn ct:inSection ct:order",
    "source/zz2020": "rdfs:label dcterms:title dcterms:creator dcterms:publisher dcterms:issued schema:url dcterms:rights ct:voice ct:hasTextVersion",
    "text/zz2020": "ct:versionOf ct:sha256 ct:codePoints",
    "section/zz2020-02": "dcterms:title ct:number ct:sectionOf ct:start ct:end ct:curated",
    PASSAGE: "oa:hasSource ct:start ct:end ct:normalDigest ct:opens ct:closes oa:hasSelector ct:inSection",
    "reference/zz2020-1": "rdfs:label ct:refersTo ct:listedIn ct:anchoredIn",
    "work/vans-1999": "dcterms:title rdfs:label",
    "risk/driver-shortage": "rdfs:label", "proposition/drivers-limit-meals": "skos:definition", "agent/caretrace-curators": "rdfs:label",
    "kind/risk": "rdfs:label",
    JUDGEMENT: "ct:fromClaim ct:relation ct:toClaim ct:judgedBy ct:confidence ct:reason",
    CURATION: "oa:hasTarget oa:motivatedBy dcterms:creator dcterms:created ct:method",
    FIGURE: "ct:value ct:comparator ct:unit ct:counts",
    "no-claim/zz2020-100-108": "ct:noClaimReason ct:hasPassage ct:inSection ct:statedIn",
}
ONCE = {  # a second value, of the right kind
    CLAIM: 'ct:kind <kind/statistic> ; ct:modality <modality/asserted> ; ct:statement "Another."@en ; ct:inSection <section/zz2020-01> ; ct:order 7',
    "section/zz2020-02": 'ct:number "03" ; ct:curated false', PASSAGE: "ct:start 111 ; ct:end 170",
    "risk/driver-shortage": 'rdfs:label "another"@en ; skos:definition "One."@en, "Two."@en ; ct:from "2016", "2017" ; ct:until "2018", "2019"',
    "holder/zz2020-authors": 'ct:printedRole "editors"', "evidence/zz2020-survey": 'ct:base "41" ; ct:period "2018"',
    FIGURE: 'ct:value 41.0 ; ct:unit "pie" ; ct:counts "pies"', JUDGEMENT: "ct:confidence <confidence/low>", CURATION: 'ct:method "one reading"',
    "reference/zz2020-1": 'rdfs:label "2"', "work/vans-1999": 'dcterms:title "Carts"', "source/zz2020": 'dcterms:issued "2021"',
}
WRONG = [  # subject, property, a value that is not allowed in place of the good one, how the message begins
    (CLAIM, "ct:citesReference", "<work/vans-1999>", "Cite an entry"), (CLAIM, "ct:citesSource", "<source/zz2020>", "Join the cited reference"),
    (CLAIM, "ct:expresses", "<risk/driver-shortage>", "Let expresses name"), (CLAIM, "ct:hasContext", f"<{PASSAGE}>", "Give as context only"),
    (OTHER, "ct:hasAttribution", "<section/zz2020-02>", "Give as attribution"), (CLAIM, "ct:heldBy", "<source/zz2020>", "Say who holds"),
    (CLAIM, "ct:restsOn", "<evidence/zz2020-survey>, <evidence/none-stated>", "Leave out evidence/none-stated"),
    (CLAIM, "ct:restsOn", "<source/zz2020>", "Say what the claim rests on"), (CLAIM, "ct:mentions", "<thing/without-record>", "Let mentions name"),
    (OTHER, "ct:states", "<measure/meals-a-week>", "Let the figures"), (CLAIM, "ct:supports", "<claim/zz2020-02-999>", "Relate the claim to claims"),
    (CLAIM, "ct:kind", "<kind/unknown>", "Give the claim exactly one kind"), (CLAIM, "rdfs:label", '"Other words."@en', "Make the label"),
    (CLAIM, "ct:statement", '"Trop peu."@fr', "Give the claim exactly one statement"), (CLAIM, "ct:order", '"first"', "Give the place"),
    ("source/zz2020", "dcterms:issued", '"January 2020"', "Give the year, month or day when"), ("source/zz2020", "schema:url", '"r"', "Give the one address"),
    ("text/zz2020", "ct:sha256", '"00FF"', "Give the SHA-256"), ("text/zz2020", "ct:codePoints", "0", "Give the length"),
    ("section/zz2020-02", "ct:start", "400", "Give one start"), ("section/zz2020-02", "ct:partOfSection", "<source/zz2020>", "Let the section be part"),
    (PASSAGE, "ct:end", "110", "Give one start"), (PASSAGE, "ct:normalDigest", '"11"', "Give the digest"),
    (PASSAGE, "ct:opens", '"Without more drivers we can not"', None), (PASSAGE, "ct:opens", '"Without more drivers we can not go"', "Open with six"),
    (PASSAGE, "ct:closes", '"so we shall all bring fewer meals"', "Close with six"), (PASSAGE, "ct:next", '"In the town there are five vans"', "Give six following"),
    ("work/vans-1999", "ct:doi", '"https://doi.org/10.1000/182"', "Give the DOI"), ("work/vans-1999", "schema:url", '"x"', "Give the address of the work"),
    ("risk/driver-shortage", "rdfs:label", '"manque"@fr', "Give the entity exactly one label"),
    ("actor/county-council", "skos:altLabel", '"county council"@en', "List as other names"),
    ("risk/driver-shortage", "skos:broader", "<barrier/without-record>", "Let broader name"),
    ("risk/driver-shortage", "skos:exactMatch", '"Q1"', "Give sameAs"), ("structure/meals-partnership", "ct:from", '"spring 2016"', "Give from"),
    ("structure/meals-partnership", "ct:until", '"now"', "Give until"), ("holder/zz2020-authors", "ct:voiceIn", "<text/zz2020>", "Let the holder be a voice"),
    ("holder/zz2020-authors", "ct:isVoiceOf", "<service/meals>", "Let the holder speak"),
    ("evidence/zz2020-survey", "ct:evidenceIn", "<work/vans-1999>", "Join the evidence"),
    ("evidence/zz2020-survey", "ct:conductedBy", "<service/meals>", "Name who gathered"),
    (JUDGEMENT, "ct:toClaim", f"<{CLAIM}>", "Judge from one claim"), (JUDGEMENT, "ct:judgedBy", "<service/meals>", "Say who judges"),
    (CURATION, "dcterms:created", '"yesterday"', "Give the day"), (FIGURE, "ct:value", '"40"', "Write the value"),
    (FIGURE, "ct:minimum", "1.0", "Give the figure a value, or both"), (FIGURE, "ct:minimum", "3.0 ; ct:maximum 2.0", "Write the lower end"),
    (FIGURE, "ct:maximum", '"many"', "Write the upper end"), (FIGURE, "ct:ofMeasure", "<service/meals>", "Let of name"),
    ("kind/risk", "a", "ct:Kind", "Type the concept"),
]
LATER = [  # an update, how the warning begins
    ('INSERT DATA { <%s> ct:expresses <proposition/other> . <proposition/other> a ct:Proposition }' % CLAIM, "One claim makes one point"),
    ("DELETE WHERE { <%s> ct:mentions ?x }" % CLAIM, "Say what the claim speaks of"), ("DELETE WHERE { <%s> ?p ?o }" % CURATION, "Read the claim"),
    ("DELETE WHERE { <%s> ct:states ?x }" % OTHER, "A statistic states a figure"), ("DELETE WHERE { <work/vans-1999> dcterms:date ?x }", "Give the year of the work"),
    ("DELETE WHERE { <risk/driver-shortage> skos:definition ?x }", "Define the entity"), ("DELETE WHERE { <kind/risk> skos:definition ?x }", "Define the concept"),
    ('DELETE { <%s> ct:unit ?u } INSERT { <%s> ct:unit "percent" } WHERE { <%s> ct:unit ?u }' % ((FIGURE,) * 3), "Say what the share is out of"),
    ("DELETE WHERE { ?c ct:expresses ?p }", "Keep a proposition"),
]
STRAYS = "Claim Source TextVersion Section Passage Reference Work Holder Evidence Proposition Figure Judgement NoClaim".split()


def store() -> ox.Store:
    """The passing record, with the ontology in its graph."""
    found = ox.Store()
    found.load(path=str(RECORD))
    found.load(path=str(ONTOLOGY), to_graph=ox.NamedNode("https://w3id.org/caretrace/ontology"))
    return found


def findings(update: str = "") -> list[shapes.Finding]:
    """What the shapes say of the passing record after a SPARQL update."""
    spoilt = store()
    spoilt.update(PREFIXES + update)
    return shapes.validate(record_of(spoilt), ROOT / "shapes", ONTOLOGY)


def record_of(spoilt: ox.Store) -> bytes:
    return spoilt.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


def without(subject: str, predicate: str) -> str:
    return f"DELETE WHERE {{ <{subject}> {predicate} ?x }}"


def with_value(subject: str, predicate: str, value: str) -> str:
    return without(subject, predicate) + f" ; INSERT DATA {{ <{subject}> {predicate} {value} }}"


LOST = [(subject, predicate) for subject, predicates in REQUIRED.items() for predicate in predicates.split()]
TWICE = [(subject, addition) for subject, additions in ONCE.items() for addition in additions.split(" ; ")]


def test_the_whole_record_passes():
    assert shapes.violations(findings()) == []


@pytest.mark.parametrize("subject, predicate", LOST)
def test_a_required_property_is_missed(subject, predicate):
    noticed_at = {CLAIM if predicate in ("ct:opens", "ct:closes") else subject}  # a passage that claims nothing has no such words
    found = shapes.violations(findings(without(subject, predicate)))
    assert noticed_at <= {names.path_of(one.record) for one in found}


@pytest.mark.parametrize("subject, addition", TWICE)
def test_a_second_value_is_refused(subject, addition):
    found = shapes.violations(findings(f"INSERT DATA {{ <{subject}> {addition} }}"))
    assert any(subject in one.record and one.component in ("MaxCountConstraintComponent", "LessThanConstraintComponent") for one in found)


@pytest.mark.parametrize("subject, predicate, value, message", WRONG)
def test_a_wrong_value_is_refused(subject, predicate, value, message):
    messages = [one.message for one in shapes.violations(findings(with_value(subject, predicate, value)))]
    assert messages == [] if message is None else any(one.startswith(message) for one in messages)


ADVISORY = ("One claim makes one point", "Give the year of the work", "Say what the share is out of")


@pytest.mark.parametrize("update, message", LATER)
def test_what_a_draft_may_have_has_its_level(update, message):
    (found,) = {one.level for one in findings(update) if one.message.startswith(message)}
    assert found == ("advisory" if message in ADVISORY else "publication")


def test_each_level_asks_what_the_stricter_ones_ask():
    found = findings("DELETE WHERE { <%s> ct:kind ?k } ; DELETE WHERE { ?c ct:expresses ?p } ; DELETE WHERE { ?w dcterms:date ?d }" % CLAIM)
    counts = [len(shapes.violations(found, level)) for level in shapes.LEVELS]
    assert 0 < counts[0] < counts[1] < counts[2] == len(found)


CLOSED = {"claim": CLAIM, "source": "source/zz2020", "text-version": "text/zz2020", "section": "section/zz2020-02", "passage": PASSAGE,
          "reference": "reference/zz2020-1", "figure": FIGURE, "judgement": JUDGEMENT, "curation": CURATION, "no-claim": "no-claim/zz2020-100-108",
          "concept": "kind/risk", "work": "work/vans-1999", "holder": "holder/zz2020-authors", "evidence": "evidence/zz2020-survey",
          "entity": "risk/driver-shortage"}


@pytest.mark.parametrize("file, subject", CLOSED.items())
def test_a_closed_record_has_no_other_property(file, subject):
    found = shapes.violations(findings(f"INSERT DATA {{ <{subject}> ct:method 'guessed' }}" if file != "curation" else f"INSERT DATA {{ <{subject}> ct:reason 'x' }}"))
    assert any(subject in one.record and one.component == "ClosedConstraintComponent" and file in one.message for one in found)


@pytest.mark.parametrize("file", CLOSED)
def test_what_a_shape_names_is_on_its_closed_list(file):
    graph = Graph().parse(ROOT / "shapes" / f"{file}.ttl")
    (closed,) = graph.subjects(SH.closed)
    listed = set(Collection(graph, graph.value(closed, SH.ignoredProperties)))
    targets = set(graph.objects(closed, SH.targetClass))
    named = {path for shape in graph.subjects(SH.targetClass) if targets & set(graph.objects(shape, SH.targetClass))
             for part in graph.objects(shape, SH.property) if isinstance(path := graph.value(part, SH.path), URIRef)}
    assert named - listed == set()


@pytest.mark.parametrize("name", STRAYS)
def test_a_record_outside_its_folder_is_refused(name):
    found = findings(f"INSERT DATA {{ <elsewhere/x> a ct:{name} }}")
    assert any(one.component == "PatternConstraintComponent" and one.record.endswith("elsewhere/x") and not one.path for one in found)


def test_a_figure_without_its_claim_and_an_entity_without_iri_are_refused():
    found = findings(f"DELETE WHERE {{ <{OTHER}> ct:states ?x }} ; INSERT DATA {{ [] a ct:Risk ; rdfs:label \"nameless\"@en }}")
    assert {"Let exactly one claim state the figure.", "An entity has an IRI of its own."} <= {one.message for one in found}


def test_every_message_of_the_shapes_is_met_here():
    declared = {str(message) for file in (ROOT / "shapes").glob("*.ttl") if file.stem != "ontology"
                for message in Graph().parse(file).objects(None, SH.message)}
    updates = [without(*lost) for lost in LOST] + [f"INSERT DATA {{ <{s}> {a} }}" for s, a in TWICE]
    updates += [with_value(*wrong[:3]) for wrong in WRONG] + [update for update, _ in LATER]
    updates += [f"INSERT DATA {{ <{subject}> ct:method 'x' ; ct:reason 'x' }}" for subject in CLOSED.values()]
    updates += [f"INSERT DATA {{ <elsewhere/x> a ct:{name} . [] a ct:Risk }}" for name in STRAYS]
    assert declared - {one.message for update in updates for one in findings(update)} == set()


def test_a_folder_without_shapes_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="holds no shape"):
        shapes.validate(b"", tmp_path, ONTOLOGY)


def as_set(found: list[shapes.Finding]) -> set[tuple]:
    return {(one.record, one.component, one.level, one.message) for one in found}


def by_pyshacl(record: bytes) -> set[tuple]:
    """What the reference finds, in the same words."""
    import pyshacl

    tree = ox.serialize(shapes.class_tree(ONTOLOGY), format=ox.RdfFormat.N_TRIPLES)
    data, rules = Graph().parse(data=record + b"\n" + tree, format="nt"), Graph()
    for file in (ROOT / "shapes").glob("*.ttl"):
        rules.parse(file)
    _, report, _ = pyshacl.validate(data, shacl_graph=rules)
    levels = {"Violation": "strict", "Warning": "publication", "Info": "advisory"}
    return {(str(report.value(node, SH.focusNode)), str(report.value(node, SH.sourceConstraintComponent)).split("#")[1],
             levels[str(report.value(node, SH.resultSeverity)).split("#")[1]], str(report.value(node, SH.resultMessage)))
            for node in report.objects(None, SH.result)}


def test_pyshacl_finds_the_same_in_the_real_data(real_store):
    assert as_set(shapes.validate(record_of(real_store))) == by_pyshacl(record_of(real_store))


@pytest.mark.parametrize("update", [
    "", " ; ".join(without(*lost) for lost in LOST), " ; ".join(f"INSERT DATA {{ <{s}> {a} }}" for s, a in TWICE),
    " ; ".join(with_value(*wrong[:3]) for wrong in WRONG), " ; ".join(update for update, _ in LATER)])
def test_pyshacl_finds_the_same(update):
    spoilt = store()
    spoilt.update(PREFIXES + update)
    assert as_set(findings(update)) == by_pyshacl(record_of(spoilt))


# The rules across graphs: one update that each must find

RULES = {
    "content-predicate": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <risk/driver-shortage> ct:heldBy <service/meals> }} }}",
    "content-entity": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <risk/driver-shortage> ct:affects <risk/without-record> }} }}",
    "content-domain": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <service/meals> ct:threatens <risk/driver-shortage> }} }}",
    "content-range": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <service/meals> ct:mitigates <service/meals> }} }}",
    "content-denied": f"INSERT DATA {{ GRAPH <{OTHER}> {{ <actor/county-council> ct:funds <service/meals> }} }}",
    "content-itself": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <service/meals> ct:affects <service/meals> }} }}",
    "content-missing": f"DROP GRAPH <{CLAIM}> ; DELETE WHERE {{ <{CLAIM}> ct:mentions ?x }}",
    "claim-graph": "INSERT DATA { GRAPH <claim/zz2020-02-999> { <service/meals> ct:affects <actor/county-council> } }",
    "record-content": "INSERT DATA { <service/meals> ct:affects <actor/county-council> }",
    "record-predicate": "INSERT DATA { <service/meals> <urn:caretrace:undeclared:lable> 'meals' }",
    "record-class": "INSERT DATA { <service/meals> a ct:Meal }",
    "replaces-same-kind": f"INSERT DATA {{ GRAPH <{CLAIM}> {{ <service/meals> ct:replaces <actor/county-council> }} }}",
}


def rows(rule: Path, update: str = "") -> list:
    spoilt = store()
    spoilt.update(PREFIXES + update)
    return list(spoilt.query(rule.read_text(encoding="utf-8")))


@pytest.mark.parametrize("rule", sorted((ROOT / "shapes" / "rules").glob("*.rq")), ids=lambda rule: rule.stem)
def test_each_rule_passes_the_record_and_finds_its_decoy(rule):
    assert rule.read_text(encoding="utf-8").startswith("# ")
    assert rows(rule) == []
    found = rows(rule, RULES[rule.stem])
    assert len(found) >= 1 and all(len(row["problem"].value) > 10 for row in found)


@pytest.mark.parametrize("rule, predicate, target", [
    ("content-predicate", "ct:heldBy", "service/meals"), ("content-entity", "ct:funds", "service/without-record"),
    ("content-range", "ct:operatesAt", "service/meals"), ("content-domain", "ct:threatens", "service/meals"),
    ("replaces-same-kind", "ct:replaces", "service/meals")])
def test_denied_triples_keep_the_same_rules(rule, predicate, target):
    denial = f"""INSERT DATA {{ GRAPH <{OTHER}> {{ <denial/zz2020-02-002-2> a owl:NegativePropertyAssertion ;
        owl:sourceIndividual <actor/county-council> ; owl:assertionProperty {predicate} ; owl:targetIndividual <{target}> }} }}"""
    assert len(rows(ROOT / "shapes" / "rules" / f"{rule}.rq", denial)) == 1


def test_who_conducted_evidence_may_stand_in_its_record():
    assert rows(ROOT / "shapes" / "rules" / "record-content.rq") == []
    assert rows(ROOT / "shapes" / "rules" / "record-content.rq", "INSERT DATA { <service/meals> ct:conductedBy <actor/county-council> }")


def test_fifteen_thousand_claims_take_less_than_ten_seconds():
    data = synthetic(15_000)
    start = time.process_time()
    found = shapes.validate(data)
    assert shapes.violations(found) == [] and data.count(b"ontology#Claim> .") >= 15_000
    assert time.process_time() - start < 10
