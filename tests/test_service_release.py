"""A small invented release for the service's tests, and a check that it has the shape the service reads."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.names import BASE
from service.app import create_app
from service.settings import MEBIBYTE, Settings

LIMITS = Settings(workers=2, time_limit_s=1, max_time_limit_s=3, memory_limit_bytes=200 * MEBIBYTE,
                  max_query_chars=20_000, max_body_bytes=50_000, max_result_bytes=200_000, spool_bytes=20_000)
TEXT = ("Joint planning in Northford. Those who report weekly to three bodies have little time left for joint planning. "
        "Participants said that shared budgets would help. <script>alert('x')</script> & other odd characters follow. "
        + "The board met again in spring and nothing else happened. " * 40)
FIRST = (TEXT.index("Those"), TEXT.index(" Participants"))
SECOND = (TEXT.index("Participants"), TEXT.index(" <script>"))
HOSTILE = "Some say <script>alert(1)</script> & \"quotes\" may 'break' {{ 7 * 7 }} a page."

TRIG = f"""
@prefix : <{BASE}> . @prefix ct: <{BASE}ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix schema: <http://schema.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .

<{BASE}source/nf2020> a ct:Source ; dcterms:title "Northford plans"@en ; rdfs:label "Northford 2020"@en ;
  rdfs:label "Northford 2020"@en ; dcterms:creator "The Northford panel" ; dcterms:issued "2020-05" ;
  schema:url "https://example.org/northford"^^xsd:anyURI ; ct:voice <{BASE}holder/nf2020-authors> ;
  ct:hasTextVersion <{BASE}text/nf2020> .
<{BASE}text/nf2020> a ct:TextVersion ; ct:versionOf <{BASE}source/nf2020> ;
  ct:sha256 "{hashlib.sha256(TEXT.encode()).hexdigest()}" ; ct:codePoints {len(TEXT)} .
<{BASE}section/nf2020-01> a ct:Section ; dcterms:title "Planning"@en ; ct:number "01" ; ct:sectionOf <{BASE}source/nf2020> ;
  ct:start 0 ; ct:end 200 ; ct:curated true .
<{BASE}section/nf2020-02> a ct:Section ; dcterms:title "Budgets"@en ; ct:number "02" ; ct:sectionOf <{BASE}source/nf2020> ;
  ct:partOfSection <{BASE}section/nf2020-01> ; ct:start 112 ; ct:end 200 ; ct:curated true .

<{BASE}claim/nf2020-01-001> a ct:Claim ; rdfs:label "Weekly reporting to three bodies may leave managers little time for joint planning."@en ;
  ct:statement "Weekly reporting to three bodies may leave managers little time for joint planning."@en ;
  ct:kind <{BASE}kind/risk> ; ct:modality <{BASE}modality/hedged> ; ct:heldBy <{BASE}holder/nf2020-authors> ;
  ct:reportedBy <{BASE}holder/nf2020-authors> ; ct:restsOn <{BASE}evidence/nf2020-survey> ;
  ct:citesReference <{BASE}reference/nf2020-1> ; ct:citesSource <{BASE}work/first-study> ;
  ct:expresses <{BASE}proposition/reporting-crowds-out-planning> ; ct:hasPassage <{BASE}text/nf2020#char={FIRST[0]},{FIRST[1]}> ;
  ct:mentions <{BASE}risk/reporting-burden> , <{BASE}practice/joint-planning> ; ct:states <{BASE}figure/nf2020-01-001-1> ;
  skos:editorialNote "The text says three and names two."@en ; ct:statedIn <{BASE}source/nf2020> ;
  ct:inSection <{BASE}section/nf2020-01> ; ct:order 1 ; ct:contradicts <{BASE}claim/nf2020-02-001> .
<{BASE}claim/nf2020-01-001> {{ <{BASE}risk/reporting-burden> ct:threatens <{BASE}practice/joint-planning> .
  <{BASE}denial/nf2020-01-001-1> a owl:NegativePropertyAssertion ; owl:sourceIndividual <{BASE}actor/northford-council> ;
    owl:assertionProperty ct:funds ; owl:targetIndividual <{BASE}practice/joint-planning> . }}

