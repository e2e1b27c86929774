"""Where the sentences of a text start and end: the rows of the ledger."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from kg.errors import DataError, Problem

# A blank line, or a line that begins a list item, a heading or a table row, ends a sentence whatever it ends with.
_BLOCK = re.compile(r"\n[ \t\xa0]*\n|\n(?=[ \t]*(?:[•*\-–]\s|\d+[.)]?\s|#|\||\t))")

_MARKS = re.compile(r"(?:<sup>[^<]*</sup>|</[a-z]+>|\[\d+\]|[\s|])+")
_LISTED = re.compile(r"\n\s*\n\s*\[\d+\]")  # a number in brackets that opens a paragraph belongs to it: an entry of a list
_LABEL = re.compile(r"[#*\s]*(?:Table|Box|Figure)?\s*\d+\.?")


def segment(text: str) -> list[tuple[int, int]]:
    """[start, end) in code points of every sentence that holds a letter, in order, without surrounding space."""
    from sentencex import segment as split  # needed by curators only, who register the texts

    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        at = start
        for sentence in split("en", text[start:end]):
            words = sentence.strip()
            if not words:
                continue
            begin = text.index(words, at, end)
            at = begin + len(words)
            spans.append((begin, at))
    return _join_marks(text, spans)


def _join_marks(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Citation marks and tags that open a span belong to the sentence before; a numbered label to the one after."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        marks = _MARKS.match(text, start, end)
        if joined and marks and not _LISTED.search(text, joined[-1][1], marks.end()):
            joined[-1] = (joined[-1][0], start + len(text[start:marks.end()].rstrip()))
            start = marks.end()
        if not any(map(str.isalpha, text[start:end])):
            continue
        if joined and _LABEL.fullmatch(text, *joined[-1]) and not text[joined[-1][1]:start].count("\n"):
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _blocks(text: str):
    at = 0
    for match in _BLOCK.finditer(text):
        yield at, match.start()
        at = match.end()
    yield at, len(text)


def to_csv(spans: list[tuple[int, int]]) -> str:
    """The committed form: a header and a line a sentence."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("start", "end"))
    writer.writerows(spans)
    return out.getvalue()


def read_csv(path: Path, file: str) -> list[tuple[int, int]]:
    """The sentence spans in `path`. Raises DataError when a row is not two ascending whole numbers."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
        spans = [(int(start), int(end)) for start, end in rows]
        if any(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:])) or any(start >= end for start, end in spans):
            raise ValueError("the offsets do not ascend")
        return spans
    except (OSError, ValueError) as error:
        raise DataError([Problem(file, 0, "", f"cannot be read as sentence offsets: {error}",
                                 "run `caretrace sentences` with the texts present")]) from None
