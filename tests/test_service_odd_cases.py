"""What is not there has helpful words of its own: no data, no such id, withdrawn, no hits, no text, half curated."""

import pytest

from kg.names import BASE
from test_service_pages import Page, page
from test_service_release import FIRST, TEXT, TRIG, MadeRelease, app, client, make_release, release  # noqa: F401

HALF = f"""<{BASE}section/nf2020-03> a ct:Section ; dcterms:title "Later" ; ct:sectionOf <{BASE}source/nf2020> ;
  ct:start 210 ; ct:end 300 ; ct:curated false .
<{BASE}source/nf2021> a ct:Source ; dcterms:title "Northford again"@en ; rdfs:label "Northford 2021"@en .
<{BASE}section/nf2021-01> a ct:Section ; dcterms:title "All of it" ; ct:sectionOf <{BASE}source/nf2021> ; ct:start 0 ; ct:end 9 ; ct:curated false .
<{BASE}source/nf2022> a ct:Source ; dcterms:title "Northford at last"@en ; rdfs:label "Northford 2022"@en .
<{BASE}risk/unspoken> a ct:Risk ; rdfs:label "unspoken risk"@en . <{BASE}barrier/slow-budgets> a ct:Barrier ; rdfs:label "slow budgets"@en ."""
COUNTS = {"sources": {"nf2020": {"sentences": 30, "curated_sentences": 10, "states": {"claimed": 8, "heading": 2, "waiting": 20}}}}


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    from service.app import create_app
    from service.settings import Settings
    made = make_release(tmp_path_factory.mktemp("half"), TRIG + HALF)
    app = create_app(MadeRelease(made.path, made.digest, COUNTS, made.meta, made.store), Settings(workers=1), find_text=lambda source: None)
    yield app.test_client()
    app.extensions["caretrace"].close()


def problem(client, path: str, status: int) -> str:
    answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == status
    Page(answer.text)
    return answer.text


def test_a_thing_that_no_claim_speaks_of_says_so_and_leads_on(half):
    shown = page(half, "/risk/unspoken.html")
    assert "No claim of this release speaks of it" in shown and 'href="/browse/risk"' in shown


def test_an_id_that_never_was_gets_near_names_and_its_words_to_search_for(half):
    shown = problem(half, "/risk/reporting-burdn", 404)
    assert "There is no risk/reporting-burdn" in shown and 'href="/risk/reporting-burden"' in shown
    assert "nothing of that name was withdrawn" in shown and 'href="/search?q=reporting+burdn"' in shown.replace("%20", "+")


def test_a_name_in_the_wrong_folder_is_found_in_the_right_one(half):
    assert 'href="/barrier/slow-budgets"' in problem(half, "/risk/slow-budgets", 404)
    assert "/browse" in problem(half, "/risk/xqxqxqxq", 404)


def test_a_withdrawn_id_gives_day_reason_and_successor(half):
    shown = problem(half, "/risk/old-burden", 410)
    for words in ("withdrawn on 2026-11-21", "Two records for &lt;b&gt;one&lt;/b&gt; thing.", "Its successor is below", 'href="/risk/reporting-burden"'):
        assert words in shown, words
    assert "Nothing takes its place" in problem(half, "/risk/lost", 410)


def test_a_search_without_hits_says_what_to_try_and_which_reports_are_not_read_yet(half):
    shown = page(half, "/search?q=zzqqzz&kind=risk")
    for words in ("Nothing was found for “zzqqzz” with these filters", "The same words without filters", "Northford 2020</a> is curated in part"):
        assert words in shown, words


def test_without_its_text_a_claim_says_why_and_leads_to_the_publisher(half):
    for path in ("/claim/nf2020-01-001.html", f"/passage/nf2020/{FIRST[0]}-{FIRST[1]}.html"):
        shown = page(half, path)
        assert "own words are not shown here" in shown and "caretrace texts add FILE" in shown
        assert 'at these words</a>' in shown and "https://example.org/northford#:~:text=" in shown
    assert "The text itself is not here" in page(half, "/read/nf2020")


def test_a_report_half_curated_says_how_much_waits_and_where(half):
    shown = page(half, "/source/nf2020.html")
    assert "1 of its 3 sections (20 of 30 sentences)" in shown and "Later</a> <span class=\"quiet\">not curated" in shown
    assert "not curated yet" in page(half, "/section/nf2020-03.html") and "not curated yet" in page(half, "/read/nf2020/nf2020-03")
    assert "No section of this report is curated yet" in page(half, "/source/nf2021.html")
    assert "No outline of this report" in page(half, "/source/nf2022.html")


def test_a_whole_report_does_not_say_that_it_waits(client):
    assert "still to be read" not in page(client, "/source/nf2020.html")


def test_a_claim_leads_to_its_neighbours_in_the_report(client):
    first, second = (page(client, f"/claim/nf2020-0{n}-001.html") for n in (1, 2))
    assert "claim after it" in first and "claim before it" not in first
    assert "claim before it" in second and "claim after it" not in second and 'href="/read/nf2020/nf2020-02"' in second
