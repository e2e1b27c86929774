"""Requests that are odd in their headers and addresses: each gets its status and words, and never an error of ours."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_service_release import app, client, release  # noqa: F401

ASK = "/sparql?query=ASK%7B%7D"
MARK = "<zq>"  # markup that no page of ours has
BAD_HOSTS = ("a b", "<x>", "[[[", "x:y", "", ".", "a" * 300, "x/../", "a@b", "x?y", "a,b", "127.0.0.1:99999999")
NO_NUMBERS = ("²", "١", "-1", "0", "1e3", "1.5", "9" * 5000, "<b>", "")


@pytest.fixture(autouse=True)
def and_then_a_good_request(client):  # noqa: F811
    """After each odd request a good one must succeed."""
    yield
    assert client.get(ASK).json["boolean"] is True


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


# Any text, and pieces of what each header and parameter is made of, put together anyhow.
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
HEADERS = {
    "Accept": ("text/html", "*/*", "application/sparql-results+json", "text/turtle", ";q=0.5", ";q=1e9", ";q=nan", ";charset=latin-1", ";a=\"", ",", "a/b/c"),
    "Accept-Encoding": ("gzip", "br", "identity", "*", ";q=0", ";q=x", ","),
    "If-None-Match": ("*", "W/", '""', '"a"', "a", "+gzip", ","),
    "If-Match": ("*", "W/", '""', '"a"', ","), "If-Range": ('"a"', "W/", "Sat, 01 Jan 2000 00:00:00 GMT", "99999"),
    "If-Modified-Since": ("Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 99 Foo 99999", "-1"),
    "Range": ("bytes=", "0-", "-5", "5-1", ",", "9" * 30, "lines="),
    "Forwarded": ("for=", "host=", "proto=", MARK, '"', ";", "[::1]", "127.0.0.1"), "X-Forwarded-For": ("127.0.0.1", ",", MARK, "::1"),
    "X-Forwarded-Host": ("a", ":", MARK, "/", "["), "X-Forwarded-Prefix": ("/", "//evil.example", MARK, "%0d%0a"),
    "Origin": ("null", "https://", MARK), "Cookie": ("a=b", ";", MARK), "Authorization": ("Basic ", "Bearer ", "=="),
    "Content-Type": ("application/sparql-query", "application/x-www-form-urlencoded", ";charset=", "utf-8", "utf-16", ";", "multipart/form-data", "boundary="),
    "User-Agent": (MARK, "curl/8"), "Host": ("localhost", ":80", MARK, "a", "[", "]", ".", " ")}
PARAMETERS = ("query", "format", "output", "results", "timeout", "default-graph-uri", "named-graph-uri", "update", "q", "page", "count", "report", "kind",
              "year", "reviewed", "in", "s", "p", "o", "triple", "a", "b", "subject", "object", "example", "release", MARK)
VALUES = st.one_of(st.text(max_size=30), st.sampled_from((
    MARK, f"SELECT * {{ {MARK} }}", "ASK {}", "SELECT * { ?s ?p ?o } LIMIT 2", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2", "csv", "html", "1", "nan", "-1", "²", "\0",
    "%00", "http://[", f"http://h/{MARK}", "risk/reporting-burden", "nf2020", "a\r\nSet-Cookie: x=1", "' OR 1=1 --", '"" NEAR(', "\u202e", "\ud7ff")))
PATHS = st.one_of(
    st.sampled_from(("/", "/sparql", "/claim/nf2020-01-001", "/claim/nf2020-01-001.html", "/claim/nf2020-01-001.ttl", "/risk/reporting-burden.html", "/risk/old-burden",
                     "/search", "/explain", "/compare/said", "/compare/reports", "/read/nf2020", "/browse/claim", "/dump/latest/caretrace.nq", "/ontology.html",
                     "/static/caretrace.css", "/limits", "/metrics", "/readyz", "/openapi.json", "/.well-known/void", "/ontology/x", "/q/x/y")),
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from((MARK, "claim", "..", ".", "%2e%2e", "\0", "nf2020-01-001", "passage", "text", "1-2", "x.ttl", "a\r\nb"))),
             min_size=1, max_size=4).map(lambda parts: "/" + "/".join(quote(part, safe="") for part in parts)))
WORDS = st.sampled_from((
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "*", "?s", "?p", "?o", "{", "}", "(", ")", ".", ";", "<http://x/a>", "<", ">", MARK, "'é'", '"', "'''", "\\", "\\u0053ERVICE",
    "\\uD800", "SERVICE", "FROM", "NAMED", "GRAPH", "?g", "FILTER", "OPTIONAL", "UNION", "MINUS", "VALUES", "BIND", "AS", "COUNT(*)", "REGEX(?o,'a')", "1", "-1e400", "@en",
    "^^", "_:b", "[]", "a", "/", "*", "+", "!", "^", "|", "LIMIT 2", "OFFSET 9999999999999999999999", "ORDER BY", "GROUP BY", "HAVING", "BASE", "PREFIX x:", "x:y", "# c\n",
    "NOW()", "<<", ">>", "true", "\0", "\r\n", "\ufeff", "😀"))


def check(answer, method: str) -> None:
    """An answer without fault: status, headers, escaping, and the form of problems."""
    assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, answer.text)
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "default-src" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers and not any("\n" in value or "\r" in value for value in answer.headers.values())
    if answer.headers.get("Content-Encoding") or method == "HEAD":
        return
    assert b"Traceback" not in answer.data
    if answer.mimetype == "text/html":
        assert MARK not in answer.text
    elif answer.status_code >= 400:
        problem(answer, answer.status_code)


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(path=PATHS, pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=3), data=st.data(),
       method=st.sampled_from(("GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "TRACE")))
def test_whatever_is_sent_no_answer_is_a_fault(client, path, pairs, data, method):
    names = data.draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=3, unique=True))
    headers = {name: data.draw(st.one_of(HEADER_TEXT, st.lists(st.sampled_from(HEADERS[name]), max_size=4).map("".join)), name) for name in names}
    body = "query=ASK {}" if method == "POST" else None
    answer = client.open(path, base_url="http://localhost", method=method, query_string=pairs, headers=headers, data=body)
    check(answer, method)


@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(query=st.lists(WORDS, max_size=14).map(" ".join), accept=st.sampled_from(("text/html", "*/*", "application/sparql-results+xml", "text/turtle")))
def test_whatever_is_asked_no_answer_is_a_fault(client, query, accept):
    answer = client.post("/sparql", data=query.encode(), content_type="application/sparql-query", headers={"Accept": accept})
    check(answer, "POST")
    assert answer.status_code in (200, 400, 403, 406, 413, 503)
    if answer.status_code == 400 and answer.mimetype != "text/html" and "line" in answer.json:
        assert 1 <= answer.json["line"] <= query.count("\n") + 2 and answer.json["column"] >= 1
