"""What claims join a thing to: as a page, as JSON for the picture, with a shape for each kind."""

import itertools

import pytest

from kg.names import BASE, CT
from service import assets
from service.entities import Link, conclusions, strongest
from service.looks import OF_FOLDER, SHAPES, folder_of, points, shape_of
from service.reader import Reader
from service.views import LIBRARY
from test_service_entities import MORE, PLANNING, made, reader, wide  # noqa: F401
from test_service_pages import Page, page

AROUND = "/compare/around?thing=practice/joint-planning"


def test_the_picture_s_data_name_things_and_who_joins_them(wide):
    found = wide.get(AROUND + "&format=json").json
    nodes = {node["id"].removeprefix(BASE): node for node in found["nodes"]}
    assert found["thing"] == PLANNING and nodes["practice/joint-planning"]["page"] == "/practice/joint-planning"
    assert nodes["risk/reporting-burden"]["kind"] == "risk" and len(nodes["risk/reporting-burden"]["points"]) == 8
    [threat] = [edge for edge in found["edges"] if edge["predicate"] == CT + "threatens"]
    assert (threat["source"], threat["target"]) == (f"{BASE}risk/reporting-burden", PLANNING)
    assert (threat["claims"], threat["denied"], threat["publishers"], threat["says"]) == (1, 1, 1, "threatens")
    assert {end for edge in found["edges"] for end in (edge["source"], edge["target"])} == {node["id"] for node in found["nodes"]}
    assert found["links"] > len(found["edges"])  # one is denied only


def test_json_comes_by_accept_and_the_page_has_every_link(wide):
    assert wide.get(AROUND, headers={"Accept": "application/json"}).mimetype == "application/json"
    shown = page(wide, AROUND)
    read = Page(shown)
    assert "1 denies it" in shown and "Northford Council" in shown
    for link in read.links:
        if link.startswith(("/compare/said", "/explain")):
            assert wide.get(link, headers={"Accept": "text/html"}).status_code == 200, link
    assert sum("/explain?" in link for link in read.links) == wide.get(AROUND + "&format=json").json["links"]


@pytest.mark.parametrize("thing, words", [("", "none given"), ("risk/elephants", "risk/elephants"), ("javascript:alert(1)", "javascript:alert(1)"),
                                          ("<script>", "IRI")])
def test_what_is_not_there_is_said(wide, thing, words):
    answer = wide.get("/compare/around", query_string={"thing": thing}, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and words in answer.text and "<script>" not in answer.text


def test_a_thing_that_no_claim_joins_has_words_and_an_empty_picture(wide):
    assert "No claim of this release joins it to anything" in page(wide, "/compare/around?thing=risk/state")
    assert wide.get("/compare/around?thing=risk/state&format=json").json["edges"] == []


def test_no_two_kinds_share_a_shape_and_no_two_shapes_their_corners():
    assert len(set(OF_FOLDER.values())) == len(OF_FOLDER) and "circle" not in OF_FOLDER.values()
    assert all(one != other for one, other in itertools.combinations(SHAPES.values(), 2))
    assert all(len(corners) % 2 == 0 and all(-1 <= number <= 1 for number in corners) for corners in SHAPES.values())
    assert points("risk", 10, 20, 5) == "10.0,15.0 15.0,20.0 10.0,25.0 5.0,20.0" and points("actor", 1, 1, 1) == ""
    assert shape_of(folder_of(f"{BASE}risk/x", BASE)) == "diamond" and shape_of("elephant") == "circle"


def test_the_strongest_links_are_those_of_most_publishers_by_predicate():
    links = [Link("b", "x1", True, ["c"], [], 1), Link("a", "x2", True, ["c", "d"], [], 2), Link("a", "x3", True, ["c"], [], 1),
             Link("a", "y", False, ["c"], [], 1)]
    kept = strongest(links, 2)
    assert [link.other for link in kept[True]] == ["x2", "x1"] and [link.other for link in kept[False]] == ["y"]


def test_what_rules_conclude_is_told_apart_from_what_claims_say(tmp_path):
    from test_service_release import TRIG, make_release
    rule, node = f"{BASE}rule/harm-chain", f"{BASE}inference/harm-chain-1"
    more = f"""<{rule}> {{ <{BASE}risk/bureaucracy> ct:mayHarm <{PLANNING}> . <{node}> a ct:Inference ; ct:inferredObject <{PLANNING}> ;
      ct:inferredSubject <{BASE}risk/bureaucracy> ; ct:inferredProperty ct:mayHarm ; ct:byRule <{rule}> . }}"""
    found = conclusions(Reader(make_release(tmp_path, TRIG + more).store), PLANNING)
    assert [(s, p, o.value) for s, p, o in found] == [(f"{BASE}risk/bureaucracy", CT + "mayHarm", PLANNING)]


def test_the_picture_to_explore_is_offered_where_its_library_is(wide, monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(assets, "present", lambda name: there and name == LIBRARY)
        answer = wide.get(f"/practice/joint-planning.html?there={there}", headers={"Accept": "text/html"})  # no page from memory
        assert ("graph.js" in answer.text) == there == ("data-library" in answer.text)
        assert ("script-src 'self'" in answer.headers["Content-Security-Policy"]) == there
        assert '<svg class="chart"' in answer.text
    assert "script" not in wide.get("/risk/state.html").headers["Content-Security-Policy"]
