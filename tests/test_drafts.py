"""Quotes become anchors in place; a draft that cannot be anchored stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.drafts import anchored, overlap, source_of, write_atomically
from kg.errors import AnchorError, DataError
from kg.normal import digest


def make(draft: str, data, text: str):
    return anchored(draft, "draft.yaml", data, text, "tiny2020")


def test_only_the_quotes_change(tiny_data, tiny_text):
    draft = '# kept\nsection: section/tiny2020-02\nclaims:\n- passages:   # and this\n  - {quote: "Falling budgets … years."}\n  note: "odd   spacing"\n'
    result, count = make(draft, tiny_data, tiny_text)
    start = tiny_text.index("Falling")
    end = tiny_text.index("years.") + 6
    assert count == 1
    before, after = draft.split('{quote: "Falling budgets … years."}')
    assert result == (before + f'{{start: {start}, end: {end}, digest: {digest(tiny_text[start:end])}, '
                      'opens: "Falling budgets", closes: "three years", next: "Sharing one"}' + after)


def test_the_section_comes_first_then_the_whole_text(tiny_data, tiny_text):
    summary = '{section: section/tiny2020-02, claims: [{quote: "%s"}]}'
    assert f"start: {tiny_text.index('The partnership joins')}" in make(summary % "The partnership", tiny_data, tiny_text)[0]
    assert f"start: {tiny_text.index('Some staff')}" in make(summary % "Some staff feared", tiny_data, tiny_text)[0]


def test_anchoring_twice_changes_nothing(tiny_data, tiny_text):
    once, _ = make('section: section/tiny2020-02\nunclaimed:\n- {quote: "Summary", reason: heading}\n', tiny_data, tiny_text)
    assert make(once, tiny_data, tiny_text) == (once, 0)
    assert "opens" not in once and "reason: heading}" in once


@pytest.mark.parametrize("draft, message", [
    ('section: section/tiny2020-03\nclaims:\n- {quote: "No such words"}\n- {quote: "nor these"}\n', "draft.yaml:3: .*No such words.*\n.*draft.yaml:4: .*nor these"),
    ('section: section/tiny2020-03\nclaims:\n- {quote: "branch teams"}\n', "occur 2 times.*nth: 1…2"),
    ('section: section/tiny2020-03\nclaims:\n- quote: "Town councils"\n', "stands in a block; write it as"),
    ("a: [1\n", "is not YAML"),
    ("a: \x07\n", "is not YAML"),
])
def test_refused(tiny_data, tiny_text, draft, message):
    with pytest.raises(DataError, match=message):
        make(draft, tiny_data, tiny_text)


def test_source_of(tiny_data):
    assert source_of("section: section/tiny2020-02  # x\n", Path("x.yaml"), tiny_data) == "tiny2020"
    assert source_of("source: source/tiny2020\n", Path("x.yaml"), tiny_data) == "tiny2020"
    assert source_of("", Path("tiny2020/x.yaml"), tiny_data) == "tiny2020"
    with pytest.raises(AnchorError, match="names neither a section nor a source"):
        source_of("", Path("x.yaml"), tiny_data)


PASSAGE = "Weekly reports to three bodies “leave managers” little time"


@pytest.mark.parametrize("statement, run", [
    ("In short, weekly reports to three bodies leave managers tired.", "weekly reports to three bodies leave"),
    ("Weekly reports to three bodies take up time.", None),
    ("Managers have little time, since reports to three bodies are due.", None),
    ("", None),
])
def test_overlap_is_six_words_in_a_row(statement, run):
    assert overlap(statement, PASSAGE) == run


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "kept.txt"
    write_atomically(path, "old")

    def fail(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
