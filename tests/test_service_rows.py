"""The limit on rows: an answer has them all, or is refused with the address of the dump; in every format alike."""

import threading

import pyoxigraph as ox
import pytest

from service.app import create_app
from service.engine import Query
from service.errors import TooLarge
from service.remote import RemoteEngine
from service.server import open_server
from service.settings import MEBIBYTE, Settings
from service.worker import has_more_rows
from test_service_release import release  # noqa: F401

MOST = 20
SELECTED = ("json", "xml", "csv", "tsv", "html")
BUILT = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads", "html")
# Rows whose text looks like what stands between rows, in one format or another.
DECOYS = r"""SELECT ?x ?none { VALUES ?x { "},{},{\"a\":" "\n\n\r\n,\n" "<result></result>" "a,{" "\"\r\n\"," UNDEF } }"""


@pytest.fixture(scope="module")
def client(release):  # noqa: F811
    limits = Settings(workers=1, max_rows=MOST, memory_limit_bytes=256 * MEBIBYTE)
    made = create_app(release, limits, find_text=lambda source: None)
    yield made.test_client()
    made.extensions["caretrace"].close()


def rows(count: int) -> str:
    return f"SELECT * {{ ?s ?p ?o }} LIMIT {count}"


def triples(count: int) -> str:
    return f"CONSTRUCT {{ ?s ?p ?o }} {{ ?s ?p ?o }} LIMIT {count}"


@pytest.mark.parametrize("query, name", [*((rows, name) for name in SELECTED), *((triples, name) for name in BUILT)])
def test_one_row_too_many_is_413_and_as_many_as_allowed_are_whole(client, query, name):
    refused = client.get("/sparql", query_string={"query": query(MOST + 1), "format": name})
    assert refused.status_code == 413
    assert name == "html" or (refused.json["limit"], refused.json["dump"].partition("/dump/")[2]) == ("rows", "latest/caretrace.nq.gz")
    answered = client.get("/sparql", query_string={"query": query(MOST), "format": name})
    assert answered.status_code == 200
    if name in ("csv", "tsv"):
        assert len(answered.data.splitlines()) == MOST + 1
    if name == "ntriples":
        assert len(answered.data.splitlines()) == MOST


def test_the_problem_says_what_to_do(client):
    detail = client.get("/sparql", query_string={"query": rows(MOST + 1)}).json["detail"]
    assert f"more than {MOST} rows" in detail and "LIMIT" in detail and "/dump/latest/" in detail


def test_a_description_of_something_is_bounded_too(client):
    everything = "DESCRIBE ?s { ?s ?p ?o }"
    assert client.get("/sparql", query_string={"query": everything}).json["limit"] == "rows"


@pytest.mark.parametrize("form", ["JSON", "XML", "CSV", "TSV"])
@pytest.mark.parametrize("query, count", [(DECOYS, 6), ("SELECT ?none { VALUES ?x { 1 2 3 } }", 3), ("SELECT * { ?s ?p ?o }", 0),
                                          (f"SELECT ('{'x,{' * 70_000}' AS ?x) {{}}", 1)])
def test_rows_are_counted_and_text_that_looks_like_rows_is_not(form, query, count):
    data = bytearray(ox.Store().query(query).serialize(format=getattr(ox.QueryResultsFormat, form)))
    assert [has_more_rows(ox, data, form, most) for most in range(9)] == [most < count for most in range(9)]


def test_the_limit_is_published(client):
    assert f"{MOST} rows or triples" in client.get("/limits").text
    described = ox.Store()
    described.load(client.get("/sparql").data, format=ox.RdfFormat.TURTLE)
    asked = 'PREFIX s: <https://schema.org/> SELECT ?v { ?sparql s:additionalProperty [ s:name "max_rows" ; s:value ?v ] }'
    assert [row["v"].value for row in described.query(asked)] == [str(MOST)]


def test_an_external_store_is_held_to_it_too(release):  # noqa: F811
    store = create_app(release, Settings(workers=1), find_text=lambda source: None)
    server = open_server(store, Settings(), "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    engine = RemoteEngine(f"http://127.0.0.1:{server.effective_port}/sparql", Settings(max_rows=MOST))
    try:
        for query, form in ((rows, "CSV"), (rows, "JSON"), (triples, "JSON")):
            with pytest.raises(TooLarge) as caught:
                engine.run(Query(query(MOST + 1), "http://x/", form))
            assert caught.value.extra["limit"] == "rows"
            assert engine.run(Query(query(MOST), "http://x/", form)).size
    finally:
        server.close()
        store.extensions["caretrace"].close()
