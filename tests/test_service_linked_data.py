"""Every IRI answers: redirects by Accept, documents by suffix, near names for a slip."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from kg.names import BASE, CT
from service.links import href, iri_of, passage_place, path_of, text_fragment
from test_service_release import FIRST, app, client, release  # noqa: F401

CLAIM = "claim/nf2020-01-001"
PASSAGE = f"passage/nf2020/{FIRST[0]}-{FIRST[1]}"
THINGS = (CLAIM, "claim/nf2020-02-001", PASSAGE, "source/nf2020", "section/nf2020-02", "text/nf2020", "risk/reporting-burden",
          "kind/risk", "figure/nf2020-01-001-1", "curation/nf2020-01-001", "judgement/pace-1", "reference/nf2020-1",
          "work/first-study", "denial/nf2020-01-001-1", "rule/narrower", "release", "ontology",
          f"selector/nf2020-{FIRST[0]}-{FIRST[1]}-position")
PARSERS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld", "trig": "trig", "nq": "nquads"}


@pytest.mark.parametrize("accept, suffix", [
    (None, "ttl"), ("*/*", "ttl"), ("text/html,application/xhtml+xml,*/*;q=0.8", "html"), ("application/ld+json", "jsonld"),
    ("application/rdf+xml", "rdf"), ("application/n-triples;q=0.9,text/turtle;q=0.5", "nt"), ("application/trig", "trig")])
def test_a_thing_is_not_a_document(client, accept, suffix):
    answer = client.get(f"/{CLAIM}", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{CLAIM}.{suffix}")
    assert "Accept" in answer.headers["Vary"] and 'rel="alternate"' in answer.headers["Link"]
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize("suffix", PARSERS)
def test_every_document_is_read_by_another_reader_and_names_its_thing(client, path, suffix):
    answer = client.get(f"/{path}.{suffix}")
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=answer.data, format=PARSERS[suffix])
    thing = rdflib.URIRef(iri_of(BASE, path))
    graph_named = thing in {graph.identifier for graph in dataset.graphs()}
    assert graph_named or (thing, None, None) in dataset or path == "rule/narrower"


def test_a_claims_document_has_the_record_and_its_graph(client):
    dataset = rdflib.Dataset()
    dataset.parse(data=client.get(f"/{CLAIM}.trig").data, format="trig")
    content = dataset.graph(rdflib.URIRef(BASE + CLAIM))
    ct = rdflib.Namespace(CT)
    assert (None, ct.threatens, None) in content
    record = dataset.default_graph
    for kind in ("Claim", "Passage", "Figure", "Curation", "Judgement"):
        assert (None, rdflib.RDF.type, ct[kind]) in record, kind
    assert (None, rdflib.Namespace("http://www.w3.org/ns/oa#").start, None) in record


def test_a_format_without_graphs_points_at_the_graph_and_does_not_flatten_it(client):
    graph = rdflib.Graph().parse(data=client.get(f"/{CLAIM}.ttl").data, format="turtle")
    thing = rdflib.URIRef(BASE + CLAIM)
    assert (thing, rdflib.RDFS.seeAlso, rdflib.URIRef(f"{BASE}{CLAIM}.trig")) in graph
    assert (None, rdflib.URIRef(CT + "threatens"), None) not in graph


def test_json_ld_keeps_the_named_graph_and_uses_the_published_context(client):
    document = json.loads(client.get(f"/{CLAIM}.jsonld").data)
    assert document["@context"] == json.loads(client.get("/context.jsonld", follow_redirects=True).data)["@context"]
    nodes = {node["id"]: node for node in document["asserts"] if "id" in node}
    assert nodes[BASE + CLAIM]["heldBy"] == f"{BASE}holder/nf2020-authors" and "asserts" in nodes[BASE + CLAIM]


@pytest.mark.parametrize("path", THINGS)
def test_json_ld_says_what_trig_says(client, path):
    def canonical(suffix, form):
        dataset = ox.Dataset(ox.parse(client.get(f"/{path}.{suffix}").data, format=form))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return set(map(str, dataset))
    assert canonical("jsonld", ox.RdfFormat.JSON_LD) == canonical("trig", ox.RdfFormat.TRIG)


def links(answer) -> dict[str, set[str]]:
    """Relation → targets of a Link header."""
    found: dict[str, set[str]] = {}
    for part in answer.headers["Link"].split(", <"):
        target, *parameters = part.lstrip("<").split("; ")
        rel = next(p for p in parameters if p.startswith("rel="))[5:-1]
        found.setdefault(rel, set()).add(target.rstrip(">"))
    return found


def test_signposts_lead_from_thing_to_page_to_data_and_back(client):
    thing = links(client.get(f"/{CLAIM}"))
    assert f"/{CLAIM}.ttl" in thing["describedby"] and f"/{CLAIM}.html" in thing["alternate"] and thing["cite-as"] == {BASE + CLAIM}
    page = links(client.get(f"/{CLAIM}.html"))
    assert {"cite-as", "describedby", "item", "license", "type", "canonical", "alternate", "collection"} <= set(page)
    assert page["canonical"] == {f"{BASE}{CLAIM}.html"} and page["license"] == {"https://creativecommons.org/licenses/by/4.0/"}
    for address in page["describedby"] | page["item"]:
        data = client.get(address)
        assert data.status_code == 200 and links(data)["describes"] == {BASE + CLAIM, f"/{CLAIM}.html"}
    start = links(client.get("/"))
    assert start["type"] == {"https://schema.org/Dataset"} and any(item.endswith("/caretrace.nq") for item in start["item"])
    assert client.get(min(start["describedby"]), follow_redirects=True).mimetype == "text/turtle"


@pytest.mark.parametrize("path", ["risk/old-burden", "risk/old-burden.ttl", "risk/old-burden.html"])
def test_a_withdrawn_thing_is_gone_and_names_its_successor(client, path):
    answer = client.get(f"/{path}")
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    assert answer.json["successor"] == f"{BASE}risk/reporting-burden" and "2026-11-21" in answer.json["detail"]
    assert links(answer) == {"successor-version": {f"{BASE}risk/reporting-burden"}}
    page = client.get(f"/{path}", headers={"Accept": "text/html"})
    assert page.status_code == 410 and '<a href="/risk/reporting-burden">reporting burden</a>' in page.text
    assert "<b>one" not in page.text


def test_a_withdrawn_thing_without_successor_says_so(client):
    answer = client.get("/risk/lost")
    assert answer.status_code == 410 and "Nothing takes its place" in answer.json["detail"] and "successor" not in answer.json


def test_a_document_has_a_strong_tag_and_is_not_sent_twice(client):
    first = client.get(f"/{CLAIM}.ttl")
    assert not first.headers["ETag"].startswith("W/")
    assert client.get(f"/{CLAIM}.ttl", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.head(f"/{CLAIM}.ttl").headers["ETag"] == first.headers["ETag"]


def test_a_slip_gets_near_names(client):
    answer = client.get("/claim/nf2020-01-002")
    assert answer.status_code == 404 and answer.mimetype == "application/problem+json"
    assert BASE + CLAIM in [near["iri"] for near in answer.json["near"]]
    page = client.get("/risk/reporting-burdens", headers={"Accept": "text/html"})
    assert page.status_code == 404 and 'href="/risk/reporting-burden"' in page.text
    assert client.get("/rsik/reporting-burden").json["near"][0]["iri"] == f"{BASE}risk/reporting-burden"


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/claim/%00", "/claim/%3Cscript%3E", "/claim/a b", "/passage/nf2020/5-",
                                  "/passage/nf2020/1-2", "/claim/" + "x" * 3000, "/text/nf2020%23char=1,2", "/%ff", "/claim/%E2%80%AE"])
def test_an_odd_path_is_not_found_and_harmless(client, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "<script>" not in answer.text and "Traceback" not in answer.text
    assert client.get(f"/{CLAIM}.html").status_code == 200


def test_posting_to_a_thing_says_what_is_allowed(client):
    answer = client.post(f"/{CLAIM}")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"] and answer.mimetype == "application/problem+json"


def test_a_thing_that_cannot_be_had_in_a_format_says_so(client):
    assert client.get(f"/{CLAIM}", headers={"Accept": "image/png"}).status_code == 406


def test_dumps_stay_and_latest_redirects(client, release):
    latest = client.get("/dump/latest/caretrace.nq")
    assert (latest.status_code, latest.headers["Location"]) == (302, f"/dump/{release.digest[:16]}/caretrace.nq")
    dump = client.get(latest.headers["Location"])
    assert dump.mimetype == "application/n-quads" and "immutable" in dump.headers["Cache-Control"]
    assert len(list(ox.parse(dump.data, ox.RdfFormat.N_QUADS))) == len(release.store)
    assert client.get(latest.headers["Location"], headers={"If-None-Match": dump.headers["ETag"]}).status_code == 304
    part = client.get(latest.headers["Location"], headers={"Range": "bytes=0-9"})
    assert part.status_code == 206 and part.data == dump.data[:10]
    assert client.get("/.well-known/void", follow_redirects=True).mimetype == "text/turtle"


@pytest.mark.parametrize("path", ["/dump/latest/store", "/dump/0123/caretrace.nq", "/dump/latest/..%2f..%2fsecret", "/dump/latest/none"])
def test_only_the_files_of_the_release_are_dumps(client, path):
    assert client.get(path, follow_redirects=True).status_code == 404


def test_links_go_there_and_back():
    passage = f"{BASE}text/nf2020#char=5,9"
    assert iri_of(BASE, path_of(BASE, passage)) == passage and passage_place(BASE, passage) == ("nf2020", 5, 9)
    assert href(BASE, passage) == "/passage/nf2020/5-9" and href(BASE, f"{CT}heldBy") == "/ontology#heldBy"
    assert href(BASE, "javascript:alert(1)") is None and href(BASE, "https://example.org/a") == "https://example.org/a"


def test_a_text_fragment_encodes_what_has_a_meaning_there():
    assert text_fragment("https://h/a#b", "one-two, three", "so & so") == "https://h/a#:~:text=one%2Dtwo%2C%20three,so%20%26%20so"
