"""An explanation as a tree of text lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg import names
from kg.explain import Explanation, Ground, Passage, Step, Triple
from kg.lookup import Lookup, Term


def lines(found: Explanation, lookup: Lookup) -> Iterator[str]:
    """The lines of a tree: the triple, what says or concludes it, down to passages."""
    yield words(found.triple, lookup)
    branches = [*(("claimed", ground) for ground in found.claimed), *(("concluded", step) for step in found.concluded),
                *(("denied", ground) for ground in found.denied), *(("about", ground) for ground in found.about)]
    if found.recorded:
        yield "  stands in the record or the ontology: it is about the texts or the terms, and no claim's content"
    if not found.found:
        yield "  No claim says this and no rule concludes it." + (" It is denied:" if found.denied else "")
    for place, (kind, part) in enumerate(branches):
        yield from _branch(part, kind, lookup, "", place == len(branches) - 1)
    if found.related:
        yield "  What is said instead:"
        yield from (f"    {words(triple, lookup)}    caretrace explain {' '.join(map(_id, triple))!r}" for triple in found.related)


def words(triple: Triple, lookup: Lookup) -> str:
    """A triple by its labels."""
    return "  ".join(lookup.label(term) for term in triple)


def _id(term: Term) -> str:
    return names.path_of(term.value).removeprefix("ontology#")


def _branch(part: Ground | Step, kind: str, lookup: Lookup, indent: str, last: bool) -> Iterator[str]:
    head, *rest = _step_head(part, lookup) if isinstance(part, Step) else _ground_head(part, kind, lookup)
    yield f"{indent}{'└─ ' if last else '├─ '}{head}"
    deeper = indent + ("   " if last else "│  ")
    yield from (deeper + line for line in rest)
    if isinstance(part, Step):
        for place, premise in enumerate(part.premises):
            yield from _branch(premise, "premise", lookup, deeper, place == len(part.premises) - 1)
    else:
        for place, passage in enumerate(part.passages):
            yield f"{deeper}{'└─ ' if place == len(part.passages) - 1 else '├─ '}{_place(passage, lookup)}"


def _step_head(step: Step, lookup: Lookup) -> list[str]:
    through = f", through {', '.join(map(lookup.label, step.through))}" if step.through else ""
    return [f"concluded by the rule {lookup.label(step.rule)}{through}: {words(step.triple, lookup)}", step.sentence]


def _ground_head(ground: Ground, kind: str, lookup: Lookup) -> list[str]:
    verb = {"about": "about", "denied": "denied", "premise": "premise"}.get(kind, "claimed")
    held = " and ".join(map(lookup.label, ground.holders)) or "nobody named"
    found = [f"{verb}: {_id(ground.claim)} ({ground.modality}, held by {held})", ground.statement]
    if kind == "premise":
        found += [f"says: {words(triple, lookup)}" for triple in ground.says]
    return found + [f"contradicted by or contradicting {_id(other)}" for other in ground.opposed]


def _place(passage: Passage, lookup: Lookup) -> str:
    section = f", section {lookup.label(passage.section)}" if passage.section else ""
    ends = f": “{passage.opens} … {passage.closes}”" if passage.opens else ""
    return f"{lookup.label(passage.report)}{section}, characters {passage.start:,} to {passage.end:,}{ends}"


def document(found: Explanation, lookup: Lookup) -> dict:
    """The explanation as plain values for JSON: `found`, `triple`, `claimed`, `concluded`, `denied`, `recorded`, `about`, `related`."""
    return {"found": found.found, "triple": _triple(found.triple, lookup), "recorded": found.recorded,
            "claimed": [_ground(ground, lookup) for ground in found.claimed], "concluded": [_step(step, lookup) for step in found.concluded],
            "denied": [_ground(ground, lookup) for ground in found.denied], "about": [_ground(ground, lookup) for ground in found.about],
            "related": [_triple(triple, lookup) for triple in found.related]}


def _term(term: Term, lookup: Lookup) -> dict:
    return {"iri": term.value, "label": lookup.label(term)} if isinstance(term, ox.NamedNode) else {"value": term.value, "datatype": term.datatype.value}


def _triple(triple: Triple, lookup: Lookup) -> dict:
    return {name: _term(term, lookup) for name, term in zip(("subject", "predicate", "object"), triple)}


def _ground(ground: Ground, lookup: Lookup) -> dict:
    return {"claim": ground.claim.value, "statement": ground.statement, "modality": ground.modality,
            "heldBy": [_term(holder, lookup) for holder in ground.holders], "says": [_triple(triple, lookup) for triple in ground.says],
            "passages": [{"iri": p.iri, "report": _term(p.report, lookup), "section": _term(p.section, lookup) if p.section else None,
                          "start": p.start, "end": p.end, "opens": p.opens, "closes": p.closes} for p in ground.passages],
            "opposed": [claim.value for claim in ground.opposed]}


def _step(step: Step, lookup: Lookup) -> dict:
    return {"inference": step.inference.value, "rule": _term(step.rule, lookup), "sentence": step.sentence, "triple": _triple(step.triple, lookup),
            "passesThrough": [_term(term, lookup) for term in step.through],
            "premises": [_step(part, lookup) if isinstance(part, Step) else _ground(part, lookup) for part in step.premises]}
