"""Where sentences start and end."""

from __future__ import annotations

import pytest

from kg import sentences
from kg.errors import DataError


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.segment(text)]


@pytest.mark.parametrize("text, expected", [
    ("One came. Two left.", ["One came.", "Two left."]),
    ("A heading\n\nIts text.", ["A heading", "Its text."]),
    ("- one\n- two", ["- one", "- two"]),
    ("It cost 2.5 million, e.g. for vans.", ["It cost 2.5 million, e.g. for vans."]),
    ("It may.[1] It will.", ["It may.[1]", "It will."]),
    ("References\n\n[1] A work.", ["References", "[1] A work."]),
    ("\n\n***\n\n12\n\nWords.", ["Words."]),
    ("Table 1. Costs by year", ["Table 1. Costs by year"]),
    ("", []),
])
def test_segment(text, expected):
    assert cut(text) == expected


def test_properties(tiny_text):
    """Sentences ascend, do not overlap, have no space at their ends, and leave no letter out."""
    spans = sentences.segment(tiny_text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= two[0] for one, two in zip(spans, spans[1:]))
    assert all(words == words.strip() for words in cut(tiny_text))
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, char in enumerate(tiny_text) if char.isalpha())


def test_the_committed_offsets_are_those_of_the_text(tiny_project, tiny_text):
    path = tiny_project.data / "sentences" / "tiny2020.csv"
    assert path.read_text(encoding="utf-8") == sentences.to_csv(sentences.segment(tiny_text))


def test_csv_goes_both_ways(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(sentences.to_csv([(0, 5), (6, 9)]))
    assert sentences.read_csv(path, "s.csv") == [(0, 5), (6, 9)]


@pytest.mark.parametrize("content", ["start,end\n5,5\n", "start,end\n0,9\n5,12\n", "start,end\na,b\n", "start,end\n1\n", b"\xff"])
def test_refused(tmp_path, content):
    path = tmp_path / "s.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match="s.csv: cannot be read as sentence offsets"):
        sentences.read_csv(path, "s.csv")