<{BASE}claim/nf2020-02-001> a ct:Claim ; rdfs:label {json.dumps(HOSTILE)}@en ; ct:statement {json.dumps(HOSTILE)}@en ;
  ct:kind <{BASE}kind/mitigation> ; ct:modality <{BASE}modality/asserted> ; ct:heldBy <{BASE}holder/unnamed> ;
  ct:reportedBy <{BASE}holder/nf2020-authors> ; ct:restsOn <{BASE}evidence/none-stated> ;
  ct:expresses <{BASE}proposition/reporting-crowds-out-planning> ; ct:hasPassage <{BASE}text/nf2020#char={SECOND[0]},{SECOND[1]}> ;
  ct:hasContext <{BASE}text/nf2020#char={FIRST[0]},{FIRST[1]}> ; ct:mentions <{BASE}practice/joint-planning> ;
  ct:statedIn <{BASE}source/nf2020> ; ct:inSection <{BASE}section/nf2020-02> ; ct:order 2 .
<{BASE}claim/nf2020-02-001> {{ <{BASE}enabler/shared-budgets> ct:enables <{BASE}practice/joint-planning> . }}

<{BASE}text/nf2020#char={FIRST[0]},{FIRST[1]}> a ct:Passage , oa:SpecificResource ; oa:hasSource <{BASE}text/nf2020> ;
  ct:start {FIRST[0]} ; ct:end {FIRST[1]} ; ct:normalDigest "0f" ; ct:opens "Those who report" ; ct:closes "joint-up planning" ;
  ct:next "Participants said" ; ct:inSection <{BASE}section/nf2020-01> ; oa:hasSelector <{BASE}selector/nf2020-{FIRST[0]}-{FIRST[1]}-position> .
<{BASE}selector/nf2020-{FIRST[0]}-{FIRST[1]}-position> a oa:TextPositionSelector ; oa:start {FIRST[0]} ; oa:end {FIRST[1]} .
<{BASE}text/nf2020#char={SECOND[0]},{SECOND[1]}> a ct:Passage , oa:SpecificResource ; oa:hasSource <{BASE}text/nf2020> ;
  ct:start {SECOND[0]} ; ct:end {SECOND[1]} ; ct:opens "Participants said" ; ct:closes "would help" ; ct:inSection <{BASE}section/nf2020-02> .

<{BASE}figure/nf2020-01-001-1> a ct:Figure ; ct:value 152000000000 ; ct:comparator <{BASE}comparator/about> ; ct:unit "GBP" ;
  ct:counts "money" ; ct:period "2020" .
<{BASE}curation/nf2020-01-001> a oa:Annotation , ct:Curation ; oa:hasTarget <{BASE}claim/nf2020-01-001> ;
  dcterms:creator <{BASE}agent/caretrace-curators> ; dcterms:created "2026-11-20"^^xsd:date ; ct:method "two readings" .
<{BASE}judgement/pace-1> a ct:Judgement ; ct:fromClaim <{BASE}claim/nf2020-01-001> ; ct:relation <{BASE}relation/contradicts> ;
  ct:toClaim <{BASE}claim/nf2020-02-001> ; ct:judgedBy <{BASE}agent/caretrace-curators> ;
  ct:confidence <{BASE}confidence/high> ; ct:reason "One says that time is lost and the other that it is won."@en .
<{BASE}reference/nf2020-1> a ct:Reference ; rdfs:label "1" ; ct:refersTo <{BASE}work/first-study> ; ct:listedIn <{BASE}source/nf2020> .
<{BASE}work/first-study> a ct:Work ; rdfs:label "A first study"@en ; dcterms:title "A first study" ; schema:url "javascript:alert(2)" .
<{BASE}risk/reporting-burden> a ct:Risk ; rdfs:label "reporting burden"@en ; skos:altLabel "burden of reporting"@en ;
  skos:definition "The load that demands for reports put on managers."@en ; skos:broader <{BASE}risk/bureaucracy> .
