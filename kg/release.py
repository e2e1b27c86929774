"""An immutable release: a folder named by the digest of its N-Quads, complete before anybody can see it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pyoxigraph as ox

from kg import __version__, build, catalogue, checks, data as curated, howto, infer, names, nanopubs, questions, statistics, versions
from kg.data import Data
from kg.drafts import write_atomically
from kg.errors import DataError, Problem, ReleaseError
from kg.jsonld import Writer
from kg.names import Project
from kg.store import STORE_SUMS, problems_of, store_sums
from kg.texts import Registry

INPUTS = ("data", "ontology", "shapes", "kg")


def fingerprint(project: Project) -> str:
    """SHA-256 over every file that a release is made of; equal fingerprints give equal releases."""
    total = hashlib.sha256(__version__.encode())
    for folder in INPUTS:
        for path in sorted((project.root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(path.relative_to(project.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def built(project: Project, data: Data) -> ox.Store:
    """The whole graph in memory: record, content, ontology, questions, conclusions."""
    store = ox.Store()
    store.extend(build.curated_quads(data, project))
    store.extend(build.ontology_quads(project))
    store.extend(build.turtle_quads(project))
    infer.apply(store, infer.read_rules(project.ontology / "rules"))
    return store


def _silent(line: str) -> None:
    """Say nothing."""


def checked(project: Project, registry: Registry | None = None, level: str = "publication",
            announce: Callable[[str], None] = _silent) -> tuple[Data, ox.Store]:
    """Load, build and check everything, the shapes at `level`, saying what goes on.

    Raises DataError with all problems when there are any.
    """
    announce("Reading the curated data …")
    data = curated.load(project)
    announce(f"Checking {len(data.claims)} claims against their passages and the ledger …")
    problems = list(checks.of_data(data, registry or Registry(data.text_versions())))
    announce("Building the graph and drawing conclusions …")
    store = built(project, data)
    announce(f"Checking {len(store)} quads against shapes, rules and questions …")
    problems += checks.of_store(store, project, level)
    if problems:
        raise DataError(problems)
    return data, store


def reasoned(project: Project, store: ox.Store) -> Iterator[Problem]:
    """What the OWL 2 DL profile checker and HermiT find in ontology and data together. Raises JavaError without Java."""
    from kg.reasoning import inconsistencies, profile_violations  # needs Java, which only the test extra brings

    ontology = [project.ontology / "caretrace.ttl", project.ontology / "alignments.ttl"]
    skipped = (names.ONTOLOGY, names.RELEASE_GRAPH)
    flat = {quad.triple for quad in store
            if isinstance(quad.graph_name, ox.DefaultGraph) or not quad.graph_name.value.startswith((*skipped, names.RULE))}
    data = ox.serialize(flat, format=ox.RdfFormat.N_TRIPLES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.nt")
        path.write_bytes(data)
        yield from (Problem("ontology", 0, "OWL 2 DL", what) for what in profile_violations([*ontology, path]))
    yield from (Problem("ontology", 0, "HermiT", what) for what in inconsistencies(ontology, data))


def canonical_nquads(store: ox.Store) -> bytes:
    """The store as canonical N-Quads (RDFC-1.0): blank nodes named by what they say, one line a quad, sorted."""
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} ." for quad in dataset)
    return ("\n".join(lines) + "\n").encode()


def _write_dumps(folder: Path, nquads: bytes, project: Project) -> None:
    (folder / "caretrace.nq").write_bytes(nquads)
    quads = list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))
    record = [quad.triple for quad in quads if quad.graph_name in (ox.DefaultGraph(), ox.NamedNode(names.ONTOLOGY))]
    for name, form, items in (("caretrace.trig", ox.RdfFormat.TRIG, quads), ("caretrace.ttl", ox.RdfFormat.TURTLE, record)):
        (folder / name).write_bytes(_prefixes_sorted(ox.serialize(items, format=form, prefixes=questions.PREFIXES)))
    (folder / "caretrace.jsonld").write_bytes(Writer(build.context(project)).write(quads))
    shutil.copyfile(project.ontology / "context.jsonld", folder / "context.jsonld")
    if (changes := project.data / "CHANGELOG.md").is_file():
        shutil.copyfile(changes, folder / "CHANGELOG.md")


def _write_nanopubs(folder: Path, store: ox.Store) -> None:
    made = list(nanopubs.all_of(store))
    (folder / nanopubs.FILE).write_bytes(_prefixes_sorted(nanopubs.as_trig(made)))
    (folder / nanopubs.INDEX).write_text(nanopubs.as_index(made), encoding="utf-8")


def _compress(folder: Path) -> None:
    for path in sorted(folder.glob("caretrace.*")):
        # No time of making within: equal releases are equal to the byte.
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def _prefixes_sorted(dump: bytes) -> bytes:
    """The dump with its prefix lines in order: the serialiser writes them in another one every time."""
    lines = dump.splitlines(keepends=True)
    head = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix")), len(lines))
    return b"".join(sorted(lines[:head]) + lines[head:])


def _write_store(folder: Path, nquads: bytes) -> None:
    disk = ox.Store(str(folder / "store"))
    disk.bulk_extend(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))
    disk.optimize()
    disk.flush()
    del disk  # which closes it: nothing changes any more
    (folder / "store" / STORE_SUMS).write_text(json.dumps(store_sums(folder / "store"), indent=1), encoding="utf-8")


def _sums(folder: Path) -> str:
    names_ = sorted(p.name for p in folder.iterdir() if p.is_file())
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names_)


def _fill(folder: Path, project: Project, data: Data, store: ox.Store) -> str:
    store.extend(catalogue.tombstones(data))
    description = catalogue.turtle(store, data, __version__)
    store.extend(catalogue.quads(description))
    nquads = canonical_nquads(store)
    digest = hashlib.sha256(nquads).hexdigest()
    _write_dumps(folder, nquads, project)
    _write_nanopubs(folder, store)
    _compress(folder)
    (folder / "void.ttl").write_text(description, encoding="utf-8")
    for version, path in versions.files(project.ontology).items():
        shutil.copyfile(path, folder / f"ontology-{version}.ttl")
    (folder / howto.FILE).write_text(howto.as_json(howto.read(project.ontology)), encoding="utf-8")
    (folder / "statistics.json").write_text(json.dumps(statistics.of_data(data), indent=1), encoding="utf-8")
    meta = {"digest": digest, "version": __version__, "made": catalogue.modified(data), "quads": len(store)}
    (folder / "release.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")
    (folder / "SHA256SUMS").write_text(_sums(folder), encoding="utf-8")
    _write_store(folder, nquads)
    return digest


def write(project: Project, data: Data, store: ox.Store) -> Path:
    """Write the release of a checked store and make it the current one; returns its folder.

    The folder appears whole or not at all; the pointer to the current release moves last.
    """
    mark = fingerprint(project)
    try:
        project.releases.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=project.releases))
    except OSError as error:
        raise ReleaseError(f"{project.releases} cannot be written: {error.strerror}. Make the folder writable or set CARETRACE_PROJECT.") from None
    try:
        target = _place(draft, _fill(draft, project, data, store))
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    write_atomically(project.releases / "current", target.name + "\n")
    write_atomically(project.releases / "current-inputs", f"{target.name} {mark}\n")
    return target


def _place(draft: Path, digest: str) -> Path:
    """Move the draft to its name, in one step; a release of the same content that stands there whole is kept instead.

    Files beside the N-Quads may differ though the N-Quads do not (statistics, context): then the name gets a number.
    """
    for number in count(1):
        target = draft.parent / (digest[:16] + (f"-{number}" if number > 1 else ""))
        if target.exists() and problems_of(target):
            shutil.rmtree(target)
        if not target.exists():
            draft.chmod(0o755)
            os.replace(draft, target)
            return target
        if (target / "SHA256SUMS").read_bytes() == (draft / "SHA256SUMS").read_bytes():
            return target


def make(project: Project, level: str = "publication", announce: Callable[[str], None] = _silent) -> Path:
    """Check and write a release, saying what goes on; returns its folder. At the level `strict` it is a trial and no publication."""
    data, store = checked(project, level=level, announce=announce)
    announce("Writing the release …")
    return write(project, data, store)


def current_is_fresh(project: Project) -> bool:
    """Whether the current release was made from exactly the files that are here now."""
    try:
        name = (project.releases / "current").read_text(encoding="utf-8").strip()
        made_from = (project.releases / "current-inputs").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return False
    return made_from == [name, fingerprint(project)] and (project.releases / name / "SHA256SUMS").is_file()
