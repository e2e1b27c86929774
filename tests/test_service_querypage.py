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
    assert f'href="/ontology#threatens"' in shown and 'href="/risk/reporting-burden"' in shown


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
    for words in ("SPARQLWrapper(", "httr2", "curl -H"):
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
