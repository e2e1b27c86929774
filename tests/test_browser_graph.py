"""The neighbourhood on entity pages, explored in a real browser: by keyboard, in the dark, without script, without its library."""

import pytest

from conftest import ROOT
from kg.names import BASE
from test_browser import DESKTOP, PHONE, browser, keep, pytestmark as needs_chromium, served, visit  # noqa: F401
from test_service_compare import MORE
from test_service_release import TRIG, make_release

LIBRARY = ROOT / "service" / "static" / "vendor" / "cytoscape.js"
pytestmark = [needs_chromium, pytest.mark.skipif(not LIBRARY.is_file(), reason="needs the files from npm: make assets")]
ENTITY, START = "/practice/joint-planning.html", "Explore this picture"
HOSTILE = f"""
<{BASE}risk/odd> a ct:Risk ; rdfs:label "<img src=x onerror=alert(1)>"@en .
<{BASE}claim/nf2020-01-001> {{ <{BASE}risk/odd> ct:threatens <{BASE}practice/joint-planning> . <{BASE}risk/odd> ct:threatens <{BASE}enabler/shared-budgets> . }}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the service over the invented release with a thing of a hostile name."""
    with served(make_release(tmp_path_factory.mktemp("graph"), TRIG + MORE + HOSTILE)) as address:
        yield address


def explored(visit, **options):
    """The page with the picture open and its canvas in focus."""
    page = visit(ENTITY, **options)
    page.get_by_role("button", name=START).click()
    page.wait_for_selector(".canvas canvas")
    return page


def chosen(page) -> str:
    return page.locator(".chosen [role=status]").inner_text()


def test_the_library_comes_only_when_it_is_asked_for(visit):
    page = visit(ENTITY)
    assert not any("cytoscape" in address for address in page.asked)
    page = explored(visit)
    assert any("cytoscape" in address for address in page.asked)
    assert not page.locator(".drawn").is_visible() and "joint planning" in chosen(page)
    assert {address.split("/")[2] for address in page.asked} == {page.url.split("/")[2]} and page.complaints == []
    keep(page, "neighbourhood")


def test_arrows_enter_and_escape_do_what_the_mouse_does(visit):
    page = explored(visit, reduced_motion="reduce")
    first, told = chosen(page), page.locator("#neighbourhood > [role=status]")
    before = told.inner_text()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown") * 4:
        page.keyboard.press(key)
        if "onerror" in chosen(page):  # the thing of a hostile name, which has a link that is not shown yet
            break
    assert "onerror" in chosen(page) and chosen(page) != first
    page.keyboard.press("Enter")
    page.wait_for_function("words => document.querySelector('#neighbourhood > [role=status]').textContent !== words", arg=before)
    page.keyboard.press("Escape")
    assert page.locator(".drawn").is_visible() and page.evaluate("document.activeElement.textContent") == START
    assert page.complaints == []


def test_the_panel_names_pairs_and_leads_to_their_claims(visit):
    page = explored(visit)
    links = page.locator(".chosen li a")
    assert links.count() >= 3 and "<img src=x" in page.locator(".chosen").inner_text()
    links.first.click()
    assert "What claims say of" in page.locator("h1").inner_text() and page.complaints == []


def test_without_its_library_the_drawing_stays_with_words(visit, site, browser):
    context = browser.new_context(viewport=DESKTOP, base_url=site)
    context.route("**/cytoscape.js*", lambda route: route.abort())
    page = context.new_page()
    page.goto(ENTITY)
    page.get_by_role("button", name=START).click()
    page.get_by_text("could not be fetched").wait_for()
    assert page.locator(".drawn").is_visible() and page.get_by_role("button", name=START).is_enabled()
    context.close()


def test_without_script_there_is_the_drawing_and_the_table(visit):
    page = visit(ENTITY, java_script_enabled=False)
    assert page.locator(".drawn svg").is_visible() and page.locator("#neighbourhood button").count() == 0
    assert page.locator("table", has_text="threatens").count() >= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_picture_is_accessible_and_fits_a_phone(visit, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[browser]'")
    page = explored(visit, size=PHONE, color_scheme=scheme)
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert found == [], [(entry["id"], [node["html"] for node in entry["nodes"]]) for entry in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, f"neighbourhood-phone-{scheme}")
