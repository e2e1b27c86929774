"""Every check of a build, each a function that yields problems; all are run and all problems come at once."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg import build, names, questions, versions, vocabulary
from kg.anchor import anchor_at
from kg.data import Data
from kg.drafts import overlap
from kg.errors import Problem
from kg.ledger import open_rows
from kg.names import Project
from kg.normal import digest
from kg.schema import listed
from kg.shapes import validate, violations
from kg.texts import Registry
from kg.yamlrecords import Record

_PREFIXES = {"ct": names.CT, "base": names.BASE, "rule": names.RULE, "trap": names.UNDECLARED}


def coverage(data: Data) -> Iterator[Problem]:
    """Sentences of curated sections that are neither claimed nor excused."""
    for row in open_rows(data):
        yield Problem(f"data/claims/{row.source}", 0, row.section, f"the sentence at {row.start} to {row.end} is neither claimed nor excused",
                      "write a claim that covers it, or list it under unclaimed with its reason")


def anchors(data: Data, registry: Registry) -> Iterator[Problem]:
    """Passages whose digest or words differ from the registered text, and statements that repeat their passage."""
    for file in data.claim_files:
        text = registry.find(file.source)
        if text is None:
            continue
        for claim in file.claims:
            for key in ("passages", "context", "attribution"):
                for passage in listed(claim.get(key)):
                    yield from _anchor(data, claim, passage, text, key)
        for row in file.unclaimed:
            yield from (Problem(file.file, row.line, file.section, p.message, p.allowed) for p in _digest(data, row, text, file.section))
    for reference in data.references.values():
        if text := registry.find(reference["source"]):
            for passage in listed(reference["passages"]):
                yield from _digest(data, passage, text, reference["id"])


def _digest(data: Data, passage: Record, text: str, owner: str) -> Iterator[Problem]:
    start, end = int(passage["start"]), int(passage["end"])
    if end > len(text) or digest(text[start:end]) != passage["digest"]:
        yield data.problem(owner, f"the digest does not match the words at {start} to {end}", "put the quote back and run `caretrace anchor`", passage.line)


def _anchor(data: Data, claim: Record, passage: Record, text: str, key: str) -> Iterator[Problem]:
    if wrong := list(_digest(data, passage, text, claim["id"])):
        yield from wrong
        return
    start, end = int(passage["start"]), int(passage["end"])
    there = anchor_at(text, start, end).record()
    if any(there.get(word) != passage.get(word) for word in ("opens", "closes", "next")):
        yield data.problem(claim["id"], f"opening, closing or next words differ from the text at {start}", "put the quote back and run `caretrace anchor`", passage.line)
    if key == "passages" and (run := overlap(claim["statement"], text[start:end])):
        yield data.problem(claim["id"], f"the statement repeats its passage: {run!r}", "say it in other words", claim.line)


def reviews(data: Data) -> Iterator[Problem]:
    """Claims without a second reading: they do not count and may not be released."""
    for claim in data.claims:
        if "reviewed" not in claim:
            yield data.problem(claim["id"], "has not been read twice", "add reviewed: <date> after a second reading", claim.line)


def contents(data: Data) -> Iterator[Problem]:
    """Claims that say nothing in the ontology's terms and mention nothing; figures without a value."""
    for claim in data.claims:
        if not any(claim.get(key) for key in ("asserts", "denies", "mentions")):
            yield data.problem(claim["id"], "has no content and mentions nothing", "add asserts, denies or mentions", claim.line)
        for figure in listed(claim.get("figures")):
            if len({"value", "min", "max"} & set(figure)) != (1 if "value" in figure else 2):
                yield data.problem(claim["id"], "a figure needs value, or min and max", "write one of the two forms", figure.line)


def unused(data: Data) -> Iterator[Problem]:
    """Entities that no record names."""
    from kg.data import entity_shape, ids_in

    used = {build.CURATORS, *(s["voice"] for s in data.sources.values()), *(s["publisher"] for s in data.sources.values())}
    groups = [(data.claims, "claim"), (data.references.values(), "reference"), (data.relations.values(), "relation")]
    groups += [([e], entity_shape(e["id"].split("/")[0])) for e in data.entities.values()]
    for records, shape in groups:
        used.update(value for record in records for _, value in ids_in(record, shape))
    for entity in data.entities:
        if entity not in used:
            yield data.problem(entity, "is used by no record", "use it where it belongs or remove the file")


