"""The ontology's page: every term with its anchor, and a drawing made from the ontology."""

import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg.names import CT
from service.diagram import draw, links
from service.names import OWL, RDF
from service.terms import GROUPS, Ontology
from test_service_pages import Page
from test_service_release import TRIG, make_release

FILES = [ROOT / "ontology" / name for name in ("caretrace.ttl", "alignments.ttl")]


def quads_of(*files) -> list[ox.Quad]:
    return [quad for file in files for quad in ox.parse(path=str(file), rename_blank_nodes=True)]


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology(quads_of(*FILES))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    """The page over the real ontology."""
    from service.app import create_app

    real = "".join(f"{quad.triple} .\n" for quad in quads_of(*FILES))
    app = create_app(make_release(tmp_path_factory.mktemp("terms"), f"{TRIG}\n<https://w3id.org/caretrace/ontology> {{ {real} }}"))
    try:
        yield app.test_client().get("/ontology.html", headers={"Accept": "text/html"}).text
    finally:
        app.extensions["caretrace"].close()


def test_every_term_has_its_anchor(page):
    read = Page(page)
    own = {quad.subject.value.removeprefix(CT) for quad in quads_of(FILES[0])
           if quad.predicate.value == RDF + "type" and quad.object.value in GROUPS and getattr(quad.subject, "value", "").startswith(CT)}
    assert len(own) > 180 and own <= set(read.ids) and len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links if link.startswith("#") and link != "#main"} <= set(read.ids)


def rows(ontology, name: str) -> dict:
    return {heading: iris or text for heading, iris, text in ontology.term(ox.NamedNode(CT + name)).rows}


def test_a_term_says_where_it_leads_and_what_it_is_not(ontology):
    found = rows(ontology, "recommendedTo")
    assert found["From"] == (CT + "Action",) and found["To"] == (CT + "Party",)
    assert rows(ontology, "restsOn")["To"] == (CT + "Evidence", CT + "Work")
    assert rows(ontology, "mitigates")["Read backwards"] == (CT + "mitigatedBy",)
    assert rows(ontology, "mitigatedBy")["Read backwards"] == (CT + "mitigates",)
    assert rows(ontology, "worksWith")["Holds"] == "goes both ways"
    assert CT + "Level" in rows(ontology, "Party")["Never at once"] and "Structure" in str(rows(ontology, "Party")["Kinds of it"])
    assert rows(ontology, "Claim")["Not to be confused"].endswith("that is a passage.") and rows(ontology, "Section")["Told apart by"] == (CT + "sectionOf", CT + "number")
    assert set(rows(ontology, "Claim")["Elsewhere (near)"]) == {"http://purl.org/mp/Claim", "http://purl.obolibrary.org/obo/SEPIO_0000001"}


def test_a_term_of_our_own_says_where_it_is_written_down(ontology):
    assert rows(ontology, "threatens")["Written down in"].startswith("data/README.md")


def test_the_alignments_lead_to_the_graph_they_stand_in(tmp_path_factory):
    from service.app import create_app

    app = create_app(make_release(tmp_path_factory.mktemp("alignments"), TRIG))
    try:
        answer = app.test_client().get("/ontology/alignments.ttl")
        assert answer.status_code == 303 and answer.location.endswith("/ontology.ttl")
    finally:
        app.extensions["caretrace"].close()


def test_the_drawing_shows_every_relation_of_a_claim_and_follows_the_ontology(ontology):
    svg = draw(ontology)
    drawn = {element.text for element in ET.fromstring(svg).iter("text")}
    assert {"Claim", "Passage", "Party", "Evidence", "heldBy", "hasPassage", "restsOn", "fromPremise", "supports"} <= drawn
    assert {name for names in links(ontology).values() for name in names} <= drawn and "threatens" not in drawn
    extra = [*quads_of(*FILES), *ox.parse(f"<{CT}tastes> a <{OWL}ObjectProperty> ; <http://www.w3.org/2000/01/rdf-schema#domain> <{CT}Claim> ; "
                                         f"<http://www.w3.org/2000/01/rdf-schema#range> <{CT}Area> .", format=ox.RdfFormat.TURTLE)]
    assert ">tastes<" in draw(Ontology(extra)) and ">tastes<" not in svg


def test_an_ontology_without_claims_has_no_drawing():
    assert draw(Ontology([])) == ""
