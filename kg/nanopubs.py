"""Each claim as a nanopublication (nanopub.net) whose trusty URI proves its content.

Needs the extra `nanopub`, and says so where it is missing. A claim's graph is the assertion; who holds it, on what evidence and where it stands is
the provenance; who curated it, when and under what licence is the publication info.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.catalogue import LICENCE
from kg.errors import CaretraceError

try:
    import rdflib
    from nanopub.sign_utils import replace_trusty_in_graph
    from nanopub.trustyuri.rdf import RdfHasher, RdfUtils
    from rdflib.namespace import DCTERMS, PROV, RDF
except ImportError:
    raise CaretraceError("Nanopublications need an extra: pip install 'caretrace[nanopub]'.") from None

NP = rdflib.Namespace("http://www.nanopub.org/nschema#")
NAMESPACE = rdflib.Namespace(names.BASE + "np/")  # a trusty URI is this and the hash
CT = rdflib.Namespace(names.CT)
CLAIMS = "SELECT ?claim { ?claim a <%sClaim> } ORDER BY ?claim" % names.CT


def term(node) -> rdflib.term.Node:
    """A pyoxigraph term as rdflib's."""
    if isinstance(node, ox.NamedNode):
        return rdflib.URIRef(node.value)
    if isinstance(node, ox.Literal):
        kind = None if node.language or node.datatype.value == str(rdflib.XSD.string) else node.datatype.value
        return rdflib.Literal(node.value, lang=node.language, datatype=kind, normalize=False)
    raise CaretraceError(f"{node} is a blank node; a claim's own triples have none. Run `caretrace check`.")


def _assertion(store: ox.Store, claim: ox.NamedNode) -> list[tuple]:
    """The claim's own graph; for one that asserts no triple, what it states in words."""
    quads = list(store.quads_for_pattern(None, None, None, claim))
    quads = quads or list(store.quads_for_pattern(claim, ox.NamedNode(names.CT + "statement"), None, ox.DefaultGraph()))
    return [tuple(map(term, (q.subject, q.predicate, q.object))) for q in quads]


def _provenance(store: ox.Store, claim: ox.NamedNode, assertion: rdflib.URIRef) -> list[tuple]:
    record = [tuple(map(term, (q.subject, q.predicate, q.object)))
              for q in store.quads_for_pattern(claim, None, None, ox.DefaultGraph())]
    said = [(assertion, PROV.wasDerivedFrom, o) for _, p, o in record if p == CT.hasPassage]
    said += [(assertion, PROV.wasAttributedTo, o) for _, p, o in record if p == CT.heldBy]
    return [*said, (assertion, PROV.specializationOf, term(claim)), *record]


def _publication(store: ox.Store, claim: ox.NamedNode, this: rdflib.URIRef, digest: str) -> list[tuple]:
    said = [(this, DCTERMS.license, rdflib.URIRef(LICENCE)), (this, DCTERMS.subject, term(claim)),
            (this, DCTERMS.isPartOf, rdflib.URIRef(names.RELEASE_GRAPH)), (this, DCTERMS.identifier, rdflib.Literal(digest))]
    for creator, created in _curations(store, claim):
        said += [(this, DCTERMS.creator, creator), (this, DCTERMS.created, created)]
    return said


def _curations(store: ox.Store, claim: ox.NamedNode) -> list[tuple]:
    found = []
    target = ox.NamedNode("http://www.w3.org/ns/oa#hasTarget")
    for quad in store.quads_for_pattern(None, target, claim, ox.DefaultGraph()):
        values = {q.predicate.value: term(q.object) for q in store.quads_for_pattern(quad.subject, None, None, ox.DefaultGraph())}
        found.append((values[str(DCTERMS.creator)], values[str(DCTERMS.created)]))
    return found


def nanopublication(store: ox.Store, claim: ox.NamedNode, digest: str) -> rdflib.ConjunctiveGraph:
    """The nanopublication of one claim, named by its trusty URI; `digest` is the release's."""
    graph, this = rdflib.ConjunctiveGraph(), NAMESPACE[""]
    parts = {"assertion": _assertion(store, claim), "provenance": _provenance(store, claim, NAMESPACE["assertion"]),
             "pubinfo": _publication(store, claim, this, digest)}
    parts["Head"] = [(this, RDF.type, NP.Nanopublication), (this, NP.hasAssertion, NAMESPACE["assertion"]),
                     (this, NP.hasProvenance, NAMESPACE["provenance"]), (this, NP.hasPublicationInfo, NAMESPACE["pubinfo"])]
    for name, triples in parts.items():
        graph.addN((*triple, graph.get_context(NAMESPACE[name])) for triple in triples)
    artefact = RdfHasher.make_hash(RdfUtils.get_quads(graph), baseuri=str(NAMESPACE), hashstr=" ")
    return replace_trusty_in_graph(artefact, str(NAMESPACE), graph)


def all_of(store: ox.Store, digest: str) -> Iterator[str]:
    """Every claim's nanopublication as N-Quads, in the order of the claims."""
    for row in store.query(CLAIMS):
        graph = nanopublication(store, row["claim"], digest)
        yield "".join(sorted(f"{line}\n" for line in graph.serialize(format="nquads").splitlines() if line))


def write_trig(store: ox.Store, digest: str, path: Path) -> int:
    """Write all nanopublications as TriG; returns how many there are."""
    made = list(all_of(store, digest))
    prefixes = {"np": str(NP), "ct": names.CT, "prov": str(PROV), "dcterms": str(DCTERMS)}
    quads = (quad for text in made for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))
    ox.serialize(quads, str(path), format=ox.RdfFormat.TRIG, prefixes=prefixes)
    return len(made)
