"""Accept, its weights and wildcards, and formats by name."""

import pytest
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from service.errors import NotAcceptable
from service.negotiation import GRAPHS, HTML, SOLUTIONS, choose_accepted, choose_named, prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def accept(header: str) -> MIMEAccept:
    return parse_accept_header(header, MIMEAccept)


@pytest.mark.parametrize("header, media_type", [
    ("", "application/sparql-results+json"), ("*/*", "application/sparql-results+json"),
    ("application/*", "application/sparql-results+json"), ("text/*", "text/csv"), ("text/csv", "text/csv"),
    ("text/csv;q=0.4, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
    ("*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
    ("application/json", "application/json"), ("image/png, */*;q=0.1", "application/sparql-results+json"),
    (BROWSER, "text/html"), ("TEXT/CSV", "text/csv")])
def test_the_heaviest_format_wins_and_ties_go_to_the_first(header, media_type):
    assert choose_accepted(accept(header), (*SOLUTIONS, HTML)).media_type == media_type


@pytest.mark.parametrize("header", ["image/png", "text/turtle", "*/*;q=0"])
def test_what_cannot_be_had_is_refused_with_the_list(header):
    with pytest.raises(NotAcceptable) as caught:
        choose_accepted(accept(header), SOLUTIONS)
    assert "text/csv" in caught.value.extra["available"]


@pytest.mark.parametrize("name, media_type", [
    ("turtle", "text/turtle"), ("ttl", "text/turtle"), ("json", "application/ld+json"), ("XML", "application/rdf+xml"),
    ("rdf xml", "application/rdf+xml"), ("application/n-quads", "application/n-quads"), ("trig", "application/trig")])
def test_a_format_has_short_names(name, media_type):
    assert choose_named(name, GRAPHS).media_type == media_type


def test_an_unknown_name_is_refused_with_the_choices():
    with pytest.raises(NotAcceptable, match="csv"):
        choose_named("exe", SOLUTIONS)


def test_browsers_are_told_from_programs():
    assert prefers_html(accept(BROWSER))
    assert not prefers_html(accept("*/*"))
    assert not prefers_html(accept("application/json, text/html;q=0.5"))
