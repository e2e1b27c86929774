"""The functions that search, in queries: what the search page finds, whatever stands in the arguments."""

import pyoxigraph as ox
import pytest

from kg.names import BASE
from service.engine import Engine, Query
from service.errors import BadQuery
from service.functions import FUNCTIONS, NAMESPACE, search_query
from service.remote import RemoteEngine
from service.settings import Settings
from service.worker import MAX_SEARCHES
from test_service_pages import Page, page
from test_service_release import app, client, release  # noqa: F401

PREFIXES = f"PREFIX ct: <{BASE}ontology#> PREFIX ctf: <{NAMESPACE}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
RANKED = """SELECT DISTINCT ?thing ?score { ?thing a ?class BIND(ctf:score(?thing, "%s") AS ?score) FILTER(BOUND(?score)) }
ORDER BY DESC(?score) ?thing"""


def ask(client, query: str, status: int = 200):
    answer = client.post("/sparql", data={"query": PREFIXES + query}, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.json if status != 200 or "boolean" in answer.json else answer.json["results"]["bindings"]


@pytest.mark.parametrize("words", ["joint planning", "beaurocracy", "bureaucracy budgets", "manager", "nf2020-02-001", "zzzqqq"])
def test_a_query_finds_what_the_page_finds_in_its_order(client, words):
    listed = [hit["iri"] for hit in client.get("/search", query_string={"q": words, "format": "json"}).json["results"]]
    assert [row["thing"]["value"] for row in ask(client, RANKED % words)] == listed


def test_matches_is_a_test_and_score_has_no_value_for_what_is_not_found(client):
    rows = ask(client, """SELECT ?matches ?score { VALUES ?thing { <%srisk/bureaucracy> <%senabler/shared-budgets> <x:y> }
      BIND(ctf:matches(?thing, "bureaucracy") AS ?matches) BIND(ctf:score(?thing, "bureaucracy") AS ?score) }""" % (BASE, BASE))
    assert [row["matches"]["value"] for row in rows] == ["true", "false", "false"]
    assert ["score" in row for row in rows] == [True, False, False]
    assert float(rows[0]["score"]["value"]) > 0 and rows[0]["score"]["datatype"].endswith("#double")


@pytest.mark.parametrize("arguments", ["", "?thing", "\"words\", ?thing", "?thing, <x:y>", "\"a\", \"b\"", "?thing, \"a\", \"b\""])
def test_other_arguments_are_an_error_of_their_row(client, arguments):
    rows = ask(client, f"SELECT ?found {{ VALUES ?thing {{ <{BASE}risk/bureaucracy> }} BIND(ctf:matches({arguments}) AS ?found) }}")
    assert rows == [{}]


@pytest.mark.parametrize("words", ["", "NEAR(", "a* OR", "'; DROP TABLE words", "‮", "-", "x" * 5000, "title:risk"])
def test_whatever_the_words_are_they_are_words(client, words):
    assert ask(client, f"ASK {{ FILTER(ctf:matches(<{BASE}risk/bureaucracy>, \"{words}\")) }}")["boolean"] is False
    assert ask(client, f"ASK {{ FILTER(ctf:matches(<{BASE}risk/bureaucracy>, \"bureaucracy\")) }}")["boolean"] is True


def test_words_may_come_from_the_data_up_to_a_number_of_wordings(client):
    assert ask(client, "SELECT * { ?thing rdfs:label ?words FILTER(ctf:matches(?thing, ?words)) }")
    many = " ".join(f'"word {n}"' for n in range(MAX_SEARCHES + 1))
    problem = ask(client, f"SELECT * {{ VALUES ?words {{ {many} }} BIND(ctf:matches(<x:y>, ?words) AS ?found) }}", 400)
    assert f"more than {MAX_SEARCHES} different wordings" in problem["detail"]
    assert ask(client, "ASK {}")["boolean"]


def test_a_slip_in_a_function_s_name_is_told_and_functions_of_others_stay_errors_of_rows(client):
    assert "those here are matches and score" in ask(client, "ASK { FILTER(ctf:match(<x:y>, \"a\")) }", 400)["detail"]
    assert ask(client, "ASK { FILTER(<http://example.org/f>(<x:y>, \"a\")) }")["boolean"] is False


def test_an_engine_without_an_index_has_no_functions(release):
    engine = Engine(release.path / "store", Settings(workers=1))
    try:
        body = engine.run(Query(f"{PREFIXES} SELECT (ctf:matches(<x:y>, \"a\") AS ?found) {{}}", BASE)).body.read()
        assert body == b'{"head":{"vars":["found"]},"results":{"bindings":[{}]}}'
    finally:
        engine.close()


def test_an_external_store_refuses_what_it_cannot_do_however_it_is_written():
    engine = RemoteEngine("http://127.0.0.1:1/query", Settings())
    for written in (NAMESPACE, NAMESPACE.replace("f", "\\u0066")):
        with pytest.raises(BadQuery, match="external store"):
            engine.run(Query(f"PREFIX f: <{written}> ASK {{ FILTER(f:matches(<x:y>, \"a\")) }}", BASE))


@pytest.mark.parametrize("asked", [{"q": "planning"}, {"q": "planing", "kind": "risk"}, {"report": "nf2020"}, {"q": "planning", "year": "2020"},
                                   {"q": "planning", "reviewed": "yes"}, {"q": "planning", "reviewed": "no"}, {"q": "three \"names\" \\ two"},
                                   {"entity": "risk/reporting-burden"}, {"q": "planning", "holder": "holder/unnamed"}])
def test_the_search_page_gives_its_search_as_a_query_that_finds_its_claims(client, asked):
    found = client.get("/search", query_string={**asked, "in": "claim", "format": "json"}).json
    query = search_query(asked.get("q", ""), found["filters"])
    rows = client.post("/sparql", data={"query": query}, headers={"Accept": "application/json"}).json["results"]["bindings"]
    assert found["total"] and sorted(row["claim"]["value"] for row in rows) == sorted(hit["iri"] for hit in found["results"])


def test_the_functions_are_described_where_their_names_lead(client):
    Page(page(client, "/function"))
    assert "ctf:score(?claim, &#34;staff burnout&#34;)" in page(client, "/function")
    described = {(t.subject.value, t.predicate.value.rpartition("#")[2]) for t in
                 ox.parse(client.get("/function", headers={"Accept": "text/turtle"}).data, format=ox.RdfFormat.TURTLE)}
    endpoint = client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    for function in FUNCTIONS:
        assert (NAMESPACE + function.name, "comment") in described
        assert f"extensionFunction> <{NAMESPACE}{function.name}>" in endpoint
    assert "/function" in page(client, "/limits") and "/function" in page(client, "/search")
