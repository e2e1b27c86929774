"""For operators: health, metrics, logs, limits per client, settings from the environment, gunicorn."""

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from service.app import create_app
from service.errors import SettingError, TooMany
from service.operation import LOG, missing_isolation
from service.rates import Buckets, Rates, client_of
from service.settings import Settings
from test_service_release import app, client, release  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SECRET = "ASK { ?s ?p 'my-private-question' }"


def make(release, **settings):
    return create_app(release, Settings(workers=1, time_limit_s=2, **settings), find_text=lambda source: None)


@pytest.fixture
def limited(release):
    made = make(release, rate_limits=True, error_burst=3, error_refill=0.001, work_burst_s=60)
    yield made
    made.extensions["caretrace"].close()


def test_alive_and_ready_say_what_is_served_and_what_is_in_force(client, release):
    assert client.get("/livez").json == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status_code == 200 and ready.json["release"] == release.path.name and ready.json["engine"] == "oxigraph"
    assert set(ready.json["isolation"]) == {"network_namespace", "memory_limit", "no_new_descriptors"}


def test_a_service_without_query_processes_is_not_ready(release):
    made = make(release)
    made.extensions["caretrace"].close()
    made.extensions["caretrace"].settings = Settings(workers=1, queue_limit_s=0.05)
    answer = made.test_client().get("/readyz")
    assert answer.status_code == 503 and answer.json["status"] == "not ready" and answer.json["reason"]
    assert made.test_client().get("/livez").status_code == 200


def test_what_the_system_refuses_is_said_with_what_stands_in_for_it():
    whole = {"network_namespace": True, "memory_limit": True, "no_new_descriptors": False}
    assert missing_isolation(whole) == []
    assert "may open no socket instead" in missing_isolation({**whole, "network_namespace": False, "no_new_descriptors": True})[0]
    assert "only the check for SERVICE" in missing_isolation({**whole, "network_namespace": False})[0]
    assert "No memory limit" in missing_isolation({**whole, "memory_limit": False})[0]


