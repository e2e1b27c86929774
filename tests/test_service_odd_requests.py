"""Requests that are odd in their headers and addresses: each gets its status and words, and never an error of ours."""

import json

import pytest

from test_service_release import app, client, release  # noqa: F401

ASK = "/sparql?query=ASK%7B%7D"
BAD_HOSTS = ("a b", "<x>", "[[[", "x:y", "", ".", "a" * 300, "x/../", "a@b", "x?y", "a,b", "127.0.0.1:99999999")
NO_NUMBERS = ("²", "١", "-1", "0", "1e3", "1.5", "9" * 5000, "<b>", "")


def problem(answer, status: int) -> dict:
    """The problem document of an answer, which must be one and say so."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text[:300]
    body = json.loads(answer.data)
    assert body["status"] == status and body["title"] and body["detail"] and "Traceback" not in answer.text
    return body


@pytest.mark.parametrize("host", BAD_HOSTS)
@pytest.mark.parametrize("path", ["/", "/sparql", ASK, "/claim/nf2020-01-001", "/claim/nf2020-01-001.html"])
def test_a_host_that_is_none_is_400(client, path, host):
    assert "Host" in problem(client.get(path, headers={"Host": host}), 400)["detail"]
    page = client.get(path, headers={"Host": host, "Accept": "text/html"})
    assert page.status_code == 400 and "Host" in page.text


@pytest.mark.parametrize("iri", ["http://[", "http://[::1", "x://[v1.]", "//x", "x", "1:x", "http://h/ ", "http://h/<b>", "é:x", ""])
@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_no_iri_is_400(client, name, iri):
    problem(client.get("/sparql", query_string={"query": "ASK {}", name: iri}), 400)


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("path, more", [("/browse/claim", {}), ("/claim/nf2020-01-001.html", {}), ("/search", {"q": "planning", "format": "json"})])
def test_a_page_that_is_no_number_is_the_first(client, path, more, number):
    first = client.get(path, query_string=more)
    given = client.get(path, query_string={**more, "page": number})
    assert given.status_code == 200 and given.data == first.data


@pytest.mark.parametrize("path", ["/read/<b>", "/read/a b", "/read/%00", "/read/nf2020/<b>", "/compare/said?subject=<b>&object=a b",
                                  "/compare/reports?a=<b>", "/ontology/<b>", "/static/<b>", "/static/..%2fapp.py", "/q/x/<b>"])
def test_an_address_that_names_nothing_is_404(client, path):
    answer = client.get(path)
    assert "<b>" not in problem(answer, 404)["title"]
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 404 and "<b>" not in page.text


@pytest.mark.parametrize("given", ["x", "bytes=-", "bytes=5-1", "bytes=0-1,3-4", "bytes=" + "9" * 30 + "-", "lines=1-2", "bytes=٣-"])
def test_a_range_that_is_none_is_ignored(client, release, given):
    answer = client.get(f"/dump/{release.path.name}/caretrace.nq", headers={"Range": given})
    assert answer.status_code == 200 and answer.data == (release.path / "caretrace.nq").read_bytes()


def test_a_range_beyond_the_end_says_where_the_end_is(client, release):
    answer = client.get(f"/dump/{release.path.name}/caretrace.nq", headers={"Range": "bytes=99999999-"})
    size = (release.path / "caretrace.nq").stat().st_size
    assert str(size) in problem(answer, 416)["detail"] and answer.headers["Content-Range"] == f"bytes */{size}"


def test_a_condition_that_fails_sends_no_file(client):
    answer = client.get("/static/caretrace.css", headers={"If-Match": '"another"'})
    assert "If-Match" in problem(answer, 412)["detail"]


@pytest.mark.parametrize("path", ["/claim/nf2020-01-001", "/claim/nf2020-01-001.ttl", "/search", "/explain", "/dump/latest/caretrace.nq", "/sparql"])
def test_a_page_of_another_site_may_ask_in_its_own_way(client, path):
    answer = client.options(path, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET",
                                           "Access-Control-Request-Headers": "if-none-match, range"})
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert answer.status_code in (200, 204) and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "if-none-match" in allowed and "range" in allowed and "GET" in answer.headers["Access-Control-Allow-Methods"]
