"""Search: ranked, forgiving of slips, filtered, the same as page and as JSON, and harmless whatever is typed."""

import json

import pytest

from kg.names import BASE
from test_service_pages import Page
from test_service_release import app, client, release  # noqa: F401


def found(client, **asked) -> dict:
    answer = client.get("/search", query_string={**asked, "format": "json"})
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    return answer.json


def names(result: dict) -> list[str]:
    return [hit["iri"].removeprefix(BASE) for hit in result["results"]]


def test_a_title_outranks_what_a_claim_is_about(client):
    result = found(client, q="joint planning")
    assert names(result)[0] == "practice/joint-planning" and set(names(result)) >= {"claim/nf2020-01-001", "claim/nf2020-02-001"}


def test_other_names_definitions_and_notes_are_searched(client):
    assert "risk/reporting-burden" in names(found(client, q="burden of"))
    assert "risk/reporting-burden" in names(found(client, q="load demands"))
    assert names(found(client, q="three names two")) == ["claim/nf2020-01-001"]


def test_word_forms_beginnings_and_ids_are_found(client):
    assert "claim/nf2020-01-001" in names(found(client, q="manager"))
    assert "risk/bureaucracy" in names(found(client, q="bureau"))
    assert names(found(client, q="nf2020-02-001")) == ["claim/nf2020-02-001"]


def test_a_slip_is_mended_and_said(client):
    result = found(client, q="beaurocracy")
    assert result["respelt"] == [{"given": "beaurocracy", "searched": "bureaucracy"}] and "risk/bureaucracy" in names(result)
    assert "searched for <strong>bureaucracy</strong>" in client.get("/search?q=beaurocracy").text


def test_when_nothing_has_all_words_some_do_and_the_page_says_so(client):
    result = found(client, q="bureaucracy budgets")
    assert result["anyOfTheWords"] and {"risk/bureaucracy", "enabler/shared-budgets"} <= set(names(result))
    assert "some of them" in client.get("/search?q=bureaucracy+budgets").text


@pytest.mark.parametrize("name, value, claims", [
    ("report", "nf2020", 2), ("kind", "risk", 1), ("kind", "mitigation", 1), ("holder", "holder/unnamed", 1), ("year", "2020", 2),
    ("reviewed", "yes", 1), ("reviewed", "no", 1), ("entity", "risk/reporting-burden", 1), ("entity", "Reporting Burden", 1),
    ("entity", f"{BASE}practice/joint-planning", 2), ("entity", "proposition/reporting-crowds-out-planning", 2),
    ("entity", "evidence/nf2020-survey", 1)])
def test_filters_hold(client, name, value, claims):
    result = found(client, **{name: value})
    assert result["total"] == claims and all(hit["in"] == "claim" for hit in result["results"])


def test_filters_add_up_and_the_kinds_of_hits_are_counted(client):
    assert found(client, kind="risk", reviewed="no")["total"] == 0
    result = found(client, q="planning", **{"in": "claim"})
    assert set(result["folders"]) > {"claim"} and {hit["in"] for hit in result["results"]} == {"claim"}


def test_what_names_nothing_is_said(client):
    assert found(client, entity="elephants")["unknown"] == [{"filter": "entity", "given": "elephants"}]
    assert "Nothing here is called “elephants”" in client.get("/search?entity=elephants").text
    assert "no holder “nobody”" in client.get("/search?holder=nobody").text
    assert "Nothing was found for “zzzqqq”" in client.get("/search?q=zzzqqq").text
    assert "Type a few words" in client.get("/search").text


@pytest.mark.parametrize("words", ['"', "a* OR", "NEAR(", "title:risk", "'; DROP TABLE words", "\x00", "‮", "<script>alert(1)</script>",
                                   "-", "a" * 300, "planning AND NOT"])
def test_whatever_is_typed_is_words(client, words):
    answer = client.get("/search", query_string={"q": words})
    assert answer.status_code == 200 and "<script" not in answer.text
    Page(answer.text)
    assert client.get("/search", query_string={"q": words, "format": "json"}).status_code == 200


@pytest.mark.parametrize("signs", ["-", "?!", "\x00", "“”", "‮"])
def test_signs_alone_find_nothing_and_a_space_is_no_search(client, signs):
    assert found(client, q=signs)["total"] == 0 and found(client, q=signs, kind="risk")["total"] == 0
    assert found(client, q=" ", kind="risk")["total"] == 1


def test_a_search_that_is_too_long_is_refused_with_the_limit(client):
    answer = client.get("/search", query_string={"q": "a" * 301})
    assert answer.status_code == 400 and "the limit is 300" in answer.text


def test_pages_of_hits_do_not_overlap(client):
    first, second = (names(found(client, q="planning", count=1, page=n)) for n in (1, 2))
    assert len(first) == len(second) == 1 and first != second
    assert 'rel="next"' in client.get("/search?q=planning&count=1").text


def test_the_words_found_are_marked_and_hostile_words_are_inert(client):
    shown = client.get("/search?q=script+alert").text
    assert "<script" not in shown and "&lt;<mark>script</mark>&gt;" in shown


def test_a_program_gets_json_by_accept_and_a_query_to_go_on_from(client):
    answer = client.get("/search?q=planning", headers={"Accept": "application/json"})
    assert json.loads(answer.data)["total"] >= 3
    assert "/sparql?query=PREFIX" in client.get("/search?q=planning").text


def test_every_page_has_the_search_box(client):
    for path in ("/", "/claim/nf2020-01-001.html", "/sparql", "/browse/risk", "/nowhere"):
        assert 'action="/search"' in client.get(path, headers={"Accept": "text/html"}).text
