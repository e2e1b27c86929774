"""Example questions: those the release holds as `sh:SPARQLExecutable`, else three that any release answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.names import PREFIXES
from service.reader import Reader

EXECUTABLE = """SELECT ?example ?comment ?query { ?example sh:select|sh:ask|sh:construct|sh:describe ?query .
  OPTIONAL { ?example rdfs:comment ?comment } }"""
DECLARED = """SELECT ?example ?prefix ?namespace
  { ?example sh:prefixes/sh:declare ?d . ?d sh:prefix ?prefix ; sh:namespace ?namespace }"""


@dataclass(frozen=True)
class Example:
    """A question in words and in SPARQL; `name` tells it apart in addresses."""

    name: str
    question: str
    query: str
    iri: str = ""  # empty for those that no release holds


def with_prefixes(query: str, declared: dict[str, str]) -> str:
    """`query` with a PREFIX line for each prefix that it uses and does not declare itself."""
    own = {name for name in re.findall(r"(?i)\bPREFIX\s+([\w.-]*):", query)}
    used = {name for name in re.findall(r"(?<![\w?$<:/#])([A-Za-z][\w.-]*):(?!//)", query)}
    known = {**PREFIXES, **declared}
    lines = "".join(f"PREFIX {name}: <{known[name]}>\n" for name in sorted(used - own) if name in known)
    return lines + query.strip("\n")


FALLBACK = (
    Example("most-threatened", "What do the reports say is threatened, and by which risks?", with_prefixes("""
SELECT ?claim ?risk ?threatened ?holder WHERE {
  GRAPH ?claim { ?risk ct:threatens ?threatened }
  ?claim ct:heldBy ?holder .
}
LIMIT 100""", {})),
    Example("contradictions", "Which claims contradict each other, and why?", with_prefixes("""
SELECT ?claim ?other ?reason WHERE {
  ?judgement ct:relation <https://w3id.org/caretrace/relation/contradicts> ;
             ct:fromClaim ?claim ; ct:toClaim ?other ; ct:reason ?reason .
}""", {})),
    Example("claims-by-report", "How many claims of each kind does each report make?", with_prefixes("""
SELECT ?report ?kind (COUNT(?claim) AS ?claims) WHERE {
  ?claim ct:statedIn ?report ; ct:kind ?kind .
}
GROUP BY ?report ?kind
ORDER BY ?report DESC(?claims)""", {})),
)


def read_examples(reader: Reader) -> list[Example]:
    """The release's own examples by name, or the three that stand in for them."""
    found = []
    for row in reader.select(EXECUTABLE):
        iri = row["example"].value
        name = re.split(r"[/#]", iri.rstrip("/#"))[-1]
        declared = {r["prefix"].value: r["namespace"].value for r in reader.select(DECLARED, example=row["example"])}
        question = re.sub(r"<[^>]+>", "", row["comment"].value) if row["comment"] else name.replace("-", " ")
        found.append(Example(name, question, with_prefixes(row["query"].value, declared), iri))
    return sorted(set(found), key=lambda example: example.name) or list(FALLBACK)
