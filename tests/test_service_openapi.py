"""The OpenAPI description is true: routes, methods, parameters, statuses, formats and limits are those of the service."""

import json
import re

import pytest

from service import errors
from service.app import create_app
from service.dataset import create_data_app
from service.openapi import MEDIA_TYPE, route_of, source
from service.protocol import FORMAT_NAMES
from service.settings import Settings
from test_service_release import app, client, release  # noqa: F401

ASK = "query=ASK%7B%7D"


@pytest.fixture(scope="module")
def described(app):  # noqa: F811
    return app.test_client().get("/openapi.json").json


def operations(document: dict):
    for path, item in document["paths"].items():
        for method in ("get", "post", "head", "options", "put", "delete", "patch"):
            if method in item:
                yield path, method, item[method]


def methods_of(app) -> dict[str, set[str]]:  # noqa: F811
    """Route → its methods, without those that the framework adds by itself."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        implied = {"HEAD"} if "GET" in rule.methods else set()
        implied |= {"OPTIONS"} if rule.provide_automatic_options else set()
        found.setdefault(rule.rule, set()).update(rule.methods - implied)
    return found


def test_every_route_is_described_and_every_described_route_is_there(app):  # noqa: F811
    written: dict[str, set[str]] = {}
    for path, item in source()["paths"].items():
        written.setdefault(route_of(path, item), set()).update(
            method.upper() for method in item if method in ("get", "post", "options", "put", "delete", "patch"))
    there = methods_of(app)
    assert written.keys() == there.keys(), "write new routes into service/api/*.json, and take away those that are gone"
    assert written == there


def test_a_server_of_other_files_describes_what_it_has(release):  # noqa: F811
    made = create_data_app(release.path / "store", release.digest, Settings(workers=1))
    try:
        document = made.test_client().get("/openapi.json").json
        assert {path.replace("{", "<").replace("}", ">").replace("<filename", "<path:filename") for path in document["paths"]} == set(methods_of(made))
    finally:
        made.extensions["caretrace"].close()


def test_it_is_well_formed_by_the_standard(described):
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install schemathesis")
    schemathesis.openapi.from_dict(described).validate()
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert described["openapi"].startswith("3.1") and len(names) == len(set(names))
    assert "x-" not in "".join(key for _, _, operation in operations(described) for key in operation)


def test_every_reference_leads_somewhere(described):
    for place in set(re.findall(r'"#/components/(\w+/[\w-]+)"', json.dumps(described))):
        kind, name = place.split("/")
        assert name in described["components"][kind], place


def test_the_limits_are_those_of_the_settings(release):  # noqa: F811
    made = create_app(release, Settings(workers=1, max_query_chars=77, time_limit_s=3, max_time_limit_s=5, max_rows=9, rate_limits=True))
    try:
        document = made.test_client().get("/openapi.json", headers={"Host": "data.example.org"}).json
    finally:
        made.extensions["caretrace"].close()
    schemas = document["components"]["schemas"]
    assert schemas["Query"]["maxLength"] == 77 and (schemas["Timeout"]["default"], schemas["Timeout"]["maximum"]) == (3, 5)
    assert schemas["SparqlResults"]["properties"]["results"]["properties"]["bindings"]["maxItems"] == 9
    assert document["servers"] == [{"url": "http://data.example.org"}]
    assert "429" in document["paths"]["/sparql"]["get"]["responses"]


def test_429_is_described_only_where_clients_are_limited(described):
    assert not any("429" in operation["responses"] for _, _, operation in operations(described))


def test_the_endpoint_takes_the_parameters_that_are_described(described, client):  # noqa: F811
    named = {reference["$ref"].rpartition("/")[2] if "$ref" in reference else reference["name"]
             for reference in described["paths"]["/sparql"]["get"]["parameters"]}
    parameters = {described["components"]["parameters"].get(name, {"name": name})["name"] for name in named}
    assert {"query", "default-graph-uri", "named-graph-uri", "timeout", *FORMAT_NAMES} <= parameters
    for name in {"default-graph-uri", "named-graph-uri", "timeout"} & parameters:
        assert client.get(f"/sparql?{ASK}&{name}=-").status_code == 400, name
    for name in FORMAT_NAMES:
        assert client.get(f"/sparql?{ASK}&{name}=-").status_code == 406, name


def test_every_format_name_is_one_that_is_taken(described, client):  # noqa: F811
    for name in described["components"]["schemas"]["ResultFormat"]["enum"]:
        found = [client.get("/sparql", query_string={"query": query, "format": name}) for query in ("ASK {}", "CONSTRUCT {} {}")]
        assert any(answer.status_code == 200 and answer.mimetype in described["components"]["responses"]["Result"]["content"] for answer in found), name
    for suffix in described["components"]["schemas"]["Suffix"]["enum"]:
        answer = client.get(f"/claim/nf2020-01-001.{suffix}")
        assert answer.status_code == 200 and answer.mimetype in described["components"]["responses"]["Document"]["content"], suffix


def test_every_error_that_there_is_has_a_status_that_is_described(described):
    statuses = {kind.status for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ServiceError)}
    documented = {int(status) for _, _, operation in operations(described) for status in operation["responses"]}
    answered_elsewhere = {405, 429, 499}  # other methods; only with limits a client; nobody reads it
    assert statuses - answered_elsewhere <= documented


@pytest.mark.parametrize("path, accept", [("/", "text/html"), ("/limits", "text/html"), ("/sparql", "text/turtle"), ("/sparql", "text/html")])
def test_it_is_found_from_where_people_and_programs_begin(client, path, accept):  # noqa: F811
    links = client.get(path, headers={"Accept": accept}).headers["Link"].split(", ")
    [link] = [link for link in links if 'rel="service-desc"' in link]
    found = client.get(re.match("<(.*?)>", link)[1])
    assert found.status_code == 200 and found.mimetype == MEDIA_TYPE and MEDIA_TYPE in link


def test_the_service_description_names_it(client):  # noqa: F811
    assert "dcat:endpointDescription <http://localhost/openapi.json>" in client.get("/sparql").text


def test_it_has_an_entity_tag_and_any_site_may_read_it(client):  # noqa: F811
    first = client.get("/openapi.json")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
