"""The service over an external store says what it says over its own: over the native `oxigraph` server, and over
Virtuoso in a stage of its own (`pytest -m virtuoso`)."""

import re

import pyoxigraph as ox
import pytest

from kg.cli import main
from kg.names import BASE
from service.app import create_app
from service.errors import EngineFailed, SettingError
from service.remote import RemoteStore
from service.settings import Settings
from stores import RECORD, free_port, oxigraph, virtuoso
from test_service_release import TEXT, TRIG, app, client, make_release, release  # noqa: F401

CLAIM = "claim/nf2020-01-001"
LIMITS = {"workers": 2, "time_limit_s": 20, "max_time_limit_s": 20, "max_query_chars": 20_000, "max_body_bytes": 50_000,
          "max_result_bytes": 200_000, "spool_bytes": 20_000}


@pytest.fixture(scope="module", params=["oxigraph", pytest.param("virtuoso", marks=pytest.mark.virtuoso)])
def place(request, tmp_path_factory) -> dict:
    """The settings for a store that holds the invented release."""
    folder = tmp_path_factory.mktemp(request.param)
    own = make_release(folder)
    if request.param == "oxigraph":
        with oxigraph(own.path / "store") as url:
            yield {"store": url}
    else:
        with virtuoso(own.path / "caretrace.nq", folder) as url:
            yield {"store": url, "store_default_graph": RECORD}


@pytest.fixture(scope="module")
def remote(release, place):  # noqa: F811
    return create_app(release, Settings(**place, **LIMITS), find_text={"nf2020": TEXT}.get).test_client()


@pytest.mark.parametrize("path", ["/", "/browse", "/browse/claim", f"/{CLAIM}.html", "/risk/reporting-burden.html", "/source/nf2020.html",
                                  "/section/nf2020-02.html", "/ontology.html",
                                  "/explain?triple=risk/reporting-burden+threatens+practice/joint-planning", "/holder/nf2020-authors.html", "/work/first-study.html"])
def test_pages_are_the_same_to_the_byte(remote, client, path):  # noqa: F811
    assert remote.get(path).text == client.get(path).text


def test_a_search_finds_the_same_and_names_its_hits_for_a_query_without_functions(remote, client):  # noqa: F811
    as_query = re.compile(r'href="(/sparql[?]query=[^"]+)">As a query<')
    pages = [c.get("/search?q=planing").text for c in (remote, client)]
    assert len({as_query.sub("", text) for text in pages}) == 1
    rows = [c.get(as_query.search(text)[1], headers={"Accept": "application/sparql-results+json"}).json["results"]["bindings"]
            for c, text in zip((remote, client), pages)]
    assert {row["claim"]["value"] for row in rows[0]} == {row["claim"]["value"] for row in rows[1]} != set()


def canonical(data: bytes, form) -> set[str]:
    dataset = ox.Dataset(ox.parse(data, format=form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


@pytest.mark.parametrize("path", [CLAIM, "source/nf2020", "risk/reporting-burden", "ontology", "denial/nf2020-01-001-1", "query/threats"])
def test_documents_say_the_same(remote, client, place, path):  # noqa: F811
    one, other = (canonical(c.get(f"/{path}.nq").data, ox.RdfFormat.N_QUADS) for c in (remote, client))
    if "store_default_graph" in place:  # Virtuoso keeps whole numbers of more than 31 bits as decimals
        other = {quad.replace('"152000000000"^^<http://www.w3.org/2001/XMLSchema#integer>',
                              '"152000000000"^^<http://www.w3.org/2001/XMLSchema#decimal>') for quad in other}
    assert one == other and one


@pytest.mark.parametrize("query", [
    "SELECT ?s ?p ?o { ?s ?p ?o FILTER(isIRI(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o LIMIT 50", "ASK { <claim/nf2020-01-001> ?p ?o }",
    f'SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}")) }} GROUP BY ?g ORDER BY ?g',
    "SELECT ?o { <text/nf2020> ?p ?o } ORDER BY STR(?o)"])
@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_answers_are_the_same_in_every_format(remote, client, query, name):  # noqa: F811
    one, other = (c.get("/sparql", query_string={"query": query, "format": name}) for c in (remote, client))
    assert (one.status_code, one.mimetype) == (other.status_code, other.mimetype)
    assert one.data == other.data


def test_an_error_in_an_expression_is_an_empty_cell_or_said_to_be_the_query_s(remote, place):
    got = remote.get("/sparql", query_string={"query": "SELECT (1/0 AS ?x) {}", "format": "csv"})
    if "store_default_graph" in place:
        assert got.status_code == 400 and "Division by 0" in got.json["detail"]
    else:
        assert got.text.split() == ["x"]


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_graphs_come_in_every_format(remote, client, name):  # noqa: F811
    query = f"CONSTRUCT WHERE {{ <{BASE}{CLAIM}> ?p ?o }}"
    one, other = (c.get("/sparql", query_string={"query": query, "format": name}) for c in (remote, client))
    form = ox.RdfFormat.from_media_type(one.mimetype)
    assert canonical(one.data, form) == canonical(other.data, form)


@pytest.mark.parametrize("query, status", [("SELECT * {\n ?s ?p }", 400), ("SELECT * { SERVICE <http://127.0.0.1:1/> {} }", 403),
                                           ("CLEAR ALL", 400), ("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 1000", 413)])
def test_the_same_refusals(remote, client, query, status):  # noqa: F811
    one, other = (c.get("/sparql", query_string={"query": query}) for c in (remote, client))
    assert one.status_code == other.status_code == status
    assert one.json.get("line") == other.json.get("line")
    assert remote.get("/sparql?query=ASK%7B%7D").json["boolean"] is True


def test_a_dataset_in_the_request_reaches_the_store(remote):
    inside = f"ASK {{ ?r <{BASE}ontology#threatens> ?t }}"
    assert remote.get("/sparql", query_string={"query": inside}).json["boolean"] is False
    assert remote.get("/sparql", query_string={"query": inside, "default-graph-uri": BASE + CLAIM}).json["boolean"] is True


def test_the_command_line_takes_the_store_from_the_environment(release, place, monkeypatch):  # noqa: F811
    served = []
    monkeypatch.setattr("kg.cli.open_current", lambda folder: release)
    monkeypatch.setattr("service.server.serve_current", lambda releases, settings, *where: served.append(settings))
    for name, value in place.items():
        monkeypatch.setenv(f"CARETRACE_{name.upper()}", value)
    assert main(["serve"], standalone_mode=False) in (0, None)
    [settings] = served
    assert create_app(release, settings).test_client().get("/readyz").json["engine"].startswith("SPARQL 1.1 at")


def test_ready_names_the_engine_and_that_nothing_isolates_it(remote):
    ready = remote.get("/readyz").json
    assert ready["engine"].startswith("SPARQL 1.1 at 127.0.0.1") and len(ready["missing_isolation"]) == 2


def test_a_store_that_is_not_there_is_said_so():
    with pytest.raises(EngineFailed, match="does not answer"):
        list(RemoteStore(f"http://127.0.0.1:{free_port()}/", 2).query("ASK {}"))
    with pytest.raises(SettingError, match="CARETRACE_STORE"):
        RemoteStore("file:///etc/passwd")
