"""The server over a real socket, asked by a client that people use."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, RDFXML, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from kg.names import BASE, CT
from service.errors import PortInUse
from service.server import open_server, serve
from service.settings import Settings
from test_service_release import app, release  # noqa: F401

CLAIMS = f"SELECT ?c ?s WHERE {{ ?c <{CT}statement> ?s }} ORDER BY ?c"
GRAPH = f"CONSTRUCT WHERE {{ ?c <{CT}statement> ?s }}"


@pytest.fixture(scope="module")
def address(app):
    """Host and port of a server on a free port."""
    server = open_server(app, Settings(), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", server.effective_port
    server.close()


def wrapper(address, query: str, form: str) -> SPARQLWrapper:
    made = SPARQLWrapper("http://{}:{}/sparql".format(*address))
    made.setQuery(query)
    made.setReturnFormat(form)
    return made


def test_sparqlwrapper_reads_solutions_in_its_formats(address):
    found = wrapper(address, CLAIMS, JSON).query().convert()
    assert [row["c"]["value"] for row in found["results"]["bindings"]][0] == f"{BASE}claim/nf2020-01-001"
    assert len(wrapper(address, CLAIMS, XML).query().convert().getElementsByTagName("result")) == 2
    assert wrapper(address, CLAIMS, CSV).query().convert().count(b"nf2020-0") == 2


@pytest.mark.parametrize("form", [XML, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs_in_its_formats(address, form):
    assert len(wrapper(address, GRAPH, form).query().convert()) == 2


@pytest.mark.parametrize("form", [TURTLE, N3])
def test_sparqlwrapper_gets_turtle_for_both_its_names(address, form):
    assert b"@prefix ct:" in wrapper(address, GRAPH, form).query().convert()


def test_sparqlwrapper_posts(address):
    posted = wrapper(address, CLAIMS, JSON)
    posted.setMethod(POST)
    assert len(posted.query().convert()["results"]["bindings"]) == 2


def test_sparqlwrapper_sees_an_error_and_goes_on(address):
    with pytest.raises(QueryBadFormed):
        wrapper(address, "SELECT * {", JSON).query()
    assert wrapper(address, "ASK {}", JSON).query().convert()["boolean"] is True


def raw(address, data: bytes) -> bytes:
    """What the server answers to these bytes, up to the end of the connection."""
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(data)  # and not closed for writing: a client that closes does not wait for an answer
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("data", [
    b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"GET /%zz%c3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nquery=",
    b"GET / HTTP/1.1\r\nHost: [[[\r\nConnection: close\r\n\r\n", b"GET /sparql?query=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
def test_broken_requests_leave_the_server_as_it_was(address, data):
    assert b"Traceback" not in raw(address, data)
    assert b"200 OK" in raw(address, b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize("data, status", [
    (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400), (b"POST /sparql HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
    (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501)])
def test_what_is_no_request_gets_problem_details_too(address, data, status):
    head, _, body = raw(address, data).partition(b"\r\n\r\n")
    assert b"application/problem+json" in head and int(head.split(b" ")[1]) == status
    problem = json.loads(body)
    assert problem["status"] == status and problem["title"] and problem["detail"]


def test_one_connection_carries_many_queries(address):
    connection = http.client.HTTPConnection(*address, timeout=5)
    for _ in range(3):
        connection.request("GET", "/sparql?query=ASK%7B%7D")
        answer = connection.getresponse()
        assert json.loads(answer.read())["boolean"] is True
    connection.close()


def test_a_query_of_full_length_fits_into_an_address(address):
    query = "ASK {} #" + "€" * 19_000
    found = wrapper(address, query, JSON).query().convert()
    assert found["boolean"] is True


def test_a_port_in_use_is_named_with_the_way_out(release):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"--port {port + 1}"):
            serve(release, Settings(workers=1), "127.0.0.1", port, announce=pytest.fail)


SCRIPT = """
import sys
from pathlib import Path
import pyoxigraph
from types import SimpleNamespace
from service.server import serve
from service.settings import Settings
path = Path(sys.argv[1])
release = SimpleNamespace(path=path, digest=path.name, statistics={}, meta={}, store=pyoxigraph.Store.read_only(str(path / "store")))
serve(release, Settings(workers=1), "127.0.0.1", 0, lambda address: print(address, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_announces_its_address_and_ends_when_told(release, number):
    root = str(Path(__file__).resolve().parent.parent)
    server = subprocess.Popen([sys.executable, "-c", SCRIPT, str(release.path)], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root})
    try:
        host, port = server.stdout.readline().strip().removeprefix("http://").rstrip("/").split(":")
        assert b"200 OK" in raw((host, int(port)), b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        server.send_signal(number)
        server.wait(5)
        assert "Traceback" not in server.stderr.read()
    finally:
        server.kill()
        server.wait()
