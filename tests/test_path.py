"""The whole way, on the real texts: the main question, its rows, each row's claim, and the characters it rests on."""

from __future__ import annotations

import pytest

from conftest import REAL_TEXTS
from kg import questions
from kg.normal import digest, normal_form
from kg.texts import Registry

MAIN = "question/mitigations-for-risks"
EVERY_CLAIM = """SELECT ?claim ?source ?start ?end ?digest ?opens ?closes WHERE {
  ?claim a ct:Claim ; ct:statedIn ?source ; ct:hasPassage ?p . ?p ct:start ?start ; ct:end ?end ; ct:normalDigest ?digest ; ct:opens ?opens ; ct:closes ?closes }"""

pytestmark = pytest.mark.texts


@pytest.fixture(scope="module")
def texts(real_data):
    """Source IRI → text, for every source."""
    registry = Registry(real_data.text_versions(), extra=REAL_TEXTS)
    return {f"https://w3id.org/caretrace/source/{source}": registry.need(source) for source in real_data.sources}


@pytest.fixture(scope="module")
def passages(real_store):
    """(claim, start, end) → its row, for every passage of every claim."""
    return {(r["claim"], r["start"].value, r["end"].value): r for r in real_store.query(EVERY_CLAIM, prefixes=questions.PREFIXES)}


@pytest.fixture(scope="module")
def answer(real_store):
    """The rows of the main question: which mitigations for which risks, who says so, on what evidence, and where exactly."""
    question = next(q for q in questions.read(real_store) if q.id == MAIN)
    return list(real_store.query(question.sparql, prefixes=questions.PREFIXES))


def stands_there(row, texts) -> bool:
    words = texts[row["source"].value][int(row["start"].value):int(row["end"].value)]
    normal = normal_form(words)
    return (digest(words) == row["digest"].value and normal.startswith(normal_form(row["opens"].value)[:12])
            and normal_form(row["closes"].value)[-12:] == normal[-len(normal_form(row["closes"].value)[-12:]):])


def test_the_main_question_has_an_answer(answer):
    assert len(answer) >= 20
    for row in answer:
        assert all(row[name] is not None for name in ("mitigation", "risk", "claim", "statement", "holder", "evidence", "report", "section"))


def test_every_row_leads_to_its_characters(answer, passages, texts):
    lost = []
    for row in answer:
        passage = passages.get((row["claim"], row["start"].value, row["end"].value))
        if passage is None or not stands_there(passage, texts):
            lost.append(str(row["claim"]))
    assert not lost


def test_every_claim_leads_to_its_characters(passages, texts):
    assert passages and not [str(key) for key, row in passages.items() if not stands_there(row, texts)]
