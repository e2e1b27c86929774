"""Prefixes and terms the service writes and reads."""

from __future__ import annotations

from kg.names import BASE, CT

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
OA = "http://www.w3.org/ns/oa#"
SH = "http://www.w3.org/ns/shacl#"
SCHEMA = "https://schema.org/"

PREFIXES = {
    "ct": CT, "rdf": RDF, "rdfs": RDFS, "owl": OWL, "skos": SKOS, "dcterms": DCTERMS, "oa": OA, "sh": SH,
    "schema": SCHEMA, "dc": "http://purl.org/dc/elements/1.1/", "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "void": "http://rdfs.org/ns/void#",
    "ctf": BASE + "function#",  # the functions that search (see service/functions.py)
    "dcat": "http://www.w3.org/ns/dcat#", "sd": "http://www.w3.org/ns/sparql-service-description#",
}
SPARQL_PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
