"""VoID and DCAT: the release describes itself in a graph of its own."""

from __future__ import annotations

import pyoxigraph as ox

from kg import names
from kg.data import Data
from kg.nanopubs import FILE as NANOPUBS, NP

TITLE = "Caretrace: claims on integrated care in England, traced to their words"
DESCRIPTION = ("What five texts of the Nuffield Trust, The King's Fund and the NHS Confederation, 2018 to 2023, claim about integrated care in England, "
               "claim by claim, each with its holder, evidence, cited works and the characters it rests on.")


def modified(data: Data) -> str:
    """The day of the newest review: the date of the data, the same whenever they are built."""
    return max((c["reviewed"] for c in data.claims if "reviewed" in c), default="1970-01-01")


def _partitions(store: ox.Store) -> str:
    lines = []
    classes = store.query("SELECT ?c (COUNT(?s) AS ?n) WHERE { ?s a ?c } GROUP BY ?c ORDER BY ?c")
    lines += [f"  void:classPartition [ void:class <{r['c'].value}> ; void:entities {r['n'].value} ] ;" for r in classes]
    properties = store.query("SELECT ?p (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { ?g a ct:Claim . GRAPH ?g { ?s ?p ?o } } } GROUP BY ?p ORDER BY ?p", prefixes={"ct": names.CT})
    lines += [f"  void:propertyPartition [ void:property <{r['p'].value}> ; void:triples {r['n'].value} ] ;" for r in properties]
    return "\n".join(lines)


def _distributions() -> list[tuple[str, str, str, str]]:
    """File, media type, title and further properties of each dump, plain and compressed."""
    gzip = " ; dcat:compressFormat <https://www.iana.org/assignments/media-types/application/gzip>"
    nanopub = f" ; dcterms:conformsTo <{NP}>"
    plain = [("caretrace.nq", "application/n-quads", "Everything, as N-Quads", ""),
             ("caretrace.trig", "application/trig", "Everything, as TriG", ""),
             ("caretrace.ttl", "text/turtle", "The record and the ontology, as Turtle", ""),
             ("caretrace.jsonld", "application/ld+json", "Everything, as JSON-LD", ""),
             (NANOPUBS, "application/trig", "Each claim as a nanopublication with a trusty URI", nanopub)]
    return [*plain, *((name + ".gz", media, f"{title}, compressed", more + gzip) for name, media, title, more in plain)]


def turtle(store: ox.Store, data: Data, version: str) -> str:
    """The description of the graph in `store` as Turtle."""
    dumps = "\n".join(
        f'  dcat:distribution [ a dcat:Distribution ; dcterms:title "{title}"@en ; dcat:mediaType "{media}" ;'
        f' dcat:downloadURL <{names.BASE}dump/latest/{name}>{more} ] ;' for name, media, title, more in _distributions())
    entities = len({q.subject for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())})
    return f"""@prefix void: <http://rdfs.org/ns/void#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<{names.BASE}dataset> a void:Dataset, dcat:Dataset ;
  dcterms:title "{TITLE}"@en ;
  dcterms:description "{DESCRIPTION}"@en ;
  dcterms:license <{names.LICENCE}> ;
  dcterms:creator <{names.BASE}agent/caretrace-curators> ;
  dcterms:modified "{modified(data)}"^^xsd:date ;
  dcat:version "{version}" ;
  void:uriSpace "{names.BASE}" ;
  void:sparqlEndpoint <{names.BASE}sparql> ;
  void:vocabulary <{names.ONTOLOGY}> ;
  void:exampleResource <{names.BASE}{data.claims[0]['id'] if data.claims else 'ontology'}> ;
{dumps}
{_partitions(store)}
  void:triples {len(store)} ;
  void:entities {entities} .
"""


def quads(text: str) -> list[ox.Quad]:
    """The description in the release's graph; blank nodes are new in every call."""
    parsed = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    return [ox.Quad(*quad.triple, ox.NamedNode(names.RELEASE_GRAPH)) for quad in parsed]


def tombstones(data: Data) -> list[ox.Quad]:
    """What was withdrawn, when, why and in favour of what, in the release's graph."""
    terms = {"date": "http://purl.org/dc/terms/modified", "reason": "http://www.w3.org/2000/01/rdf-schema#comment"}
    graph, found = ox.NamedNode(names.RELEASE_GRAPH), []
    for record in data.withdrawn.values():
        thing = ox.NamedNode(names.iri(record["id"]))
        date = ox.Literal(record["date"], datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
        found += [ox.Quad(thing, ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated"), ox.Literal(True), graph),
                  ox.Quad(thing, ox.NamedNode(terms["date"]), date, graph),
                  ox.Quad(thing, ox.NamedNode(terms["reason"]), ox.Literal(record["reason"], language="en"), graph)]
        if new := record.get("replacedBy"):
            found.append(ox.Quad(thing, ox.NamedNode("http://purl.org/dc/terms/isReplacedBy"), ox.NamedNode(names.iri(new)), graph))
    return found
