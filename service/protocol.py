"""The SPARQL 1.1 Protocol (W3C, 2013, section 2.1): from an HTTP request to one query, or the reason why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Request

from service.errors import AddressTooLong, BadRequest, Refused, TooLarge, UnknownContent
from service.negotiation import UTF8
from service.settings import Settings

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
ABSOLUTE_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\x00-\x20]*""")  # the engine judges the rest
FORMAT_NAMES = ("format", "output", "results")


@dataclass(frozen=True)
class ProtocolRequest:
    """The parameters of one operation; `query` is None when the request has none (a service description)."""

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    format_names: tuple[str, ...]
    time_limit_s: float | None


def read_request(request: Request, settings: Settings) -> ProtocolRequest:
    """Raises BadRequest, Refused, TooLarge, AddressTooLong or UnknownContent."""
    pairs = _decode_pairs(request.query_string, "address")
    if request.method == "POST":
        pairs += _body_pairs(request, settings)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if {"update", "using-graph-uri", "using-named-graph-uri"} & values.keys():
        raise Refused("This endpoint answers queries and takes no updates: a release never changes.")
    queries = values.get("query", [])
    if len(queries) > 1:
        raise BadRequest(f"There are {len(queries)} query parameters; send exactly one.")
    if request.method == "POST" and not queries:
        raise BadRequest("The request has no query. Send it as the parameter query= of a form, "
                         f"or as the body with content type {QUERY}.")
    _check_length(queries[0] if queries else "", request.method, settings)
    return ProtocolRequest(queries[0] if queries else None, _graphs(values, "default-graph-uri"),
                           _graphs(values, "named-graph-uri"), _format_names(values), _time_limit(values, settings))


def _decode_pairs(data: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(data.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError:
        raise BadRequest(f"The {where} is not UTF-8. Encode it as UTF-8 and send it again.") from None
    except ValueError:
        raise BadRequest(f"The {where} has more than 100 parameters.") from None


def _body_pairs(request: Request, settings: Settings) -> list[tuple[str, str]]:
    content = request.mimetype
    if content == UPDATE:
        raise Refused("This endpoint answers queries and takes no updates: a release never changes.")
    if content not in (FORM, QUERY):
        raise UnknownContent(f"The content type is {content or 'missing'}. Send {FORM} or {QUERY}.",
                             {"Accept-Post": f"{FORM}, {QUERY}"}, available=[FORM, QUERY])
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in UTF8:
        raise UnknownContent(f"The body's character set is {charset!r}. Encode it as UTF-8 and send it again.",
                             {"Accept-Post": f"{FORM}, {QUERY}"}, available=["utf-8"])
    data = _read_body(request, settings.max_body_bytes)
    if content == FORM:
        return _decode_pairs(data, "body")
    try:
        return [("query", data.decode("utf-8-sig"))]
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 (byte {error.start}). Encode it as UTF-8 and send it again.") from None


def _read_body(request: Request, limit: int) -> bytes:
    detail = f"The body has more than {limit} bytes. Shorten the query."
    if (request.content_length or 0) > limit:
        raise TooLarge(detail, limit="body")
    try:
        data = request.stream.read(limit + 1)
    except Exception:  # each web server has errors of its own
        raise BadRequest("The body breaks off or is not written as RFC 9112 says. Send it again, with Content-Length.") from None
    if len(data) > limit:
        raise TooLarge(detail, limit="body")
    return data


def _check_length(query: str, method: str, settings: Settings) -> None:
    if len(query) > settings.max_query_chars:
        detail = f"The query has {len(query)} characters; the limit is {settings.max_query_chars}."
        if method == "POST":
            raise TooLarge(detail + " Shorten it.", limit="query")
        raise AddressTooLong(detail + " Shorten it.", limit="query")


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    graphs = tuple(values.get(name, ()))
    for iri in graphs:
        if not ABSOLUTE_IRI.fullmatch(iri):
            raise BadRequest(f"{name}={iri!r} is not an absolute IRI, such as https://example.org/graph.")
    return graphs or None


def _format_names(values: dict[str, list[str]]) -> tuple[str, ...]:
    # Several parameters are in use; some clients send all of them, each in two spellings of one format.
    return tuple(dict.fromkeys(value for name in FORMAT_NAMES for value in values.get(name, ()) if value))


def _time_limit(values: dict[str, list[str]], settings: Settings) -> float | None:
    if len(set(values.get("timeout", ()))) > 1:
        raise BadRequest("timeout= is given several times with different values. Give it once.")
    given = values.get("timeout", [""])[0]
    if not given:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1
    if not 0 < seconds <= settings.max_time_limit_s:
        raise BadRequest(f"timeout={given!r}: give seconds, above 0 and up to {settings.max_time_limit_s:g}.")
    return seconds
