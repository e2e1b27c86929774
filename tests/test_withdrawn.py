"""Withdrawn ids: tombstones in the release's graph, and what a curator gets wrong."""

import pyoxigraph as ox
import pytest

from kg import catalogue
from kg import data as curated
from kg.errors import DataError
from kg.names import BASE, RELEASE_GRAPH


def write(tiny, *records: str) -> None:
    (tiny.data / "withdrawn.yaml").write_text("withdrawn:\n" + "".join(f"- {record}\n" for record in records), encoding="utf-8")


def known(tiny) -> str:
    return next(iter(curated.load(tiny).entities))


def test_a_withdrawn_id_has_a_tombstone_in_the_releases_graph(tiny):
    successor = known(tiny)
    write(tiny, f"{{id: risk/gone, replacedBy: {successor}, date: 2026-11-22, reason: Two for one.}}",
          "{id: risk/lost, date: 2026-11-22, reason: Not in the text.}")
    quads = catalogue.tombstones(curated.load(tiny))
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(RELEASE_GRAPH)}
    said = {(quad.subject.value, quad.predicate.value.rpartition("/")[2].rpartition("#")[2]): quad.object.value for quad in quads}
    assert said[BASE + "risk/gone", "isReplacedBy"] == BASE + successor and said[BASE + "risk/gone", "deprecated"] == "true"
    assert (BASE + "risk/lost", "isReplacedBy") not in said and said[BASE + "risk/lost", "comment"] == "Not in the text."


@pytest.mark.parametrize("record, words", [
    ("{id: SUCCESSOR, date: 2026-11-22, reason: x}", "a withdrawn id has a record"),
    ("{id: risk/gone, replacedBy: risk/nowhere, date: 2026-11-22, reason: x}", "risk/nowhere has no record"),
    ("{id: risk/gone, date: soon, reason: x}", "soon"), ("{id: risk/gone, date: 2026-11-22}", "reason"),
    ("{id: risk/gone, date: 2026-11-22, reason: x, by: y}", "by"),
    ("{id: risk/gone, date: 2026-11-22, reason: x}\n- {id: risk/gone, date: 2026-11-22, reason: y}", "withdrawn twice")])
def test_a_wrong_tombstone_is_refused_with_its_place(tiny, record, words):
    write(tiny, record.replace("SUCCESSOR", known(tiny)))
    with pytest.raises(DataError) as caught:
        curated.load(tiny)
    assert any("data/withdrawn.yaml:" in str(problem) and words in str(problem) for problem in caught.value.problems)
