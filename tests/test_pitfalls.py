"""The pitfalls of the OOPS! catalogue (https://oops.linkeddata.es/catalogue.jsp) that a query can find, one file each.

Not here, since no query can decide them: whether a concept is missing (P09), a class is misused as an instance (P16, P17), a domain is
too narrow (P18), and others that ask what was meant. Punning (P14 and near it) is the profile checker's matter.
"""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from conftest import ROOT

PITFALLS = sorted((ROOT / "shapes" / "pitfalls").glob("*.rq"))
CASES = ROOT / "tests" / "pitfalls"


def found(query_file, *turtle_files) -> list[str]:
    """What the query finds in the files: `term: problem`."""
    store = ox.Store()
    for file in turtle_files:
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    return sorted(f"{row['term'].value}: {row['problem'].value}" for row in store.query(query_file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("pitfall", PITFALLS, ids=lambda path: path.stem)
def test_the_ontology_is_free_of(pitfall):
    assert found(pitfall, ROOT / "ontology" / "caretrace.ttl") == []


@pytest.mark.parametrize("pitfall", PITFALLS, ids=lambda path: path.stem)
def test_a_good_case_passes_and_a_bad_one_is_found(pitfall):
    assert pitfall.read_text(encoding="utf-8").startswith("# ")
    assert found(pitfall, CASES / "pass" / f"{pitfall.stem}.ttl") == []
    assert found(pitfall, CASES / "fail" / f"{pitfall.stem}.ttl")


def test_every_case_has_its_query():
    assert {path.stem for path in CASES.rglob("*.ttl")} == {path.stem for path in PITFALLS}
