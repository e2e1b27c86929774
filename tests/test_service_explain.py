"""The page and the JSON at /explain."""

import pytest

from kg.names import BASE
from service.explaining import MAX_CHARS
from test_service_pages import Page
from test_service_release import app, client, release  # noqa: F401

TRIPLE = {"triple": "risk/reporting-burden threatens practice/joint-planning"}


def test_json_leads_to_the_passage(client):
    answer = client.get("/explain", query_string=TRIPLE)
    assert answer.status_code == 200 and answer.content_type == "application/json" and answer.headers["ETag"]
    (ground,) = answer.json["claimed"]
    assert ground["claim"] == BASE + "claim/nf2020-01-001" and ground["passages"][0]["opens"] == "Those who report"
    assert ground["opposed"] == [BASE + "claim/nf2020-02-001"]


def test_the_parts_may_come_apart(client):
    parts = {"s": f"{BASE}risk/reporting-burden", "p": "threatens", "o": "joint planning", "format": "json"}
    assert client.get("/explain", query_string=parts).json["found"]


@pytest.mark.parametrize("query, status, words", [
    (TRIPLE, 200, "Claimed:"), ({}, 200, "down to passages"), ({"triple": "risk/bureaucracy enables practice/joint-planning"}, 200, "No claim says this"),
    ({"triple": "risk/reporting-burdn threatens practice/joint-planning"}, 404, "reporting burden"), ({"triple": "<script>alert(1)</script>"}, 404, "SUBJECT PREDICATE OBJECT"),
    ({"s": "risk/bureaucracy"}, 400, "all three of s, p and o"), ({"triple": "x" * (MAX_CHARS + 1)}, 400, "more than 2,000 characters"),
])
def test_the_page_answers_or_helps(client, query, status, words):
    answer = client.get("/explain", query_string=query, headers={"Accept": "text/html"})
    assert answer.status_code == status and words in answer.text and "<script" not in answer.text
    assert Page(answer.text).headings[0] == 1


def test_a_machine_that_asks_nothing_is_told_how(client):
    assert client.get("/explain").status_code == 400 and "triple=" in client.get("/explain").json["detail"]


def test_the_empty_page_has_examples_that_can_be_explained(client):
    examples = [link for link in Page(client.get("/explain", headers={"Accept": "text/html"}).text).links if link.startswith("?s=")]
    assert examples
    for link in examples:
        assert client.get(f"/explain{link}&format=json").json["found"]
    assert "`caretrace find" not in client.get("/explain?s=qqqqqqqq&p=threatens&o=practice/joint-planning").text


def test_a_claim_page_leads_to_explanations(client):
    page = client.get("/claim/nf2020-01-001.html", headers={"Accept": "text/html"}).text
    address = next(link for link in Page(page).links if "/explain?" in link)
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 200
