"""Prove anchors against an edition of a text: exact, moved (with the new place), or missing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg.data import Data
from kg.normal import NormalText, digest, normal_form
from kg.schema import listed
from kg.yamlrecords import Record

_MIN_REPEATS = 3  # a short line that stands this often in an edition is page furniture
_FURNITURE_WORDS = 12


@dataclass(frozen=True)
class Verdict:
    """What became of one anchor in an edition; `start` and `end` are code points of the edition, when found."""

    owner: str
    passage: Record
    state: str  # exact, moved or missing
    start: int | None = None
    end: int | None = None

    def __str__(self) -> str:
        was = f"{self.passage['start']} to {self.passage['end']}"
        now = f", now {self.start} to {self.end}" if self.state == "moved" else ""
        hint = f" ({self.passage['opens']!r} … {self.passage['closes']!r})" if self.state == "missing" and "opens" in self.passage else ""
        return f"{self.state:<8} {self.owner}  {was}{now}{hint}"


def furniture(text: str, only_apart: bool = False) -> list[tuple[int, int]]:
    """[start, end) of each line that is page furniture: a short line that stands there often, or a bare number.

    With `only_apart` a bare number counts only between lines that are no text, since a year may fill a line.
    """
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        lines.append((at, at + len(line), line.strip()))
        at += len(line)
    shapes = Counter(re.sub(r"\d+", "0", line) for _, _, line in lines if line)
    heads = [bool(line) and not re.search(r"[.!?:;,”\"]$", line) and 1 < len(line.split()) <= _FURNITURE_WORDS
             and any(map(str.isalpha, line)) and shapes[re.sub(r"\d+", "0", line)] >= _MIN_REPEATS for _, _, line in lines]
    apart = [True, *(head or not line for head, (_, _, line) in zip(heads, lines)), True]  # a neighbour that is no text
    return [(start, end) for i, (start, end, line) in enumerate(lines)
            if heads[i] or (line and not any(map(str.isalpha, line)) and (not only_apart or (apart[i] and apart[i + 2])))]


class Edition:
    """A text prepared for looking anchors up in it, as it stands and without its page furniture."""

    def __init__(self, text: str):
        self.text = text
        self.readings = [NormalText.of(text)]
        for dropped in (furniture(text), furniture(text, only_apart=True)):
            if dropped:
                self.readings.append(_without(self.readings[0], dropped))

    def find(self, passage: Record) -> tuple[int, int] | None:
        """The place whose normal form has the passage's digest; the nearest to the old place when there are several."""
        places = {span for reading in self.readings for span in _candidates(reading, passage)}
        return min(places, key=lambda span: abs(span[0] - int(passage["start"])), default=None)


def _without(reading: NormalText, dropped: list[tuple[int, int]]) -> NormalText:
    gone = [(reading.position(start), reading.position(end)) for start, end in dropped]
    pieces, starts, at = [], [], 0
    for low, high in [*gone, (len(reading.normal), len(reading.normal))]:
        pieces.append(reading.normal[at:low])
        starts += reading.starts[at:low]
        at = high
    return NormalText(reading.text, "".join(pieces), tuple(starts))


def _candidates(reading: NormalText, passage: Record) -> Iterator[tuple[int, int]]:
    """Stretches that begin and end with the passage's words, are of like length, and have its digest."""
    if "opens" not in passage:
        return
    opens, closes = normal_form(passage["opens"]), normal_form(passage["closes"])
    longest = int(passage["end"]) - int(passage["start"])
    ends = [at + len(closes) for at in reading.find_all(closes)]
    for start in reading.find_all(opens):
        for end in ends:
            if max(len(opens), len(closes)) <= end - start <= longest:
                if hashlib.sha256(reading.normal[start:end].encode()).hexdigest() == passage["digest"]:
                    yield reading.span(start, end)


def passages_of(data: Data, source: str) -> Iterator[tuple[str, Record]]:
    """Every anchored passage of `source` with the id of the record that it belongs to."""
    for file in data.claim_files:
        if file.source == source:
            for claim in file.claims:
                for key in ("passages", "context", "attribution"):
                    yield from ((claim["id"], passage) for passage in listed(claim.get(key)))
    for reference in data.references.values():
        if reference["source"] == source:
            yield from ((reference["id"], passage) for passage in listed(reference["passages"]))


def verify(data: Data, source: str, text: str) -> Iterator[Verdict]:
    """Yield a verdict for each anchor of `source` against `text`, which may be any edition of it."""
    edition = Edition(text)
    for owner, passage in passages_of(data, source):
        start, end = int(passage["start"]), int(passage["end"])
        if end <= len(text) and digest(text[start:end]) == passage["digest"]:
            yield Verdict(owner, passage, "exact", start, end)
        elif place := edition.find(passage):
            yield Verdict(owner, passage, "moved", *place)
        else:
            yield Verdict(owner, passage, "missing")
