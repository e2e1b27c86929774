"""What another store does otherwise than SPARQL 1.1 says, put right on the way there and on the way back.

Virtuoso 7 is the store with most to put right; what stays different is in docs/stores.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyoxigraph as ox

from service.errors import BadQuery, EngineFailed, OverLimit, ServiceError, TooLarge
from service.syntax import TOKEN, decode, explain_error, tokens, undeclared_prefixes

Graphs = tuple[str, ...] | None
JSON = ox.QueryResultsFormat.JSON
# Quotes inside a JSON string are escaped, so that these match between strings only.
TRUTH = re.compile(rb'("datatype":\s*"http://www\.w3\.org/2001/XMLSchema#boolean",\s*"value":\s*)"([01])"')
NODE = re.compile(rb'("type":\s*"bnode",\s*"value":\s*")nodeID://')
OUT_OF_TIME = re.compile(r"^Virtuoso S1T|estimated execution time")
VIRTUOSO_PLACE = re.compile(r"SPARQL compiler, line (\d+):")
ENGINES_OWN = ("bif:", "sql:")
NO_GRAPH = "urn:caretrace:nothing"  # names no graph of any store


def refuse_extensions(text: str) -> None:
    """Raises BadQuery for what Virtuoso understands beyond SPARQL: pragmas, its own and the database's functions, SQL."""
    foreign = [f"{prefix}:" for prefix in undeclared_prefixes(text) if f"{prefix.lower()}:" in ENGINES_OWN]
    for kind, word in (*tokens(text), *tokens(decode(text))):
        own = kind == "iri" and word[1:].lower().startswith(ENGINES_OWN)
        if own or word == "`" or (kind == "word" and word.upper() == "DEFINE"):
            foreign.append(word)
    if foreign:
        raise BadQuery(f"{foreign[0]} is no part of SPARQL 1.1, and this endpoint takes nothing beyond it. Leave it out.")


def parameters(default_graph: str | None, query: str, defaults: Graphs = None, named: Graphs = None) -> list[tuple[str, str]]:
    """The protocol's parameters for `query` over the dataset that the request gives, else over the whole release.

    `default_graph` is where the store keeps the record, None when its own default graph holds that alone. Virtuoso
    takes parameters and FROM together, gives GRAPH every graph where no named graph is mentioned, and yet finds
    nothing then in a graph that is written out, unless it stands in backquotes.
    """
    words = {word.upper() for kind, word in tokens(query) if kind == "word"} if default_graph else set()
    if default_graph and not (defaults or named or "FROM" in words):
        defaults, query = (default_graph,), _quote_graphs(query)
    elif default_graph and not named and "NAMED" not in words:
        named = (NO_GRAPH,)
    return [("query", query), *(("default-graph-uri", iri) for iri in defaults or ()),
            *(("named-graph-uri", iri) for iri in named or ())]


def _quote_graphs(query: str) -> str:
    """`query` with each graph that it writes out in backquotes."""
    parts, after_graph, done = [], False, 0
    for match in TOKEN.finditer(query):
        if match.lastgroup == "comment" or match.group().isspace():
            continue
        if after_graph and match.lastgroup in ("iri", "name"):
            parts += [query[done:match.start()], f"`{match.group()}`"]
            done = match.end()
        after_graph = match.lastgroup == "word" and match.group().upper() == "GRAPH"
    return "".join((*parts, query[done:]))


def check_whole(status: int, headers: Mapping[str, str]) -> None:
    """Raises OverLimit, TooLarge or EngineFailed when the store says that it stopped before the end.

    Virtuoso sends part of an answer with success: with `X-SQL-State: S1TAT` (or 206) when its own time ran out, with
    `X-SPARQL-MaxRows` when a SELECT came to its limit of rows.
    """
    if status == 206 or headers.get("X-SQL-State", "").startswith("S1TA"):
        raise OverLimit("The query ran into the store's time limit. Narrow it or add a LIMIT.", {"Retry-After": "30"}, limit="time")
    if most := headers.get("X-SPARQL-MaxRows"):
        raise TooLarge(f"The store gives fewer than {most} rows at once. Narrow the query, or take the dump.", limit="rows")
    if status != 200:
        raise EngineFailed(f"The store answers {status} instead of a result. Try again later.")


def refusal(status: int, message: str, query: str) -> ServiceError:
    """The error to raise for the store's own; `query` is what was asked, without the line that went before it."""
    words = message.partition("\n\nSPARQL query:")[0].strip()  # after which Virtuoso writes the query that it was sent
    if OUT_OF_TIME.search(words):
        return OverLimit("The query ran into the store's time limit. Narrow it or add a LIMIT.", {"Retry-After": "30"}, limit="time")
    if status != 400:  # Virtuoso says 500 to what it cannot compute, too
        told = words[:200].partition("\n")[0]
        return BadQuery(f"The store cannot answer this query: {told}") if told.startswith("Virtuoso ") else EngineFailed(
            f"The store refused the query ({status}).")
    detail, place = explain_error(words, query)
    if not place and (found := VIRTUOSO_PLACE.search(words)):
        place = {"line": int(found[1])}
    if place:  # the store counts the line that goes before the query
        asked = max(1, place["line"] - 1)
        detail = detail.replace(f"line {place['line']},", f"line {asked},").replace(f"line {place['line']}:", f"line {asked}:")
        place["line"] = asked
    return BadQuery(detail, **place)


def solutions(body: bytes) -> bytes:
    """The JSON of a SELECT: truths as `true` and `false`, blank nodes with labels that every format can write."""
    return NODE.sub(rb"\1", TRUTH.sub(lambda m: m[1] + (b'"true"' if m[2] == b"1" else b'"false"'), body))


def truth(body: bytes) -> bytes:
    """The JSON of an ASK; Virtuoso answers with a row for yes and none for no."""
    result = ox.parse_query_results(body, format=JSON)
    holds = bool(result) if isinstance(result, ox.QueryBoolean) else any(True for _ in result)
    return b'{"head":{},"boolean":%s}' % (b"true" if holds else b"false")


def parsed(body: bytes, ask: bool = False) -> ox.QuerySolutions | ox.QueryBoolean:
    """The result that the store's JSON holds. Raises EngineFailed when it breaks off or is none."""
    try:
        return ox.parse_query_results(truth(body) if ask else solutions(body), format=JSON)
    except (SyntaxError, ValueError):
        raise EngineFailed("The store's answer breaks off, or is no SPARQL result in JSON. Try again later.") from None
