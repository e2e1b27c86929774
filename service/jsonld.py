"""JSON-LD for people: compacted with the context that the release publishes, which stands in every document.

A context named by its address only would make every reader fetch it, and those without a network fail.
"""

from __future__ import annotations

import json

from pyld import jsonld

from service.names import RDF

TYPE = RDF + "type"


def _typed(node: dict) -> dict:
    """The node with `@type` for rdf:type, as contexts expect it."""
    types = [value["@id"] for value in node.get(TYPE, ()) if "@id" in value]
    others = {key: value for key, value in node.items() if key != TYPE}
    if "@graph" in others:
        others["@graph"] = [_typed(inner) for inner in others["@graph"]]
    return {**others, "@type": types} if types else others


def compact(expanded: bytes, context: dict) -> bytes:
    """An expanded document in the terms of `context` (the value of its `@context`), which it then holds."""
    nodes: dict[str, dict] = {}
    for node in json.loads(expanded):  # a claim's record and its graph come apart
        nodes.setdefault(node["@id"], {}).update(_typed(node))
    # What comes in is expanded already. The loader would fetch what a context imports; ours imports nothing, and nothing may be fetched.
    compacted = jsonld.compact(list(nodes.values()), {"@context": context}, {"documentLoader": _refuse, "graph": False, "skipExpansion": True})
    return json.dumps(compacted, ensure_ascii=False, indent=1).encode()


def _refuse(url: str, options: dict) -> dict:
    raise ValueError(f"{url} is not fetched")
