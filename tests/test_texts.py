"""The reader's own texts: recognised by digest, kept apart, never needed for anything else."""

from __future__ import annotations

import hashlib

import pytest

from kg.errors import TextError
from kg.texts import Registry, TextVersion, default_folder, read_text

WORDS = "Words of a text, “as printed”.\r\nSecond line.\n"
VERSION = TextVersion("w2020", hashlib.sha256(WORDS.encode()).hexdigest(), len(WORDS))


@pytest.fixture
def copy(tmp_path):
    path = tmp_path / "any name.txt"
    path.write_bytes(WORDS.encode())
    return path


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.delenv("CARETRACE_TEXTS", raising=False)
    return Registry([VERSION], tmp_path / "home")


def test_add_find_remove(registry, copy):
    assert registry.find("w2020") is None
    assert registry.add(copy) == "w2020"
    assert registry.find("w2020") == WORDS, "newlines stay as they are: offsets count them"
    assert copy.exists()
    assert [path.name for path in registry.folder.iterdir()] == ["w2020.txt"], "no half-written copy stays behind"
    registry.remove("w2020")
    assert registry.find("w2020") is None
    with pytest.raises(TextError, match="No text of 'w2020' is registered"):
        registry.remove("w2020")


def test_another_edition_is_refused_with_the_way_out(registry, tmp_path):
    other = tmp_path / "w2020.txt"
    other.write_text(WORDS + " ", encoding="utf-8")
    with pytest.raises(TextError, match="none of the known text versions.*\n.*w2020: SHA-256 .*\n.*verify SOURCE --edition"):
        registry.add(other)
    assert registry.find("w2020") is None


def test_a_changed_copy_is_no_longer_recognised(registry, copy):
    registry.add(copy)
    (registry.folder / "w2020.txt").write_text("Other words", encoding="utf-8")
    assert Registry([VERSION], registry.folder).find("w2020") is None


def test_a_folder_named_in_the_environment_counts_too(registry, copy, monkeypatch):
    monkeypatch.setenv("CARETRACE_TEXTS", str(copy.parent))
    assert Registry([VERSION], registry.folder).find("w2020") == WORDS


def test_a_folder_that_is_not_there_holds_nothing(registry, monkeypatch, tmp_path):
    monkeypatch.setenv("CARETRACE_TEXTS", str(tmp_path / "nowhere"))
    assert Registry([VERSION], registry.folder).paths() == {}


def test_need_says_how_to_register(registry):
    with pytest.raises(TextError, match="not registered. Run `caretrace texts add FILE`"):
        registry.need("w2020")
    with pytest.raises(TextError, match="no source 'zz'. Known: w2020"):
        registry.need("zz")


def test_a_folder_that_cannot_be_made(copy, tmp_path):
    """A file stands where the folder should be (permission bits do not hold for every user)."""
    (tmp_path / "blocked").write_text("a file")
    with pytest.raises(TextError, match="cannot be kept in .*blocked.*Set CARETRACE_HOME to a folder you can write to"):
        Registry([VERSION], tmp_path / "blocked" / "texts").add(copy)


def test_unreadable_files(tmp_path):
    latin = tmp_path / "latin.txt"
    latin.write_bytes("café".encode("latin-1"))
    with pytest.raises(TextError, match=r"is not UTF-8 \(byte 3\). Save it as UTF-8"):
        read_text(latin)
    with pytest.raises(TextError, match="cannot be read: No such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(TextError, match="cannot be read"):
        read_text(tmp_path)


def test_the_default_folder_lies_outside_the_project(monkeypatch, root, tmp_path):
    monkeypatch.setenv("CARETRACE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "texts"
    monkeypatch.delenv("CARETRACE_HOME")
    assert not default_folder().is_relative_to(root)