_OWN_GRAPHS = {"ontology": names.ONTOLOGY, "release": names.RELEASE_GRAPH, "rule": names.RULE, "trap": names.UNDECLARED}


def _rows(store: ox.Store, query: str):
    """The answer to a query in which `%(ontology)s`, `%(release)s`, `%(rule)s` and `%(trap)s` stand for our own IRIs."""
    return store.query(query % _OWN_GRAPHS, prefixes={"ct": names.CT})


def undeclared(store: ox.Store) -> Iterator[Problem]:
    """Keys that the context does not know, and predicates of our own that the ontology does not declare."""
    query = """SELECT DISTINCT ?p WHERE { { ?s ?p ?o } UNION { ?c a ct:Claim . GRAPH ?c { ?s ?p ?o } }
      FILTER(STRSTARTS(STR(?p), "%(trap)s") || (STRSTARTS(STR(?p), STR(ct:)) && NOT EXISTS { GRAPH <%(ontology)s> { ?p a ?kind } })) }"""
    for row in _rows(store, query):
        yield Problem("ontology/caretrace.ttl", 0, row["p"].value, "is used and not declared", "declare the term, or mend the key in the record")


def cross_graph(store: ox.Store, project: Project) -> Iterator[Problem]:
    """What the queries in shapes/rules find: predicates outside their domain or range, content that is not typed…"""
    for path in sorted(project.shapes.glob("rules/*.rq")):
        query = path.read_text(encoding="utf-8")
        for row in store.query(query, prefixes={"ct": names.CT}):
            terms = [names.path_of(row[v.value].value) for v in store_variables(row, ("subject", "predicate", "object")) if row[v.value] is not None]
            claim = row["claim"].value if row["claim"] else ""
            yield Problem("shapes/rules/" + path.name, 0, names.path_of(claim), " ".join(terms), row["problem"].value)


def store_variables(row, wanted: tuple[str, ...]):
    """Those of the wanted variables that the row has."""
    found = []
    for name in wanted:
        try:
            row[name]
        except KeyError:
            continue
        found.append(ox.Variable(name))
    return found


def traceability(store: ox.Store) -> Iterator[Problem]:
    """Content outside a claim's graph or in that of a claim without a passage; conclusions without rule or premises."""
    orphan = """SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o }
      FILTER(?g != <%(ontology)s> && ?g != <%(release)s> && !STRSTARTS(STR(?g), "%(rule)s"))
      FILTER NOT EXISTS { ?g a ct:Claim ; ct:hasPassage ?passage } }"""
    for row in _rows(store, orphan):
        yield Problem("build", 0, row["g"].value, "this graph is not that of a claim with a passage", "every content triple belongs to a claim")
    loose = """SELECT DISTINCT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), "%(rule)s"))
      FILTER NOT EXISTS { GRAPH ?g { ?s a ct:Inference } }
      FILTER NOT EXISTS { GRAPH ?g { ?i ct:inferredSubject ?s ; ct:inferredProperty ?p ; ct:inferredObject ?o ; ct:byRule ?g ; ct:tracesTo ?claim }
        ?claim ct:hasPassage ?passage } }"""
    for row in _rows(store, loose):
        yield Problem("build", 0, row["g"].value, f"{row['s']} {row['p']} {row['o']} leads to no passage", "write its ct:Inference in the rule")


def shacl(store: ox.Store, project: Project, level: str = "strict") -> Iterator[Problem]:
    """What the shapes refuse in the record at `level` (see `kg.shapes`)."""
    record = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    for finding in violations(validate(record, project.shapes, project.ontology / "caretrace.ttl"), level):
        yield Problem("shapes", 0, names.path_of(finding.record), f"{finding.path} {finding.value}".strip(), finding.message)


def of_data(data: Data, registry: Registry) -> Iterator[Problem]:
    """All checks of the curated records."""
    for check in (coverage(data), anchors(data, registry), reviews(data), contents(data), unused(data)):
        yield from check


def of_store(store: ox.Store, project: Project, level: str = "strict") -> Iterator[Problem]:
    """All checks of the built graph, the shapes at `level`."""
    for check in (undeclared(store), cross_graph(store, project), traceability(store), shacl(store, project, level), vocabulary.problems(project), versions.problems(project.ontology),
                  questions.failures(store)):
        yield from check