def test_metrics_count_requests_kills_and_kept_answers(release):
    made = make(release)
    try:
        client = made.test_client()
        for _ in range(3):
            client.get("/sparql?query=ASK%7B%7D")
        client.get("/sparql", query_string={"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "timeout": "0.2"})
        text = client.get("/metrics").text
        assert 'caretrace_requests_total{route="sparql.sparql",status="200"} 1.0' in text
        assert 'caretrace_requests_total{route="sparql.sparql",status="503"} 1.0' in text
        assert 'caretrace_engine_events_total{event="killed-time"} 1.0' in text and 'caretrace_requests_total{route="kept",status="200"} 2.0' in text
        assert 'caretrace_cache_lookups_total{cache="responses",outcome="hit"} 2.0' in text
        assert 'caretrace_request_seconds_bucket{le="0.5",route="sparql.sparql"}' in text and "caretrace_engine_idle_processes 1.0" in text
    finally:
        made.extensions["caretrace"].close()


def test_the_log_has_a_line_a_request_and_no_query_and_no_address(release):
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    made = make(release, access_log=True)
    try:
        for _ in range(2):  # computed, and kept
            made.test_client().get("/sparql", query_string={"query": SECRET}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
        made.test_client().get("/no\nthing")
    finally:
        LOG.removeHandler(handler)
        made.extensions["caretrace"].close()
    first, again, second = map(json.loads, lines)
    assert (first["path"], first["status"], first["method"]) == ("/sparql", 200, "GET") and len(first["query"]) == 12
    assert "private" not in lines[0] and "203.0.113.9" not in "".join(lines)
    assert {**again, "time": 0, "ms": 0} == {**first, "time": 0, "ms": 0} and "private" not in lines[1]
    assert second["status"] == 404 and "\n" not in lines[2]


def bad(client, address, **headers):
    return client.get("/sparql?query=nonsense", environ_base={"REMOTE_ADDR": address}, headers=headers)


def test_many_errors_close_the_endpoint_to_their_client_alone(limited):
    client = limited.test_client()
    assert [bad(client, "203.0.113.9").status_code for _ in range(5)] == [400, 400, 400, 429, 429]
    refused = bad(client, "203.0.113.9")
    assert int(refused.headers["Retry-After"]) > 0 and refused.json["limit"] == "errors"
    assert bad(client, "203.0.113.10").status_code == 400
    assert client.get("/claim/nf2020-01-001.html", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200


def test_a_forged_header_is_no_way_around(limited):
    client = limited.test_client()
    codes = [bad(client, "203.0.113.9", **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(5)]
    assert codes[-1] == 429


def test_behind_a_proxy_the_last_address_counts_and_not_what_the_client_wrote(release):
    made = make(release, rate_limits=True, proxies=1, error_burst=2, error_refill=0.001)
    try:
        client = made.test_client()
        forged = [bad(client, "127.0.0.1", **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}).status_code for n in range(4)]
        assert forged == [400, 400, 429, 429]
        assert bad(client, "127.0.0.1", **{"X-Forwarded-For": "203.0.113.77"}).status_code == 400
    finally:
        made.extensions["caretrace"].close()


def test_work_is_charged_and_comes_back_with_time():
    now = [0.0]
    rates = Rates(Settings(rate_limits=True, work_burst_s=10, work_refill=1), clock=lambda: now[0])
    rates.charge("a", 12, False)
    with pytest.raises(TooMany) as caught:
        rates.check("a")
    assert int(caught.value.headers["Retry-After"]) == 3
    now[0] = 3.0
    rates.check("a")
    rates.check("b")


@pytest.mark.parametrize("address, client_", [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
                                              ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"), ("::ffff:203.0.113.9", "203.0.113.9"),
                                              ("fe80::1%eth0", "fe80::/64"), (None, "unknown"), ("nonsense", "nonsense")])
def test_who_is_one_client(address, client_):
    assert client_of(address) == client_


def test_the_table_of_clients_is_bounded():
    buckets = Buckets(1, 1)
    for n in range(10_050):
        buckets.take(str(n), 1)
    assert len(buckets._levels) == 10_000


def test_settings_come_from_the_environment_and_bad_ones_are_named():
    made = Settings.from_environment({"CARETRACE_TIME_LIMIT_S": "5", "CARETRACE_PROXIES": "1", "CARETRACE_SHOW_TEXTS": "no",
                                      "CARETRACE_PUBLIC_URL": "https://data.example.org/", "CARETRACE_ACCESS_LOG": "0"})
    assert (made.time_limit_s, made.proxies, made.show_texts, made.rate_limits, made.access_log) == (5.0, 1, False, True, False)
    assert made.endpoint("http://x/") == "https://data.example.org/sparql"
    for name, value in (("TIME_LIMIT_S", "soon"), ("PROXIES", "-1"), ("RATE_LIMITS", "perhaps"), ("TIME_LIMIT_S", "inf")):
        with pytest.raises(SettingError, match=f"CARETRACE_{name}"):
            Settings.from_environment({f"CARETRACE_{name}": value})


def test_the_limits_are_published(client):
    page = client.get("/limits", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "1 seconds; up to 3" in page.text and "20,000 characters" in page.text


def test_every_answer_has_the_security_headers(client):
    for path in ("/", "/claim/nf2020-01-001.html", "/sparql?query=ASK%7B%7D", "/nothing", "/limits", "/metrics"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"] and headers["Referrer-Policy"]
    assert "Disallow: /sparql" in client.get("/robots.txt").text


def test_no_header_can_be_split(client):
    for path in ("/claim/nf2020-01-001%0d%0aX-Evil:1", "/sparql?query=ASK%7B%7D&format=x%0d%0aX-Evil:1", "/dump/latest/x%0d%0aX-Evil:%201"):
        answer = client.get(path)
        assert "X-Evil" not in answer.headers and not any("\n" in value for value in answer.headers.values())


BROKEN = {b"nonsense secret\r\n\r\n": 400, b"GET /?secret HTTP/9.9\r\n\r\n": 400, b"GET / HTTP/1.1\r\nNo colon secret\r\n\r\n": 400,
          b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"s" * 20_000 + b"\r\n\r\n": 431, b"<secret> / HTTP/1.1\r\n\r\n": 400,
          b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: secret\r\n\r\n": 501, b"GET /livez HTTP/1.1\r\n\r\n": 400,
          b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\nsecret\r\n": 400}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs POSIX")
def test_gunicorn_serves_the_current_release_with_the_configuration_of_the_project(tiny):
    pytest.importorskip("gunicorn")
    from kg import release as releases
    releases.make(tiny)
    port = free_port()
    environment = {**os.environ, "CARETRACE_BIND": f"127.0.0.1:{port}", "PYTHONPATH": str(ROOT), "CARETRACE_WORKERS": "1"}
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")],
                              env=environment, stderr=subprocess.PIPE, text=True, cwd=tiny.root)
    lines: list[str] = []
    try:
        for line in server.stderr:
            lines.append(line)
            if "Booting worker" in line:
                break
        reader = threading.Thread(target=lambda: lines.extend(server.stderr), daemon=True)
        reader.start()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/readyz")
        ready = json.loads(connection.getresponse().read())
        assert ready["status"] == "ready"
        connection.request("GET", "/sparql?query=ASK%7B%7D")
        assert json.loads(connection.getresponse().read())["boolean"] is True
        connection.close()
        for sent, status in BROKEN.items():
            with socket.create_connection(("127.0.0.1", port), 10) as raw:
                raw.sendall(sent)
                answer = http.client.HTTPResponse(raw)
                answer.begin()
                told = json.loads(answer.read())
            assert (answer.status, told["status"], answer.getheader("Content-Type")) == (status, status, "application/problem+json"), sent
            assert told["detail"].count(".") > 1 or status == 501, told
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
        reader.join(5)
        assert any('"path": "/readyz"' in line for line in lines)
        assert not any("Traceback" in line or "secret" in line for line in lines)
    finally:
        server.kill()
        server.wait()
