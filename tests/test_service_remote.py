"""The service over an external store, the native `oxigraph` server: it says what the embedded one says."""

import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.names import BASE
from service.app import create_app
from service.errors import EngineFailed, SettingError
from service.remote import RemoteStore
from service.settings import Settings
from test_service_release import TEXT, app, client, make_release, release  # noqa: F401

PROGRAM = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
pytestmark = pytest.mark.skipif(not Path(PROGRAM).exists(), reason="needs the oxigraph server: pip install oxigraph")
CLAIM = "claim/nf2020-01-001"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    own, port = make_release(tmp_path_factory.mktemp("remote")), free_port()
    server = subprocess.Popen([PROGRAM, "serve-read-only", "--location", str(own.path / "store"), "--bind", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                threading.Event().wait(0.05)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def remote(release, url):  # noqa: F811
    settings = Settings(store=url, workers=2, time_limit_s=1, max_time_limit_s=3, max_query_chars=20_000, max_body_bytes=50_000,
                        max_result_bytes=200_000, spool_bytes=20_000)
    return create_app(release, settings, find_text={"nf2020": TEXT}.get).test_client()


@pytest.mark.parametrize("path", ["/", "/browse", "/browse/claim", f"/{CLAIM}.html", "/risk/reporting-burden.html", "/source/nf2020.html",
                                  "/section/nf2020-02.html", "/ontology.html", "/holder/nf2020-authors.html", "/work/first-study.html"])
def test_pages_are_the_same_to_the_byte(remote, client, path):  # noqa: F811
    assert remote.get(path).text == client.get(path).text


def canonical(data: bytes, form) -> set[str]:
    dataset = ox.Dataset(ox.parse(data, format=form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


@pytest.mark.parametrize("path", [CLAIM, "source/nf2020", "risk/reporting-burden", "ontology", "denial/nf2020-01-001-1", "query/threats"])
def test_documents_say_the_same(remote, client, path):  # noqa: F811
    one, other = (canonical(c.get(f"/{path}.nq").data, ox.RdfFormat.N_QUADS) for c in (remote, client))
    assert one == other and one


@pytest.mark.parametrize("query", [
    "SELECT * { ?s ?p ?o FILTER(isIRI(?s) && !isBlank(?o)) } ORDER BY ?s ?p ?o LIMIT 50", "ASK { <claim/nf2020-01-001> ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", "SELECT (1/0 AS ?x) {}"])
@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_answers_are_the_same_in_every_format(remote, client, query, name):  # noqa: F811
    one, other = (c.get("/sparql", query_string={"query": query, "format": name}) for c in (remote, client))
    assert (one.status_code, one.mimetype) == (other.status_code, other.mimetype)
    assert one.data == other.data


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_graphs_come_in_every_format(remote, client, name):  # noqa: F811
    query = f"CONSTRUCT WHERE {{ <{BASE}{CLAIM}> ?p ?o }}"
    one, other = (c.get("/sparql", query_string={"query": query, "format": name}) for c in (remote, client))
    form = ox.RdfFormat.from_media_type(one.mimetype)
    assert canonical(one.data, form) == canonical(other.data, form)


@pytest.mark.parametrize("query, status", [("SELECT * {\n ?s ?p }", 400), ("SELECT * { SERVICE <http://127.0.0.1:1/> {} }", 403),
                                           ("CLEAR ALL", 400), ("SELECT * { ?a ?b ?c . ?d ?e ?f }", 413)])
def test_the_same_refusals(remote, client, query, status):  # noqa: F811
    one, other = (c.get("/sparql", query_string={"query": query}) for c in (remote, client))
    assert one.status_code == other.status_code == status
    assert one.json.get("line") == other.json.get("line")
    assert remote.get("/sparql?query=ASK%7B%7D").json["boolean"] is True


def test_a_dataset_in_the_request_reaches_the_store(remote):
    inside = f"ASK {{ ?r <{BASE}ontology#threatens> ?t }}"
    assert remote.get("/sparql", query_string={"query": inside}).json["boolean"] is False
    assert remote.get("/sparql", query_string={"query": inside, "default-graph-uri": BASE + CLAIM}).json["boolean"] is True


def test_ready_names_the_engine_and_that_nothing_isolates_it(remote):
    ready = remote.get("/readyz").json
    assert ready["engine"].startswith("SPARQL 1.1 at 127.0.0.1") and len(ready["missing_isolation"]) == 2


def test_a_store_that_is_not_there_is_said_so():
    with pytest.raises(EngineFailed, match="does not answer"):
        list(RemoteStore(f"http://127.0.0.1:{free_port()}/", 2).query("ASK {}"))
    with pytest.raises(SettingError, match="CARETRACE_STORE"):
        RemoteStore("file:///etc/passwd")
