"""What the tests share: the checkout, the texts when they are here, and a small invented project to work on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kg import data as curated
from kg import names, release
from kg.texts import Registry

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "tiny"
TINY_TEXT = TINY / "texts" / "tiny2020.txt"
NPM = ROOT / "build" / "npm" / "node_modules"
NPM_COMMAND = "xargs npm install --prefix build/npm < tests/npm.txt"


def texts_folder() -> Path | None:
    """The folder that CARETRACE_TEXTS names, when it is there."""
    named = os.environ.get("CARETRACE_TEXTS")
    return Path(named) if named and Path(named).is_dir() else None


REAL_TEXTS = texts_folder()


def pytest_collection_modifyitems(items):
    """Tests marked `texts` are skipped, with the reason, where the texts are not."""
    if REAL_TEXTS is None:
        skip = pytest.mark.skip(reason="needs the texts: set CARETRACE_TEXTS to the folder that holds them")
        for item in items:
            if item.get_closest_marker("texts"):
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path_factory):
    """No test reads or writes the reader's own registered texts."""
    monkeypatch.setenv("CARETRACE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_texts() -> Path:
    """The folder with the real texts; only for tests marked `texts`."""
    assert REAL_TEXTS is not None
    return REAL_TEXTS


def copy_tiny(to: Path) -> names.Project:
    """A project at `to`: the invented report's data with the real ontology, shapes and vocabularies."""
    shutil.copytree(TINY / "data", to / "data")
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, to / folder)
    shutil.copytree(ROOT / "data" / "vocabularies", to / "data" / "vocabularies")
    return names.Project(to)


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> names.Project:
    """A fresh copy of the invented project, its text at hand, and the command line pointed at it."""
    monkeypatch.setenv("CARETRACE_PROJECT", str(tmp_path / "project"))
    monkeypatch.setenv("CARETRACE_TEXTS", str(TINY / "texts"))
    return copy_tiny(tmp_path / "project")


@pytest.fixture(scope="session")
def tiny_text() -> str:
    """The invented report."""
    return TINY_TEXT.read_bytes().decode()


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory) -> names.Project:
    """One copy of the invented project for all tests that only read it."""
    return copy_tiny(tmp_path_factory.mktemp("tiny") / "project")


@pytest.fixture(scope="session")
def tiny_data(tiny_project) -> curated.Data:
    """The invented project's records. Do not change them; load the `tiny` project instead."""
    return curated.load(tiny_project)


@pytest.fixture(scope="session")
def tiny_store(tiny_project, tiny_data):
    """The invented project's whole graph. Do not change it."""
    return release.built(tiny_project, tiny_data)


@pytest.fixture
def edit(tiny):
    """`edit(file, old, new)` replaces text in a file of the fresh project, once, and insists that it was there."""

    def change(file: str, old: str, new: str) -> Path:
        path = tiny.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


@pytest.fixture
def problems(tiny):
    """`problems()` are the lines that loading and checking the fresh project prints; none when it is right."""
    from kg.errors import DataError

    def found() -> list[str]:
        try:
            data = curated.load(tiny)
        except DataError as error:
            return list(map(str, error.problems))
        try:
            release.checked(tiny, Registry(data.text_versions(), extra=TINY / "texts"))
        except DataError as error:
            return list(map(str, error.problems))
        return []

    return found


@pytest.fixture(scope="session")
def real_data() -> curated.Data:
    """The curated data of this checkout."""
    return curated.load(names.Project(ROOT))


@pytest.fixture(scope="session")
def real_store(real_data):
    """The whole graph of this checkout, unchecked. Do not change it."""
    return release.built(names.Project(ROOT), real_data)
