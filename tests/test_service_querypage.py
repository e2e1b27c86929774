"""The query page: evidence, labels, times, links that last, and why there is no answer."""

import re
from html import unescape

import pytest

from kg.names import BASE, CT
from service.emptiness import terms_of
from service.shortlinks import expand, shorten
from test_service_pages import Page
from test_service_release import app, client, release  # noqa: F401

P = f"PREFIX ct: <{CT}> "


def asked(client, query: str, **more) -> str:
    answer = client.get("/sparql", query_string={"query": query, **more}, headers={"Accept": "text/html"})
    Page(answer.text)
    return answer.text


def test_rows_have_labels_addresses_and_a_way_to_their_evidence(client):
    shown = asked(client, P + "SELECT ?claim ?risk { GRAPH ?claim { ?risk ct:threatens ?x } ?claim ct:heldBy ?h }")
    assert ">reporting burden</a>" in shown and '<span class="quiet iri">risk/reporting-burden</span>' in shown
    assert 'href="/claim/nf2020-01-001#passage"' in shown and '<section id="passage">' in client.get("/claim/nf2020-01-001.html").text
    assert re.search(r'<strong class="total">1 row</strong>, in <span class="took">(under )?\d+ ms', shown)


def test_rows_without_a_claim_promise_no_evidence(client):
    assert ">Evidence<" not in asked(client, P + "SELECT ?x { ?x a ct:Risk }")


def test_an_empty_answer_says_which_terms_are_missing_and_what_is_near(client):
    shown = asked(client, P + f"SELECT * {{ ?m ct:threatns <{BASE}risk/reporting-burdn> }}")
    assert "0 rows</strong>" in shown and "Not in this release." in shown
    assert 'href="/ontology#threatens"' in shown and 'href="/risk/reporting-burden"' in shown


def test_an_empty_answer_says_when_the_content_stands_in_claims_graphs(client):
    assert "write it in <code>GRAPH ?claim" in asked(client, P + "SELECT * { ?m ct:threatens ?r }")
    assert "write it outside GRAPH" in asked(client, P + "SELECT * { GRAPH ?g { ?c ct:heldBy ?h } }")
    assert "names no term" in asked(client, "SELECT * { ?s ?p 'nowhere' }")


@pytest.mark.parametrize("query, terms", [
    (P + "SELECT * { ?s a ct:Claim }", [CT + "Claim"]),
    ("SELECT * { ?s <http://example.org/p> 'ct:not <http://example.org/not>' } # ct:never", ["http://example.org/p"]),
    ("PREFIX e: <http://e.org/> SELECT * { ?s e:a/e:b ?o FILTER(?o < 3 && ?s > 2) }", ["http://e.org/a", "http://e.org/b"]),
    ("SELECT * { <javascript:alert(1)> ?p ?o }", ["javascript:alert(1)"])])
def test_terms_are_read_from_a_query_and_not_from_its_words_and_comments(query, terms):
    assert [iri for _, iri in terms_of(query)] == terms


def test_a_permanent_link_is_short_and_leads_back_to_the_query(client, release):
    query = P + 'SELECT ?claim WHERE {\n  ?claim ct:statement ?statement ; ct:heldBy ?holder . # é "x"\n} LIMIT 100'
    address = unescape(re.search(r'href="([^"]+/q/[^"]+)"', asked(client, query))[1])
    assert f"/q/{release.path.name}/" in address and len(shorten(query)) < len(query)
    answer = client.get(address[address.index("/q/"):], follow_redirects=True, headers={"Accept": "text/html"})
    assert "2 rows</strong>" in answer.text and "This link was made on release" not in answer.text


def test_a_link_of_another_release_says_so(client):
    answer = client.get(f"/q/0123456789abcdef/{shorten('ASK {}')}", follow_redirects=True, headers={"Accept": "text/html"})
    assert "This link was made on release <code>0123456789abcdef</code>" in answer.text and "<strong>Yes</strong>" in answer.text


@pytest.mark.parametrize("code", ["x", "!!", "AAAA", shorten("ASK {}")[:-3], shorten("a" * 200_001)])
def test_a_link_that_was_cut_or_is_none_is_refused(client, code):
    assert client.get(f"/q/x/{code}").status_code == 404


def test_a_short_code_gives_back_any_query():
    for query in ("", "ASK {}", "SELECT ‮ \x00 𝄞", P * 50):
        assert expand(shorten(query), 10_000) == query
    assert expand(shorten("a" * 101), 100) is None


def test_the_page_holds_the_query_for_programs(client):
    shown = asked(client, "ASK { ?s ?p '</textarea><img src=x onerror=alert(1)>' }")
    assert "<img" not in shown and shown.count("&lt;/textarea&gt;&lt;img") == 5
    for words in ("SPARQLWrapper(", "httr2", "curl -sS -H"):
        assert words in shown


