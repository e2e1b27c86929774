"""What others say of a claim's triples, and how a claim is cited."""

from kg.names import BASE, CT
from service.claimindex import ClaimIndex
from service.reader import Reader
from service.records import Triple
from service.weighing import Voice, stance, voices, weigh
from test_service_pages import page
from test_service_release import TRIG, app, client, make_release, release  # noqa: F401

import pyoxigraph as ox
import pytest

CLAIM = """<{b}claim/nf2020-01-00{n}> ct:statement "Claim {n}."@en ; ct:kind <{b}kind/risk> ; ct:modality <{b}modality/asserted> ;
  ct:statedIn <{b}source/nf2020> ; ct:order {n} . <{b}claim/nf2020-01-00{n}> {{ {content} }}"""
S, O = f"{BASE}practice/sharing", f"{BASE}outcome/trust"
SAID = f"<{S}> ct:enables <{O}> ."
DENIED = (f"<{BASE}denial/x> a owl:NegativePropertyAssertion ; owl:sourceIndividual <{S}> ; owl:assertionProperty ct:enables ; "
          f"owl:targetIndividual <{O}> .")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    contents = (SAID, SAID, DENIED, f"<{S}> ct:hinders <{O}> .", f"<{S}> ct:requires <{O}> .", f"<{O}> ct:enables <{S}> .")
    more = "\n".join(CLAIM.format(b=BASE, n=n, content=content) for n, content in enumerate(contents, 3))
    inferred = f"<{BASE}rule/part-of> {{ {SAID} }}"
    return Reader(make_release(tmp_path_factory.mktemp("weighing"), TRIG + more + inferred).store)


def numbers(entries: list[Voice]) -> list[str]:
    return [entry.line.iri[-3:] for entry in entries]


def test_each_other_claim_is_heard_once_and_in_its_place(reader):
    own = Triple(S, CT + "enables", ox.NamedNode(O))
    [weighed] = weigh(reader, ClaimIndex(reader), f"{BASE}claim/nf2020-01-003", [own])
    assert numbers(weighed.agrees) == ["004"] and numbers(weighed.opposes) == ["005", "006"] and numbers(weighed.besides) == ["007"]


def test_who_denies_agrees_with_who_denies():
    line = None
    assert stance(Voice(line, CT + "enables", True), CT + "enables", True) == "agrees"
    assert stance(Voice(line, CT + "enables", False), CT + "enables", True) == "opposes"
    assert stance(Voice(line, CT + "hinders", True), CT + "enables", False) == "besides"
    assert stance(Voice(line, CT + "enables", False), CT + "hinders", False) == "opposes"


def test_a_conclusion_of_a_rule_is_no_voice(reader):
    heard = voices(reader, ClaimIndex(reader), S, O)
    assert not any("/rule/" in voice.line.iri for voice in heard) and len(heard) == 5


def test_a_claim_shows_its_trail_as_one_line_in_order(client):
    shown = page(client, "/claim/nf2020-01-001.html")
    trail = shown[shown.index('<ol class="sight"'):shown.index("</ol>")]
    places = [trail.index(words) for words in ("Held by", "Reported by", "In report, section", "Passage", "Rests on", "Cites")]
    assert places == sorted(places) and trail.count("<li>") == 6
    assert "/passage/nf2020/" in trail and "the survey" in trail and "A first study" in trail


def test_a_claim_says_what_bears_on_it_and_when_nothing_does(client):
    shown = page(client, "/claim/nf2020-01-001.html")
    assert "<h3>Opposing</h3>" in shown and "<h3>Making the same point</h3>" in shown
    assert "No other claim says anything of these two." in shown


def test_a_claim_can_be_cited(client, release):
    shown = page(client, "/claim/nf2020-01-001.html")
    cited = shown[shown.index('id="citation"'):]
    for words in ("Claim nf2020-01-001: “Weekly", release.path.name, "of 2026-11-22", f"{BASE}claim/nf2020-01-001",
                  "The Northford panel: Northford plans", "section “Planning”", "characters 29 to", "@misc{caretrace-nf2020-01-001"):
        assert words in cited, words


def test_a_claim_that_was_read_once_says_so(client):
    assert "No second reading is recorded yet." in page(client, "/claim/nf2020-02-001.html")


def test_a_claim_page_with_all_its_assets_stays_light(client):
    from test_service_pages import Page
    shown = page(client, "/claim/nf2020-01-001.html")
    assets = [link for link in Page(shown).links if link.startswith("/static/")]
    assert assets and len(shown.encode()) + sum(len(client.get(link).data) for link in assets) < 100_000
