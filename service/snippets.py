"""A query in programs: curl, Python and R, each ready to run whatever characters the query holds."""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True)
class Snippet:
    """A program that asks one query; `name` is what people call its language."""

    name: str
    code: str


def snippets(query: str, endpoint: str) -> list[Snippet]:
    """The query for each language."""
    ways = (("curl", _curl), ("Python", _python), ("R", _r))
    return [Snippet(name, write(query, endpoint)) for name, write in ways]


def _curl(query: str, endpoint: str) -> str:
    return f"curl -sS -H 'Accept: text/csv' {shlex.quote(endpoint)} --data-urlencode {shlex.quote('query=' + query)}"


def _python(query: str, endpoint: str) -> str:
    return f"""from SPARQLWrapper import JSON, SPARQLWrapper

endpoint = SPARQLWrapper("{endpoint}", returnFormat=JSON)
endpoint.setQuery({_python_string(query)})
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({{name: cell["value"] for name, cell in row.items()}})"""


def _python_string(query: str) -> str:
    for quote in ('"""', "'''"):
        if quote not in query and query.replace("\n", "").isprintable():
            return f"r{quote}\n{query}\n{quote}"
    return repr(query)


def _r(query: str, endpoint: str) -> str:
    dashes = "---"
    while f'){dashes}"' in query:  # what would end the raw string
        dashes += "-"
    return f"""library(httr2)

query <- r"{dashes}(
{query}
){dashes}"
answer <- request("{endpoint}") |>
  req_headers(Accept = "text/csv") |>
  req_body_form(query = query) |>
  req_perform()
rows <- read.csv(text = resp_body_string(answer))"""
