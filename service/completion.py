"""What an editor may complete: our prefixes, and the classes and properties of the release's own VoID and ontology."""

from __future__ import annotations

from service.catalogue import Catalogue
from service.names import PREFIXES
from service.reader import Reader

# Classes and properties that the release says it uses, with how often, and those that an ontology in it declares.
PARTS = """SELECT ?term ?count { { GRAPH ?g { ?part void:class|void:property ?term . ?part void:entities|void:triples ?count } }
  UNION { ?part void:class|void:property ?term . ?part void:entities|void:triples ?count } }"""
DECLARED = """SELECT DISTINCT ?term ?comment { GRAPH ?g { ?term a ?kind VALUES ?kind { %s }
  OPTIONAL { ?term skos:definition|rdfs:comment ?comment } } FILTER(isIRI(?term)) }"""
USED = """SELECT DISTINCT ?term { { GRAPH ?g { ?x %(by)s ?term } } UNION { ?x %(by)s ?term } }"""
KINDS = {"classes": ("void:class", "owl:Class rdfs:Class"),
         "properties": ("void:property", "owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdf:Property")}


def terms(reader: Reader, catalogue: Catalogue) -> dict:
    """`prefixes` (name → IRI), `classes` and `properties`: each a list of `iri`, `label`, `definition` and `count`.

    Those that are used most come first; the count is the number of things or triples, 0 where a term is only declared.
    """
    counts = {row["term"].value: int(row["count"].value) for row in reader.select(PARTS)}
    found: dict = {"prefixes": PREFIXES}
    for name, (by, kinds) in KINDS.items():
        declared = {row["term"].value: row["comment"].value if row["comment"] else "" for row in reader.select(DECLARED % kinds)}
        used = {row["term"].value for row in reader.select(USED % {"by": by})}
        found[name] = [
            {"iri": iri, "label": catalogue.label(iri), "definition": declared.get(iri, ""), "count": counts.get(iri, 0)}
            for iri in sorted(used | declared.keys(), key=lambda iri: (-counts.get(iri, 0), iri))]
    return found
