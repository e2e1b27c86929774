"""Queries made to bring a service down, over a real socket: after each the next query answers and pages stay quick."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from service.app import create_app
from service.server import open_server
from service.settings import MEBIBYTE, Settings
from test_service_release import release  # noqa: F401

LIMITS = Settings(workers=2, time_limit_s=1, max_time_limit_s=3, queue_limit_s=1, memory_limit_bytes=256 * MEBIBYTE,
                  max_query_chars=300_000, max_result_bytes=500_000, on_loopback=True)
ALL = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PAGE_S = 1.0  # generous: the machine that runs the tests may be busy
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


def doubled(times: int) -> str:
    return "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(times))


ATTACKS = {
    "100,000 nested braces": "SELECT * " + "{" * 100_000 + "}" * 100_000,
    "100,000 opening braces": "SELECT * " + "{" * 100_000,
    "100,000 nested parentheses": "SELECT * { FILTER" + "(" * 100_000 + "1" + ")" * 100_000 + "}",
    "10,000 negations": "SELECT * { FILTER(" + "!" * 10_000 + "true) }",
    "nested OPTIONAL": "SELECT * " + "{ ?a ?b ?c OPTIONAL " * 2000 + "{}" + "}" * 2000,
    "nested subqueries": "SELECT * {" * 2000 + "}" * 2000,
    "200-pattern star": "SELECT * { " + " ".join(f"?s ?p{n} ?o{n} ." for n in range(200)) + " }",
    "1,000-step path": "SELECT * { ?s " + "/".join(["(<http://x/a>|!<http://x/b>)"] * 1000) + " ?o }",
    "triple cross product": f"SELECT * {ALL}",
    "counted cross product": RUNAWAY,
    "nested star paths": "SELECT (COUNT(*) AS ?n) { ?s ((((!<http://x/p>)*)*)*)* ?o . ?t ((!<http://x/p>)*)* ?u . ?v (!<http://x/q>)* ?w }",
    "order by on a huge product": f"SELECT * {ALL} ORDER BY ?a ?f ?i",
    "distinct on a huge product": f"SELECT DISTINCT * {ALL}",
    "group by on a huge product": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {ALL} GROUP BY ?a ?d ?g ?b ?e",
    "doubling concat": "SELECT (STRLEN(?x40) AS ?n) { BIND('xxxxxxxxxxxxxxxx' AS ?x0) " + doubled(40) + "}",
    "nested-quantifier regex": "SELECT (REGEX('" + "a" * 20_000 + "!', '^(((a+)+)+)+$') AS ?x) {}",
    "huge regex repetition": "SELECT (REGEX('a', '((a{1000}){1000}){1000}') AS ?x) {}",
    "replace that grows": "SELECT (STRLEN(REPLACE(REPLACE(REPLACE('" + "a" * 10_000 + "', 'a', '" + "b" * 5000 + "'), 'b', '" + "c" * 5000 + "'), 'c', 'dd')) AS ?n) {}",
    "group_concat of a product": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f))) AS ?x) " + ALL,
    "values by the thousand": "SELECT * { " + "".join(f"VALUES ?v{n} {{ " + "1 2 3 4 5 6 7 8 9 " + "} " for n in range(40)) + "}",
    "union of 5,000": "SELECT * { {} " + "UNION { ?a ?b ?c } " * 5000 + "}",
    "construct from a product": f"CONSTRUCT {{ ?a ?b ?f . ?d ?e ?i }} {ALL}",
    "exists in exists": "SELECT * { ?a ?b ?c " + "FILTER EXISTS { ?d ?e ?f " * 300 + "}" * 300 + "}",
    "sameTerm join": f"SELECT (COUNT(*) AS ?n) {{ {ALL} FILTER(sameTerm(?a, ?nobody)) }}",
    "a great exponent": "SELECT (1e308 * 1e308 AS ?x) (9999999999999999999999999999 * 99999999999999 AS ?y) {}",
    "minus on a product": f"SELECT (COUNT(*) AS ?n) {{ {ALL} MINUS {ALL} }}",
    "1,000-step path of one predicate": "SELECT * { ?s " + "/".join(["<http://x/a>"] * 1000) + " ?o }",
    "1,000-step path of anything, backwards": "SELECT * { ?s ^(" + "/".join(["!(<http://x/a>|^<http://x/a>)"] * 1000) + ") ?o }",
    "optional paths in a row": "SELECT * { ?s " + "/".join(["(!<http://x/a>)?"] * 200) + " ?o }",
    "10,000 nested functions": "SELECT (" + "STR(" * 10_000 + "1" + ")" * 10_000 + " AS ?x) {}",
    "10,000 alternatives in one expression": "SELECT * { ?s ?p ?o FILTER(" + " || ".join(f"?o = {n}" for n in range(10_000)) + ") }",
    "a list of 40,000 values": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?o IN (" + ",".join(map(str, range(40_000))) + ")) }",
    "10,000 variables": "SELECT " + " ".join(f"?v{n}" for n in range(10_000)) + " { ?s ?p ?o }",
    "2,000 prefixes": "".join(f"PREFIX p{n}: <http://x/{n}#> " for n in range(2000)) + "ASK {}",
    "a literal of 250,000 characters": "SELECT ('" + "x" * 250_000 + "' AS ?x) {}",
    "an unclosed literal of 250,000 characters": "SELECT ('" + "x" * 250_000,
    "an unclosed IRI of 250,000 characters": "SELECT * { <" + "x" * 250_000,
    "100,000 quotes": "ASK { ?s ?p " + "'" * 100_000 + " }",
    "100,000 signs of less": "ASK { FILTER(1 " + "<" * 100_000 + " 2) }",
    "an offset beyond every number": "SELECT * { ?s ?p ?o } OFFSET 99999999999999999999999999 LIMIT 1",
    "a limit of the largest number": "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615 LIMIT 18446744073709551615",
    "a description of everything": "DESCRIBE * { ?s ?p ?o . ?o ?q ?t . ?u ?v ?w }",
    "a number for each row of a product": f"SELECT (RAND() AS ?x) (UUID() AS ?y) {ALL} ORDER BY ?x",
    "hashes of hashes": f"SELECT (SHA512(CONCAT(SHA512(STR(?a)), SHA512(STR(?f)), SHA512(STR(?i)))) AS ?x) {ALL} ORDER BY ?x",
    "product of products in subqueries": f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {ALL} }} {{ SELECT (?a AS ?k) (?f AS ?l) {ALL} }} }}",
}
ANSWERS = {200, 400, 413, 503}


@pytest.fixture(scope="module")
def app(release):  # noqa: F811
    made = create_app(release, LIMITS, find_text=lambda source: None)
    yield made
    made.extensions["caretrace"].close()


@pytest.fixture(scope="module")
def address(app):
    server = open_server(app, LIMITS, "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    yield "127.0.0.1", server.effective_port
    server.close()


def send(address, method, path, body=None, kind="application/sparql-query", timeout=20):
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        connection.request(method, path, body, {"Content-Type": kind} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def post(address, query: str):
    return send(address, "POST", "/sparql", query.encode())


def page_time_s(address) -> float:
    """How long a claim's page takes, which must come."""
    began = time.monotonic()
    assert send(address, "GET", "/claim/nf2020-01-001.html")[0] == 200
    return time.monotonic() - began


