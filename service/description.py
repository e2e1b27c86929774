"""The service description (W3C SPARQL 1.1 Service Description): what the endpoint is, speaks and holds."""

from __future__ import annotations

import pyoxigraph as ox

from service.names import PREFIXES, RDF
from service.negotiation import GRAPHS, SOLUTIONS
from service.settings import Settings
from service.worker import write_graph

SD = PREFIXES["sd"]
FORMATS = "http://www.w3.org/ns/formats/"
FORMAT_IRIS = {"application/sparql-results+json": "SPARQL_Results_JSON", "application/sparql-results+xml":
               "SPARQL_Results_XML", "text/csv": "SPARQL_Results_CSV", "text/tab-separated-values": "SPARQL_Results_TSV",
               "text/turtle": "Turtle", "application/n-triples": "N-Triples", "application/rdf+xml": "RDF_XML",
               "application/ld+json": "JSON-LD", "application/trig": "TriG", "application/n-quads": "N-Quads"}


def describe_service(settings: Settings, release_digest: str, endpoint_url: str, engine_format: str) -> bytes:
    """The description of the endpoint at `endpoint_url`, serialised as pyoxigraph's format of that name."""
    service = ox.NamedNode(endpoint_url)
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    term = lambda name: ox.NamedNode(SD + name)  # noqa: E731
    a = ox.NamedNode(RDF + "type")
    triples = [
        ox.Triple(service, a, term("Service")),
        ox.Triple(service, term("endpoint"), service),
        ox.Triple(service, term("supportedLanguage"), term("SPARQL10Query")),
        ox.Triple(service, term("supportedLanguage"), term("SPARQL11Query")),
        ox.Triple(service, term("defaultDataset"), dataset),
        ox.Triple(dataset, a, term("Dataset")),
        ox.Triple(dataset, term("defaultGraph"), default),
        ox.Triple(dataset, ox.NamedNode(PREFIXES["dcterms"] + "identifier"), ox.Literal(release_digest)),
        ox.Triple(dataset, ox.NamedNode(PREFIXES["rdfs"] + "seeAlso"), ox.NamedNode(settings.base + "release")),
        ox.Triple(default, a, term("Graph")),
    ]
    triples += [ox.Triple(service, term("resultFormat"), ox.NamedNode(FORMATS + FORMAT_IRIS[item.media_type]))
                for item in (*SOLUTIONS, *GRAPHS)]
    return write_graph(ox, triples, None, engine_format, PREFIXES)
