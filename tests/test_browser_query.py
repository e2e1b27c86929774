"""The query page with its editor in a real browser: completion, marks, cancel, hostile results, keyboard, no other host."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import quote

import pytest

from kg.names import CT
from service import assets
from test_browser import DESKTOP, TRIG, browser, keep, make_release, pytestmark as needs_browser, served, visit  # noqa: F401

pytestmark = [needs_browser, pytest.mark.skipif(not assets.present("vendor/yasqe.js"), reason="needs the editor's files from npm: make assets")]
P = f"PREFIX ct: <{CT}>\n"
EDITOR = ".CodeMirror"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o FILTER(?a != ?m && ?d != ?j) }"
HOSTILE = ("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "</textarea><svg onload=alert(3)>", "\u202egnp.exe",
           "' onmouseover='alert(4)", "{{ 7*7 }}", "<a href=javascript:alert(5)>x</a>")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the service over the invented release."""
    with served(make_release(tmp_path_factory.mktemp("query"), TRIG)) as address:
        yield address


def at(query: str) -> str:
    return f"/sparql?query={quote(query)}"


def ready(page):
    page.locator(EDITOR).wait_for()
    return page


@pytest.fixture
def open_query(visit):  # noqa: F811
    """`open_query(query, …)` opens the page with its editor; what the browser's policy refused is a complaint too."""
    def open_(query: str | None = None, size=DESKTOP, **options):
        page = visit("about:blank", size, **options)
        page.on("console", lambda message: page.complaints.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(at(query) if query else "/sparql")
        return ready(page)
    return open_


def write(page, text: str) -> None:
    """Type a query in the place of what stands in the editor."""
    page.locator(EDITOR).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def value(page) -> str:
    return page.evaluate("document.getElementById('query').value")


def outcome(page, words: str) -> str:
    """The result once it holds `words`."""
    page.locator("#outcome", has_text=words).wait_for()
    return page.locator("#outcome").inner_text()


def test_classes_and_properties_are_completed_from_the_release_and_prefixes_come_by_themselves(open_query, site):
    page = open_query()
    write(page, "SELECT * { ?x a ct:Cla")
    page.locator("li.CodeMirror-hint", has_text="ct:Claim").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type(" . GRAPH ?g { ?m ct:threat")
    hint = page.locator("li.CodeMirror-hint", has_text="ct:threatens")
    hint.wait_for()
    assert hint.get_attribute("title") == "Could harm it."
    page.keyboard.press("Enter")
    assert value(page).startswith(f"PREFIX ct: <{CT}>") and "ct:threatens" in value(page) and "a ct:Claim ." in value(page)
    assert all(address.startswith(site) for address in page.asked) and page.complaints == []


def test_an_example_runs_by_one_click_and_going_back_returns(open_query):
    page = open_query()
    assert "2 rows: claim" in page.locator("#examples").inner_text()
    page.get_by_role("link", name="Which risks threaten what?").click()
    assert "2 rows" in outcome(page, "2 rows") and "ms" in page.locator(".took").inner_text()
    assert page.get_by_role("link", name="Evidence of nf2020-01-001").get_attribute("href").endswith("#passage")
    assert "ct:threatens" in value(page) and page.locator("#question").inner_text() == "Which risks threaten what?"
    assert "query=" in page.url and page.locator("p.run [role=status]").inner_text() == "2 rows."
    page.evaluate("location.hash = 'main'")  # the way of the link that skips the navigation
    assert page.locator("#result").is_visible()
    page.go_back()
    assert page.locator("#result").is_visible()
    page.go_back()
    page.locator("#outcome:not(:has(#result))").wait_for(state="attached")
    assert "?query" not in page.url


@pytest.mark.parametrize("query, line, marked", [
    ("SELECT * {\n  ?s ?p ?o .\n  ?s ?p )\n}", 3, ")"), ("SELECT * {\n  ?s ?p ?o .\n} LIMT 3", 3, "LIMT"), ("SELECT * {\n  ?s ?p '𝄞𝄞' . } }", 2, "}")])
def test_an_error_is_marked_where_it_stands_and_the_mark_goes_with_the_next_key(open_query, query, line, marked):
    page = open_query()
    page.evaluate("text => editor.set(text)", query)
    page.get_by_role("button", name="Run").click()
    error = page.locator(".error[data-line]")
    error.wait_for()
    assert page.locator(".query-error").inner_text() == marked and f"line {line}, column" in error.inner_text()
    assert page.locator(".CodeMirror-code > div:has(.query-error-line) .CodeMirror-linenumber").inner_text() == str(line)
    keep(page, "query-error")
    page.locator(EDITOR).click()
    page.keyboard.type(" ")
    assert page.locator(".query-error").count() == 0


def test_the_server_s_own_error_page_is_marked_too(open_query):
    assert open_query("SELECT * {\n ?s ?p\n}").locator(".query-error").count() == 1


def killed(page) -> int:
    found = re.search(r'caretrace_engine_events_total\{event="killed-client-left"\} (\d+)', page.request.get("/metrics").text())
    return int(found[1]) if found else 0


def test_cancel_ends_the_request_and_the_server_kills_the_query(open_query):
    page = open_query()
    before = killed(page)
    page.evaluate("text => editor.set(text)", RUNAWAY)
    page.get_by_role("button", name="Run").click()
    page.locator(".clock", has_text="s").wait_for()
    assert page.locator("#outcome").get_attribute("aria-busy") == "true"
    page.get_by_role("button", name="Cancel").click()
    page.locator("[role=status]", has_text="Cancelled after").wait_for()
    assert not page.get_by_role("button", name="Cancel").is_visible() and page.locator("#outcome").get_attribute("aria-busy") is None
    until = time.monotonic() + 10
    while killed(page) == before:
        assert time.monotonic() < until, "the query still runs"
    page.evaluate("editor.set('ASK {}')")
    page.get_by_role("button", name="Run").click()
    assert "Yes" in outcome(page, "Yes")


def test_more_time_can_be_asked_for(open_query):
    page = open_query()
    page.get_by_label("within").select_option("60")
    with page.expect_request(lambda request: "timeout=60" in request.url):
        page.get_by_role("button", name="Run").click()
    outcome(page, "row")
    page.goto(page.url)
    assert ready(page).get_by_label("within").input_value() == "60"


def test_a_service_that_is_away_is_told_in_words(open_query):
    page = open_query()
    page.route("**/sparql?query=*", lambda route: route.abort())
    page.get_by_role("button", name="Run").click()
    page.locator("[role=status]", has_text="did not answer").wait_for()


def test_a_page_that_is_no_result_is_told_in_its_own_words(open_query):
    page = open_query()
    problem = page.request.get("/claim/none", headers={"Accept": "text/html"})
    page.route("**/sparql?query=*", lambda route: route.fulfill(status=429, content_type="text/html", body=problem.text()))
    page.get_by_role("button", name="Run").click()
    page.locator("#outcome .error h2", has_text="Nothing has this address").wait_for()


def test_a_long_query_runs_and_leaves_the_address_alone(open_query):
    page = open_query()
    page.evaluate("text => editor.set(text)", f"ASK {{}} # {'x' * 10_000}")
    page.get_by_role("button", name="Run").click()
    assert "Yes" in outcome(page, "Yes") and "query=" not in page.url


def test_rows_are_sorted_and_narrowed(open_query):
    page = open_query("SELECT ?n ?w { VALUES (?n ?w) { (10 'a b') (9 'b') (1 'c') (2 'd') (3 'e') (4 'f') (5 'g') (6 'h') (7 'i') (8 'j') } }")
    column = page.locator("table.rows tbody td:first-child")
    page.get_by_role("button", name="n", exact=True).click()
    assert column.all_inner_texts() == [str(number) for number in range(1, 11)]
    assert page.get_by_role("columnheader", name="n", exact=True).get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="n", exact=True).press("Enter")
    assert column.all_inner_texts() == [str(number) for number in range(10, 0, -1)]
    page.get_by_label("Rows with").fill("B")
    assert page.locator("table.rows tbody tr:visible").count() == 2 and "2 of 10 shown" in page.locator("#result").inner_text()


