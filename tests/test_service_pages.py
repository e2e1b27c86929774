"""The pages: what each must show, links that lead somewhere, hostile words inert, texts only where they may show."""

from html.parser import HTMLParser

import pytest

from service.excerpts import excerpt, neighbours
from service.settings import Settings
from test_service_release import FIRST, TEXT, app, client, release  # noqa: F401

PAGES = ("/", "/search?q=planning", "/search?kind=risk", "/browse", "/browse/claim", "/browse/risk", "/sparql", "/claim/nf2020-01-001.html", "/claim/nf2020-02-001.html",
         f"/passage/nf2020/{FIRST[0]}-{FIRST[1]}.html", "/source/nf2020.html", "/section/nf2020-01.html", "/ontology.html",
         "/practice/joint-planning.html", "/kind/risk.html", "/work/first-study.html", "/rule/narrower.html")
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Checks that tags nest and collects links, ids, labels and headings."""

    def __init__(self, text: str):
        super().__init__()
        self.open, self.links, self.ids, self.labels, self.headings, self.fields, self.lang = [], [], [], [], [], [], None
        self.feed(text)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
        data_block = tag == "script" and attributes == {"type": "application/ld+json"}  # which no browser runs
        own_file = tag == "script" and attributes.get("src", "").startswith("/static/")
        assert data_block or own_file or tag not in ("script", "style", "iframe"), tag
        if tag == "html":
            self.lang = attributes.get("lang")
        if tag in ("a", "link") and "href" in attributes:
            self.links.append(attributes["href"])
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "label":
            self.labels.append(attributes.get("for"))
        if tag in ("textarea", "select") or tag == "input" and attributes.get("type") != "hidden":
            self.fields.append(attributes.get("id"))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()


def page(client, path: str) -> str:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed_and_accessible(client, path):
    read = Page(page(client, path))
    assert read.lang == "en" and "#main" in read.links and "main" in read.ids
    assert read.headings[0] == 1 and read.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(read.headings, read.headings[1:]))
    assert len(set(read.ids)) == len(read.ids) and set(read.fields) <= set(read.labels)


def test_every_link_within_the_service_leads_somewhere(client):
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in seen or not path.startswith("/"):
            continue
        seen.add(path)
        answer = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == (410 if path in ("/risk/old-burden", "/risk/lost") else 200), path
        if answer.mimetype == "text/html" and "sparql?" not in path:
            waiting += Page(answer.text).links
    assert len(seen) > 100


def test_no_page_uses_another_host(client):
    for path in PAGES:
        answer = client.get(path, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and ("script-src" not in policy or "script-src 'self';" in policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Referrer-Policy" in answer.headers
        assert 'rel="stylesheet" href="/static/' in answer.text


def test_hostile_words_are_shown_and_do_nothing(client):
    shown = page(client, "/claim/nf2020-02-001.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "<script" not in shown and "{{ 7 * 7 }}" in shown
    assert "javascript:" not in "".join(Page(page(client, "/work/first-study.html")).links)
    query = page(client, "/sparql?query=ASK%7B%7D%23%3C%2Ftextarea%3E%3Cb%3E")
    assert "</textarea><b>" not in query


def test_a_claim_shows_its_trail(client):
    shown = page(client, "/claim/nf2020-01-001.html")
    for words in ("Weekly reporting to three bodies", "Held by", "the authors of Northford 2020", "Reported by", "Rests on", "the survey",
                  "A first study", "Planning", "reporting burden", "threatens", "Not so:", "Northford Council",
                  "about £152 billion", "The text says three and names two.", "contradicts",
                  "One says that time is lost", "reporting crowds out planning", "on 2026-11-20", "two readings", "Turtle"):
        assert words in shown, words
    assert "contradicted</strong> by" in page(client, "/claim/nf2020-02-001.html")


def test_a_passage_without_its_text_shows_place_words_and_the_way_to_the_publisher(client):
    for path in ("/claim/nf2020-01-001.html", f"/passage/nf2020/{FIRST[0]}-{FIRST[1]}.html"):
        shown = page(client, path)
        assert "<mark" not in shown and "weekly to three bodies have little" not in shown
        assert "<q>Those who report</q>" in shown and "characters 29 to" in shown
        assert "https://example.org/northford#:~:text=Those%20who%20report,joint%2Dup%20planning" in shown


def test_a_report_shows_outline_coverage_and_references(client):
    shown = page(client, "/source/nf2020.html")
    for words in ("Northford plans", "Planning", "Budgets", "2 claims in 2 sections", "of the characters", "A first study"):
        assert words in shown, words


def test_an_entity_shows_its_claims_and_what_they_say_of_it(client):
    shown = page(client, "/practice/joint-planning.html")
    assert shown.index("Weekly reporting") < shown.index("Some say") and "Not so:" in shown and "shared budgets" in shown
    burden = page(client, "/risk/reporting-burden.html")
    assert "burden of reporting" in burden and "The load that demands" in burden and "bureaucracy" in burden
    assert "reporting burden" in page(client, "/risk/bureaucracy.html")


def test_a_long_list_of_claims_has_pages(release):
    from service.app import create_app
    app = create_app(release, Settings(workers=1, claims_per_page=1), find_text=lambda source: None)
    try:
        first, second = (page(app.test_client(), f"/practice/joint-planning.html?page={n}") for n in (1, 2))
        lists = [shown[shown.index('<ol class="claims">'):] for shown in (first, second)]
        assert "Weekly reporting" in lists[0] and "Some say" not in lists[0] and "Page 1 of 2" in first
        assert "Some say" in lists[1] and "Weekly reporting" not in second
    finally:
        app.extensions["caretrace"].close()


@pytest.fixture(scope="module")
def local_client(release):
    from service.app import create_app
    app = create_app(release, Settings(workers=1).for_host("127.0.0.1"), find_text={"nf2020": TEXT}.get)
    yield app.test_client()
    app.extensions["caretrace"].close()


PATH = "/claim/nf2020-01-001.html"


def test_on_the_readers_own_machine_the_passage_stands_in_its_text(local_client):
    shown = local_client.get(PATH, base_url="http://127.0.0.1:8000").text
    assert f'<mark class="passage">{TEXT[slice(*FIRST)]}</mark>' in shown and "&lt;script&gt;alert(&#39;x&#39;)" in shown
    assert "private" in local_client.get(PATH, base_url="http://localhost").headers["Cache-Control"]


@pytest.mark.parametrize("base_url, headers", [
    ("http://caretrace.example", {}), ("http://127.0.0.1.example.org:8000", {}), ("http://127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}),
    ("http://localhost", {"Forwarded": "for=203.0.113.5"})])
def test_whoever_comes_by_another_name_or_a_proxy_sees_no_text(local_client, base_url, headers):
    assert "<mark" not in local_client.get(PATH, base_url=base_url, headers=headers).text


def test_no_other_site_may_read_a_page_that_could_show_a_text(local_client):
    assert "Access-Control-Allow-Origin" not in local_client.get(PATH, base_url="http://localhost").headers


@pytest.mark.parametrize("host, switch, shown", [("127.0.0.1", None, True), ("::1", None, True), ("localhost", None, True),
                                                 ("0.0.0.0", None, False), ("192.0.2.1", None, False), ("0.0.0.0", True, True),
                                                 ("127.0.0.1", False, False)])
def test_the_address_decides_unless_the_operator_does(host, switch, shown):
    assert Settings(show_texts=switch).for_host(host).may_show_texts("localhost", False) is shown


def test_an_excerpt_is_cut_at_words():
    cut = excerpt("one two three four five", [(8, 13, "passage")], 5)
    assert cut.parts == (("two ", ""), ("three", "passage"), (" four", "")) and cut.cut_before and cut.cut_after
    whole = excerpt("one two", [(0, 7, "passage")], 50)
    assert whole.parts == (("one two", "passage"),) and not whole.cut_before and not whole.cut_after


def test_overlapping_passages_are_marked_once_each_and_nothing_is_lost():
    text = "one two three four five six"
    both = excerpt(text, [(4, 13, "passage"), (0, 18, "context")], 50)
    assert both.parts == (("one ", "context"), ("two three", "passage"), (" four", "context"), (" five six", ""))
    assert "".join(part for part, _ in both.parts) == text


def test_passages_far_apart_stand_in_blocks_of_their_own():
    spans = [(500, 600, "passage"), (0, 10, "context"), (20, 490, "context"), (2000, 2001, "attribution")]
    assert neighbours(spans, 100) == [[1, 2, 0], [3]]


def test_nothing_of_a_text_reaches_the_endpoint_or_a_dump(local_client, release):
    asked = "SELECT ?o { ?s ?p ?o FILTER(isLiteral(?o) && CONTAINS(STR(?o), 'weekly to three bodies have')) }"
    answer = local_client.get("/sparql", query_string={"query": asked}, base_url="http://localhost")
    assert answer.json["results"]["bindings"] == []
    for path in (f"passage/nf2020/{FIRST[0]}-{FIRST[1]}.ttl", "text/nf2020.trig", "claim/nf2020-01-001.jsonld"):
        assert b"weekly to three bodies have" not in local_client.get(f"/{path}", base_url="http://localhost").data
