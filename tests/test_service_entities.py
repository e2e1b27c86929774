"""Entity pages: links in both directions, who speaks, hierarchy, and disagreement made visible."""

import pytest

from kg.names import BASE, CT
from service import assets
from service.charts import neighbourhood
from service.claimindex import ClaimIndex
from service.entities import Link, ancestors, disagreements, judged_at_odds, links_of, neighbours, tally
from service.reader import Reader
from service.views import LIBRARY
from test_service_pages import Page, page
from test_service_release import TRIG, app, client, make_release, release  # noqa: F401

PLANNING = f"{BASE}practice/joint-planning"
MORE = f"""
<{BASE}risk/bureaucracy> skos:broader <{BASE}risk/state> . <{BASE}risk/state> a ct:Risk ; rdfs:label "state"@en ; skos:broader <{BASE}risk/reporting-burden> .
<{BASE}claim/nf2020-05-001> a ct:Claim ; ct:statement "No threat."@en ; ct:kind <{BASE}kind/risk> ; ct:modality <{BASE}modality/denied> ;
  ct:heldBy <{BASE}holder/unnamed> ; ct:statedIn <{BASE}source/nf2020> ; ct:order 9 ; ct:mentions <{PLANNING}> .
<{BASE}claim/nf2020-05-001> {{ <{BASE}enabler/shared-budgets> ct:hinders <{PLANNING}> .
  <{BASE}denial/nf2020-05-001-1> a owl:NegativePropertyAssertion ; owl:sourceIndividual <{BASE}risk/reporting-burden> ;
    owl:assertionProperty ct:threatens ; owl:targetIndividual <{PLANNING}> . }}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_release(tmp_path_factory.mktemp("entities"), TRIG + MORE)


@pytest.fixture(scope="module")
def reader(made):
    return Reader(made.store)


@pytest.fixture(scope="module")
def wide(made):
    from service.app import create_app
    from service.settings import Settings
    app = create_app(made, Settings(workers=1), find_text=lambda source: None)
    yield app.test_client()
    app.extensions["caretrace"].close()


def test_links_run_both_ways_and_name_who_says_and_who_denies(reader):
    index = ClaimIndex(reader)
    found = {(k.predicate.removeprefix(CT), k.other.removeprefix(BASE), k.outward): k for k in links_of(reader, index, PLANNING)}
    threat = found["threatens", "risk/reporting-burden", False]
    assert [c[-11:] for c in threat.claims] == ["nf2020-01-001"[-11:]] and len(threat.denied) == 1
    assert found["funds", "actor/northford-council", False].claims == []
    assert ("threatens", "practice/joint-planning", True) in {
        (k.predicate.removeprefix(CT), k.other.removeprefix(BASE), k.outward) for k in links_of(reader, index, f"{BASE}risk/reporting-burden")}
    # What a rule concludes is no claim and is not counted as one.
    assert not any(other == "risk/bureaucracy" for _, other, _ in found)


def test_disagreement_is_a_denial_or_an_opposite(reader):
    found = disagreements(links_of(reader, ClaimIndex(reader), PLANNING))
    assert sorted(entry.against for entry in found) == sorted(["denied", CT + "hinders"])
    assert all(entry.claims for entry in found)


def test_a_hierarchy_with_a_ring_ends(reader):
    found = [iri.removeprefix(BASE) for iri in ancestors(reader, f"{BASE}risk/reporting-burden")]
    assert found == ["risk/bureaucracy", "risk/state"]


def test_judgements_between_claims_about_a_thing_are_found(reader):
    [entry] = judged_at_odds(reader, BASE, PLANNING)
    assert entry["judgement"].endswith("pace-1") and judged_at_odds(reader, BASE, f"{BASE}risk/reporting-burden") == []


def test_claims_are_tallied_by_report_and_holder(reader):
    counts = tally(ClaimIndex(reader), PLANNING)
    assert counts.reports == [(f"{BASE}source/nf2020", 3)] and counts.holders[0] == (f"{BASE}holder/unnamed", 2) and counts.about == 3


@pytest.mark.parametrize("thing", ["practice/joint-planning", "holder/unnamed", "evidence/nf2020-survey", "work/first-study",
                                   "proposition/reporting-crowds-out-planning", "actor/northford-council"])
def test_the_counts_of_a_thing_are_those_of_the_search_they_lead_to(reader, wide, thing):
    counts = tally(ClaimIndex(reader), BASE + thing)
    found = wide.get(f"/search?entity={thing}&format=json").json
    assert sum(number for _, number in counts.reports) == found["total"]


def test_the_picture_shows_each_neighbour_once_and_stays_small():
    many = [Link("p", f"n{n}", n % 2 == 0, ["c"] * (n + 1)) for n in range(30)] + [Link("q", "n29", True, ["c"])]
    shown = neighbours(many)
    assert len(shown) == 14 and len({link.other for link in shown}) == 14 and "n29" in [link.other for link in shown]
    chart = neighbourhood([(link.other, link.predicate, "says", link.outward) for link in shown], str)
    assert all(0 < part["y"] < chart.height and 0 < part["x"] < chart.width for part in chart.parts["things"])
    assert len({(part["x"], part["y"]) for part in chart.parts["things"]}) == 14


def test_the_page_shows_disagreement_neighbourhood_and_the_same_as_a_table(wide):
    shown = page(wide, "/practice/joint-planning.html")
    Page(shown)
    for words in ("Where claims disagree about it", "<strong>Denied</strong>", "One says that time is lost", "<svg class=\"chart\"",
                  "Who speaks of it, and when", "No threat.</a> <span class=\"quiet\">(Northford 2020, 2020-05, held by somebody unnamed; denied)"):
        assert words in shown, words
    table = shown[shown.index("What claims join it to"):shown.index("Claims about joint planning")]
    assert table.count("reporting burden") >= 2 and "1 denies it" in table


def test_the_wider_things_are_shown_in_order(wide):
    shown = page(wide, "/risk/reporting-burden.html")
    assert shown.index("bureaucracy</a> › ") < shown.index(">state</a>")


def test_a_thing_without_claims_has_words_of_its_own(wide):
    assert "No claim of this release speaks of it" in page(wide, "/risk/state.html")


@pytest.mark.skipif(not assets.present(LIBRARY), reason="needs the files from npm: make assets")
def test_a_page_from_memory_may_run_its_script_as_the_first_one_could(client):  # noqa: F811
    path = "/practice/joint-planning.html"
    first, again = (client.get(path, headers={"Accept": "text/html"}) for _ in range(2))
    assert "/static/graph.js" in first.text and first.data == again.data
    assert "script-src 'self'" in first.headers["Content-Security-Policy"]
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
