"""Each record's keys and what they allow: for every rule a record that passes and one that must fail."""

from __future__ import annotations

import pytest

from kg.names import KINDS, MODALITIES, NO_CLAIM_REASONS, RELATIONS
from kg.schema import SHAPES, listed, shape_problems
from kg.yamlrecords import Record

PREDICATES = frozenset({"threatens"})
PASSAGE = {"start": "0", "end": "9", "digest": "a" * 64, "opens": "One two", "closes": "eight nine"}
CLAIM = {"id": "claim/x-01-001", "kind": "risk", "statement": "S.", "modality": "hedged", "heldBy": "holder/unnamed",
         "restsOn": "evidence/none-stated", "passages": [PASSAGE]}


def record(value):
    """Plain mappings as records, all on line 1."""
    if isinstance(value, dict):
        made = Record({key: record(item) for key, item in value.items()})
        made.line = 1
        return made
    return [record(item) for item in value] if isinstance(value, list) else value


def problems(value, shape="claim") -> list[str]:
    return [f"{key}: {what}; {allowed}" for _, key, what, allowed in shape_problems(record(value), shape, PREDICATES)]


def without(key: str) -> dict:
    return {k: v for k, v in CLAIM.items() if k != key}


def test_a_whole_claim_passes():
    more = {"asserts": [{"id": "risk/a", "threatens": ["service/b", "service/c"]}], "mentions": "actor/x", "reviewed": "2026-12-01",
            "figures": [{"value": "3.5", "comparator": "up to", "unit": "percent", "counts": "things"}], "note": ["one", "two"]}
    assert problems(CLAIM | more) == []


@pytest.mark.parametrize("key", sorted(without("none")))
def test_every_required_key_is_missed(key):
    assert any(p.startswith(f"{key}: is missing") for p in problems(without(key)))


@pytest.mark.parametrize("change, message", [
    ({"kindd": "risk"}, "kindd: unknown key; allowed keys: id, kind"),
    ({"kind": "rsik"}, "kind: 'rsik' is not allowed; allowed: definition"),
    ({"kind": ["risk", "barrier"]}, "kind: is a list; write one value"),
    ({"heldBy": []}, "heldBy: is empty"),
    ({"heldBy": "evidence/none-stated"}, "heldBy: 'evidence/none-stated' is in the wrong folder; allowed: actor/…, holder/…"),
    ({"id": "Claim/X"}, "id: 'Claim/X' is not an id"),
    ({"id": "claim/x\n"}, "is not an id"),
    ({"statement": " "}, "statement: is empty; write a value or leave the key out"),
    ({"statement": {"en": "S."}}, "statement: {'en': 'S.'} is not a plain value"),
    ({"reviewed": "1 December"}, "reviewed: '1 December' has the wrong form; allowed: a date"),
    ({"passages": [PASSAGE | {"start": "-1"}]}, "passages.start: '-1' has the wrong form; allowed: a whole number"),
    ({"passages": [PASSAGE | {"digest": "abc"}]}, "passages.digest: 'abc' has the wrong form"),
    ({"passages": ["words"]}, "passages: 'words' is not a record"),
    ({"passages": [{"quote": "One … nine"}]}, "passages.quote: unknown key; run `caretrace anchor` on the file"),
    ({"asserts": [{"id": "risk/a", "threatens": ""}]}, ""),
    ({"asserts": [{"threatens": "service/b"}]}, "asserts"),
    ({"asserts": [{"id": "risk/a", "threatns": "service/b"}]}, "asserts: unknown predicate 'threatns'"),
    ({"asserts": [{"id": "risk/a", "threatens": "the service"}]}, "asserts: threatens: 'the service' is not an id"),
    ({"figures": [{"value": "£3", "comparator": "about", "unit": "GBP", "counts": "c"}]}, "figures.value: '£3' has the wrong form"),
    ({"figures": [{"value": "NaN", "comparator": "about", "unit": "GBP", "counts": "c"}]}, "figures.value: 'NaN' has the wrong form"),
    ({"figures": [{"value": "3", "comparator": "circa", "unit": "GBP", "counts": "c"}]}, "figures.comparator: 'circa' is not allowed"),
])
def test_decoys(change, message):
    found = problems(CLAIM | change)
    assert found and any(message in problem for problem in found), found


def test_one_value_counts_as_a_list_of_one():
    assert listed("a") == ["a"] and listed(["a"]) == ["a"] and listed(None) == listed("") == []


def test_the_choices_have_a_term_each(root):
    """Every allowed kind, modality, relation and reason is defined in the vocabularies."""
    terms = (root / "data" / "vocabularies" / "terms.ttl").read_text(encoding="utf-8")
    for folder, choices in {"kind": KINDS, "modality": MODALITIES, "relation": RELATIONS, "no-claim-reason": NO_CLAIM_REASONS}.items():
        for choice in choices:
            assert f"caretrace/{folder}/{choice}> a ct:" in terms


def test_nested_shapes_exist():
    nested = {field.shape for fields in SHAPES.values() for field in fields.values() if field.shape}
    assert nested <= set(SHAPES)