def still_well(address):
    """The next query is answered and a page comes quickly."""
    status, _, body = post(address, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert status == 200 and json.loads(body)["results"]["bindings"]
    assert page_time_s(address) < PAGE_S


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_costs_only_itself(address, name):
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        attack = pool.submit(post, address, ATTACKS[name])
        assert page_time_s(address) < PAGE_S  # while the attack is at work
        status, content, body = attack.result()
    assert status in ANSWERS, body
    assert time.monotonic() - began < 6
    if status == 200:
        assert "json" not in content or json.loads(body) is not None  # whole
    else:
        problem = json.loads(body)
        assert content == "application/problem+json" and problem["status"] == status and problem["detail"]
        assert b"Traceback" not in body and b"panicked" not in body
    still_well(address)


def test_thirty_runaways_at_once_leave_pages_quick(address):
    with ThreadPoolExecutor(30) as pool:
        waiting = [pool.submit(post, address, RUNAWAY + f" # {n}") for n in range(30)]
        times = [page_time_s(address)]
        while not all(future.done() for future in waiting):
            times.append(page_time_s(address))
        answers = [future.result() for future in waiting]
    assert max(times) < PAGE_S
    assert {status for status, _, _ in answers} == {503}
    assert {json.loads(body).get("limit") for _, _, body in answers} == {"time", None}  # ran out of time, or was not let in
    still_well(address)


def wait_until(true, limit_s: float) -> bool:
    """Whether `true()` came true in time."""
    deadline = time.monotonic() + limit_s
    while not true() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return true()


def test_the_query_of_a_client_that_left_is_killed(app, address):
    engine = app.extensions["caretrace"]
    killed = engine.events["killed-client-left"]
    connections = [socket.create_connection(address) for _ in range(2)]
    for number, connection in enumerate(connections):
        path = f"/sparql?timeout=3&query={quote(f'{RUNAWAY} # left {number}')}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert wait_until(lambda: not engine._idle.qsize(), 2)  # both processes are at work
    for connection in connections:
        connection.close()
    assert wait_until(lambda: engine.events["killed-client-left"] == killed + 2, 2)
    still_well(address)


SERVICE = (
    "SERVICE <{url}> {{ ?s ?p ?o }}", "service<{url}>{{}}", "SeRvIcE SILENT <{url}> {{ ?s ?p ?o }}", "SERVICE # comment\n <{url}> {{}}",
    "BIND(<{url}> AS ?x) SERVICE ?x {{ ?s ?p ?o }}", "SERVICESILENT<{url}>{{}}", "OPTIONAL {{ SERVICE <{url}> {{}} }}",
    r"\u0053ERVICE <{url}> {{}}", r"S\u0045RVICE <{url}> {{}}", r"\U00000053\U00000045RVICE <{url}> {{}}", r"SERVICE\u0020<{url}> {{}}",
    "FILTER EXISTS {{ SERVICE <{url}> {{}} }}", "FILTER NOT EXISTS {{ SERVICE SILENT <{url}> {{}} }}", "{{ SELECT * {{ SERVICE <{url}> {{}} }} }}",
    "MINUS {{ SERVICE <{url}> {{}} }}", "{{}} UNION {{ SERVICE <{url}> {{}} }}", "GRAPH ?g {{ SERVICE <{url}> {{}} }}",
    "VALUES ?x {{ <{url}> }} SERVICE ?x {{ ?s ?p ?o }}", "?a ?b '#' . SERVICE <{url}> {{}}", "?a <http://x/#y> ?b . SERVICE <{url}> {{}}",
    "?a ?b '''x''' . SERVICE\t\r\n<{url}>\n{{}}", "# SERVICE <http://x/> {{}}\nSERVICE <{url}> {{}}", "FILTER(?a < 1) SERVICE <{url}> {{}} FILTER(2 > ?b)")


class Listener:
    """A server on loopback that must never be called; `url` is its address."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        return self

    def __exit__(self, *error):
        with self.socket, pytest.raises(TimeoutError):
            self.socket.accept()


@pytest.mark.parametrize("spelling", SERVICE)
@pytest.mark.parametrize("form", ["SELECT * { WHERE }", "CONSTRUCT { ?s ?p ?o } WHERE { WHERE }"])
def test_service_is_refused_in_any_spelling(address, spelling, form):
    with Listener() as listener:
        head, _, tail = form.rpartition("WHERE")
        status, _, body = post(address, head + spelling.format(url=listener.url) + tail)
        assert status == 403 and "SERVICE" in json.loads(body)["detail"]
    still_well(address)


@pytest.mark.parametrize("query", [
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}", "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * from<{url}>from NAMED<{url}x>{{ ?s ?p ?o }}", "SELECT * FROM # comment\n <{url}> {{ ?s ?p ?o }}",
    r"SELECT * FROM <\u0068ttp{rest}> {{ ?s ?p ?o }}", "BASE <{url}> SELECT * FROM <x> {{ ?s ?p ?o }}",
    "PREFIX x: <{url}> SELECT * FROM x:y {{ ?s ?p ?o }}", "ASK FROM <{url}> {{ ?s ?p ?o }}", "SELECT * {{ GRAPH <{url}> {{ ?s ?p ?o }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} FROM <file:///etc/passwd> WHERE {{ ?s ?p ?o }}", "DESCRIBE <{url}>",
    "SELECT * FROM <file:///etc/hostname> {{ ?s ?p ?o }}", r"SELECT * FROM <f\u0069le:///etc/hostname> {{ ?s ?p ?o }}",
    "BASE <file:///etc/> SELECT * FROM <passwd> {{ ?s ?p ?o }}"])
def test_from_fetches_and_reads_nothing(address, query):
    with Listener() as listener:
        status, content, body = post(address, query.format(url=listener.url, rest=listener.url.removeprefix("http")))
        assert status == 200
        if "json" in content:
            found = json.loads(body)
            assert found.get("boolean") is False or found["results"]["bindings"] == []
        else:
            assert body.strip() == b""
    still_well(address)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_in_the_request_is_not_fetched(address, name):
    ask = quote("ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    with Listener() as listener:
        status, _, body = send(address, "GET", f"/sparql?{name}={quote(listener.url)}&query={ask}")
        assert status == 200 and json.loads(body)["boolean"] is False


@pytest.mark.parametrize("load", [
    "LOAD <{url}>", "load<{url}>", "LOAD SILENT <{url}> INTO GRAPH <http://x/g>", "LOAD # comment\n <{url}>", r"L\u004FAD <{url}>",
    r"\U0000004CO\u0041D <{url}>", "BASE <{url}> LOAD <x>", "PREFIX x: <{url}> LOAD x:y", "ASK {{}} ; LOAD <{url}>", "LOAD <file:///etc/passwd>",
    "# LOAD\nLOAD <{url}>", "LOADSILENT<{url}>"])
def test_load_fetches_and_reads_nothing_in_any_spelling(address, release, load):  # noqa: F811
    before = len(release.store)
    with Listener() as listener:
        update = load.format(url=listener.url)
        form = "application/x-www-form-urlencoded"
        sent = [post(address, update), send(address, "POST", "/sparql", update.encode(), "application/sparql-update"),
                send(address, "POST", "/sparql", f"query={quote(update)}".encode(), form),
                send(address, "POST", "/sparql", f"update={quote(update)}".encode(), form)]
        assert [status for status, _, _ in sent] == [400, 403, 400, 403] and not any(b"root:" in body for _, _, body in sent)
    assert len(release.store) == before
    still_well(address)


@pytest.mark.parametrize("update", ["LOAD <file:///etc/passwd>", "LOAD <http://127.0.0.1:1/>", "CLEAR ALL", "DROP ALL",
                                    "INSERT DATA { <http://x/s> <http://x/p> 1 }", "DELETE WHERE { ?s ?p ?o }",
                                    "PREFIX x: <http://x/> # c\n INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
                                    "ASK {} ; CLEAR ALL", "CREATE GRAPH <http://x/>", "COPY DEFAULT TO <http://x/>"])
def test_updates_change_nothing(address, release, update):  # noqa: F811
    before = len(release.store)
    for status, _, body in (post(address, update), send(address, "POST", "/sparql", update.encode(), "application/sparql-update"),
                            send(address, "POST", "/sparql", f"update={quote(update)}".encode(), "application/x-www-form-urlencoded")):
        assert status in (400, 403), body
    assert len(release.store) == before
    still_well(address)
