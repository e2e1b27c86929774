"""Each reader's whole way through the pages, at desktop and phone size, by keyboard alone, enlarged, and with hostile data."""

import hashlib
import re

import pyoxigraph as ox
import pytest

from kg.names import BASE, CT
from test_browser import DESKTOP, PAGES, PHONE, SHOTS, browser, keep, pytestmark, served, site, visit  # noqa: F401
from test_service_hostile import HOSTILE, PAGES as HOSTILE_PAGES
from test_service_release import FIRST, TEXT, TRIG, make_release

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
MAX_BYTES = 100_000


def shot(page, step: str, size: dict) -> None:
    keep(page, f"{step}-{'desktop' if size is DESKTOP else 'phone'}")


@SIZES
def test_the_researchers_journey(visit, size):
    page = visit("/", size)
    shot(page, "researcher-1-home", size)
    page.get_by_role("link", name="Which risks threaten what?").click()
    shot(page, "researcher-2-question", size)
    page.get_by_role("cell", name="reporting burden").get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text() == "reporting burden"
    shot(page, "researcher-3-risk", size)
    page.get_by_role("link", name="Weekly reporting to three bodies").first.click()
    assert page.locator("mark.passage").inner_text() == TEXT[slice(*FIRST)].strip()
    shot(page, "researcher-4-claim", size)
    page.get_by_role("link", name="who says so").first.click()
    assert "Those who report … joint-up planning" in page.inner_text("main")
    shot(page, "researcher-5-explain", size)


@SIZES
def test_the_reviewers_journey(visit, size):
    page = visit("/browse/source", size)
    page.get_by_role("link", name="Northford 2020").click()
    shot(page, "reviewer-1-report", size)
    page.get_by_role("link", name="Read the report beside its claims").click()
    assert page.locator(".reading .claimed .words").first.is_visible()
    shot(page, "reviewer-2-reading", size)
    page.locator(".reading").get_by_role("link", name="Weekly reporting").click()
    trail = page.locator("ol.sight").inner_text()
    for words in ("Held by", "Reported by", "Passage", "Rests on", "Cites", "A first study"):
        assert words in trail
    for heading in ("Passage", "What it says, and what others say of it", "Figures", "Editorial notes", "Claims that bear on it", "Curation",
                    "Cite this", "Data"):
        assert page.get_by_role("heading", name=heading, exact=True).is_visible(), heading
    shot(page, "reviewer-3-claim", size)
    page.locator("ol.sight").get_by_role("link", name=re.compile("29 to")).click()
    assert "Opens with" in page.inner_text("main")
    shot(page, "reviewer-4-passage", size)
    page.go_back()
    page.get_by_role("link", name="Some say").first.click()
    assert "contradicted by" in " ".join(page.inner_text("main").split())
    shot(page, "reviewer-5-opposing", size)


@SIZES
def test_the_linked_data_consumers_journey(visit, site, size):
    page = visit("/", size)
    page.locator("header").get_by_role("link", name="Data").click()
    shot(page, "consumer-1-data", size)
    dump = page.request.get(page.get_by_role("link", name="caretrace.nq", exact=True).get_attribute("href"))
    assert hashlib.sha256(dump.body()).hexdigest() and len(list(ox.parse(dump.body(), format=ox.RdfFormat.N_QUADS))) > 100
    page.locator("header").get_by_role("link", name="Ontology").click()
    shot(page, "consumer-2-ontology", size)
    page.goto("/claim/nf2020-01-001")
    forms = {"Turtle": ox.RdfFormat.TURTLE, "TriG": ox.RdfFormat.TRIG, "RDF/XML": ox.RdfFormat.RDF_XML,
             "N-Triples": ox.RdfFormat.N_TRIPLES, "N-Quads": ox.RdfFormat.N_QUADS, "JSON-LD": ox.RdfFormat.JSON_LD}
    for name, form in forms.items():
        answer = page.request.get(page.get_by_role("link", name=name, exact=True).get_attribute("href"))
        holders = {q.object.value for q in ox.parse(answer.body(), format=form, base_iri=BASE) if q.predicate.value == CT + "heldBy"
                   and q.subject.value == f"{BASE}claim/nf2020-01-001"}
        assert answer.headers["content-type"].startswith(form.media_type) and holders == {f"{BASE}holder/nf2020-authors"}, name
    links = page.request.get("/claim/nf2020-01-001.html").headers["link"]
    assert 'rel="describedby"' in links and 'rel="license"' in links and 'rel="cite-as"' in links
    assert page.locator("main").get_by_text(f"{BASE}claim/nf2020-01-001", exact=True).is_visible()
    shot(page, "consumer-3-claim", size)


