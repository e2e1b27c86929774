"""Reading a report beside its claims, with its text and without; and what a report's page adds up."""

import pytest

from kg.names import BASE
from service.reader import Reader
from service.reading import anchored, own_span, read_section
from service.reports import Section, evidence, outline, references, stated_figures
from test_service_pages import Page, page
from test_service_release import FIRST, SECOND, TEXT, TRIG, app, client, make_release, release  # noqa: F401

SOURCE = f"{BASE}source/nf2020"
EXCUSE = f"""<{BASE}no-claim/nf2020-0-28> a ct:NoClaim ; ct:noClaimReason <{BASE}no-claim-reason/heading> ; ct:statedIn <{SOURCE}> ;
  ct:hasPassage <{BASE}text/nf2020#char=0,28> . <{BASE}text/nf2020#char=0,28> ct:start 0 ; ct:end 28 ."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_release(tmp_path_factory.mktemp("reading"), TRIG + EXCUSE)


@pytest.fixture(scope="module")
def local(made):
    from service.app import create_app
    from service.settings import Settings
    app = create_app(made, Settings(workers=1).for_host("127.0.0.1"), find_text={"nf2020": TEXT}.get)
    yield app.test_client()
    app.extensions["caretrace"].close()


def test_every_letter_of_a_section_stands_in_one_stretch(made):
    stretches = read_section(anchored(Reader(made.store), SOURCE), (0, 400), TEXT)
    assert [s.state for s in stretches] == ["excused", "claimed", "claimed", "open"]
    assert all(after.start >= before.end for before, after in zip(stretches, stretches[1:]))
    shown = "".join(s.text for s in stretches)
    assert [c for c in shown if c.isalnum()] == [c for c in TEXT[:400] if c.isalnum()]


def test_without_the_text_the_stretches_are_named_by_their_words(made):
    stretches = read_section(anchored(Reader(made.store), SOURCE), (0, 400), None)
    assert [(s.start, s.text) for s in stretches] == [(0, None), (FIRST[0], None), (SECOND[0], None)]
    assert stretches[1].opens == "Those who report" and stretches[1].closes == "joint-up planning"


def test_overlapping_passages_are_one_stretch_with_all_their_claims(tmp_path):
    start, end = FIRST[0] + 5, SECOND[1] - 5
    more = (f'<{BASE}claim/nf2020-01-009> ct:statement "Both."@en ; ct:kind <{BASE}kind/risk> ; ct:modality <{BASE}modality/asserted> ; '
            f'ct:statedIn <{SOURCE}> ; ct:hasPassage <{BASE}text/nf2020#char={start},{end}> . '
            f'<{BASE}text/nf2020#char={start},{end}> ct:start {start} ; ct:end {end} .')
    [stretch] = anchored(Reader(make_release(tmp_path, TRIG + more).store), SOURCE)
    assert (stretch.start, stretch.end) == (FIRST[0], SECOND[1]) and len(stretch.claims) == 3


def test_a_section_shows_its_own_text_up_to_its_first_subsection():
    outer, inner, last = (Section(name, name, *span, True) for name, span in (("a", (0, 100)), ("b", (40, 100)), ("c", (100, 120))))
    assert [own_span([outer, inner, last], s) for s in (outer, inner, last)] == [(0, 40), (40, 100), (100, 120)]


def test_on_the_readers_own_machine_the_text_runs_beside_its_claims(local):
    shown = local.get("/read/nf2020", base_url="http://localhost").text
    Page(shown)
    assert shown.index("Claims nothing: heading") < shown.index(TEXT[slice(*FIRST)]) < shown.index("Weekly reporting to three bodies")
    assert 'href="/read/nf2020/nf2020-02" rel="next"' in shown
    later = local.get("/read/nf2020/nf2020-02", base_url="http://localhost").text
    assert "&lt;script&gt;alert(&#39;x&#39;)" in later and "<script" not in later


def test_elsewhere_no_word_of_the_text_is_shown(local):
    shown = local.get("/read/nf2020", base_url="http://caretrace.example").text
    assert "weekly to three bodies have little" not in shown and "The text itself is not here" in shown
    assert "<q>Those who report</q>" in shown and "Weekly reporting to three bodies" in shown


@pytest.mark.parametrize("path", ["/read/elsewhere", "/read/nf2020/nf2020-77"])
def test_what_is_not_there_to_read_leads_to_the_reports(client, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "/read/nf2020" in answer.text


def test_a_report_adds_up_figures_evidence_and_references(made, client):
    reader = Reader(made.store)
    assert [section.figures for section in outline(reader, SOURCE)] == [1, 0]
    assert evidence(reader, SOURCE) == [(f"{BASE}evidence/nf2020-survey", 1), (f"{BASE}evidence/none-stated", 1)]
    [(claim, figure)] = stated_figures(reader, SOURCE)
    assert claim.endswith("nf2020-01-001") and figure["amount"] == "about £152 billion"
    assert references(reader, SOURCE)[0]["claims"] == [f"{BASE}claim/nf2020-01-001"]
    shown = page(client, "/source/nf2020.html")
    assert "£152 billion" in shown and "supports" in shown and "/read/nf2020" in shown
