"""The SPARQL 1.1 Protocol, a rule a test, of the kind of W3C's own and always at hand."""

import json

import pyoxigraph as ox
import pytest

from kg.names import BASE
from test_service_release import app, client, release  # noqa: F401

CLAIM = f"{BASE}claim/nf2020-01-001"
ASK, SELECT = "ASK {}", "SELECT (1 AS ?x) {}"
CONSTRUCT = "CONSTRUCT { <http://x/s> <http://x/p> 'é' } {}"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
JSON = "application/sparql-results+json"


def get(client, query=SELECT, accept=None, **more):
    return client.get("/sparql", query_string={"query": query, **more}, headers={"Accept": accept} if accept is not None else {})


@pytest.mark.parametrize("accept, media_type", [
    ("", JSON), ("*/*", JSON), (f"{JSON};charset=utf-8", JSON), ("text/csv;charset=UTF-8", "text/csv"),
    ('text/csv; charset="utf-8"; header=present', "text/csv"), ("text/csv;charset=iso-8859-1, text/*;q=0.1", "text/tab-separated-values"),
    ("application/sparql-results+xml;q=0.2, text/csv;q=0.1", "application/sparql-results+xml"),
    ("text/csv;q=0, */*", JSON), ("application/json;q=0.9", "application/json"), ("image/png, */*;q=0.01", JSON)])