def focused(page) -> dict:
    """What has the focus: its words, and whether a reader sees where it is."""
    return page.evaluate("""() => { const a = document.activeElement, e = a.closest('.CodeMirror') || a;  // the editor's own box is unseen
      const r = e.getBoundingClientRect(), s = getComputedStyle(e);
      return {words: (e.labels?.[0]?.textContent || e.textContent || '').trim(), tag: e.tagName,
              seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.bottom > 0 && r.top < innerHeight} }""")


def tab_to(page, words: str, tag: str = "A") -> None:
    """Press Tab until what `words` begin is focused; every stop on the way shows where it is."""
    for _ in range(200):
        page.keyboard.press("Tab")
        now = focused(page)
        assert now["seen"] or now["tag"] == "BODY", now
        if now["tag"] == tag and now["words"].startswith(words):
            return
    raise AssertionError(f"Tab never reached {words!r}")


@SIZES
def test_the_keyboard_alone_leads_from_the_start_to_the_passage_and_its_opponent(visit, size):
    page = visit("/", size)
    tab_to(page, "Search claims", "INPUT")
    page.keyboard.type("weekly reporting")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    tab_to(page, "Weekly reporting to three bodies")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claim/nf2020-01-001.html")
    tab_to(page, "Some say")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claim/nf2020-02-001.html")
    tab_to(page, "Open the publisher")
    assert page.evaluate("document.activeElement.href").startswith("https://example.org/northford#:~:text=")
    page.goto("/sparql")
    tab_to(page, "Run", "BUTTON")


@pytest.mark.parametrize("name", PAGES)
def test_everything_stays_readable_at_twice_the_size(visit, name):
    page = visit(PAGES[name], {"width": 640, "height": 450}, device_scale_factor=2)  # 1280 by 900 at 200%
    assert page.evaluate("document.documentElement.scrollWidth") <= 640 and page.locator("h1").is_visible()
    page = visit(PAGES[name], DESKTOP, bypass_csp=True)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]
    # The editor scrolls what it hides.
    cut = page.evaluate("""() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
      && getComputedStyle(e).overflowX === 'hidden' && !e.closest('.CodeMirror')).map(e => e.outerHTML.slice(0, 120))""")
    assert cut == []


@pytest.mark.parametrize("name", PAGES)
def test_what_is_to_be_hit_is_large_enough_on_a_phone(visit, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[browser]'").Axe()
    page = visit(PAGES[name], PHONE, bypass_csp=True)
    faults = axe.run(page, options={"runOnly": ["target-size"]}).response["violations"]
    assert not faults, [node["html"][:160] for fault in faults for node in fault["nodes"]][:5]


def test_what_is_printed_is_dark_on_light_whatever_the_screen(visit):
    page = visit("/claim/nf2020-01-001.html", DESKTOP, color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="print", color_scheme="dark")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 200 < 700 < sum(map(int, re.findall(r"\d+", light)[:3]))
    printed = page.pdf(path=SHOTS / "claim.pdf", format="A4")
    assert printed.startswith(b"%PDF") and page.locator("mark.passage").is_visible() and not page.locator("form").first.is_visible()


def test_a_claim_with_all_its_assets_is_light(visit, site):
    page = visit("about:blank")  # nothing of the site is in this browser's memory yet
    weights = {}
    page.on("requestfinished", lambda request: weights.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto("/claim/nf2020-01-001.html", wait_until="networkidle")
    assert any(".css" in address for address in weights) and 3_000 < sum(weights.values()) < MAX_BYTES


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    """The address of a service over a release whose every word is hostile."""
    with served(make_release(tmp_path_factory.mktemp("hostile"), TRIG + HOSTILE)) as address:
        yield address


@pytest.mark.parametrize("path", HOSTILE_PAGES)
def test_hostile_data_does_nothing_in_a_browser(visit, hostile_site, path):
    page = visit(hostile_site + path, bypass_csp=True)  # nothing may run even if a proxy drops the policy
    page.wait_for_load_state("networkidle")
    assert page.complaints == [] and all(address.startswith(hostile_site) for address in page.asked)
    assert page.locator("img, iframe, object, main script:not([type='application/ld+json'])").count() == 0
    assert page.evaluate("""[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name)
      || /^\\s*(javascript|data|vbscript):/i.test(a.value))).length""") == 0
    assert page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)") is False
