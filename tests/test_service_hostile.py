"""Data and requests that would break out of a page: every kind of page shows them as words and nothing else."""

from urllib.parse import quote

import pytest

from kg.names import BASE
from test_service_pages import Page
from test_service_release import TRIG, make_release

IMAGE, SCRIPT, CLOSE = "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "</textarea></title><svg onload=alert(3)>"
QUOTE, TURN = "' onmouseover='alert(4)", "turned \u202e round \u2066 twice"
EVIL = f"{IMAGE}{SCRIPT}{CLOSE}{QUOTE}{TURN}{{{{ 7 * 7 }}}}"
HOSTILE = f"""
<{BASE}claim/nf2020-01-007> a ct:Claim ; rdfs:label "{EVIL}"@en ; ct:statement "{EVIL}"@en ; ct:kind <{BASE}kind/risk> ;
  ct:modality <{BASE}modality/asserted> ; ct:heldBy <{BASE}holder/evil> ; ct:reportedBy <{BASE}holder/evil> ; ct:restsOn <{BASE}evidence/evil> ;
  ct:citesSource <{BASE}work/evil> ; ct:mentions <{BASE}risk/evil> ; ct:states <{BASE}figure/evil> ; skos:editorialNote "{EVIL}" ;
  ct:expresses <{BASE}proposition/evil> ; ct:statedIn <{BASE}source/nf2020> ; ct:inSection <{BASE}section/evil> ; ct:order 7 ;
  ct:hasPassage <{BASE}text/nf2020#char=150,170> .
<{BASE}claim/nf2020-01-007> {{ <{BASE}risk/evil> ct:threatens <{BASE}practice/joint-planning> , <javascript:alert(5)> .
  <{BASE}practice/evil> ct:mitigates <{BASE}risk/evil> . }}
<{BASE}text/nf2020#char=150,170> a ct:Passage ; ct:start 150 ; ct:end 170 ; ct:opens "{EVIL}" ; ct:closes "{EVIL}" .
<{BASE}figure/evil> a ct:Figure ; ct:value "{EVIL}" ; ct:unit "{EVIL}" ; ct:counts "{EVIL}" ; ct:base "9 {EVIL}" ; skos:editorialNote "{EVIL}" .
<{BASE}judgement/evil> a ct:Judgement ; ct:fromClaim <{BASE}claim/nf2020-01-007> ; ct:relation <{BASE}relation/contradicts> ;
  ct:toClaim <{BASE}claim/nf2020-01-001> ; ct:reason "{EVIL}" ; ct:judgedBy <{BASE}agent/evil> .
<{BASE}curation/evil> a ct:Curation ; <http://www.w3.org/ns/oa#hasTarget> <{BASE}claim/nf2020-01-007> ; ct:method "{EVIL}" ; dcterms:created "{EVIL}" .
<{BASE}section/evil> a ct:Section ; dcterms:title "{EVIL}" ; ct:sectionOf <{BASE}source/nf2020> ; ct:start 140 ; ct:end 180 .
<{BASE}risk/evil> a ct:Risk ; rdfs:label "{EVIL}" ; skos:altLabel "{EVIL}" ; skos:definition "{EVIL}" ; skos:editorialNote "{EVIL}" ;
  schema:url "javascript:alert(6)" ; rdfs:seeAlso <javascript:alert(7)> ; skos:broader <{BASE}risk/bureaucracy> .
<{BASE}practice/evil> a ct:Practice ; rdfs:label "{EVIL}" . <{BASE}proposition/evil> a ct:Proposition ; rdfs:label "{EVIL}" .
<{BASE}holder/evil> a ct:Holder ; rdfs:label "{EVIL}" . <{BASE}evidence/evil> a ct:Evidence ; rdfs:label "{EVIL}" .
<{BASE}agent/evil> a ct:Agent ; rdfs:label "{EVIL}" . <{BASE}work/evil> a ct:Work ; rdfs:label "{EVIL}" ; schema:url "data:text/html,{EVIL}" .
<{BASE}query/evil> a sh:SPARQLExecutable ; rdfs:label "{EVIL}" ; rdfs:comment "{EVIL}" ; sh:select "SELECT ?claim ?s {{ ?claim ct:statement ?s }} #</textarea>" .
<{BASE}ontology> {{ ct:Evil a owl:Class ; rdfs:label "{EVIL}" ; skos:definition "{EVIL}" ; skos:example "{EVIL}" . }}
<{BASE}release> {{ <{BASE}risk/gone> owl:deprecated true ; rdfs:comment "{EVIL}" ; dcterms:isReplacedBy <{BASE}risk/evil> . }}
"""
ASKED = quote(EVIL)
PAGES = ("/", "/claim/nf2020-01-007.html", "/claim/nf2020-01-001.html", "/risk/evil.html", "/practice/evil.html", "/holder/evil.html",
         "/work/evil.html", "/evidence/evil.html", "/proposition/evil.html", "/judgement/evil.html", "/figure/evil.html", "/section/evil.html",
         "/curation/evil.html", "/source/nf2020.html", "/passage/nf2020/150-170.html", "/query/evil.html", "/ontology.html", "/release.html",
         "/read/nf2020/evil", "/read/nf2020/nf2020-01", "/browse/claim", "/browse/risk", "/compare", "/compare/mitigations", "/compare/timeline",
         f"/compare/said?subject={quote(BASE)}practice/evil&object={quote(BASE)}risk/evil", "/search?q=alert", f"/search?q={ASKED}",
         f"/search?entity={ASKED}&kind={ASKED}&in={ASKED}", "/explain?triple=risk/evil+threatens+practice/joint-planning",
         f"/explain?triple={ASKED}", "/how-to-say", f"/sparql?query={ASKED}",
         "/sparql?query=" + quote("SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'alert')) }"),
         "/sparql?query=" + quote("CONSTRUCT WHERE { <" + BASE + "risk/evil> ?p ?o }"), f"/risk/{ASKED}", "/risk/gone", f"/browse/{ASKED}",
         f"/read/{ASKED}", f"/q/x/{ASKED}", "/limits")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    from service.app import create_app
    from service.settings import Settings
    app = create_app(make_release(tmp_path_factory.mktemp("hostile"), TRIG + HOSTILE), Settings(workers=1), find_text=lambda source: None)
    yield app.test_client()
    app.extensions["caretrace"].close()


@pytest.mark.parametrize("path", PAGES)
def test_hostile_words_stay_words(client, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html" and answer.status_code in (200, 400, 404, 410), answer.status
    read = Page(answer.text)  # tags nest, no attribute starts with "on", nothing runs
    assert not any(link.lower().startswith(("javascript:", "data:")) for link in read.links)
    assert "<img" not in answer.text and "<svg onload" not in answer.text
    assert not any(turn in answer.text for turn in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_hostile_words_are_shown_all_the_same(client):
    for path in ("/claim/nf2020-01-007.html", "/risk/evil.html", "/section/evil.html", "/search?q=onerror", "/browse/risk", "/ontology.html"):
        assert "&lt;img src=x onerror=alert(1)&gt;" in client.get(path, headers={"Accept": "text/html"}).text.replace("<mark>", "").replace(
            "</mark>", ""), path
