"""The pages in a real browser: each reader's journey, accessibility, narrow and dark and printed, without script, no other host.

Screenshots are kept in build/screenshots/.
"""

import os
import shutil
import threading
from contextlib import contextmanager

import pytest

from conftest import ROOT
from kg.names import BASE
from service.app import create_app
from service.server import open_server
from service.settings import Settings
from test_service_compare import MORE
from test_service_release import FIRST, TEXT, TRIG, make_release

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install -e '.[browser]'")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path, or its place in the variable CHROMIUM")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
SHOTS = ROOT / "build" / "screenshots"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PAGES = {"home": "/", "search": "/search?q=planing", "claim": "/claim/nf2020-01-001.html", "hostile": "/claim/nf2020-02-001.html",
         "report": "/source/nf2020.html", "reading": "/read/nf2020", "entity": "/practice/joint-planning.html",
         "matrix": "/compare/mitigations", "reports": "/compare/reports?a=sf2016&b=nf2020", "timeline": "/compare/timeline",
         "query": "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%205", "wrong-query": "/sparql?query=SELEC",
         "question": "/query/threats.html", "browse": "/browse", "missing": "/claim/nf2020-01-002"}


@contextmanager
def served(release):
    """The address of the service over `release`, on the server that `caretrace serve` starts, with the text at hand."""
    settings = Settings(workers=1).for_host("127.0.0.1")
    app = create_app(release, settings, find_text={"nf2020": TEXT}.get)
    server = open_server(app, settings, "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        app.extensions["caretrace"].close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the service over the invented release."""
    with served(make_release(tmp_path_factory.mktemp("browser"), TRIG + MORE)) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, site):
    """`visit(path, size, **options)` opens a page in a fresh context; what it asked for and complained of is on it."""
    contexts = []

    def open_(path: str, size=DESKTOP, **options):
        context = browser.new_context(viewport=size, base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(path)
        return page
    yield open_
    for context in contexts:
        context.close()


def keep(page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault(visit, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[browser]'").Axe()
    page = visit(PAGES[name], DESKTOP if scheme == "light" else PHONE, color_scheme=scheme, bypass_csp=True)
    faults = axe.run(page).response["violations"]
    assert not faults, [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in faults]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone_or_asks_another_host(visit, site, name):
    for size, words in ((PHONE, "phone"), (DESKTOP, "desktop"), ({"width": 320, "height": 500}, None)):
        page = visit(PAGES[name], size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (name, size)
        assert all(address.startswith(site) for address in page.asked) and page.complaints == []
        if words:
            keep(page, f"{name}-{words}")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_researcher_goes_from_a_question_to_the_passage_without_script(visit, size):
    page = visit("/", size, java_script_enabled=False)
    page.get_by_role("link", name="Which risks threaten what?").click()
    assert page.get_by_role("cell", name="reporting burden").is_visible() and not page.locator("details.query pre").is_visible()
    page.locator("summary", has_text="Its SPARQL").click()
    assert page.locator("details.query pre").is_visible()
    page.get_by_role("link", name="Change it in the query page").click()
    page.get_by_role("button", name="Run").click()
    assert "2 rows" in page.locator("#result").inner_text()
    page.get_by_role("link", name="Evidence of nf2020-01-001").click()
    assert page.locator("mark.passage").inner_text() == TEXT[slice(*FIRST)].strip()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_reviewer_finds_a_claim_with_a_slip_and_sees_who_opposes_it(visit, size):
    page = visit("/", size, java_script_enabled=False)
    page.get_by_role("searchbox").fill("weekly reportng")
    page.get_by_role("searchbox").press("Enter")
    assert "searched for reporting" in page.inner_text("main")
    page.get_by_role("link", name="Weekly reporting to three bodies").click()
    trail = page.locator("ol.sight").inner_text()
    assert trail.index("Held by") < trail.index("Reported by") < trail.index("Rests on")
    assert page.locator("mark.passage").is_visible() and page.get_by_role("heading", name="Opposing").is_visible()
    page.get_by_role("link", name="Judged").click()
    assert "One says that time is lost" in page.inner_text("main")


def test_a_linked_data_consumer_gets_from_a_page_to_its_triples(visit, site):
    page = visit("/claim/nf2020-01-001")
    assert page.url == f"{site}/claim/nf2020-01-001.html"
    for name, media in (("TriG", "application/trig"), ("Turtle", "text/turtle"), ("JSON-LD", "application/ld+json")):
        answer = page.request.get(page.get_by_role("link", name=name, exact=True).get_attribute("href"))
        assert answer.ok and answer.headers["content-type"].startswith(media) and BASE in answer.text()


def test_the_keyboard_alone_is_enough(visit, site):
    page = visit("/claim/nf2020-01-001.html")
    page.keyboard.press("Tab")
    skip = page.evaluate("({text: document.activeElement.textContent, left: document.activeElement.getBoundingClientRect().left})")
    assert skip["text"] == "Skip to the content" and skip["left"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_role("searchbox").focus()
    page.keyboard.type("shared budgets")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=shared+budgets")


def test_print_leaves_navigation_and_forms_out(visit):
    page = visit("/claim/nf2020-01-001.html")
    page.emulate_media(media="print")
    assert not page.locator("header nav").is_visible() and page.locator("h1").is_visible() and page.locator("#citation").is_visible()


@pytest.mark.parametrize("path", ["/claim/nf2020-02-001.html", "/search?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "/browse/claim", "/read/nf2020/nf2020-02",
                                  "/sparql?query=SELECT%20%3Fx%20%7B%20BIND%28%22%3C%2Fscript%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%22%20AS%20%3Fx%29%20%7D"])
def test_hostile_words_do_nothing_in_a_browser(visit, path):
    page = visit(path, bypass_csp=True)  # nothing may run even if a proxy drops the policy
    page.wait_for_load_state("networkidle")
    assert page.complaints == [] and page.locator("main img, main script").count() == 0