<{BASE}risk/bureaucracy> a ct:Risk ; rdfs:label "bureaucracy"@en .
<{BASE}practice/joint-planning> a ct:Practice ; rdfs:label "joint planning"@en .
<{BASE}enabler/shared-budgets> a ct:Enabler ; rdfs:label "shared budgets"@en .
<{BASE}actor/northford-council> a ct:Actor ; rdfs:label "Northford Council"@en .
<{BASE}holder/nf2020-authors> a ct:Holder ; rdfs:label "the authors of Northford 2020"@en .
<{BASE}holder/unnamed> a ct:Holder ; rdfs:label "somebody unnamed"@en .
<{BASE}evidence/nf2020-survey> a ct:Evidence ; rdfs:label "the survey"@en ; ct:evidenceIn <{BASE}source/nf2020> .
<{BASE}evidence/none-stated> a ct:Evidence ; rdfs:label "none stated"@en .
<{BASE}proposition/reporting-crowds-out-planning> a ct:Proposition ; rdfs:label "reporting crowds out planning"@en .
<{BASE}kind/risk> a skos:Concept ; rdfs:label "risk"@en . <{BASE}kind/mitigation> a skos:Concept ; rdfs:label "mitigation"@en .
<{BASE}query/prefixes> sh:declare [ sh:prefix "ct" ; sh:namespace "{BASE}ontology#"^^xsd:anyURI ] .
<{BASE}query/threats> a sh:SPARQLExecutable , sh:SPARQLSelectExecutable ; rdfs:comment "Which risks threaten what?"@en ;
  sh:prefixes <{BASE}query/prefixes> ; sh:select "SELECT ?claim ?risk ?thing WHERE {{ GRAPH ?claim {{ ?risk ct:threatens ?thing }} }}" .

<{BASE}ontology> {{ <{BASE}ontology> a owl:Ontology ; dcterms:title "Caretrace ontology"@en .
  ct:Claim a owl:Class ; rdfs:label "claim"@en ; skos:definition "One reading of one passage."@en .
  ct:threatens a owl:ObjectProperty ; rdfs:label "threatens"@en ; skos:definition "Could harm it."@en .
  ct:enables a owl:ObjectProperty ; rdfs:label "enables"@en . }}
<{BASE}rule/narrower> {{ <{BASE}risk/bureaucracy> ct:threatens <{BASE}practice/joint-planning> . }}
<{BASE}release> {{ <{BASE}risk/old-burden> owl:deprecated true ; dcterms:isReplacedBy <{BASE}risk/reporting-burden> ;
    dcterms:modified "2026-11-21"^^xsd:date ; rdfs:comment "Two records for <b>one</b> thing."@en .
  <{BASE}risk/lost> owl:deprecated true ; rdfs:comment "The text does not say it."@en .
  <{BASE}release> a <http://rdfs.org/ns/void#Dataset> ; dcterms:title "Caretrace" . }}
"""


@dataclass(frozen=True)
class MadeRelease:
    """What `kg.store.open_current` gives, for invented data."""

    path: Path
    digest: str
    statistics: dict
    meta: dict
    store: ox.Store


def make_release(parent: Path, trig: str = TRIG) -> MadeRelease:
    """Load `trig` into a store of its own below `parent` and open it read-only."""
    digest = hashlib.sha256(trig.encode()).hexdigest()
    path = parent / digest[:16]
    path.mkdir(parents=True)
    store = ox.Store(str(path / "store"))
    store.bulk_load(trig.encode(), format=ox.RdfFormat.TRIG)
    store.optimize()
    (path / "caretrace.nq").write_bytes(store.dump(format=ox.RdfFormat.N_QUADS))
    del store  # the engine allows one writer, and readers only beside none
    (path / "void.ttl").write_text(f"<{BASE}release> a <http://rdfs.org/ns/void#Dataset> .\n", encoding="utf-8")
    shutil.copyfile(Path(__file__).parent.parent / "ontology" / "context.jsonld", path / "context.jsonld")
    meta = {"digest": digest, "made": "2026-11-22", "version": "0.0", "counts": {}}
    return MadeRelease(path, digest, {}, meta, ox.Store.read_only(str(path / "store")))


@pytest.fixture(scope="session")
def release(tmp_path_factory) -> MadeRelease:
    return make_release(tmp_path_factory.mktemp("releases"))


def test_the_invented_release_has_a_record_and_a_graph_for_each_claim(release):
    rows = release.store.query(f"SELECT ?c {{ ?c a <{BASE}ontology#Claim> . FILTER EXISTS {{ GRAPH ?c {{ ?s ?p ?o }} }} }}")
    assert len(list(rows)) == 2


def test_the_invented_passages_hold_the_words_they_are_said_to(release):
    assert TEXT[slice(*FIRST)].startswith("Those who report") and TEXT[slice(*FIRST)].endswith("joint planning.")
    assert TEXT[slice(*SECOND)].startswith("Participants said") and TEXT[slice(*SECOND)].endswith("would help.")


@pytest.fixture(scope="session")
def app(release):
    """The service over the invented release, with limits that a test can reach."""
    made = create_app(release, LIMITS, find_text={"nf2020": TEXT}.get)
    yield made
    made.extensions["caretrace"].close()


@pytest.fixture
def client(app):
    """Asks the app in process, as a program would: no Accept header."""
    return app.test_client()
