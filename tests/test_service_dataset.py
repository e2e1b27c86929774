"""`caretrace serve --data`: any RDF files behind the endpoint, in the foreground."""

import gzip
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from service.dataset import DataFileError, create_data_app, load_files
from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.ttl").write_text("@prefix : <http://x/> . :a :p 'é' ; :q <rel> . _:b :p 1 .", encoding="utf-8")
    (tmp_path / "b.trig").write_text("<http://x/g> { <http://x/c> <http://x/p> 2 } _:b <http://x/p> 3 .", encoding="utf-8")
    (tmp_path / "c.nq.gz").write_bytes(gzip.compress(b"<http://x/d> <http://x/p> <http://x/o> <http://x/h> .\n"))
    return [tmp_path / "a.ttl", tmp_path / "b.trig", tmp_path / "c.nq.gz"]


@pytest.fixture
def client(files, tmp_path):
    settings = Settings(base="http://x/", workers=1)
    made = create_data_app(tmp_path / "store", load_files(files, tmp_path / "store", "http://x/"), settings)
    yield made.test_client()
    made.extensions["caretrace"].close()


def ask(client, query, **more):
    return client.get("/sparql", query_string={"query": query, **more})


def test_triples_are_in_the_default_graph_and_quads_where_they_say(client):
    assert ask(client, "SELECT ?s { ?s <p> ?o }", format="csv").text.count("\r\n") == 4
    assert ask(client, "SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", format="csv").text == "g\r\nhttp://x/g\r\nhttp://x/h\r\n"
    assert ask(client, "ASK { <a> <q> <rel> }").json["boolean"] is True


def test_blank_nodes_of_two_files_are_two(client):
    assert ask(client, "SELECT ?s { ?s <p> 1, 3 }", format="csv").text == "s\r\n"


def test_the_same_checks_hold_without_the_pages_of_a_release(client):
    assert ask(client, "SELECT * { SERVICE <http://x/> {} }").status_code == 403
    assert client.get("/claim/x").status_code == 404 and client.get("/browse").status_code == 404
    page = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<table" in page.text and "/browse" not in page.text
    assert client.get("/nothing", headers={"Accept": "text/html"}).status_code == 404
    assert client.get("/").headers["Location"] == "/sparql"


@pytest.mark.parametrize("name, content, words", [
    ("x.ttl", "<a> <b> .", r"x\.ttl:1:\d+: "), ("x.csv", "a,b", "Known: .ttl"), ("none.ttl", None, "No such file"),
    ("x.nt.gz", "no gzip", "x.nt.gz"), ("noending", "", "Known")])
def test_a_file_that_cannot_be_loaded_is_named_with_the_reason(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=words):
        load_files([tmp_path / name], tmp_path / "store")


TRIPLES = b"<http://h/s> <http://h/p> <http://h/o> .\n" * 3000


@pytest.mark.parametrize("name, content, words", [
    ("cut.nt.gz", gzip.compress(TRIPLES)[:-20], "cut.nt.gz"), ("junk.ttl", bytes(range(256)), r"junk\.ttl:1:"),
    ("far.jsonld", b'{"@context": "https://example.org/c", "@id": "http://h/s"}', "far.jsonld"), ("half.nq", TRIPLES[:-5], r"half\.nq:3000:")])
def test_bytes_that_are_not_what_the_name_says_are_told(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError, match=words):
        load_files([tmp_path / name], tmp_path / "store")


def test_a_folder_is_no_file_and_an_empty_file_is_an_empty_set(tmp_path):
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises(DataFileError, match="folder.ttl"):
        load_files([tmp_path / "folder.ttl"], tmp_path / "store")
    (tmp_path / "empty.ttl").write_bytes(b"")
    load_files([tmp_path / "empty.ttl"], tmp_path / "empty")
    assert len(ox.Store.read_only(str(tmp_path / "empty"))) == 0


def test_an_address_that_is_not_this_machines_is_told_before_anything_is_loaded(tmp_path):
    (tmp_path / "x.ttl").write_text("nonsense", encoding="utf-8")
    answer = CliRunner().invoke(main, ["serve", "--data", str(tmp_path / "x.ttl"), "--host", "203.0.113.1", "--port", str(free_port())])
    assert answer.exit_code == 1 and "203.0.113.1" in answer.output and "x.ttl" not in answer.output


def test_the_command_says_what_is_wrong(tmp_path):
    (tmp_path / "x.ttl").write_text("nonsense", encoding="utf-8")
    answer = CliRunner().invoke(main, ["serve", "--data", str(tmp_path / "x.ttl")])
    assert answer.exit_code == 1 and "x.ttl:1:" in answer.output and "Traceback" not in answer.output
    assert CliRunner().invoke(main, ["serve", str(tmp_path / "x.ttl")]).exit_code == 2


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_the_command_serves_several_files_and_leaves_nothing_behind(files, tmp_path):
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    server = subprocess.Popen([sys.executable, "-m", "kg.cli", "serve", "--port", str(port), "--data", *map(str, files)],
                              stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout.readline().strip() == f"Serving http://127.0.0.1:{port}/sparql"
        query = quote("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
        with urlopen(Request(f"http://127.0.0.1:{port}/sparql?query={query}", headers={"Accept": "text/csv"})) as answer:
            assert answer.read() == b"n\r\n6\r\n"
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert not list(tmp_path.glob("caretrace-*"))
    finally:
        server.kill()
        server.wait()
