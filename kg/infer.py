"""Rules: one SPARQL CONSTRUCT a file; what it concludes stands in the rule's own graph and names its premises.

A rule writes each conclusion once as a triple and once as a `ct:Inference` that names the rule and the claims used,
so every conclusion leads to passages. Rules run in turn until nothing new appears.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.errors import DataError, Problem

MAX_ROUNDS = 20  # a chain of premises longer than this is a rule that feeds on itself


@dataclass(frozen=True)
class Rule:
    """A rule's name (its file's), its first comment line in plain words, and its query."""

    name: str
    sentence: str
    query: str

    @property
    def graph(self) -> ox.NamedNode:
        return ox.NamedNode(names.RULE + self.name)


def read_rules(folder: Path) -> list[Rule]:
    """The rules in `folder`, by name. Raises DataError when one is not a CONSTRUCT or has no sentence."""
    rules, problems = [], []
    for path in sorted(folder.glob("*.rq")):
        query = path.read_text(encoding="utf-8")
        sentence = query.splitlines()[0].lstrip("# ").strip() if query.startswith("#") else ""
        if not sentence:
            problems.append(Problem(f"ontology/rules/{path.name}", 1, "", "says nothing about itself", "begin it with a comment, one sentence"))
        rules.append(Rule(path.stem, sentence, query))
    if problems:
        raise DataError(problems)
    return rules


def _round(store: ox.Store, rule: Rule) -> list[ox.Quad]:
    try:
        results = store.query(rule.query, prefixes={"ct": names.CT})
        if not isinstance(results, ox.QueryTriples):
            raise SyntaxError("it is not a CONSTRUCT query")
        quads = [ox.Quad(t.subject, t.predicate, t.object, rule.graph) for t in results]
    except SyntaxError as error:
        raise DataError([Problem(f"ontology/rules/{rule.name}.rq", 0, "", f"is not a rule: {error}", "write a SPARQL CONSTRUCT")]) from None
    return [quad for quad in quads if quad not in store]


def apply(store: ox.Store, rules: list[Rule], max_rounds: int = MAX_ROUNDS) -> int:
    """Add what the rules conclude to `store`; returns how many quads. Raises DataError when they do not come to an end."""
    added = 0
    for _ in range(max_rounds):
        new = 0
        for rule in rules:
            quads = _round(store, rule)
            store.extend(quads)
            new += len(quads)
        added += new
        if not new:
            for rule in rules:
                _describe(store, rule)
            return added
    raise DataError([Problem("ontology/rules", 0, ", ".join(r.name for r in rules), f"still conclude something new after {max_rounds} rounds",
                             "bound the rule that reads its own output")])


def _describe(store: ox.Store, rule: Rule) -> None:
    rdfs, rdf = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    store.add(ox.Quad(rule.graph, ox.NamedNode(rdf + "type"), ox.NamedNode(names.CT + "Rule")))
    store.add(ox.Quad(rule.graph, ox.NamedNode(rdfs + "label"), ox.Literal(rule.name.replace("-", " "), language="en")))
    store.add(ox.Quad(rule.graph, ox.NamedNode(rdfs + "comment"), ox.Literal(rule.sentence, language="en")))