HOSTILE = ("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "‮evil", "{{ 7*7 }}", '" onmouseover="alert(1)')


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_literals_are_inert_in_a_table_and_a_graph(client, words):
    literal = words.replace("\\", "\\\\").replace('"', '\\"')
    table = asked(client, f'SELECT ?x {{ BIND("{literal}" AS ?x) }}')
    graph = asked(client, f'CONSTRUCT {{ <http://e.org/a> <http://e.org/b> ?x }} {{ BIND("{literal}" AS ?x) }}')
    for shown in (table, graph):
        assert "<img" not in shown and "<script>" not in shown and ' onmouseover="' not in shown and "49" not in shown.partition("Result")[2][:900].replace("{{ 7*7 }}", "")
    assert "<bdi>" in table


def test_hostile_iris_are_no_links(client):
    shown = asked(client, "SELECT ?x { VALUES ?x { <javascript:alert(1)> <data:text/html,x> } }")
    assert not any(link.startswith(("javascript:", "data:")) for link in Page(shown).links) and "javascript:alert(1)" in shown


def test_an_example_tells_its_columns_and_how_many_rows(client):
    shown = asked(client, "ASK {}")
    assert "2 rows: claim (claim or rule), risk (risk), thing (practice)" in shown and "Which risks threaten what?" in shown


def test_what_an_editor_completes_is_our_own(client):
    found = client.get("/sparql/terms.json").json
    classes, properties = ({term["iri"]: term for term in found[name]} for name in ("classes", "properties"))
    assert found["prefixes"]["ct"] == CT and classes[CT + "Claim"]["definition"] == "One reading of one passage."
    assert properties[CT + "threatens"]["label"] == "threatens" and CT + "Claim" not in properties


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """Asks a release whose VoID counts what it uses."""
    from service.app import create_app
    from service.settings import Settings
    from test_service_release import TRIG, make_release
    parts = "".join(f"void:propertyPartition [ void:property {name} ; void:triples {count} ] ; "
                    for name, count in (("ct:heldBy", 7), ("rdf:type", 5), ("rdfs:label", 3)))
    void = f"""@prefix void: <http://rdfs.org/ns/void#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<{BASE}release> {{ <{BASE}dataset> {parts} void:classPartition [ void:class ct:Claim ; void:entities 2 ] }}"""
    app = create_app(make_release(tmp_path_factory.mktemp("described"), TRIG + void), Settings(workers=1))
    yield app.test_client()
    app.extensions["caretrace"].close()


def test_void_says_how_often_a_term_is_used(described):
    found = described.get("/sparql/terms.json").json
    assert (found["classes"][0]["iri"], found["classes"][0]["count"]) == (CT + "Claim", 2)
    assert [(term["iri"], term["count"]) for term in found["properties"]][0] == (CT + "heldBy", 7)


def test_programs_and_link_are_told_for_a_query_that_did_not_run(client, release):
    answer = client.post("/sparql/programs", data={"query": "SELECT <script> '"})
    assert answer.status_code == 200 and "<script>" not in answer.text and f"/q/{release.path.name}/" in answer.text
    assert "SELECT &lt;script&gt;" in answer.text and "<html" not in answer.text
    assert client.post("/sparql/programs", data={"query": "x" * 20_001}).status_code == 413


def test_the_policy_of_the_query_page_allows_own_scripts_and_nothing_inline(client):
    for path in ("/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=SELEC"):
        answer = client.get(path, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "connect-src 'self'" in policy and "default-src 'none'" in policy and "unsafe" not in policy
        assert not re.search(r"<script(?! src=\"/static/)|<style| style=", answer.text)


def test_an_empty_answer_counts_each_part(client):
    shown = asked(client, P + 'SELECT * { ?x a ct:Risk ; <http://www.w3.org/2000/01/rdf-schema#label> "Reporting burden" }')
    row = re.search(r'<tr><th scope="row"><code>\?x a ct:Risk</code></th>(.*?)</tr>', shown, re.S)[1]
    assert row.count('<td class="number">2</td>') == 2
    assert "Did you mean <code>&#34;reporting burden&#34;@en</code>" in shown and "In claims’ graphs" not in shown


def test_a_no_and_a_graph_of_nothing_are_explained_too(client):
    for query in ("ASK { ?m ct:threatens ?r }", "CONSTRUCT { ?m ct:threatens ?r } WHERE { ?m ct:threatens ?r }"):
        assert "write it in <code>GRAPH ?claim" in asked(client, P + query)


@pytest.mark.parametrize("name, meant", [
    ("http://www.w3.org/2000/01/rdf-schema#lable", "rdf-schema#label"), ("https://w3id.org/caretrace/ontolgy#threatens", "ontology#threatens"),
    ("http://www.w3.org/1999/02/22-rdf-syntax#type", "22-rdf-syntax-ns#type")])
def test_a_slip_in_a_name_or_a_namespace_is_told(described, name, meant):
    shown = asked(described, f"SELECT * {{ ?a <{name}> ?b }}")
    assert re.search(rf'Did you mean <a href="[^"]*{re.escape(meant)}"', shown)


def test_triples_of_a_graph_are_rows_with_links_and_evidence(client):
    shown = asked(client, P + "CONSTRUCT { ?c ct:heldBy ?h } WHERE { ?c ct:heldBy ?h }")
    assert "2 triples</strong>" in shown and 'href="/holder/nf2020-authors"' in shown and 'href="/claim/nf2020-01-001#passage"' in shown
    assert "As Turtle" in shown and "ct:heldBy" in shown


def test_an_undeclared_prefix_is_told_its_line_or_its_neighbour(client):
    assert f"add PREFIX ct: &lt;{CT}&gt;" in client.get("/sparql?query=SELECT*{?s a ct:Claim}", headers={"Accept": "text/html"}).text
    assert "or rdfs: &lt;http" in client.get("/sparql?query=SELECT*{?s rdsf:label ?l}", headers={"Accept": "text/html"}).text