def test_solutions_take_the_form_that_accept_weighs_most(client, accept, media_type):
    answer = get(client, SELECT, accept)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("accept, media_type", [
    ("", "text/turtle"), ("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#expanded\"", "application/ld+json"),
    ("text/turtle;version=1.2", "text/turtle"), ("application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
    ("application/n-triples;charset=utf-8", "application/n-triples"), ("application/n-quads", "application/n-quads"),
    ("application/trig", "application/trig")])
def test_graphs_take_the_form_that_accept_weighs_most(client, accept, media_type):
    answer = get(client, CONSTRUCT, accept)
    assert (answer.status_code, answer.mimetype) == (200, media_type)


@pytest.mark.parametrize("accept", ["image/png", "text/csv;charset=iso-8859-1", "*/*;q=0", "text/turtle", "nonsense"])
def test_a_form_that_is_not_there_is_406_with_the_list(client, accept):
    answer = get(client, SELECT, accept)
    assert answer.status_code == 406 and JSON in answer.json["available"]


@pytest.mark.parametrize("name, media_type", [("csv", "text/csv"), ("xml", "application/sparql-results+xml"), ("", JSON)])
def test_format_overrides_accept(client, name, media_type):
    assert get(client, SELECT, "text/tab-separated-values" if name else None, format=name).mimetype == media_type


@pytest.mark.parametrize("pairs", [[("format", "json"), ("format", "xml")], [("format", "csv"), ("output", "json")],
                                   [("timeout", "1"), ("timeout", "2")]])
def test_a_request_that_contradicts_itself_is_refused(client, pairs):
    assert client.get("/sparql", query_string=[("query", ASK), *pairs]).status_code == 400
    assert client.get("/sparql", query_string=[("query", ASK), ("format", "json"), ("output", "json")]).status_code == 200


@pytest.mark.parametrize("charset, status", [("utf-8", 200), ("UTF8", 200), ("us-ascii", 200), ("utf-16", 415), ("latin-1", 415)])
@pytest.mark.parametrize("content, body", [(DIRECT, ASK.encode()), (FORM, b"query=ASK%7B%7D")])
def test_a_body_is_utf8(client, content, body, charset, status):
    assert client.post("/sparql", data=body, content_type=f"{content}; charset={charset}").status_code == status


@pytest.mark.parametrize("send", [
    lambda c, q: c.get("/sparql", query_string={"query": q, "format": "csv"}),
    lambda c, q: c.post("/sparql", data={"query": q, "format": "csv"}),
    lambda c, q: c.post("/sparql?format=csv", data=q.encode(), content_type=DIRECT)])
@pytest.mark.parametrize("text", ["a%2Bb", "a+b", "a%20b", "100%", "é😀", "&amp;"])
def test_every_value_is_decoded_exactly_once(client, send, text):
    answer = send(client, f"SELECT ('{text}' AS ?x) {{}}")
    assert answer.text.split("\r\n")[1] == text and "utf-8" in answer.headers["Content-Type"]


def test_a_byte_order_mark_is_no_part_of_the_query(client):
    assert client.post("/sparql", data=b"\xef\xbb\xbfASK {}", content_type=DIRECT).json["boolean"] is True


@pytest.mark.parametrize("content, status", [(None, 415), ("text/plain", 415), ("multipart/form-data; boundary=x", 415),
                                             ("application/json", 415), (DIRECT, 200)])
def test_a_body_has_a_type_of_the_protocol(client, content, status):
    answer = client.post("/sparql", data=ASK.encode(), content_type=content)
    assert answer.status_code == status
    assert status == 200 or DIRECT in answer.headers["Accept-Post"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_405_with_those_allowed(client, method):
    answer = client.open("/sparql?query=ASK%7B%7D", method=method)
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_the_query_may_not_come_twice(client):
    assert client.post("/sparql?query=ASK%7B%7D", data=ASK, content_type=DIRECT).status_code == 400


def test_the_address_with_a_slash_is_the_endpoint_too(client):
    assert client.get("/sparql/?query=ASK%7B%7D").json["boolean"] is True


def test_every_site_may_read_answers_and_errors(client):
    for answer in (get(client), get(client, "SELECT"), client.options("/sparql"), client.options("/claim/nf2020-01-001")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_relative_iri_is_resolved_against_the_base(client):
    assert get(client, "ASK { <claim/nf2020-01-001> ?p ?o }").json["boolean"] is True


def test_an_unknown_function_is_an_error_of_its_row(client):
    rows = get(client, "SELECT ?n (<http://x/f>(?n) AS ?x) (?n + 1 AS ?y) { VALUES ?n { 1 2 } FILTER(!<http://x/g>(?n) || true) }")
    assert [sorted(row) for row in json.loads(rows.data)["results"]["bindings"]] == [["n", "y"], ["n", "y"]]


@pytest.mark.parametrize("query", ["SELECT ('\\u0001' AS ?x) {}", "SELECT ('a\\uFFFF' AS ?x) {}",
                                   "CONSTRUCT { <http://x/s> <http://x/p> '\\u0002' } {}",
                                   "CONSTRUCT { <http://x/s> <http://x/123> 'x' } {}"])
def test_what_no_xml_can_carry_is_refused_and_other_formats_carry_it(client, query):
    answer = get(client, query, format="xml")
    assert answer.status_code == 406 and "JSON" in answer.json["detail"]
    assert get(client, query).status_code == 200


def test_a_carriage_return_survives_xml(client):
    answer = get(client, "SELECT ('a\\r\\nb\\rc' AS ?x) {}", format="xml")
    [row] = ox.parse_query_results(answer.data, format=ox.QueryResultsFormat.XML)
    assert row["x"].value == "a\r\nb\rc"


def test_the_description_is_true(client, release):
    store = ox.Store()
    store.load(client.get("/sparql").data, format=ox.RdfFormat.TURTLE)
    names = {row["g"].value for row in store.query(
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> SELECT ?g { ?d sd:namedGraph/sd:name ?g }")}
    assert names == {graph.value for graph in release.store.named_graphs()} and CLAIM in names
    limits = {row["n"].value: row["v"].value for row in store.query(
        "PREFIX s: <https://schema.org/> SELECT ?n ?v { ?s s:additionalProperty [ s:name ?n ; s:value ?v ] }")}
    assert limits["time_limit_s"] == "1" and limits["max_query_chars"] == "20000"
    text = client.get("/sparql").text
    assert "entailment/Simple" in text and "UnionDefaultGraph" not in text and "FederatedQuery" not in text


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_the_description_comes_in_every_graph_format(client, accept):
    answer = client.get("/sparql", headers={"Accept": accept})
    form = ox.RdfFormat.from_media_type(accept)
    assert answer.mimetype == accept and len(list(ox.parse(answer.data, format=form))) > 30
