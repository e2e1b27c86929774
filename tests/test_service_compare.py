"""The start page, the questions and the comparisons: each number leads to as many claims as it says."""

import re
from html import unescape

import pytest

from kg.names import BASE
from service.charts import fit, timeline
from service.claimindex import ClaimIndex
from service.comparing import Moment, Pair, matrix, moments, most_spoken_of, pairs, said_of, side_by_side, year_of
from service.families import Hierarchy, by_report, families
from service.reader import Reader
from test_service_pages import Page, page
from test_service_release import TRIG, app, make_release, release  # noqa: F401

S1, S2, R1, R2 = f"{BASE}source/nf2020", f"{BASE}source/sf2016", f"{BASE}risk/delay", f"{BASE}risk/reporting-burden"
MORE = f"""
<{S2}> a ct:Source ; dcterms:title "Southford plans"@en ; rdfs:label "Southford 2016"@en ; dcterms:issued "2016-03" ;
  dcterms:publisher <{BASE}actor/northford-council> .
<{R1}> a ct:Risk ; rdfs:label "delay"@en . <{BASE}mitigation/one-form> a ct:Mitigation ; rdfs:label "one form"@en .
<{BASE}mitigation/plan-day> a ct:Mitigation ; rdfs:label "a day for plans"@en .
<{BASE}claim/sf2016-09-003> {{ <{BASE}mitigation/plan-day> ct:mitigates <{R2}> . }}
<{BASE}rule/unmitigated-risk> {{ <{BASE}risk/bureaucracy> ct:noMitigationClaimed true . }}
<{BASE}policy/plan-act> a ct:Policy ; rdfs:label "Plan Act"@en ; ct:from "2014-07" ; ct:until "2018" .
<{BASE}policy/old-act> a ct:Policy ; rdfs:label "Old Act"@en ; ct:from "1980" .
""" + "".join(f"""
<{BASE}claim/{source}-09-00{n}> a ct:Claim ; ct:statement "{words}"@en ; ct:kind <{BASE}kind/mitigation> ; ct:modality <{BASE}modality/asserted> ;
  ct:heldBy <{BASE}holder/unnamed> ; ct:statedIn <{BASE}source/{source}> ; ct:order {n} ; ct:mentions <{BASE}mitigation/one-form> , <{BASE}policy/plan-act> ;
  ct:expresses <{BASE}proposition/reporting-crowds-out-planning> .
<{BASE}claim/{source}-09-00{n}> {{ <{BASE}mitigation/one-form> ct:mitigates <{risk}> . }}
""" for n, source, risk, words in ((1, "nf2020", R2, "One form helps."), (2, "sf2016", R2, "One form would help."), (3, "sf2016", R1, "Less delay.")))


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    return make_release(tmp_path_factory.mktemp("compare"), TRIG + MORE)


@pytest.fixture(scope="module")
def client(wide):
    from service.app import create_app
    from service.settings import Settings
    made = create_app(wide, Settings(workers=1), find_text=lambda source: None)
    yield made.test_client()
    made.extensions["caretrace"].close()


@pytest.fixture(scope="module")
def index(wide):
    return ClaimIndex(Reader(wide.store))


