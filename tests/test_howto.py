"""Every worked example of the ontology is whole, passes the shapes, and answers its query as it says."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg import howto, shapes
from kg.errors import DataError
from test_service_pages import Page
from test_service_release import make_release
from test_shapes import record_of, store

PATTERNS = howto.read(ROOT / "ontology")


def with_example(pattern: howto.Pattern) -> ox.Store:
    """The invented record, the fixed lists and the example."""
    made = store()
    made.load(path=str(ROOT / "data" / "vocabularies" / "terms.ttl"))
    made.load(pattern.trig.encode(), format=ox.RdfFormat.TRIG)
    return made


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_an_example_passes_every_shape_and_rule(pattern):
    made = with_example(pattern)
    own = {quad.subject.value for quad in ox.parse(pattern.trig.encode(), format=ox.RdfFormat.TRIG)}
    assert [str(found) for found in shapes.violations(shapes.validate(record_of(made))) if found.record in own] == []
    for rule in (ROOT / "shapes" / "rules").glob("*.rq"):
        assert list(made.query(rule.read_text(encoding="utf-8"))) == [], rule.name


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_the_query_of_an_example_has_the_answer_it_says(pattern):
    answer = with_example(pattern).query(pattern.query).serialize(format=ox.QueryResultsFormat.CSV).decode()
    assert answer.replace("\r\n", "\n") == pattern.answer


def test_the_patterns_that_readers_ask_for_are_there():
    titles = {pattern.title for pattern in PATTERNS}
    assert {"A hedged view by an unnamed group", "A survey share", "A recommendation to two bodies", "Two reports in tension"} <= titles


@pytest.mark.parametrize("trig, message", [("# Title\n\n<a> <b> <c> .", "does not begin with a title"), (None, "has no 1.csv")])
def test_a_half_written_example_is_refused(tmp_path, trig, message):
    (tmp_path / "how-to").mkdir()
    (tmp_path / "how-to" / "1.trig").write_text(trig or "# A title\n# A reason.\n\n<a> <b> <c> .")
    (tmp_path / "how-to" / "1.rq").write_text("SELECT * { ?s ?p ?o }")
    if trig:
        (tmp_path / "how-to" / "1.csv").write_text("s,p,o\n")
    with pytest.raises(DataError, match=message):
        howto.read(tmp_path)


def test_the_page_shows_every_example(tmp_path):
    from service.app import create_app

    release = make_release(tmp_path)
    (release.path / howto.FILE).write_text(howto.as_json(PATTERNS), encoding="utf-8")
    app = create_app(release)
    try:
        read = Page(app.test_client().get("/how-to-say").text)
    finally:
        app.extensions["caretrace"].close()
    assert {pattern.name for pattern in PATTERNS} <= set(read.ids)
