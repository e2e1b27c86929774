"""A release is whole, immutable and the same whenever it is made; a bad one never takes the place of a good one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import names, release
from kg.errors import DataError, ReleaseError
from kg.store import open_current, open_release

SUMMARY = "data/claims/tiny2020/02-summary.yaml"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def visible(project: names.Project) -> set[str]:
    return {path.name for path in project.releases.iterdir()}


def test_what_a_release_holds(tiny):
    folder = release.make(tiny)
    content = files(folder)
    assert set(content) == {"caretrace.nq", "caretrace.trig", "caretrace.ttl", "caretrace.jsonld", "void.ttl", "statistics.json", "context.jsonld",
                            "how-to-say.json", "ontology-0.1.0.ttl", "release.json", "SHA256SUMS", "nanopubs.csv", "caretrace.nanopubs.trig",
                            *(f"caretrace.{form}.gz" for form in ("nq", "trig", "ttl", "jsonld", "nanopubs.trig"))}
    digest = hashlib.sha256(content["caretrace.nq"]).hexdigest()
    meta = json.loads(content["release.json"])
    assert folder.name == digest[:16] and meta["digest"] == digest
    assert meta["made"] == "2026-11-20" and meta["quads"] == content["caretrace.nq"].count(b"\n")
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_every_dump_holds_the_same(tiny):
    folder = release.make(tiny)
    whole = canonical(ox.parse(path=str(folder / "caretrace.nq")))
    assert canonical(ox.parse(path=str(folder / "caretrace.trig"))) == whole
    assert canonical(ox.parse((folder / "caretrace.jsonld").read_bytes(), format=ox.RdfFormat.JSON_LD)) == whole
    assert canonical(open_release(folder).store) == whole


def test_the_turtle_dump_is_the_record_and_the_ontology_alone(tiny):
    """No content triple stands there as a bare fact."""
    folder = release.make(tiny)
    graphs = (ox.DefaultGraph(), ox.NamedNode(names.ONTOLOGY))
    expected = [quad.triple for quad in ox.parse(path=str(folder / "caretrace.nq")) if quad.graph_name in graphs]
    found = [quad.triple for quad in ox.parse(path=str(folder / "caretrace.ttl"))]
    assert len(found) == len(set(expected))
    assert not [triple for triple in found if triple.predicate.value == names.CT + "threatens"]


def canonical(quads) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def test_no_blank_node_is_shared_by_two_graphs(tiny):
    places: dict[str, set[str]] = {}
    for quad in ox.parse(path=str(release.make(tiny) / "caretrace.nq")):
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.BlankNode):
                places.setdefault(term.value, set()).add(str(quad.graph_name))
    assert places and all(len(graphs) == 1 for graphs in places.values())


def test_two_builds_are_byte_identical(tiny, root):
    """Also in another process with another order of sets, and in another place."""
    first = files(release.make(tiny))
    for seed in ("1", "2"):
        target = tiny.root.parent / f"again{seed}"
        (target).mkdir()
        for folder in ("data", "ontology", "shapes"):
            (target / folder).symlink_to(tiny.root / folder)
        command = "from kg import release, names; print(release.make(names.project()))"
        done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=root,
                              env=os.environ | {"CARETRACE_PROJECT": str(target), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"})
        assert done.returncode == 0, done.stderr
        assert files(Path(done.stdout.strip())) == first


def test_making_it_again_changes_nothing(tiny):
    folder = release.make(tiny)
    before = (visible(tiny), files(folder), (folder / "release.json").stat().st_mtime_ns)
    assert release.make(tiny) == folder
    assert (visible(tiny), files(folder), (folder / "release.json").stat().st_mtime_ns) == before


def test_other_files_beside_equal_quads_get_a_folder_of_their_own(tiny, edit):
    first = release.make(tiny)
    before = files(first)
    edit("data/sentences/tiny2020.csv", "61,119\n", "61,80\n81,119\n")
    second = release.make(tiny)
    assert second.name == first.name + "-2" and files(first) == before
    assert open_current(tiny.releases).path == second
    assert release.make(tiny) == second


def test_a_broken_record_never_reaches_a_release(tiny, edit):
    good = release.make(tiny)
    edit(SUMMARY, "kind: risk", "kind: rsik")
    with pytest.raises(DataError):
        release.make(tiny)
    assert open_current(tiny.releases).path == good
    assert visible(tiny) == {good.name, "current", "current-inputs"}


def test_a_failed_check_never_reaches_a_release(tiny, edit):
    good = release.make(tiny)
    edit(SUMMARY, "  reviewed: 2026-11-20\n", "")
    with pytest.raises(DataError, match="has not been read twice"):
        release.make(tiny)
    assert open_current(tiny.releases).path == good


@pytest.mark.parametrize("step", ["_write_dumps", "_sums", "_write_store", "_place"])
def test_an_interrupted_write_leaves_nothing_visible(tiny, edit, monkeypatch, step):
    good = release.make(tiny)
    before = visible(tiny)
    edit("data/entities/resource/book-van.yaml", "A van", "A red van")

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(release, step, stop)
    with pytest.raises(KeyboardInterrupt):
        release.make(tiny)
    assert visible(tiny) == before and open_current(tiny.releases).path == good


def test_a_process_killed_half_way_leaves_the_last_good_release(tiny, edit, root):
    """Nothing cleans up after a kill: what stays is hidden, unnamed by `current`, and no hindrance."""
    good = release.make(tiny)
    edit("data/entities/resource/book-van.yaml", "A van", "A red van")
    command = "import os; from kg import release, names; release._write_store = lambda *_: os._exit(9); release.make(names.project())"
    done = subprocess.run([sys.executable, "-c", command], cwd=root, env=os.environ | {"CARETRACE_PROJECT": str(tiny.root)})
    assert done.returncode == 9
    assert {name for name in visible(tiny) if not name.startswith(".unfinished-")} == {good.name, "current", "current-inputs"}
    assert open_current(tiny.releases).path == good
    assert open_release(release.make(tiny)).path != good


def test_a_damaged_release_of_the_same_content_is_replaced(tiny):
    folder = release.make(tiny)
    (folder / "caretrace.ttl").write_text("damaged")
    with pytest.raises(ReleaseError):
        open_current(tiny.releases)
    assert release.make(tiny) == folder and open_current(tiny.releases).path == folder


def test_a_file_where_the_folder_should_be(tiny):
    """Permission bits do not hold for every user; a file in the way does."""
    tiny.releases.parent.mkdir(parents=True)
    tiny.releases.write_text("a file")
    with pytest.raises(ReleaseError, match="build/releases cannot be written: .*Make the folder writable or set CARETRACE_PROJECT"):
        release.make(tiny)


def test_fresh_until_an_input_changes(tiny, edit):
    assert not release.current_is_fresh(tiny)
    release.make(tiny)
    assert release.current_is_fresh(tiny)
    edit("data/entities/resource/book-van.yaml", "A van", "A red van")
    assert not release.current_is_fresh(tiny)


def test_the_release_describes_itself(tiny):
    store = open_release(release.make(tiny)).store
    rows = store.query("""PREFIX void: <http://rdfs.org/ns/void#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?licence ?day WHERE { GRAPH <https://w3id.org/caretrace/release> { ?d a void:Dataset ; dcterms:license ?licence ; dcterms:modified ?day } }""")
    assert [(r["licence"].value, r["day"].value) for r in rows] == [("https://creativecommons.org/licenses/by/4.0/", "2026-11-20")]


def test_no_word_of_the_text_is_in_a_release(tiny, tiny_text):
    """No sentence, and no run of seven words, of the text stands in any dump."""
    dumps = " ".join((release.make(tiny) / "caretrace.nq").read_text(encoding="utf-8").casefold().split())
    words = tiny_text[tiny_text.index("Summary"):tiny_text.index("References")].casefold().split()
    assert not [run for i in range(len(words) - 6) if (run := " ".join(words[i:i + 7])) in dumps]
