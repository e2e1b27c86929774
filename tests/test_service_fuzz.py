"""Fuzzing by the OpenAPI description: whatever it allows, and much that it does not, gets an answer that it describes."""

import json

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kg.names import BASE
from service.openapi import describe, route_of, source
from test_service_release import LIMITS, app, release  # noqa: F401

schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install schemathesis")
from schemathesis import openapi  # noqa: E402
from schemathesis.config import GenerationConfig, PhasesConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig  # noqa: E402
from schemathesis.config import CoveragePhaseConfig, StatefulPhaseConfig  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

EXAMPLES = 15  # an operation
SEED = 7
CLAIM = f"{BASE}claim/nf2020-01-001"
PATTERNS = st.sampled_from(("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }", f"<{CLAIM}> ?p ?o", "?s ?p 'é\\u0001'", "VALUES ?s { 1 UNDEF }", "BIND(1/0 AS ?x)",
                            "SERVICE <http://127.0.0.1:1/> {}", "FILTER(?s = <script>)", "?s <a>+ ?o", "OPTIONAL { ?s ?q ?r }"))
FORMS = st.sampled_from(("SELECT * {", "SELECT (COUNT(*) AS ?n) {", "ASK {", "CONSTRUCT WHERE {", "CONSTRUCT { ?s ?p ?o } {", "DESCRIBE ?s {", "INSERT {", "nonsense {"))
ENDS = st.sampled_from(("} LIMIT 3", "}", "} ORDER BY ?s LIMIT 2", "} #", "", "} GROUP BY ?s"))
QUERIES = st.one_of(st.tuples(FORMS, PATTERNS, ENDS).map(" ".join), st.text(min_size=1, max_size=40))

# What the invented release holds or held, among what it never had.
IDS = st.one_of(st.sampled_from(("claim", "risk", "nf2020-01-001", "nf2020-02-001", "reporting-burden", "old-burden", "lost", "nf2020", "nf2020-01",
                                 "caretrace.nq", "caretrace.css", "mitigations", "recommendations", "latest")), st.from_regex(r"\A[A-Za-z0-9_.-]{1,12}\Z"))


def described():
    """The description of every path, with bounded and repeatable generation."""
    openapi.format("sparql-query", QUERIES)
    openapi.format("known-id", IDS)
    openapi.format("known-folder", st.sampled_from(("claim", "risk", "section", "x")))
    openapi.format("iri", st.sampled_from((CLAIM, f"{BASE}risk/reporting-burden", "urn:x", "http://[", "x y", "")))
    generation = GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none", no_shrink=True)
    phases = PhasesConfig(stateful=StatefulPhaseConfig(enabled=False),
                          coverage=CoveragePhaseConfig(unexpected_methods={"put", "delete", "patch", "trace"}))
    config = SchemathesisConfig(seed=SEED, projects=ProjectsConfig(default=ProjectConfig(generation=generation, phases=phases)))
    routes = {route_of(path, item) for path, item in source()["paths"].items()}
    document = describe(LIMITS, routes, "http://localhost")
    document["components"]["schemas"]["Id"] = {"type": "string", "format": "known-id"}
    document["components"]["parameters"]["folder"]["schema"] = {"type": "string", "format": "known-folder"}
    return openapi.from_dict(document, config=config)


@schemathesis.serializer("application/sparql-query")
def as_it_is(_, value):
    """A query is its own body."""
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")}


def is_in_order(_, response, case):
    """No fault of ours, nothing unescaped, no header of the client's making, and problems that are problem details."""
    assert response.status_code < 500 or response.status_code == 503, response.text
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] and not any("\n" in value for values in response.headers.values() for value in values)
    if response.status_code >= 400 and case.method != "HEAD" and "problem+json" in response.headers["content-type"][0]:
        problem = json.loads(response.content)
        assert problem["status"] == response.status_code and problem["title"] and problem["detail"]


class Served:
    """A WSGI app that hands on to the one that a fixture makes, which is not there yet when tests are collected."""

    app = None

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


api = described()
api.app = Served()


@pytest.fixture
def served(app):  # noqa: F811
    """The app that the description is tried on, whose own description is the same."""
    assert app.test_client().get("/openapi.json").json["paths"] == api.raw_schema["paths"]
    Served.app = app


@api.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_described(case, served):
    case.call_and_validate(headers={"Accept-Encoding": "identity"}, checks=[is_in_order, checks.status_code_conformance, checks.content_type_conformance,
                                   checks.response_headers_conformance, checks.response_schema_conformance, checks.unsupported_method])
