"""Opening a release: whole and unaltered, or refused with the reason and the remedy."""

from __future__ import annotations

import shutil

import pyoxigraph as ox
import pytest

from kg import names, release
from kg.errors import ReleaseError
from kg.store import in_memory, open_current, open_release


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_project, tiny_data):
    """A release of the invented project, made once; copied for each test."""
    place = names.Project(tmp_path_factory.mktemp("made"))
    for folder in ("data", "ontology", "shapes"):
        (place.root / folder).symlink_to(tiny_project.root / folder)
    return release.write(place, tiny_data, release.built(place, tiny_data))


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made, tmp_path / "releases" / made.name)


def test_in_memory_stands_what_stands_on_disk_to_the_names_of_blank_nodes(copy):
    assert set(in_memory(copy / "caretrace.nq")) == set(open_release(copy).store)


def test_open(copy):
    opened = open_release(copy)
    assert opened.path == copy and opened.digest.startswith(copy.name)
    assert opened.statistics["total"]["claims"] == 13 and opened.meta["quads"] == len(opened.store)


def test_the_store_is_read_only(copy):
    with pytest.raises(RuntimeError, match="read-write"):
        open_release(copy).store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c")))


def test_two_readers_at_once(copy):
    one, two = open_release(copy), open_release(copy)
    assert len(one.store) == len(two.store)


@pytest.mark.parametrize("name", ["caretrace.nq", "release.json", "statistics.json", "void.ttl", "SHA256SUMS"])
def test_half_written(copy, name):
    (copy / name).unlink()
    with pytest.raises(ReleaseError, match=f"is not whole: {name} is missing.*Run `caretrace release` to make one"):
        open_release(copy)


@pytest.mark.parametrize("name", ["caretrace.nq", "caretrace.trig", "release.json", "context.jsonld"])
def test_altered(copy, name):
    (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    with pytest.raises(ReleaseError, match=f"is not whole: {name} does not match its checksum"):
        open_release(copy)


def test_sums_that_leave_a_file_out(copy):
    lines = (copy / "SHA256SUMS").read_text().splitlines()
    (copy / "SHA256SUMS").write_text("\n".join(line for line in lines if "caretrace.nq" not in line) + "\n")
    with pytest.raises(ReleaseError, match="caretrace.nq is not in SHA256SUMS"):
        open_release(copy)


@pytest.mark.parametrize("content", ["", "nonsense\n"])
def test_sums_that_are_none(copy, content):
    (copy / "SHA256SUMS").write_text(content)
    with pytest.raises(ReleaseError, match="SHA256SUMS"):
        open_release(copy)


def test_a_missing_store(copy):
    shutil.rmtree(copy / "store")
    with pytest.raises(ReleaseError, match="the store is missing"):
        open_release(copy)


def test_an_altered_file_of_the_store_is_named(copy):
    table = min((copy / "store").glob("*.sst"))
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    with pytest.raises(ReleaseError, match=f"store/{table.name} does not match its checksum"):
        open_release(copy)


def test_a_store_that_cannot_be_opened(copy):
    (copy / "store" / "CURRENT").write_text("nothing")
    (copy / "store" / "sums.json").unlink()  # as in releases made before stores had sums
    with pytest.raises(ReleaseError, match="The store of .* cannot be opened"):
        open_release(copy)


def test_a_store_of_other_content(copy):
    shutil.rmtree(copy / "store")
    other = ox.Store(str(copy / "store"))
    other.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.NamedNode("urn:c")))
    other.flush()
    del other
    with pytest.raises(ReleaseError, match="holds 1 quads, not"):
        open_release(copy)


def test_no_release(tmp_path, copy):
    with pytest.raises(ReleaseError, match="No release has been made in .*Run `caretrace release`"):
        open_current(tmp_path / "nowhere")
    (copy.parent / "current").write_text("gone\n")
    with pytest.raises(ReleaseError, match="There is no release at .*gone"):
        open_current(copy.parent)
    (copy.parent / "current").write_text("\n")
    with pytest.raises(ReleaseError):
        open_current(copy.parent)
