"""Every check: silent on the invented project, loud on a decoy."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg import checks, names, questions

HEARD = "data/claims/tiny2020/03-what-we-heard.yaml"
SUMMARY = "data/claims/tiny2020/02-summary.yaml"
QUESTION = "data/queries/what-threatens-what.ttl"


@pytest.mark.parametrize("file, old, new, message", [
    (SUMMARY, "  reviewed: 2026-11-20\nunclaimed:\n- {start: 52, end: 59", "  reviewed: 2026-11-20\nunclaimed:\n- {start: 57, end: 59", "the digest does not match"),
    # anchors
    (SUMMARY, 'opens: "Falling', 'opens: "Rising', "claim/tiny2020-02-002: opening, closing or next words differ from the text at 120; put the quote back and run `caretrace anchor`"),
    (SUMMARY, "start: 120, end: 188", "start: 120, end: 180", "claim/tiny2020-02-002: the digest does not match the words at 120 to 180; put the quote back"),
    (SUMMARY, "start: 52, end: 59", "start: 52, end: 58", "section/tiny2020-02: the digest does not match the words at 52 to 58"),
    ("data/references/tiny2020.yaml", "end: 1018", "end: 1010", "reference/tiny2020-1: the digest does not match"),
    (SUMMARY, "statement: A single board", "statement: The partnership joins four town libraries under a single board", "claim/tiny2020-02-001: the statement repeats its passage: 'The partnership joins four town libraries'; say it in other words"),
    # reviews
    (SUMMARY, "  reviewed: 2026-11-20\n", "", "claim/tiny2020-02-001: has not been read twice; add reviewed: <date>"),
    # contents
    (HEARD, "  mentions: actor/branch-teams\n", "", "claim/tiny2020-03-003: has no content and mentions nothing; add asserts, denies or mentions"),
    (SUMMARY, "{value: 4, ", "{", "claim/tiny2020-02-001: a figure needs value, or min and max"),
    (SUMMARY, "{value: 4, ", "{value: 4, min: 4, ", "claim/tiny2020-02-001: a figure needs value, or min and max"),
    (HEARD, "min: 2000, ", "", "claim/tiny2020-03-008: a figure needs value, or min and max"),
    # the graph
    (SUMMARY, "{id: risk/falling-budgets, threatens: service/small-branches", "{id: service/small-branches, threatens: risk/falling-budgets", "shapes/rules/content-domain.rq: claim/tiny2020-02-002: service/small-branches"),
    (SUMMARY, "mitigates: [risk/branch-closures", "mitigates: [service/small-branches", "shapes/rules/content-range.rq: claim/tiny2020-02-003: mitigation/shared-van"),
    (SUMMARY, "contributesTo: risk/branch-closures}", "contributesTo: risk/falling-budgets}", "shapes/rules/content-itself.rq: claim/tiny2020-02-002"),
    ("data/entities/evidence/tiny2020-interviews.yaml", "type: Interviews", "type: Interveiws", "shapes/rules/record-class.rq: evidence/tiny2020-interviews"),
    ("data/entities/risk/falling-budgets.yaml", 'from: "2018"', 'from: "last year"', "shapes: risk/falling-budgets"),
    # questions
    (QUESTION, "ct:expectsAtLeast 2", "ct:expectsAtLeast 20", "answers 2 rows; at least 20 are expected"),
    (QUESTION, "risk=risk/falling-budgets", "risk=risk/rising-budgets", "the answer lacks the row claim=claim/tiny2020-02-002; risk=risk/rising-budgets"),
    (QUESTION, "SELECT ?claim", "SELEKT ?claim", "question/what-threatens-what: is not SPARQL"),
    (QUESTION, "; risk=risk", "; danger=risk", "the answer lacks the row"),
    (QUESTION, "rdfs:label", "rdfs:label :", "data/queries/what-threatens-what.ttl:9: is not Turtle"),
    (QUESTION, "ct:expectsAtLeast 2", "ct:expectsAtLeast 2 ; ct:expectsNothing 1", "https://w3id.org/caretrace/ontology#expectsNothing: is used and not declared; declare the term"),
])
def test_decoys(edit, problems, file, old, new, message):
    edit(file, old, new)
    found = problems()
    assert any(message in line for line in found), "\n".join(found)


def test_an_open_sentence(tiny, problems):
    path = tiny.root / SUMMARY
    path.write_text("\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if "signpost" not in line) + "\n", encoding="utf-8")
    assert problems() == ["data/claims/tiny2020: section/tiny2020-02: the sentence at 252 to 289 is neither claimed nor excused; "
                          "write a claim that covers it, or list it under unclaimed with its reason"]


def test_an_unused_entity(tiny, problems):
    (tiny.data / "entities" / "area").mkdir()
    (tiny.data / "entities" / "area" / "marsh.yaml").write_text("id: area/marsh\nlabel: marsh\n")
    assert problems() == ["data/entities/area/marsh.yaml:1: area/marsh: is used by no record; use it where it belongs or remove the file"]


def test_all_checks_report_at_once(edit, problems):
    edit(SUMMARY, "  reviewed: 2026-11-20\n", "")
    edit(SUMMARY, "mitigates: [risk/branch-closures", "mitigates: [service/small-branches")
    edit(QUESTION, "ct:expectsAtLeast 2", "ct:expectsAtLeast 20")
    assert len({line.split(":")[0] for line in problems()}) == 4


def quad(subject: str, predicate: str, object_: str, graph: str) -> ox.Quad:
    return ox.Quad(*(ox.NamedNode(names.iri(term)) for term in (subject, predicate, object_, graph)))


@pytest.fixture
def altered(tiny_store):
    """A copy of the invented graph to spoil."""
    store = ox.Store()
    store.extend(tiny_store)
    return store


def test_nothing_is_wrong_with_the_graph(altered):
    assert list(checks.undeclared(altered)) == list(checks.traceability(altered)) == list(questions.failures(altered)) == []


@pytest.mark.parametrize("extra, message", [
    (("risk/a", "ontology#threatens", "service/b", "claim/tiny2020-99-001"), "claim/tiny2020-99-001: this graph is not that of a claim with a passage"),
    (("risk/a", "ontology#threatens", "service/b", "flat"), "flat: this graph is not that of a claim"),
    (("risk/a", "ontology#threatens", "service/b", "rule/inverse"), "leads to no passage; write its ct:Inference in the rule"),
])
def test_what_leads_to_no_passage_is_found(altered, extra, message):
    altered.add(quad(*extra))
    assert any(message in str(problem) for problem in checks.traceability(altered))


@pytest.mark.parametrize("predicate", [names.UNDECLARED + "lable", names.CT + "thretens"])
@pytest.mark.parametrize("graph", [ox.DefaultGraph(), ox.NamedNode(names.iri("claim/tiny2020-02-002"))])
def test_undeclared_terms_are_found_in_record_and_content(altered, predicate, graph):
    altered.add(ox.Quad(ox.NamedNode(names.iri("risk/a")), ox.NamedNode(predicate), ox.NamedNode(names.iri("risk/b")), graph))
    assert [problem.record for problem in checks.undeclared(altered)] == [predicate]
