"""The endpoint in process: the SPARQL 1.1 Protocol, formats, caching; each bad request is followed by a good one."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pyoxigraph as ox
import pytest
import rdflib

from kg.names import BASE
from test_service_release import app, client, release  # noqa: F401

CLAIMS = f"SELECT ?c WHERE {{ ?c a <{BASE}ontology#Claim> }} ORDER BY ?c"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?o)) }"
FIRST_CLAIM = f"{BASE}claim/nf2020-01-001"


def claims_of(response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["c"]["value"] for row in json.loads(response.data)["results"]["bindings"]]


def ask(client, query=CLAIMS, **more):
    return client.get("/sparql", query_string={"query": query, **more})


def test_get_post_form_and_post_query_answer_alike(client):
    answers = [ask(client), client.post("/sparql", data={"query": CLAIMS}),
               client.post("/sparql", data=CLAIMS, content_type="application/sparql-query"),
               client.post("/sparql", data=CLAIMS, content_type="application/sparql-query; charset=utf-8")]
    assert {tuple(claims_of(answer)) for answer in answers} == {(FIRST_CLAIM, f"{BASE}claim/nf2020-02-001")}


def test_head_has_the_headers_of_get_and_no_body(client):
    head = client.head("/sparql", query_string={"query": CLAIMS})
    assert head.status_code == 200 and head.data == b""
    assert head.headers["ETag"] == ask(client).headers["ETag"] and int(head.headers["Content-Length"]) > 0


def test_options_says_what_is_allowed_to_every_site(client):
    answer = client.options("/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"})
    assert answer.status_code == 204 and answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_select_in_every_format(client):
    assert ElementTree.fromstring(ask(client, format="xml").data).tag.endswith("sparql")
    assert list(csv.reader(io.StringIO(ask(client, format="csv").text)))[1] == [FIRST_CLAIM]
    assert ask(client, format="tsv").text.splitlines()[:2] == ["?c", f"<{FIRST_CLAIM}>"]
    assert ask(client, "ASK {}", format="json").json["boolean"] is True


@pytest.mark.parametrize("accept, parser", [
    ("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
    ("application/ld+json", "json-ld"), ("application/trig", "trig"), ("application/n-quads", "nquads")])
def test_construct_in_every_format_is_the_same_graph_to_another_reader(client, accept, parser):
    answer = client.get("/sparql", query_string={"query": GRAPH}, headers={"Accept": accept})
    assert answer.mimetype == accept
    dataset = rdflib.Dataset()
    dataset.parse(data=answer.data, format=parser)
    expected = client.get("/sparql", query_string={"query": GRAPH, "format": "nt"}).text
    assert len(list(dataset.quads())) == len(set(expected.splitlines()))


def test_describe_gives_the_record_of_a_claim(client):
    answer = ask(client, f"DESCRIBE <{FIRST_CLAIM}>")
    assert answer.mimetype == "text/turtle" and "ct:heldBy" in answer.text


def test_the_default_graph_is_the_record_and_not_the_union(client):
    inside = f"ASK {{ ?r <{BASE}ontology#threatens> ?t }}"
    assert ask(client, inside).json["boolean"] is False
    assert ask(client, f"ASK {{ GRAPH <{FIRST_CLAIM}> {{ ?r <{BASE}ontology#threatens> ?t }} }}").json["boolean"] is True


def test_a_dataset_in_the_request_replaces_the_whole_dataset(client):
    inside = f"ASK {{ ?r <{BASE}ontology#threatens> ?t }}"
    assert ask(client, inside, **{"default-graph-uri": FIRST_CLAIM}).json["boolean"] is True
    assert ask(client, "ASK { ?s ?p ?o }", **{"named-graph-uri": FIRST_CLAIM}).json["boolean"] is False
    assert ask(client, "ASK { GRAPH ?g { ?s ?p ?o } }", **{"default-graph-uri": FIRST_CLAIM}).json["boolean"] is False
    posted = client.post("/sparql", data={"query": inside, "default-graph-uri": FIRST_CLAIM})
    assert posted.json["boolean"] is True


def test_from_an_unknown_graph_is_empty_and_fetches_nothing(client):
    assert ask(client, "ASK FROM <http://127.0.0.1:1/x> { ?s ?p ?o }").json["boolean"] is False


BAD = {
    "syntax error": (lambda c: ask(c, "SELECT * {\n ?s ?p }"), 400),
    "empty query": (lambda c: ask(c, ""), 400),
    "blank query": (lambda c: ask(c, " \n"), 400),
    "two queries": (lambda c: c.get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D"), 400),
    "bytes that are no UTF-8": (lambda c: c.get("/sparql?query=ASK%20%7B%20?s%20?p%20%22%FF%22%7D"), 400),
    "body that is no UTF-8": (lambda c: c.post("/sparql", data=b"ASK { ?s ?p '\xff' }", content_type="application/sparql-query"), 400),
    "nul in the query": (lambda c: ask(c, "ASK {\0}"), 400),
    "relative graph": (lambda c: ask(c, **{"default-graph-uri": "x y"}), 400),
    "graph that is no IRI": (lambda c: ask(c, **{"named-graph-uri": "http://h/<>"}), 400),
    "post without a query": (lambda c: c.post("/sparql", data={"x": "y"}), 400),
    "timeout that is no number": (lambda c: ask(c, timeout="soon"), 400),
    "timeout beyond the limit": (lambda c: ask(c, timeout="1000"), 400),
    "timeout that is not finite": (lambda c: ask(c, timeout="nan"), 400),
    "nested braces": (lambda c: ask(c, "SELECT * " + "{" * 4000 + "}" * 4000), 400),
    "update as a query": (lambda c: ask(c, "DELETE WHERE { ?s ?p ?o }"), 400),
    "update parameter": (lambda c: c.post("/sparql", data={"update": "DELETE WHERE { ?s ?p ?o }"}), 403),
    "update body": (lambda c: c.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update"), 403),
    "service": (lambda c: ask(c, "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"), 403),
    "silent service": (lambda c: ask(c, "SELECT * { service silent <http://127.0.0.1:1/> { ?s ?p ?o } }"), 403),
    "put": (lambda c: c.put("/sparql", data="x"), 405),
    "delete": (lambda c: c.delete("/sparql"), 405),
    "accept an image": (lambda c: c.get("/sparql", query_string={"query": CLAIMS}, headers={"Accept": "image/png"}), 406),
    "select as turtle": (lambda c: ask(c, format="turtle"), 406),
    "construct as csv": (lambda c: ask(c, GRAPH, format="csv"), 406),
    "large body": (lambda c: c.post("/sparql", data={"query": "#" * 60_000}), 413),
    "long posted query": (lambda c: c.post("/sparql", data="#" * 30_000, content_type="application/sparql-query"), 413),
    "large result": (lambda c: ask(c, "SELECT * { ?a ?b ?c . ?d ?e ?f }"), 413),
    "long address": (lambda c: ask(c, "#" * 30_000), 414),
    "json body": (lambda c: c.post("/sparql", json={"query": CLAIMS}), 415),
    "body without a type": (lambda c: c.post("/sparql", data=b"ASK {}"), 415),
    "too slow": (lambda c: ask(c, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"), 503),
    "too slow in the first row": (lambda c: ask(c, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a = ?nothing) }"), 503),
    "too much memory": (lambda c: ask(c, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?f ?i", timeout="3"), 503),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_gets_a_problem_and_the_next_query_an_answer(client, release, name):
    send, status = BAD[name]
    quads = len(release.store)
    answer = send(client)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    problem = json.loads(answer.data)
    assert problem["status"] == status and problem["title"] and problem["detail"]
    assert "Traceback" not in answer.text and answer.headers["Cache-Control"] == "no-store"
    assert len(claims_of(ask(client))) == 2 and len(release.store) == quads


def test_a_problem_says_what_a_client_needs(client):
    wrong = ask(client, "SELECT * {\n ?s ?p }").json
    assert (wrong["line"], wrong["column"]) == (2, 9)
    assert "text/csv" in client.get("/sparql", query_string={"query": CLAIMS}, headers={"Accept": "image/png"}).json["available"]
    assert set(client.put("/sparql").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "Retry-After" in BAD["too slow"][0](client).headers
    assert BAD["too much memory"][0](client).json["limit"] == "memory"
    assert BAD["nested braces"][0](client).json["limit"] == "nesting"


def test_a_browser_sees_the_problem_and_its_query_again(client):
    answer = client.get("/sparql", query_string={"query": "SELECT * { <b>"}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "SELECT * { &lt;b&gt;" in answer.text and "line 1, column" in answer.text


def test_entity_tags_are_strong_and_one_for_each_representation(client):
    tags = {ask(client, format=name).headers["ETag"] for name in ("json", "xml", "csv", "tsv")}
    assert len(tags) == 4 and not any(tag.startswith("W/") for tag in tags)
    first = ask(client)
    assert "Accept" in first.headers["Vary"] and "max-age" in first.headers["Cache-Control"]
    again = client.get("/sparql", query_string={"query": CLAIMS}, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b"" and again.headers["ETag"] == first.headers["ETag"]
    other = client.get("/sparql", query_string={"query": CLAIMS, "format": "csv"}, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_answers_that_change_are_not_kept(client):
    answers = [ask(client, "SELECT (STRUUID() AS ?x) {}") for _ in range(2)]
    assert answers[0].data != answers[1].data and "ETag" not in answers[0].headers
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_a_result_larger_than_the_spool_is_whole(client):
    query = f"SELECT * {{ ?a ?b ?c . ?d a <{BASE}ontology#Claim> }} LIMIT 200"
    answer = ask(client, query)
    assert len(answer.data) == int(answer.headers["Content-Length"]) > 20_000
    assert len(json.loads(answer.data)["results"]["bindings"]) == 200


def test_without_a_query_the_endpoint_describes_itself(client):
    graph = rdflib.Graph().parse(data=client.get("/sparql").data, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert (None, rdflib.RDF.type, sd.Service) in graph
    assert (None, sd.feature, sd.UnionDefaultGraph) not in graph
    assert client.get("/sparql", headers={"Accept": "application/rdf+xml"}).mimetype == "application/rdf+xml"
    form = client.get("/sparql", headers={"Accept": "text/html"})
    assert "<textarea" in form.text and "Which risks threaten what?" in form.text


def test_a_browser_gets_rows_with_links(client):
    answer = client.get("/sparql", query_string={"query": CLAIMS}, headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html" and '<a href="/claim/nf2020-01-001">nf2020-01-001</a>' in answer.text
    graph = client.get("/sparql", query_string={"query": GRAPH}, headers={"Accept": "text/html"})
    assert "@prefix ct:" in graph.text


def test_an_example_from_the_graph_runs_as_it_is_shown(client):
    form = client.get("/sparql?example=threats", headers={"Accept": "text/html"}).text
    query = form.split('required>\n', 1)[1].split("</textarea>", 1)[0]
    import html
    rows = ask(client, html.unescape(query)).json["results"]["bindings"]
    assert {row["claim"]["value"] for row in rows} >= {FIRST_CLAIM}


def test_equal_graph_answers_are_equal_to_the_byte(app, client):
    first = ask(client, GRAPH).data
    app_client = app.test_client()
    volatile = [app_client.get("/sparql", query_string={"query": GRAPH + f" # {n}"}).data for n in range(3)]
    assert all(ox.parse(answer, ox.RdfFormat.TURTLE) for answer in volatile)
    assert {answer.split(b"\n<")[0] for answer in volatile} == {first.split(b"\n<")[0]}


def test_behind_a_proxy_the_endpoint_names_the_address_the_world_sees(release):
    from service.app import create_app
    from service.settings import Settings
    app = create_app(release, Settings(workers=1, public_url="https://data.example.org/"), find_text=lambda source: None)
    try:
        assert "<https://data.example.org/sparql> a sd:Service" in app.test_client().get("/sparql").text
    finally:
        app.extensions["caretrace"].close()
