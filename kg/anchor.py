"""From quoted words to an anchor: the place, the digest, the opening and closing words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.errors import AnchorError
from kg.normal import NormalText, digest, normal_form

WORD = re.compile(r"[^\W_]+(?:['’\-–][^\W_]+)*")
CLOSERS = "%.!?,;:)]”’\"'"
GAP = " … "
TAGS = re.compile(r"</?[a-z]+>")


@dataclass(frozen=True)
class Anchor:
    """A passage of a text version: [start, end) in code points, digest, a few opening, closing and following words."""

    start: int
    end: int
    digest: str
    opens: str
    closes: str
    next: str

    def record(self) -> dict[str, str]:
        """The anchor as a record's passage."""
        pairs = {"start": str(self.start), "end": str(self.end), "digest": self.digest,
                 "opens": self.opens, "closes": self.closes, "next": self.next}
        return {key: value for key, value in pairs.items() if value}


def _words(text: str) -> list[str]:
    return [match.group() for match in WORD.finditer(TAGS.sub(" ", text))]


def edge_words(passage: str, following: str) -> tuple[str, str, str]:
    """The opening, closing and next words: a quarter of the passage each, at least two and at most four words."""
    words = _words(passage)
    count = min(4, max(2, len(words) // 4))
    return " ".join(words[:count]), " ".join(words[-count:]), " ".join(_words(following)[:2])


def anchor_at(text: str, start: int, end: int) -> Anchor:
    """The anchor of text[start:end]."""
    passage = text[start:end]
    return Anchor(start, end, digest(passage), *edge_words(passage, text[end:end + 80]))


class Finder:
    """Places quotes in one text, within a range of it."""

    def __init__(self, text: str, normal: NormalText | None = None):
        self.text, self.normal = text, normal or NormalText.of(text)

    def spans(self, quote: str, low: int, high: int) -> list[tuple[int, int]]:
        """Every [start, end) in code points between `low` and `high` where `quote` stands.

        A quote `first … last` stands for the shortest stretch from `first` to the next `last`.
        """
        first, *rest = [normal_form(part) for part in quote.replace("...", "…").split("…") if normal_form(part)] or [""]
        if not first:
            raise AnchorError(f"The quote {quote!r} has no letters or digits.")
        bounds = self.normal.position(low), self.normal.position(high)
        found = []
        for at in self.normal.find_all(first, *bounds):
            end: int | None = at + len(first)
            for part in rest:
                place = self.normal.normal.find(part, end, bounds[1])
                end = place + len(part) if place >= 0 else None
                if end is None:
                    break
            if end is not None and self._at_word_edges(at, end):
                found.append(self._with_closers(*self.normal.span(at, end)))
        return found

    def _at_word_edges(self, start: int, end: int) -> bool:
        first, last = self.normal.starts[start], self.normal.starts[end - 1]
        before = self.text[first - 1] if first else " "
        after = self.text[last + 1] if last + 1 < len(self.text) else " "
        return not before.isalnum() and not after.isalnum()

    def _with_closers(self, start: int, end: int) -> tuple[int, int]:
        while end < len(self.text) and self.text[end] in CLOSERS:
            end += 1
        return start, end

    def anchor(self, quote: str, low: int, high: int, nth: int | None = None) -> Anchor:
        """The anchor of `quote` between `low` and `high`. Raises AnchorError when it is not there, or not once."""
        spans = self.spans(quote, low, high)
        if not spans:
            elsewhere = self.spans(quote, 0, len(self.text))
            hint = f" It stands outside them, at {elsewhere[0][0]}." if elsewhere else ""
            raise AnchorError(f"The words {quote!r} occur nowhere between {low} and {high}.{hint} "
                              "Copy them exactly from the text.")
        if nth is None and len(spans) > 1:
            places = ", ".join(str(start) for start, _ in spans)
            raise AnchorError(f"The words {quote!r} occur {len(spans)} times, at {places}. Add more words, or nth: 1…{len(spans)}.")
        if nth is not None and not 1 <= nth <= len(spans):
            raise AnchorError(f"nth: {nth} of {quote!r} does not exist; the words occur {len(spans)} time(s).")
        return anchor_at(self.text, *spans[(nth or 1) - 1])