def test_programs_and_link_follow_what_is_written_and_are_copied(open_query, site):
    page = open_query(permissions=["clipboard-read", "clipboard-write"])
    write(page, "ASK { 'not' ?run 'yet'")
    page.locator("#programs code", has_text="not").first.wait_for(state="attached")
    page.locator("summary", has_text="curl").click()
    page.get_by_role("button", name="Copy curl").click()
    page.get_by_role("button", name="Copy curl").filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -sS") and "?run" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("button", name="Copy the link").filter(has_text="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site}/q/")
    page.goto(link)
    assert value(ready(page)).strip() == value(page) and "'not' ?run 'yet'" in value(page)


def literal(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


@pytest.mark.parametrize("form", ["table", "graph", "nothing", "error", "iris", "names"])
def test_hostile_results_do_nothing_in_any_view(open_query, form):
    cells = " ".join(map(literal, HOSTILE))
    query = {"table": f"SELECT ?x {{ VALUES ?x {{ {cells} }} }}",
             "graph": f"CONSTRUCT {{ <http://e.org/a> <http://e.org/b> ?x }} {{ VALUES ?x {{ {cells} }} }}",
             "nothing": f"SELECT * {{ ?s ?p {', '.join(map(literal, HOSTILE))} FILTER(?s = {literal(HOSTILE[0])}) }}",
             "error": f"SELECT {HOSTILE[0]} {HOSTILE[1]} {HOSTILE[2]}",
             "iris": "SELECT ?x { VALUES ?x { <javascript:alert(6)> <data:text/html,%3Cscript%3Ealert(7)%3C/script%3E> <vbscript:x> <http://e.org/\u202ex> } }",
             "names": "SELECT (1 AS ?onerror) ('x' AS ?constructor) ('y' AS ?__proto__) { }"}[form]
    page = open_query(query, bypass_csp=True)  # nothing may run even if a proxy drops the policy
    page.evaluate("run()")
    page.locator("[role=status]", has_text=re.compile(r"\.$")).first.wait_for()
    for details in page.locator("main details").all():
        details.evaluate("part => { part.open = true; }")
    if page.locator("details.raw").count():
        page.locator("details.raw code", has_text="{").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.complaints == [] and page.locator("main img, main script, main iframe, main svg[onload], main [onmouseover], main [onerror]").count() == 0
    links = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    assert all(re.match(r"https?:", link) for link in links)
    if form == "table":
        shown = [value.replace("\u202e", "\ufffd") for value in HOSTILE]  # what turns the direction of text is shown as a mark
        assert page.locator("table.rows tbody bdi").all_inner_texts() == shown
        assert page.locator("details.raw code").inner_text().count("onerror") == 1


def test_the_keyboard_alone_writes_runs_and_leaves_the_editor(open_query):
    page = open_query()
    page.locator("label", has_text="SPARQL query").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "SPARQL query"
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?x { VALUES ?x { 1 2 } }")
    page.keyboard.press("Control+Enter")
    outcome(page, "2 rows")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "SPARQL query"


def test_a_plain_text_box_can_be_had_and_is_remembered(open_query):
    page = open_query()
    page.get_by_role("button", name="Plain text box").click()
    box = page.get_by_role("textbox", name="SPARQL query")
    assert not page.locator(EDITOR).is_visible()
    box.fill("SELECT * {\n  ?s ?p\n}")
    box.press("Control+Enter")
    page.locator(".error").wait_for()
    assert page.evaluate("document.getElementById('query').selectionStart") > 10
    page.reload()
    assert box.is_visible() and page.get_by_role("button", name="Editor with colours").is_visible()


def test_without_the_editor_s_files_the_form_still_runs_in_place(visit):  # noqa: F811
    page = visit("about:blank")
    page.route("**/vendor/*", lambda route: route.abort())
    page.goto("/sparql")
    page.get_by_role("textbox", name="SPARQL query").fill("SELECT ?x { VALUES ?x { 1 } }")
    page.get_by_role("button", name="Run").click()
    assert "1 row" in outcome(page, "1 row") and page.complaints == []


def test_a_format_is_downloaded_by_the_form(open_query):
    page = open_query("SELECT ?x { VALUES ?x { 1 } }")
    with page.expect_download() as download:
        page.get_by_role("link", name="csv", exact=True).click()
    assert download.value.suggested_filename == "caretrace-result.csv" and download.value.path().read_text() == "x\n1\n"
    page.get_by_label("as", exact=True).select_option("tsv")
    with page.expect_request(lambda request: "format=tsv" in request.url):
        page.get_by_role("button", name="Run").click()
