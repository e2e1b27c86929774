"""Passages in their text, for a reader who has the text: what stands before, in, between and after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FindText = Callable[[str], str | None]
Span = tuple[int, int, str]  # start, end (code points), mark


@dataclass(frozen=True)
class Excerpt:
    """Stretches of text in order, each with its mark or none; `cut_before` and `cut_after` say that the text goes on."""

    parts: tuple[tuple[str, str], ...]
    cut_before: bool
    cut_after: bool


def excerpt(text: str, spans: Sequence[Span], around: int) -> Excerpt:
    """The text from the first span to the last with up to `around` characters on either side, cut at words.

    Where spans overlap, the first in `spans` gives the mark.
    """
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    first, last = max(0, start - around), min(len(text), end + around)
    if first and not text[first - 1].isspace() and " " in text[first:start]:
        first = text.index(" ", first) + 1
    if last < len(text) and not text[last].isspace() and " " in text[end:last]:
        last = text.rindex(" ", end, last)
    edges = sorted({first, last, *(edge for span in spans for edge in span[:2])})
    parts: list[tuple[str, str]] = []
    for left, right in zip(edges, edges[1:]):
        mark = next((mark for s, e, mark in spans if s <= left and right <= e), "")
        if parts and parts[-1][1] == mark:
            left_text, _ = parts.pop()
            parts.append((left_text + text[left:right], mark))
        else:
            parts.append((text[left:right], mark))
    return Excerpt(tuple(parts), first > 0, last < len(text))


def neighbours(spans: Sequence[Span], gap: int) -> list[list[int]]:
    """Groups of indexes into `spans`, in text order: spans less than `gap` characters apart are in one group."""
    groups: list[list[int]] = []
    reach = 0
    for index in sorted(range(len(spans)), key=lambda i: spans[i][:2]):
        if groups and spans[index][0] - reach < gap:
            groups[-1].append(index)
        else:
            groups.append([index])
        reach = max(reach, spans[index][1])
    return groups
