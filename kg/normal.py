"""The normal form of a passage: letters and digits only, NFKC, case-folded; HTML tags of the extraction count as nothing.

It survives line breaks, hyphenation, quote marks and markup signs, so that a digest made on one edition of a text
finds the same words in another.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

_TAG = re.compile(r"</?(?:sup|sub|br|p|ul|ol|li|b|i|em|strong)\s*/?>", re.IGNORECASE)


@cache  # a text has few different characters
def _fold(char: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return "".join(c for c in folded if c.isalnum())


def normal_form(text: str) -> str:
    """The letters and digits of `text`, each folded by itself so that positions can be mapped back.

    >>> normal_form("Co-\\nordinated “care”")
    'coordinatedcare'
    """
    return "".join(map(_fold, _TAG.sub(" ", text)))


def digest(text: str) -> str:
    """SHA-256 (hex) of the normal form of `text`, encoded as UTF-8."""
    return hashlib.sha256(normal_form(text).encode()).hexdigest()


@dataclass(frozen=True)
class NormalText:
    """A text in normal form with the way back to its code points."""

    text: str
    normal: str
    starts: tuple[int, ...]  # for each normal character, the code point it comes from; ascending

    @classmethod
    def of(cls, text: str) -> NormalText:
        pieces, starts = [], []
        blanked = _TAG.sub(lambda tag: " " * len(tag.group()), text)
        for i, char in enumerate(blanked):
            folded = _fold(char)
            pieces.append(folded)
            starts.extend([i] * len(folded))
        return cls(text, "".join(pieces), tuple(starts))

    def position(self, code_point: int) -> int:
        """The index in the normal form of the first character at or after `code_point`."""
        return bisect_left(self.starts, code_point)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points [start, end) that the normal characters [start, end) come from."""
        return self.starts[start], self.starts[end - 1] + 1

    def find_all(self, needle: str, low: int = 0, high: int | None = None) -> list[int]:
        """Where `needle` (already normal) begins in the normal form, within [low, high)."""
        places, at, high = [], self.normal.find(needle, low, high), high
        while at >= 0:
            places.append(at)
            at = self.normal.find(needle, at + 1, high)
        return places
