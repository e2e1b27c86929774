"""What a word that nobody knows resembles."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(word: str, known: Iterable[str], count: int = 3, least: float = 0.6) -> list[str]:
    """Up to `count` of `known`, the most alike first, of which at least the part `least` (0 to 1) is common to both."""
    return [name for name, _, _ in process.extract(word, list(known), scorer=fuzz.ratio, limit=count, score_cutoff=100 * least)]
