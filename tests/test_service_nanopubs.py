"""Nanopublications over HTTP, those of a release and of an earlier one."""

import csv
import gzip
import hashlib

import pyoxigraph as ox
import pytest
import rdflib
from nanopub import Nanopub

from kg import release as releases
from kg.names import BASE
from kg.store import open_current
from service.app import create_app
from service.settings import Settings
from test_service_linked_data import links

CLAIM = "claim/tiny2020-02-001"


def serve(project):
    return create_app(open_current(project.releases), Settings(workers=1), find_text=lambda source: None)


@pytest.fixture
def folder(tiny):
    return releases.make(tiny)


@pytest.fixture
def client(tiny, folder):
    app = serve(tiny)
    yield app.test_client()
    app.extensions["caretrace"].close()


def listed(folder) -> dict[str, str]:
    """Path of each claim → path of its nanopublication, below the root."""
    with (folder / "nanopubs.csv").open(encoding="utf-8") as file:
        return {row["claim"].removeprefix(BASE): row["nanopublication"].removeprefix(BASE) for row in csv.DictReader(file)}


def test_each_claims_own_passes_the_checker(client, folder):
    for claim, np in listed(folder).items():
        answer = client.get(f"/{claim}.nanopub.trig")
        assert answer.status_code == 200 and answer.mimetype == "application/trig" and answer.headers["ETag"]
        graph = rdflib.ConjunctiveGraph()
        graph.parse(data=answer.data, format="trig")
        published = Nanopub(rdf=graph)
        assert published.is_valid and published.has_valid_trusty and str(published.source_uri) == BASE + np


def test_the_dump_holds_what_the_documents_say(client, folder):
    packed = (folder / "caretrace.nanopubs.trig.gz").read_bytes()
    assert f"{hashlib.sha256(packed).hexdigest()}  caretrace.nanopubs.trig.gz\n" in (folder / "SHA256SUMS").read_text()
    whole = set(ox.parse(gzip.decompress(packed), format=ox.RdfFormat.TRIG))
    for form, suffix in ((ox.RdfFormat.TRIG, "trig"), (ox.RdfFormat.N_QUADS, "nq"), (ox.RdfFormat.JSON_LD, "jsonld")):
        parts = [client.get(f"/{claim}.nanopub.{suffix}").data for claim in listed(folder)]
        assert {quad for part in parts for quad in ox.parse(part, format=form)} == whole
    assert client.get("/dump/latest/caretrace.nanopubs.trig.gz", follow_redirects=True).data == packed


@pytest.mark.parametrize("accept, suffix", [(None, ".trig"), ("application/n-quads", ".nq"), ("application/ld+json", ".jsonld")])
def test_a_trusty_uri_leads_to_its_document(client, folder, accept, suffix):
    np = listed(folder)[CLAIM]
    answer = client.get(f"/{np}", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{np}{suffix}") and "Accept" in answer.headers["Vary"]
    document = client.get(f"/{np}{suffix}")
    assert document.status_code == 200 and document.data == client.get(f"/{CLAIM}.nanopub{suffix}").data
    assert links(document)["cite-as"] == {BASE + np} and links(document)["canonical"] == {f"{BASE}{np}{suffix}"}
    assert all(client.get(address).status_code == 200 for address in links(document)["alternate"])


def test_people_are_led_to_the_claims_page_and_it_leads_back(client, folder):
    np = listed(folder)[CLAIM]
    assert client.get(f"/{np}", headers={"Accept": "text/html"}).headers["Location"] == f"/{CLAIM}.html"
    page = client.get(f"/{CLAIM}.html")
    assert f'href="/{CLAIM}.nanopub.trig"' in page.text and BASE + np in page.text
    assert f"/{CLAIM}.nanopub.trig" in links(page)["item"]
    assert "nanopub" not in client.get("/source/tiny2020.ttl").headers["Link"]


@pytest.mark.parametrize("path", ["claim/nobody-01-001.nanopub.trig", f"{CLAIM}.nanopub.ttl", "np/RAnothing", "np/RAnothing.trig", "np/", "np/..%2f..%2fx"])
def test_what_is_no_nanopublication_is_not_found(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_one_of_an_earlier_release_is_gone_and_names_its_place_and_successor(tiny, folder, edit):
    old = listed(folder)
    edit("data/claims/tiny2020/02-summary.yaml", "modality: asserted", "modality: reported")
    new = listed(releases.make(tiny))
    [changed] = [claim for claim in old if old[claim] != new[claim]]  # the others keep theirs
    app = serve(tiny)
    try:
        answer = app.test_client().get(f"/{old[changed]}")
        assert answer.status_code == 410 and links(answer)["successor-version"] == {BASE + new[changed]}
        [dump, _] = answer.json["near"]
        assert old[changed].encode() in app.test_client().get(dump["iri"]).data
    finally:
        app.extensions["caretrace"].close()


def test_the_catalogue_lists_the_file(client):
    void = client.get("/.well-known/void", follow_redirects=True).data
    urls = [t.object.value for t in ox.parse(void, format=ox.RdfFormat.TURTLE) if t.predicate.value == "http://www.w3.org/ns/dcat#downloadURL"]
    assert f"{BASE}dump/latest/caretrace.nanopubs.trig.gz" in urls and len(urls) == 10
    for url in urls:
        assert client.get("/" + url.removeprefix(BASE), follow_redirects=True).status_code == 200, url
