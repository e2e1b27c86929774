"""Rules: one SPARQL CONSTRUCT a file; what it concludes stands in the rule's own graph and names its premises.

A rule writes each conclusion once as a triple and once as a `ct:Inference`, which names the rule and what it follows
from: claims, or inferences that it carries further. This module keeps what holds for every rule, whatever its file says:

- each derivation is an inference of its own, and `ct:tracesTo` joins it to every claim at the end of its premises, so
  that one step leads from any conclusion to its claims and so to their passages;
- claims that contradict each other are never premises of one inference, directly or through others;
- rules run in turn until nothing new appears, and the result does not depend on their order, since a rule only adds
  and reads what is absent from the claims alone, never from the conclusions;
- a rule that does not answer, concludes too much or never comes to an end is refused by its name.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.errors import DataError, Problem

_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_CLAIM, _INFERENCE, _BY_RULE, _PREMISE, _TRACES, _CONTRADICTS, *_PARTS = (
    ox.NamedNode(names.CT + name) for name in ("Claim", "Inference", "byRule", "fromPremise", "tracesTo", "contradicts",
                                               "inferredSubject", "inferredProperty", "inferredObject"))


@dataclass(frozen=True)
class Limits:
    """Beyond these a rule is taken for one without end."""

    rounds: int = 40  # a chain of premises longer than this is a rule that feeds on itself
    triples: int = 1_000_000  # from one rule in one round
    seconds: float = 120.0  # for one rule in one round


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
    """The rules in `folder`, by name. Raises DataError when one has no sentence."""
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


def apply(store: ox.Store, rules: list[Rule], limits: Limits = Limits()) -> int:
    """Add what the rules conclude to `store`; returns how many quads. Raises DataError when one cannot be or does not end."""
    run = _Run(store, limits)
    added, growing = 0, rules
    for _ in range(limits.rounds):
        counts = {rule.name: run.conclude(rule) for rule in rules}
        added += sum(counts.values())
        growing = [rule for rule in rules if counts[rule.name]]
        if not growing:
            for rule in rules:
                _describe(store, rule)
            return added
    raise DataError([_refusal(rule, f"still concludes something new after {limits.rounds} rounds", "bound the rule where it reads its own output")
                     for rule in growing])


def _refusal(rule: Rule, message: str, allowed: str) -> Problem:
    return Problem(f"ontology/rules/{rule.name}.rq", 0, "", message, allowed)


@dataclass
class _Run:
    """What is known while rules run: the claims behind each inference, and which claims oppose which."""

    store: ox.Store
    limits: Limits
    traces: dict[ox.NamedNode, frozenset] = field(default_factory=dict)
    dropped: set[ox.NamedNode] = field(default_factory=set)
    opposed: set[tuple] = field(default_factory=set)

    def __post_init__(self) -> None:
        found: dict = {}
        for quad in self.store.quads_for_pattern(None, _TRACES, None):
            found.setdefault(quad.subject, set()).add(quad.object)
        self.traces = {inference: frozenset(claims) for inference, claims in found.items()}
        for quad in self.store.quads_for_pattern(None, _CONTRADICTS, None, ox.DefaultGraph()):
            self.opposed |= {(quad.subject, quad.object), (quad.object, quad.subject)}

    def conclude(self, rule: Rule) -> int:
        """Add what one rule concludes now; returns how many quads."""
        triples = _answer(self.store, rule, self.limits)
        inferences = {triple.subject for triple in triples if triple.predicate == _RDF_TYPE and triple.object == _INFERENCE}
        parts: dict = {inference: {} for inference in inferences}
        for triple in triples:
            if triple.subject in inferences:
                parts[triple.subject].setdefault(triple.predicate, set()).add(triple.object)
        self._check_named(rule, triples, parts)
        new = [quad for inference in inferences if inference not in self.traces and inference not in self.dropped
               for quad in self._quads(rule, inference, parts[inference])]
        self.store.extend(new)
        return len(new)

    def _quads(self, rule: Rule, inference, part: dict) -> list[ox.Quad]:
        """The conclusion with its inference; nothing when it would join claims that contradict each other."""
        claims = self._claims(rule, part.get(_PREMISE, set()))
        if any((one, other) in self.opposed for one in claims for other in claims):
            self.dropped.add(inference)
            return []
        self.traces[inference] = claims
        conclusion = ox.Quad(*(next(iter(part[name])) for name in _PARTS), rule.graph)
        about = [ox.Quad(inference, predicate, term, rule.graph) for predicate, terms in part.items() for term in terms]
        return [conclusion, *about, *(ox.Quad(inference, _TRACES, claim, rule.graph) for claim in claims)]

    def _claims(self, rule: Rule, premises: Iterable) -> frozenset:
        """Every claim that the premises are or follow from."""
        found: set = set()
        for premise in premises:
            if premise in self.traces:
                found |= self.traces[premise]
            elif ox.Quad(premise, _RDF_TYPE, _CLAIM, ox.DefaultGraph()) in self.store:
                found.add(premise)
            else:
                raise DataError([_refusal(rule, f"takes {names.path_of(premise.value)} as a premise, which is neither a claim nor an inference",
                                          "let ct:fromPremise name what the conclusion follows from")])
        return frozenset(found)

    def _check_named(self, rule: Rule, triples: list, parts: dict) -> None:
        """Every triple is a conclusion that an inference names, and every inference says all it must."""
        for inference, part in parts.items():
            if part.get(_BY_RULE) != {rule.graph} or not part.get(_PREMISE) or any(len(part.get(name, ())) != 1 for name in _PARTS):
                raise DataError([_refusal(rule, f"writes an inference that is not whole: {names.path_of(inference.value)}",
                                          f"give each ct:byRule <{rule.graph.value}>, ct:fromPremise, and one ct:inferredSubject, Property and Object")])
        named = {tuple(next(iter(part[name])) for name in _PARTS) for part in parts.values()}
        loose = [triple for triple in triples if triple.subject not in parts and (triple.subject, triple.predicate, triple.object) not in named]
        if loose:
            raise DataError([_refusal(rule, f"concludes {loose[0]} and names no premise for it", "write its ct:Inference")])


def _answer(store: ox.Store, rule: Rule, limits: Limits) -> list[ox.Triple]:
    """The triples that the rule's query constructs. Raises DataError when there is no end to them."""
    box: queue.SimpleQueue = queue.SimpleQueue()
    # The engine cannot be told to stop. A rule without end fails the build, and the thread ends with the process.
    threading.Thread(target=lambda: box.put(_construct(store, rule, limits)), daemon=True).start()
    try:
        outcome = box.get(timeout=limits.seconds)
    except queue.Empty:
        raise DataError([_refusal(rule, f"does not end: no answer within {limits.seconds:g} s", "join its patterns by shared variables")]) from None
    if isinstance(outcome, Exception):
        raise DataError([_refusal(rule, f"is not a rule: {outcome}", "write a SPARQL CONSTRUCT")])
    if len(outcome) > limits.triples:
        raise DataError([_refusal(rule, f"concludes more than {limits.triples:,} triples in one round", "bound what it combines")])
    return outcome


def _construct(store: ox.Store, rule: Rule, limits: Limits) -> list[ox.Triple] | Exception:
    try:
        results = store.query(rule.query, prefixes={"ct": names.CT})
        if not isinstance(results, ox.QueryTriples):
            return SyntaxError("it is not a CONSTRUCT query")
        return list(islice(results, limits.triples + 1))
    except (SyntaxError, RuntimeError, ValueError) as error:
        return error


def _describe(store: ox.Store, rule: Rule) -> None:
    store.add(ox.Quad(rule.graph, _RDF_TYPE, ox.NamedNode(names.CT + "Rule")))
    store.add(ox.Quad(rule.graph, ox.NamedNode(_RDFS + "label"), ox.Literal(rule.name.replace("-", " "), language="en")))
    store.add(ox.Quad(rule.graph, ox.NamedNode(_RDFS + "comment"), ox.Literal(rule.sentence, language="en")))
