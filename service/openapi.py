"""The OpenAPI 3.1 description of the service: what `api/*.json` say, completed from settings, formats, errors and routes.

In those files a parameter, response or schema of `components.json` is called by its bare name; `x-problems` lists the
statuses that an operation may answer with problem details; `x-route` names the route where it differs from the path.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request

from kg import __version__
from service import errors
from service.dumps import TYPES
from service.negotiation import GRAPHS, HTML, PAGE_OR_GRAPH, PROBLEM, SOLUTIONS, Format
from service.responses import respond
from service.settings import Settings

FOLDER = Path(__file__).with_name("api")
MEDIA_TYPE = "application/vnd.oai.openapi+json"
KINDS = {"parameters": "parameters", "responses": "responses", "schema": "schemas", "items": "schemas"}
TEXT = {"schema": {"type": "string"}}
METHODS = ("get", "head", "options", "post")


def source() -> dict:
    """The description as its files have it, with names made references and nothing completed."""
    parts = {path.stem: json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")}
    whole = parts["endpoint"]
    whole["paths"] |= parts["data"] | parts["pages"]
    return _referenced(whole | {"components": parts["components"]})


def _referenced(value: object, kind: str | None = None) -> object:
    """`value` with each bare name of a parameter, response or schema made a reference."""
    if isinstance(value, str):
        return {"$ref": f"#/components/{kind}/{value}"} if kind else value
    if isinstance(value, list):
        return [_referenced(item, kind) for item in value]
    if isinstance(value, dict):
        return {key: _referenced(item, KINDS.get(key) or (kind if kind == "responses" and key.isdigit() else None))
                for key, item in value.items()}
    return value


def route_of(path: str, item: dict) -> str:
    """The route, as the framework writes it, that answers for a described path."""
    return item.get("x-route", path.replace("{", "<").replace("}", ">"))


def describe(settings: Settings, routes: set[str], server: str) -> dict:
    """The description of the service at `server`, of those paths that it has `routes` for."""
    whole = source()
    whole["info"]["version"] = __version__
    whole["servers"] = [{"url": server}]
    whole["paths"] = {path: item for path, item in whole["paths"].items() if route_of(path, item) in routes}
    _complete_schemas(whole["components"]["schemas"], settings)
    _complete_responses(whole["components"]["responses"])
    for item in whole["paths"].values():
        item.pop("x-route", None)
        for method in METHODS:
            if method in item:
                _add_problems(item[method], settings)
    return whole


def _names(formats: tuple[Format, ...]) -> list[str]:
    return list(dict.fromkeys(name for item in formats for name in (*item.names, item.suffix, item.media_type)))


def _complete_schemas(schemas: dict, settings: Settings) -> None:
    schemas["Query"]["maxLength"] = settings.max_query_chars
    schemas["Timeout"] |= {"maximum": settings.max_time_limit_s, "default": settings.time_limit_s}
    schemas["SparqlResults"]["properties"]["results"]["properties"]["bindings"]["maxItems"] = settings.max_rows
    schemas["ResultFormat"]["enum"] = _names((*SOLUTIONS, *GRAPHS, HTML))
    schemas["DocumentFormat"]["enum"] = _names(PAGE_OR_GRAPH)
    schemas["Suffix"]["enum"] = [item.suffix for item in PAGE_OR_GRAPH]


def _complete_responses(responses: dict) -> None:
    results = {"$ref": "#/components/schemas/SparqlResults"}
    responses["Result"]["content"] = {
        media_type: {"schema": results} if "results+json" in media_type else {} if "json" in media_type else TEXT
        for item in (*SOLUTIONS, *GRAPHS, HTML) for media_type in (item.media_type, *item.aliases)}
    responses["Document"]["content"] = {item.media_type: TEXT if "json" not in item.media_type else {} for item in PAGE_OR_GRAPH}
    responses["Dump"]["content"] = {kind.partition(";")[0]: {} for kind in TYPES.values()}
    for status, title in _titles().items():
        responses[f"Problem{status}"] = {"description": title, "content": {
            PROBLEM.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML.media_type: TEXT}}


def _titles() -> dict[int, str]:
    """What goes wrong, by status: the titles of the errors that have it."""
    found: dict[int, list[str]] = {416: ["The range begins beyond the end"]}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ServiceError) and kind is not errors.ServiceError:
            found.setdefault(kind.status, []).append(kind.title)
    return {status: "; or: ".join(titles) for status, titles in sorted(found.items())}


def _add_problems(operation: dict, settings: Settings) -> None:
    # Any request may name no host.
    for status in sorted({400, *operation.pop("x-problems", ())}):
        if status != 429 or settings.rate_limits:
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def routes_of(app: Flask) -> set[str]:
    """The routes of `app`, as the framework writes them."""
    return {rule.rule for rule in app.url_map.iter_rules()}


def blueprint(settings: Settings) -> Blueprint:
    """The route /openapi.json."""
    routes = Blueprint("openapi", __name__)

    @lru_cache(16)  # as many addresses as one service is likely to be called by
    def written(server: str) -> str:
        return json.dumps(describe(settings, routes_of(current_app), server), ensure_ascii=False, indent=1)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return respond(written(settings.root(request.url_root)), MEDIA_TYPE, vary="")

    return routes
