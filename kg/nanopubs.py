"""Each claim as a nanopublication (nanopub.net) whose trusty URI proves its content.

A claim's graph is the assertion; who holds it, on what evidence and where it stands is the provenance; who curated
it, when and under what licence is the publication info. Nothing in it depends on the release, so that a claim that
stays as it is keeps its nanopublication from release to release.

The digest is made here rather than by the library `nanopub`, which needs 16 s for 1,854 claims and brings rdflib, an
HTTP client and a signing library; its checker is the tests' judge of every one.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.errors import CaretraceError

NP = "http://www.nanopub.org/nschema#"
NAMESPACE = names.BASE + "np/"  # a trusty URI is this and the code
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DCTERMS, PROV = "http://purl.org/dc/terms/", "http://www.w3.org/ns/prov#"
HAS_TARGET = ox.NamedNode("http://www.w3.org/ns/oa#hasTarget")
PREFIXES = {"np": NP, "ct": names.CT, "prov": PROV, "dcterms": DCTERMS, "owl": "http://www.w3.org/2002/07/owl#",
            "xsd": "http://www.w3.org/2001/XMLSchema#"}
CLAIMS = "SELECT ?claim { ?claim a <%sClaim> } ORDER BY ?claim" % names.CT
DEFAULT = ox.DefaultGraph()
FILE, INDEX = "caretrace.nanopubs.trig", "nanopubs.csv"  # in a release


@dataclass(frozen=True)
class Nanopublication:
    """The nanopublication of one claim: both IRIs, and its four graphs as sorted quads."""

    claim: str
    iri: str
    quads: tuple[ox.Quad, ...]


def _own(part: str = "") -> ox.NamedNode:
    """The nanopublication itself or a part of it, before its code is known."""
    return ox.NamedNode(NAMESPACE + (f"#{part}" if part else ""))


def _assertion(store, claim: ox.NamedNode) -> list[ox.Triple]:
    """The claim's own graph; for one that asserts no triple, what it states in words."""
    quads = list(store.quads_for_pattern(None, None, None, claim))
    quads = quads or list(store.quads_for_pattern(claim, ox.NamedNode(names.CT + "statement"), None, DEFAULT))
    return [quad.triple for quad in quads]


def _provenance(store, claim: ox.NamedNode) -> list[ox.Triple]:
    """The claim's record, and what it makes of the assertion."""
    record = [quad.triple for quad in store.quads_for_pattern(claim, None, None, DEFAULT)]
    roles = {names.CT + "hasPassage": "wasDerivedFrom", names.CT + "heldBy": "wasAttributedTo"}
    said = [ox.Triple(_own("assertion"), ox.NamedNode(PROV + roles[t.predicate.value]), t.object)
            for t in record if t.predicate.value in roles]
    return [*said, ox.Triple(_own("assertion"), ox.NamedNode(PROV + "specializationOf"), claim), *record]


def _publication(store, claim: ox.NamedNode) -> list[ox.Triple]:
    """Licence and subject, and who read the claim, and when."""
    said = [("license", ox.NamedNode(names.LICENCE)), ("subject", claim), ("isPartOf", ox.NamedNode(names.BASE + "dataset"))]
    for quad in store.quads_for_pattern(None, HAS_TARGET, claim, DEFAULT):
        for name in ("creator", "created"):
            found = store.quads_for_pattern(quad.subject, ox.NamedNode(DCTERMS + name), None, DEFAULT)
            said += [(name, value.object) for value in found]
    return [ox.Triple(_own(), ox.NamedNode(DCTERMS + name), value) for name, value in said]


def _head() -> list[ox.Triple]:
    parts = (("hasAssertion", "assertion"), ("hasProvenance", "provenance"), ("hasPublicationInfo", "pubinfo"))
    return [ox.Triple(_own(), RDF_TYPE, ox.NamedNode(NP + "Nanopublication")),
            *(ox.Triple(_own(), ox.NamedNode(NP + name), _own(part)) for name, part in parts)]


def _with_code(iri: str, code: str) -> str:
    """`iri`, with `code` put in where it names the nanopublication itself."""
    return NAMESPACE + code + iri[len(NAMESPACE):] if iri.startswith(NAMESPACE) else iri


def _place(quad: ox.Quad) -> tuple:
    """What decides a quad's place: graph, subject, predicate, then IRIs before literals by value, datatype, language.

    Code points sort as their UTF-8 bytes do. Raises CaretraceError for a blank node.
    """
    value, triple = quad.object, quad.triple
    if isinstance(value, ox.BlankNode) or isinstance(quad.subject, ox.BlankNode):
        raise CaretraceError(f"{triple} has a blank node; a claim's own triples have none. Run `caretrace check`.")
    own = [_with_code(node.value, " ") for node in (quad.graph_name, quad.subject, quad.predicate)]
    if isinstance(value, ox.Literal):
        return (*own, 1, value.value, "" if value.language else value.datatype.value, (value.language or "").lower())
    return (*own, 0, _with_code(value.value, " "), "", "")


def _lines(place: tuple) -> str:
    """The four lines that tell a quad."""
    *own, literal, value, datatype, language = place
    if literal:
        mark = f"^{datatype}" if datatype else f"@{language}"
        value = f"{mark} " + value.replace("\\", "\\\\").replace("\n", "\\n")
    return "".join(f"{text}\n" for text in (*own, value))


def trusty_code(places: Iterable[tuple]) -> str:
    """`RA` and the SHA-256 of RDF content in base64 (module RA of Kuhn and Dumontier, Trusty URIs, 2014).

    The content is told as sorted lines, a space standing wherever the code itself will stand.
    """
    digest = hashlib.sha256("".join(map(_lines, places)).encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def nanopublication(store, claim: ox.NamedNode) -> Nanopublication:
    """The nanopublication of one claim of `store`."""
    parts = {"Head": _head(), "assertion": _assertion(store, claim), "provenance": _provenance(store, claim),
             "pubinfo": _publication(store, claim)}
    quads = {ox.Quad(*triple, _own(name)) for name, triples in parts.items() for triple in triples}
    placed = sorted(((_place(quad), quad) for quad in quads), key=itemgetter(0))
    code = trusty_code(place for place, _ in placed)

    def named(node):
        """The node by its final name."""
        own = isinstance(node, ox.NamedNode) and node.value.startswith(NAMESPACE)
        return ox.NamedNode(_with_code(node.value, code)) if own else node

    made = (ox.Quad(named(q.subject), q.predicate, named(q.object), named(q.graph_name)) for _, q in placed)
    return Nanopublication(claim.value, NAMESPACE + code, tuple(made))


def all_of(store) -> Iterator[Nanopublication]:
    """Every claim's nanopublication, in the order of the claims' IRIs."""
    for row in store.query(CLAIMS):
        yield nanopublication(store, row["claim"])


def as_trig(publications: Iterable[Nanopublication]) -> bytes:
    """The nanopublications as one TriG document."""
    quads = (quad for publication in publications for quad in publication.quads)
    return ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)


@lru_cache(32)  # a release never changes
def read_index(folder: Path) -> dict[str, str]:
    """IRI of a nanopublication → IRI of its claim, as the release in `folder` lists them; empty for a release without."""
    path = folder / INDEX
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines()[1:]) if path.is_file() else ()
    return {iri: claim for claim, iri in rows}


def as_index(publications: Iterable[Nanopublication]) -> str:
    """CSV with the IRIs of each claim and of its nanopublication."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("claim", "nanopublication"))
    writer.writerows((publication.claim, publication.iri) for publication in publications)
    return text.getvalue()
