"""Versions of the ontology: older ones stay, terms leave a trace, and a rename ships its migration."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kg import names, versions
from test_service_release import make_release

RENAME = """# What was called provides is called supplies.
DELETE { GRAPH ?claim { ?s ct:provides ?o } } INSERT { GRAPH ?claim { ?s ct:supplies ?o } } WHERE { GRAPH ?claim { ?s ct:provides ?o } }"""
TOMBSTONE = """ct:provides a owl:ObjectProperty ; owl:deprecated true ; dcterms:isReplacedBy ct:supplies .\nct:supplies a owl:ObjectProperty ."""


@pytest.fixture
def folder(tmp_path):
    """An ontology folder with one published version and a newer one in which a term is renamed by all the rules."""
    old = (ROOT / "ontology" / "caretrace.ttl").read_text(encoding="utf-8")
    new = re.sub(r"ct:provides a owl:ObjectProperty ;.*?\.\n\n", TOMBSTONE + "\n\n", old.replace("0.1.0", "0.2.0"), flags=re.S)
    for name, text in {"caretrace.ttl": new, "versions/0.1.0.ttl": old, "migrations/0.1.0-to-0.2.0.ru": RENAME,
                       "CHANGES.md": "# Changes\n\n## 0.2.0 – 2027-01-01\n\nprovides is renamed.\n\n## 0.1.0 – 2026-11-22\n\nThe first.\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def found(folder) -> list[str]:
    return [str(problem) for problem in versions.problems(folder)]


def test_the_real_ontology_keeps_the_rules():
    assert found(ROOT / "ontology") == []


def test_a_rename_by_the_rules_passes(folder):
    assert found(folder) == [] and list(versions.files(folder)) == ["0.1.0", "0.2.0"]


@pytest.mark.parametrize("file, old, new, message", [
    ("CHANGES.md", "## 0.2.0 – 2027-01-01", "", "CHANGES.md: does not begin with version 0.2.0"),
    ("CHANGES.md", "## 0.1.0 – 2026-11-22", "", "CHANGES.md: says nothing of version 0.1.0"),
    ("caretrace.ttl", TOMBSTONE, "", "provides: was declared in version 0.1.0 and is gone; keep it with owl:deprecated"),
    ("migrations/0.1.0-to-0.2.0.ru", "ct:provides", "ct:leads", "provides: is replaced and no migration names it"),
    ("migrations/0.1.0-to-0.2.0.ru", "# What", "What", "says nothing about itself"),
    ("migrations/0.1.0-to-0.2.0.ru", "WHERE {", "WERE {", "is not a SPARQL Update"),
    ("caretrace.ttl", "0.2.0", "0.1.0", "differs from the published version 0.1.0; raise owl:versionInfo"),
])
def test_a_broken_rule_is_named(folder, file, old, new, message):
    path = folder / file
    text = path.read_text(encoding="utf-8").replace("ct:provides", "ct:provides")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(message in line for line in found(folder))


def test_a_migration_with_another_name_is_refused(folder):
    (folder / "migrations" / "rename.ru").write_text("# Renames.\n" + RENAME)
    assert any("has another name than a migration" in line for line in found(folder))


def test_a_migration_renames_in_place_and_only_once(folder):
    store = ox.Store()
    store.load(f"PREFIX ct: <{names.CT}> BASE <{names.BASE}> GRAPH <claim/1> {{ <actor/a> ct:provides <service/s> }}".encode(), format=ox.RdfFormat.TRIG)
    for _ in range(2):
        versions.migrate(store, folder / "migrations" / "0.1.0-to-0.2.0.ru")
        assert [(quad.predicate.value, quad.graph_name.value) for quad in store] == [(names.CT + "supplies", names.BASE + "claim/1")]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The service over a release that holds the real ontology as a version."""
    from service.app import create_app

    release = make_release(tmp_path_factory.mktemp("versions"))
    (release.path / "ontology-0.1.0.ttl").write_bytes((ROOT / "ontology" / "caretrace.ttl").read_bytes())
    app = create_app(release)
    yield app.test_client()
    app.extensions["caretrace"].close()


@pytest.mark.parametrize("path", ["/ontology/0.1.0", "/ontology/2026-11-22", "/ontology/0.1.0.ttl", "/ontology/2026-11-22.ttl"])
def test_a_version_answers_at_its_number_and_its_day(client, path):
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200 and answer.content_type.startswith("text/turtle")
    about = [quad for quad in ox.parse(answer.data, format=ox.RdfFormat.TURTLE) if quad.predicate.value.endswith("#versionIRI")]
    assert [quad.object.value for quad in about] == [names.ONTOLOGY + "/0.1.0"]


def test_a_version_has_a_page_and_an_unknown_one_gets_help(client):
    page = client.get("/ontology/0.1.0", headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200 and 'id="heldBy"' in page.text
    missing = client.get("/ontology/9.9.9")
    assert missing.status_code == 404 and "There are: 0.1.0." in missing.json["detail"]
