"""Answer a query from a release on the command line. The service has its own, isolated way."""

from __future__ import annotations

import pyoxigraph as ox

from kg.errors import QueryError
from kg.names import path_of
from kg.questions import PREFIXES
from kg.store import Release

_RESULTS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}
_GRAPHS = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD, "rdfxml": ox.RdfFormat.RDF_XML}
FORMATS = ("table", *_RESULTS, *_GRAPHS)


def answer(release: Release, query: str, form: str) -> bytes:
    """The whole answer in the named form. Raises QueryError for a wrong query or a form that does not fit it."""
    try:
        results = release.store.query(query, prefixes=PREFIXES)
    except SyntaxError as error:
        raise QueryError(f"The query is not SPARQL: {error}") from None
    if isinstance(results, ox.QueryTriples):
        return ox.serialize(results, format=_GRAPHS.get(form, ox.RdfFormat.TURTLE), prefixes=PREFIXES)
    if form in _GRAPHS:
        raise QueryError(f"A SELECT or ASK has no {form}; use one of {', '.join(('table', *_RESULTS))}.")
    if form in _RESULTS:
        return results.serialize(format=_RESULTS[form])
    if isinstance(results, ox.QueryBoolean):
        return f"{'yes' if results else 'no'}\n".encode()
    return _table(results).encode()


def _table(results: ox.QuerySolutions) -> str:
    heads = [v.value for v in results.variables]
    rows = [["" if row[h] is None else path_of(row[h].value).replace("\n", " ") for h in heads] for row in results]
    widths = [min(60, max([len(h), *(len(r[i]) for r in rows)])) for i, h in enumerate(heads)]
    lines = ["  ".join(cell[:59] + "…" if len(cell) > 60 else cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in [heads, *rows]]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:], f"{len(rows)} row{'s' if len(rows) != 1 else ''}", ""])