PAGES = ("/", "/compare", "/compare/mitigations", "/compare/recommendations", "/compare/timeline", "/compare/reports",
         "/compare/reports?a=sf2016&b=nf2020", "/compare/reports?a=sf2016&b=sf2016", "/query/threats.html", "/search?year=2016",
         f"/compare/said?subject={BASE}mitigation/one-form&object={R2}")


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_well_formed_and_its_links_lead_somewhere(client, path):
    read = Page(page(client, path))
    assert read.headings[0] == 1 and set(read.fields) <= set(read.labels) and len(set(read.ids)) == len(read.ids)
    for link in read.links:
        if link.startswith("/") and "/sparql?" not in link:
            assert client.get(link, headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200, link


def counted(shown: str, pattern: str) -> list[tuple[str, int]]:
    return [(unescape(address), int(number)) for address, number in re.findall(pattern, shown)]


def test_the_numbers_of_the_start_page_lead_to_as_many_claims(client):
    shown = page(client, "/")
    cells = counted(shown, r'<td><a href="(/search\?[^"]+)">(\d+)</a>')
    assert len(cells) == 5 and sum(number for address, number in cells if "kind=" not in address) == 5
    assert shown.index(">2016</a></th>") < shown.index(">2020</a></th>") < shown.index("every kind")
    for address, number in cells:
        assert client.get(address + "&format=json").json["total"] == number


def test_the_numbers_of_the_time_line_lead_to_as_many_claims(client):
    cells = counted(page(client, "/compare/timeline"), r'<a href="(/search\?[^"]+)">(\d+) claim')
    assert len(cells) == 4
    for address, number in cells:
        assert client.get(address + "&format=json").json["total"] == number


def test_publishers_are_counted_and_not_claims(wide, index):
    found = {(p.subject.removeprefix(BASE), p.object.removeprefix(BASE)): p for p in pairs(Reader(wide.store), index, "mitigates")}
    both = found["mitigation/one-form", "risk/reporting-burden"]
    assert len(found) == 3 and len(both.claims) == 2 and both.publishers == 2 and found["mitigation/one-form", "risk/delay"].publishers == 1


def test_a_cell_leads_to_its_claims(client):
    shown = page(client, "/compare/mitigations")
    address = unescape(re.search(r'<td><a href="([^"]+said[^"]+)">2</a><span class="reports">sf2016 nf2020</span>', shown)[1])
    said = page(client, address)
    assert "One form helps." in said and "One form would help." in said and "Less delay." not in said


def test_what_stands_alone_is_listed_and_what_belongs_together_is_a_matrix():
    def two(subject, thing):
        return Pair(subject, thing, {f"{subject} {thing}"}, 1)
    found = [two("m1", "r1"), two("m1", "r2"), two("m2", "r2"), two("m3", "r3"), two("m4", "r4"), two("m5", "r5")]
    [shared] = families(found, Broader({}))
    assert shared.matrix.rows == ["r2", "r1"] and shared.matrix.columns == ["m2", "m1"] and len(shared.matrix.cells) == 3
    by_name = {family.name: family.matrix for family in families(found, Broader({"r3": ["wide"], "r4": ["wide"]}))}
    assert by_name["wide"].rows == ["r3", "r4"] and by_name["wide"].columns == ["m3", "m4"] and len(by_name) == 2
    assert families(found[3:], Broader({})) == []


class Broader(Hierarchy):
    """A hierarchy that is given and not read."""

    def __init__(self, wider):
        self._wider = wider


def test_a_ring_in_a_hierarchy_ends():
    assert Broader({"a": ["b"], "b": ["c"], "c": ["a"]}).above("a") == ["b", "c"]


def test_addressees_stand_below_what_is_broader_with_their_claims_by_report(wide, index):
    found = pairs(Reader(wide.store), index, "mitigates")
    rows = {row.thing: row for row in by_report(found, index, Broader({R1: [R2]}))}
    assert list(rows) == [R2, R1] and (rows[R2].depth, rows[R1].depth) == (0, 1)
    assert {source: len(claims) for source, claims in rows[R2].claims.items()} == {S1: 1, S2: 2} and rows[R2].publishers == 2


def test_the_claims_of_one_thing_are_a_click_away_in_one_report_or_in_all(client):
    every = page(client, "/compare/mitigations?of=risk/reporting-burden")
    assert "One form helps." in every and "One form would help." in every and "a day for plans" in every
    one = page(client, f"/compare/mitigations?of={R2}&report=nf2020")
    assert "One form helps." in one and "One form would help." not in one
    assert "No claim of this report does" in page(client, "/compare/mitigations?of=risk/delay&report=nf2020")
    for wrong, words in (("of=risk/elephants", "risk/elephants"), ("of=risk/delay&report=nowhere", "sf2016, nf2020")):
        answer = client.get(f"/compare/mitigations?{wrong}", headers={"Accept": "text/html"})
        assert answer.status_code == 404 and words in answer.text


def test_risks_without_an_answer_are_told_from_the_rule(client):
    shown = page(client, "/compare/mitigations")
    assert "Risks that no claim answers" in shown and "bureaucracy" in shown.partition("Risks that no claim answers")[2]


def test_a_matrix_keeps_what_has_most_partners_and_says_whether_it_is_whole():
    many = [Pair("m1", f"r{n}", {"c"}, 1) for n in range(4)] + [Pair("m2", "r0", {"c"}, 1), Pair("m3", "r9", {"c"}, 1)]
    whole, part = matrix(many, True, 10, 10), matrix(many, True, 2, 2)
    assert whole.whole and len(whole.cells) == 6
    assert not part.whole and part.rows[0] == "r0" and part.columns == ["m1", "m2"] and ("r0", "m2") in part.cells
    assert all(row in part.rows and column in part.columns for row, column in part.cells)


def test_two_reports_share_points_and_things_and_differ_in_others(wide, index):
    both = side_by_side(Reader(wide.store), index, S2, S1)
    [(point, left, right)] = both.points
    assert point.endswith("reporting-crowds-out-planning") and len(left) == 2 and len(right) == 3
    assert ("policy/plan-act", 2, 1) in [(thing.removeprefix(BASE), a, b) for thing, a, b in both.both]
    assert both.only_left == [] and f"{BASE}practice/joint-planning" in dict(both.only_right) and both.judged == []


def test_two_reports_begin_with_what_they_share(client):
    shown = page(client, "/compare/reports?a=sf2016&b=nf2020")
    assert f"Both make 1 point and speak of {len(re.findall('search.report=sf2016&amp;entity=', shown))} things" in shown
    assert "0 relations are judged between their claims." in shown


def test_an_unknown_report_or_comparison_names_what_there_is(client):
    answer = client.get("/compare/reports?a=elsewhere&b=nf2020", headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "sf2016, nf2020" in answer.text
    assert "Risks and their mitigations" in client.get("/compare/elephants", headers={"Accept": "text/html"}).text
    assert client.get("/compare/said?subject=x&object=javascript:alert(1)").status_code == 404
    assert "Choose two different reports" in page(client, "/compare/reports?a=sf2016&b=sf2016")


def test_dates_become_places_on_a_line():
    assert year_of("2022-07") == 2022.5 and year_of("2014") == 2014 and year_of("soon") is None
    chart = timeline([(Moment("x", "2014", "2016", 2014.0, 2016.0, False, {}), "An act")], 2013, 2024)
    [row], grid = chart.parts["rows"], dict(chart.parts["grid"])
    assert row["x"] == row["start"] == grid[2014] and row["end"] == grid[2016] and fit("one two three", 8) == "one two…"


def test_a_year_alone_spans_the_year_and_numbers_stand_at_the_reports_dates():
    report = Moment("r", "2020-05", "", 2020 + 4 / 12, None, True, {"r": 9})
    early = Moment("e", "2020-04", "", 2020.25, None, False, {"r": 3})
    act = Moment("x", "2014", "", 2014.0, None, False, {"r": 12})
    chart = timeline([(act, "An act"), (early, "A bill"), (report, "A report")], 2013, 2024)
    first, bill, own = chart.parts["rows"]
    grid = dict(chart.parts["grid"])
    assert (first["start"], first["end"]) == (grid[2014], grid[2015]) and first["start"] < first["x"] < first["end"]
    assert first["said"] == [(own["x"], 12)] and own["said"] == []
    [(place, number)] = bill["said"]
    assert number == 3 and place > bill["x"] + 10  # not over the mark


def test_what_reports_say_of_a_dated_thing_and_of_what_most(client, index):
    plan_act = f"{BASE}policy/plan-act"
    assert [len(lines) for lines in said_of(index, {plan_act})[plan_act].values()] == [2, 1]
    assert [number for _, number in most_spoken_of(index, 1)[S2]] == [2]
    assert "One form would help." in page(client, "/compare/timeline")


def test_the_time_line_tells_old_things_apart(client, wide, index):
    found = [moment.iri.removeprefix(BASE) for moment in moments(Reader(wide.store), index)]
    assert found == ["policy/old-act", "policy/plan-act", "source/sf2016", "source/nf2020"]
    shown = page(client, "/compare/timeline")
    assert shown.index("Before 2013") < shown.rindex("Old Act") and "2014-07 to 2018" in shown


def test_the_start_page_hides_sparql_behind_its_questions(client):
    shown = page(client, "/")
    assert "SELECT" not in shown and "/query/threats" in shown
    answer = page(client, "/query/threats.html")
    assert "Which risks threaten what?" in answer and "reporting burden" in answer and "GRAPH ?claim" in answer
