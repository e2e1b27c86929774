"""The threat model names a test for each threat; here are those that stand nowhere else."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_service_release import app, client, release  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
PARAMETERS = ("query", "format", "output", "timeout", "default-graph-uri", "named-graph-uri", "example", "update", "page", "x")
QUERIES = st.one_of(st.just("ASK {}"), st.just("SELECT * { ?s ?p ?o } LIMIT 3"), st.text(max_size=60),
                    st.text("SELECT*{}?sp.<>\"'\\#()[]:@^_ \n", max_size=60))
ACCEPTS = st.one_of(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60), st.lists(st.sampled_from((
    "text/html", "*/*", "text/*;q=0.5", "application/sparql-results+json", "text/turtle;charset=utf-8", ";q=1", "a/b;q=2", "q=",
    "text/csv;q=0", "text/csv;charset=latin-1", ",", "application/ld+json;profile=\"x,y\"")), max_size=5).map(", ".join))


def test_every_threat_has_a_test_that_exists():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")))
    defined = {name for path in (ROOT / "tests").glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert len(named) > 15 and named <= defined, named - defined


@pytest.mark.parametrize("query, name", [("SELECT * { ?a ?b ?c . ?d ?e ?f }", form) for form in ("json", "xml", "csv", "tsv", "html")]
                         + [("CONSTRUCT { ?a ?b ?f . ?d ?e ?c } WHERE { ?a ?b ?c . ?d ?e ?f }", form)
                            for form in ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads", "html")])
def test_a_result_over_the_limit_is_refused_in_every_format(client, query, name):
    answer = client.get("/sparql", query_string={"query": query, "format": name})
    assert answer.status_code == 413
    if name != "html":
        assert answer.json["limit"] == "result" and answer.json["dump"].endswith("/dump/latest/caretrace.nq.gz")


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/claim/<b>x", "/sparql?query=<script>alert(1)</script>",
                                  "/sparql?query=ASK%7B%7D&format=<script>", "/browse/<script>", "/sparql?query=ASK%7B%7D&timeout=<script>",
                                  "/dump/<script>/x", "/sparql?query=ASK%7B%7D&default-graph-uri=<script>"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_markup_is_never_echoed(client, path, accept):
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code >= 400
    if answer.mimetype == "text/html":
        assert "<script>" not in answer.text and "<b>x" not in answer.text
    else:
        assert answer.mimetype == "application/problem+json" and answer.headers["X-Content-Type-Options"] == "nosniff"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), QUERIES), max_size=4), accept=ACCEPTS,
       method=st.sampled_from(("GET", "HEAD", "POST")), path=st.sampled_from(("/sparql", "/claim/nf2020-01-001", "/browse", "/x")))
def test_no_request_whatever_is_a_500(client, pairs, accept, method, path):
    answer = client.open(path, method=method, query_string=pairs, headers={"Accept": accept})
    assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, answer.text)
    assert "Traceback" not in answer.text
    if answer.status_code >= 400 and method != "HEAD" and answer.mimetype != "text/html":
        assert json.loads(answer.data)["status"] == answer.status_code


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=80), content=st.sampled_from(("application/sparql-query", "application/x-www-form-urlencoded",
       "text/plain", "application/sparql-query; charset=", "application/x-www-form-urlencoded;;=")))
def test_no_body_whatever_is_a_500(client, body, content):
    assert client.post("/sparql", data=body, content_type=content).status_code in (200, 400, 403, 413, 415)
