"""From curated records to quads: each record becomes a JSON-LD node, the one context gives its keys their IRIs."""

from __future__ import annotations

import json

import pyoxigraph as ox

from kg import names
from kg.data import Data
from kg.errors import DataError, Problem
from kg.names import Project
from kg.schema import listed
from kg.turtle import read_turtle
from kg.yamlrecords import Record

CURATORS = "agent/caretrace-curators"
METHOD = "Each claim is read twice against its passage, the second time by another reader, field by field."


def context(project: Project) -> dict:
    """The published JSON-LD context, read from disk. Raises DataError when it cannot be."""
    try:
        return json.loads((project.ontology / "context.jsonld").read_bytes())["@context"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError([Problem("ontology/context.jsonld", 0, "", f"is not a JSON-LD context: {error}", "mend the file")]) from None


def _slug(record_id: str) -> str:
    return record_id.split("/", 1)[1]


def _node(kind: str, record: dict, **more) -> dict:
    return {"type": f"ct:{kind}"} | dict(record) | {k: v for k, v in more.items() if v not in (None, [], "")}


def entity_node(record: Record) -> dict:
    """An entity, holder, evidence or work as a node; `type` narrows the folder's class."""
    folder = record["id"].split("/")[0]
    types = sorted({f"ct:{names.FOLDERS[folder]}", f"ct:{record.get('type', names.FOLDERS[folder])}"})
    node = {k: v for k, v in record.items() if k not in ("type", "source")} | {"type": types}
    if "source" in record:
        node["voiceIn" if folder == "holder" else "evidenceIn"] = record["source"]
    return node


def source_nodes(key: str, record: Record, data: Data):
    """Yield the source, its text version and its sections."""
    plain = {k: v for k, v in record.items() if k not in ("text", "sections", "publisher", "creators")}
    text = record["text"]
    yield _node("Source", plain, printedCreators=record["creators"], publishedBy=record["publisher"], hasTextVersion=text["id"])
    yield _node("TextVersion", text, versionOf=record["id"], label=f"text version of {record['label']}")
    curated = {f.section for f in data.claim_files}
    for section in data.sections(key):
        node = {k: v for k, v in section.items() if k != "partOf"}
        yield _node("Section", node, label=section["title"], sectionOf=record["id"], partOfSection=section.get("partOf"),
                    number=section["id"].rsplit("-", 1)[1], curated=str(section["id"] in curated).lower())


def passage_id(source: str, passage: Record) -> str:
    """The passage's id: its text's id with an RFC 5147 character range as fragment."""
    return f"text/{source}#char={passage['start']},{passage['end']}"


def passage_nodes(source: str, passage: Record, section: str | None):
    """Yield the passage and its selectors: by position, and by the words at its two ends."""
    base = f"selector/{source}-{passage['start']}-{passage['end']}"
    wordy = "opens" in passage
    selectors = [base + "-position"] + ([base + "-range"] if wordy else [])
    yield {"id": passage_id(source, passage), "type": ["ct:Passage", "oa:SpecificResource"], "hasSource": f"text/{source}",
           "hasSelector": selectors, "inSection": section or []} | dict(passage)
    yield {"id": selectors[0], "type": "oa:TextPositionSelector", "selectorStart": passage["start"], "selectorEnd": passage["end"]}
    if wordy:
        yield {"id": selectors[1], "type": "oa:RangeSelector", "hasStartSelector": base + "-opens", "hasEndSelector": base + "-closes"}
        yield {"id": base + "-opens", "type": "oa:TextQuoteSelector", "exact": passage["opens"]}
        yield {"id": base + "-closes", "type": "oa:TextQuoteSelector", "prefix": passage["closes"], "exact": passage.get("next", [])}


def content(claim: Record) -> list[dict]:
    """The nodes of the claim's own graph: what it asserts, and what it denies as negative property assertions."""
    nodes = [dict(node) for node in listed(claim.get("asserts"))]
    triples = [(node["id"], key, value) for node in listed(claim.get("denies"))
               for key, values in node.items() if key != "id" for value in listed(values)]
    for number, (subject, key, value) in enumerate(triples, 1):
        nodes.append({"id": f"denial/{_slug(claim['id'])}-{number}", "type": "owl:NegativePropertyAssertion",
                      "sourceIndividual": subject, "assertionProperty": f"ct:{key}", "targetIndividual": value})
    return nodes


def mentioned(claim: Record) -> list[str]:
    """Every entity the claim is about: those of its content and those it only mentions, each once, sorted."""
    found = set(listed(claim.get("mentions")))
    for node in listed(claim.get("asserts")) + listed(claim.get("denies")):
        found.update(item for value in node.values() for item in listed(value))
    return sorted(found)


def claim_nodes(claim: Record, source: str, section: str, order: int, data: Data):
    """Yield the claim with its graph, its figures, passages and curation."""
    figures = [f"figure/{_slug(claim['id'])}-{n}" for n in range(1, len(listed(claim.get("figures"))) + 1)]
    plain = {k: v for k, v in claim.items() if k in ("id", "statement", "kind", "modality", "heldBy", "restsOn", "cites", "expresses", "note")}
    anchors = {key: [passage_id(source, p) for p in listed(claim.get(key))] for key in ("passages", "context", "attribution") if claim.get(key)}
    works = sorted({data.references[r]["work"] for r in listed(claim.get("cites"))})
    yield _node("Claim", plain, label=claim["statement"], reportedBy=data.sources[source]["voice"], citesSource=works,
                mentions=mentioned(claim), figures=figures, statedIn=f"source/{source}", inSection=section,
                order=str(order), asserts=content(claim)) | anchors
    for figure_id, figure in zip(figures, listed(claim.get("figures"))):
        label = " ".join(filter(None, [figure.get("comparator"), figure.get("value") or f"{figure.get('min')} to {figure.get('max')}", figure["unit"]]))
        yield _node("Figure", figure, id=figure_id, label=f"{label}: {figure['counts']}") | {"comparator": figure["comparator"].replace(" ", "-")}
    for key in ("passages", "context", "attribution"):
        for passage in listed(claim.get(key)):
            yield from passage_nodes(source, passage, data.section_at(source, int(passage["start"])))
    if "reviewed" in claim:
        yield {"id": f"curation/{_slug(claim['id'])}", "type": ["ct:Curation", "oa:Annotation"], "hasTarget": claim["id"],
               "motivatedBy": "oa:assessing", "creator": CURATORS, "created": claim["reviewed"], "method": METHOD}


def no_claim_nodes(row: Record, source: str, data: Data):
    """Yield the ledger's entry for a stretch of text that claims nothing."""
    section = data.section_at(source, int(row["start"]))
    passage = Record({k: row[k] for k in ("start", "end", "digest")})
    yield {"id": f"no-claim/{source}-{row['start']}-{row['end']}", "type": "ct:NoClaim", "noClaimReason": row["reason"],
           "statedIn": f"source/{source}", "inSection": section, "passages": [passage_id(source, passage)]}
    yield from passage_nodes(source, passage, section)


def reference_nodes(record: Record, data: Data):
    """Yield an entry of a text's reference list and its place."""
    source = record["source"]
    plain = {k: v for k, v in record.items() if k in ("id", "marker", "work", "note")}
    yield _node("Reference", plain, listedIn=f"source/{source}", anchoredIn=[passage_id(source, p) for p in listed(record["passages"])])
    for passage in listed(record["passages"]):
        yield from passage_nodes(source, passage, data.section_at(source, int(passage["start"])))


def relation_nodes(record: Record):
    """Yield the judgement, and the direct statement between the two claims."""
    yield _node("Judgement", {k: v for k, v in record.items() if k not in ("from", "to")}, fromClaim=record["from"], toClaim=record["to"])
    yield {"id": record["from"], record["relation"]: record["to"]}


def nodes(data: Data):
    """Yield every record as JSON-LD nodes, in a fixed order."""
    for key, source in data.sources.items():
        yield from source_nodes(key, source, data)
    for record in data.entities.values():
        yield entity_node(record)
    for record in data.references.values():
        yield from reference_nodes(record, data)
    for source in data.sources:
        files = [f for f in data.claim_files if f.source == source]
        claims = sorted(((c, f) for f in files for c in f.claims), key=lambda pair: (int(listed(pair[0]["passages"])[0]["start"]), pair[0]["id"]))
        for order, (claim, file) in enumerate(claims, 1):
            yield from claim_nodes(claim, source, file.section, order, data)
        for row in (row for f in files for row in f.unclaimed):
            yield from no_claim_nodes(row, source, data)
    for record in data.relations.values():
        yield from relation_nodes(record)


def curated_quads(data: Data, project: Project) -> list[ox.Quad]:
    """The record (default graph) and the claims' content (a graph a claim) as quads, in no fixed order."""
    document = {"@context": context(project), "@graph": list(nodes(data))}
    return list(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD, base_iri=names.BASE))


def ontology_quads(project: Project) -> list[ox.Quad]:
    """The ontology and its alignments in the graph that bears its name; blank nodes are new in every call."""
    return [ox.Quad(*triple, ox.NamedNode(names.ONTOLOGY)) for path in sorted(project.ontology.glob("*.ttl"))
            for triple in read_turtle(path, f"ontology/{path.name}")]


def turtle_quads(project: Project) -> list[ox.Quad]:
    """What is curated as Turtle: the fixed vocabularies and the competency questions, in the default graph."""
    paths = sorted([*project.data.glob("vocabularies/*.ttl"), *project.data.glob("queries/*.ttl")])
    return [ox.Quad(*triple, ox.DefaultGraph()) for path in paths
            for triple in read_turtle(path, path.relative_to(project.root).as_posix())]
