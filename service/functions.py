"""The SPARQL functions that search: their names, what each gives, and the page and RDF that say so."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from kg.names import BASE
from service.names import PREFIXES, RDF, RDFS
from service.negotiation import HTML, PAGE_OR_GRAPH, choose_accepted, choose_named
from service.responses import respond
from service.syntax import decode
from service.worker import MAX_SEARCHES, write_graph

NAMESPACE = PREFIXES["ctf"]
DOCUMENT = NAMESPACE.rstrip("#")


@dataclass(frozen=True)
class Function:
    """A function: its local name, how it is called, and what it gives."""

    name: str
    call: str
    gives: str


FUNCTIONS = (
    Function("matches", "matches(?thing, \"words\")",
             "True when the search for the words finds the thing, else false. The search is that of the search page: word forms "
             "count as the word, a misspelt word is read as the nearest one that occurs, and when nothing has all words, "
             "what has some is found."),
    Function("score", "score(?thing, \"words\")",
             "How well the thing answers the words, an xsd:double above 0: the higher, the better. No value when the search "
             "does not find the thing."),
)


def names_function(query: str) -> bool:
    """Whether the namespace of the functions stands anywhere in `query`, its escapes read."""
    return NAMESPACE in decode(query)


PATTERNS = {"report": "?claim ct:statedIn {} .", "kind": "?claim ct:kind {} .", "holder": "?claim ct:heldBy {} .",
            "entity": "?claim ct:mentions|ct:expresses|ct:restsOn|ct:citesSource|ct:heldBy {} .",
            "year": "?claim ct:statedIn/dcterms:issued ?issued . FILTER(STRSTARTS(STR(?issued), {}))"}
READ_TWICE = "FILTER {}EXISTS {{ ?curation oa:hasTarget ?claim ; dcterms:created ?day }}"


def search_query(words: str, filters: dict[str, list[str]]) -> str:
    """A search of the search page among claims as a query; `filters` has IRIs, years, and yes or no for `reviewed`."""
    lines = ["?claim ct:statement ?statement ."]
    for name, values in filters.items():
        for value in values:
            if name == "reviewed":
                lines.append(READ_TWICE.format("" if value == "yes" else "NOT "))
            else:
                lines.append(PATTERNS[name].format(json.dumps(value) if name == "year" else f"<{value}>"))
    if words.strip():
        lines += [f"BIND(ctf:score(?claim, {json.dumps(words, ensure_ascii=False)}) AS ?score)", "FILTER(BOUND(?score))"]
    text = "\n".join(f"  {line}" for line in lines)
    wanted, order = ("?claim ?statement ?score", "\nORDER BY DESC(?score)") if words.strip() else ("?claim ?statement", "")
    used = [name for name in ("ct", "ctf", "dcterms", "oa") if f"{name}:" in text]
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in used)
    return f"{prefixes}\nSELECT {wanted} WHERE {{\n{text}\n}}{order}\nLIMIT 100"


def triples() -> list[ox.Triple]:
    """The functions as the service description names them (W3C SPARQL 1.1 Service Description, section 3.2.4)."""
    found = []
    for function in FUNCTIONS:
        node = ox.NamedNode(NAMESPACE + function.name)
        found += [ox.Triple(node, ox.NamedNode(RDF + "type"), ox.NamedNode(PREFIXES["sd"] + "Function")),
                  ox.Triple(node, ox.NamedNode(RDFS + "label"), ox.Literal(function.call, language="en")),
                  ox.Triple(node, ox.NamedNode(RDFS + "comment"), ox.Literal(function.gives, language="en")),
                  ox.Triple(node, ox.NamedNode(RDFS + "isDefinedBy"), ox.NamedNode(DOCUMENT))]
    return found


def blueprint(here: bool) -> Blueprint:
    """The document that the functions' IRIs lead to; `here` tells whether this service has them."""
    routes = Blueprint("functions", __name__)

    @routes.get(f"/{DOCUMENT.removeprefix(BASE)}")
    def functions() -> Response:
        name = request.args.get("format")
        form = choose_named(name, PAGE_OR_GRAPH) if name else choose_accepted(request.accept_mimetypes, PAGE_OR_GRAPH)
        if form is not HTML:
            return respond(write_graph(ox, triples(), None, form.engine_name, PREFIXES), form.content_type)
        body = render_template("functions.html", functions=FUNCTIONS, namespace=NAMESPACE, most=MAX_SEARCHES, here=here,
                               example=search_query("staff burnout", {}))
        return respond(body, "text/html; charset=utf-8", shared=False)

    return routes
