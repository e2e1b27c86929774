"""The query page with its editor: accessible, narrow enough and light in each of its states, light and dark."""

import pytest

from test_browser import DESKTOP, PHONE, browser, keep, visit  # noqa: F401
from test_browser_query import P, open_query, pytestmark, ready, site, write  # noqa: F401

STATES = {"start": None, "result": P + "SELECT ?claim ?risk ?thing ?who { GRAPH ?claim { ?risk ct:threatens ?thing } ?claim ct:heldBy ?who }",
          "many": "SELECT * { ?s ?p ?o } LIMIT 200", "nothing": P + "SELECT * { ?m ct:threatens ?r ; a ct:Rsk }", "wrong": "SELECT * {\n ?s ?p }",
          "graph": "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 20"}


@pytest.mark.parametrize("scheme, size", [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_window(open_query, site, state, scheme, size):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[browser]'").Axe()
    page = open_query(STATES[state], size, color_scheme=scheme, bypass_csp=True)
    page.locator("summary", has_text="Python").click()
    keep(page, f"query-{state}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    faults = axe.run(page).response["violations"]
    assert not faults, [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in faults]
    assert all(address.startswith(site) for address in page.asked)


def test_axe_finds_no_fault_while_names_are_offered(open_query):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[browser]'").Axe()
    page = open_query(bypass_csp=True)
    write(page, "SELECT * { ?x ct:threat")
    page.locator("li.CodeMirror-hint").first.wait_for()
    keep(page, "query-completion")
    faults = axe.run(page).response["violations"]
    assert not faults, [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in faults]


def test_the_page_with_its_editor_weighs_little_and_is_not_fetched_twice(open_query, site):  # noqa: F811
    page = open_query()
    weights = page.evaluate("performance.getEntries().filter(e => e.transferSize).map(e => [e.name, e.transferSize])")
    assert sum(weight for _, weight in weights) < 200_000, weights
    page.goto("/sparql")
    ready(page)
    again = page.evaluate("performance.getEntriesByType('resource').filter(e => e.name.includes('/static/')).map(e => e.transferSize)")
    assert again and not any(again)
