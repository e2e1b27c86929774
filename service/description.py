"""The service description (W3C SPARQL 1.1 Service Description): what the endpoint is, speaks, holds and allows."""

from __future__ import annotations

from functools import cached_property, lru_cache

import pyoxigraph as ox

from service import functions
from service.names import PREFIXES, RDF, SCHEMA
from service.negotiation import GRAPHS, SOLUTIONS
from service.reader import Reader
from service.settings import Settings
from service.worker import write_graph

SD, VOID = PREFIXES["sd"], PREFIXES["void"]
FORMATS = "http://www.w3.org/ns/formats/"
SIMPLE = "http://www.w3.org/ns/entailment/Simple"  # what rules conclude stands in graphs; answering infers nothing
FORMAT_IRIS = {"application/sparql-results+json": "SPARQL_Results_JSON", "application/sparql-results+xml":
               "SPARQL_Results_XML", "text/csv": "SPARQL_Results_CSV", "text/tab-separated-values": "SPARQL_Results_TSV",
               "text/turtle": "Turtle", "application/n-triples": "N-Triples", "application/rdf+xml": "RDF_XML",
               "application/ld+json": "JSON-LD", "application/trig": "TriG", "application/n-quads": "N-Quads"}
# Names and units (UN/CEFACT codes) of the limits that a client may meet.
LIMITS = {"time_limit_s": "SEC", "max_time_limit_s": "SEC", "memory_limit_bytes": "AD", "max_query_chars": "C62",
          "max_body_bytes": "AD", "max_result_bytes": "AD", "max_rows": "C62"}
A = ox.NamedNode(RDF + "type")
DATASET = ox.BlankNode("dataset")


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


class Description:
    """Describes one endpoint over one store; each form is written once and kept."""

    def __init__(self, settings: Settings, release_digest: str, reader: Reader, searches: bool = False):
        self._settings, self._digest, self._reader, self._searches = settings, release_digest, reader, searches
        self.write = lru_cache(64)(self._write)

    def _write(self, endpoint_url: str, engine_format: str) -> bytes:
        """The description of the endpoint at `endpoint_url`, as pyoxigraph's format of that name."""
        service = ox.NamedNode(endpoint_url)
        triples = [*self._service(service), *self._limits(service), *self._of_dataset(service)]
        return write_graph(ox, triples, None, engine_format, PREFIXES)

    def _service(self, service: ox.NamedNode) -> list[ox.Triple]:
        return [ox.Triple(service, A, _sd("Service")), ox.Triple(service, _sd("endpoint"), service),
                ox.Triple(service, A, ox.NamedNode(PREFIXES["dcat"] + "DataService")),
                ox.Triple(service, ox.NamedNode(PREFIXES["dcat"] + "endpointDescription"),
                          ox.NamedNode(service.value.removesuffix("sparql") + "openapi.json")),
                ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL10Query")),
                ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
                ox.Triple(service, _sd("defaultEntailmentRegime"), ox.NamedNode(SIMPLE)), *self._functions(service),
                *(ox.Triple(service, _sd("resultFormat"), ox.NamedNode(FORMATS + FORMAT_IRIS[item.media_type]))
                  for item in (*SOLUTIONS, *GRAPHS))]

    def _functions(self, service: ox.NamedNode) -> list[ox.Triple]:
        if not self._searches:
            return []
        told = functions.triples()
        return [*(ox.Triple(service, _sd("extensionFunction"), node) for node in sorted({t.subject for t in told}, key=str)), *told]

    def _limits(self, service: ox.NamedNode) -> list[ox.Triple]:
        found = []
        for name, unit in LIMITS.items():
            node = ox.BlankNode(name.replace("_", "-"))
            found += [ox.Triple(service, ox.NamedNode(SCHEMA + "additionalProperty"), node),
                      ox.Triple(node, A, ox.NamedNode(SCHEMA + "PropertyValue")),
                      ox.Triple(node, ox.NamedNode(SCHEMA + "name"), ox.Literal(name)),
                      ox.Triple(node, ox.NamedNode(SCHEMA + "value"), ox.Literal(getattr(self._settings, name))),
                      ox.Triple(node, ox.NamedNode(SCHEMA + "unitCode"), ox.Literal(unit))]
        return found

    def _of_dataset(self, service: ox.NamedNode) -> list[ox.Triple]:
        return [ox.Triple(service, _sd("defaultDataset"), DATASET), *self.dataset]

    @cached_property
    def dataset(self) -> list[ox.Triple]:
        """What the endpoint holds: its default graph, its named graphs and the release's digest."""
        default = ox.BlankNode("default")
        found = [ox.Triple(DATASET, A, _sd("Dataset")),
                 ox.Triple(DATASET, _sd("defaultGraph"), default), ox.Triple(default, A, _sd("Graph")),
                 ox.Triple(default, ox.NamedNode(VOID + "triples"), ox.Literal(self._reader.record_size())),
                 ox.Triple(DATASET, ox.NamedNode(PREFIXES["dcterms"] + "identifier"), ox.Literal(self._digest))]
        for number, name in enumerate(self._reader.graph_names()):
            node = ox.BlankNode(f"g{number}")
            found += [ox.Triple(DATASET, _sd("namedGraph"), node), ox.Triple(node, A, _sd("NamedGraph")),
                      ox.Triple(node, _sd("name"), ox.NamedNode(name))]
        return found
