"""The ledger: every sentence of a curated section is claimed, or stands there as claiming nothing, with its reason."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from kg.data import Data
from kg.schema import listed


@dataclass(frozen=True)
class Row:
    """A sentence's state: `claimed`, a reason for no claim, or `open`; in a section without a claims file, `waiting`."""

    source: str
    section: str
    start: int
    end: int
    state: str


class _Covered:
    """Spans, and whether a sentence is touched by one of them for more than its edge."""

    def __init__(self, spans: list[tuple[int, int, str]]):
        self.spans = sorted(spans)
        self.starts = [s[0] for s in self.spans]
        self.longest = max((end - start for start, end, _ in self.spans), default=0)

    def touching(self, start: int, end: int) -> str | None:
        low = bisect_left(self.starts, start - self.longest)
        high = bisect_left(self.starts, end)
        return next((label for s, e, label in self.spans[low:high] if min(e, end) - max(s, start) > 1), None)


def ledger(data: Data, source: str) -> list[Row]:
    """One row a sentence of `source`, in text order."""
    files = [f for f in data.claim_files if f.source == source]
    claimed = _Covered([(int(p["start"]), int(p["end"]), "claimed") for f in files for c in f.claims
                        for key in ("passages", "attribution") for p in listed(c.get(key))])
    excused = _Covered([(int(u["start"]), int(u["end"]), u["reason"]) for f in files for u in f.unclaimed])
    curated = {f.section for f in files}
    rows = []
    for start, end in data.sentences[source]:
        section = data.section_at(source, start) or ""
        state = claimed.touching(start, end) or excused.touching(start, end)
        rows.append(Row(source, section, start, end, state or ("open" if section in curated else "waiting")))
    return rows


def open_rows(data: Data) -> list[Row]:
    """The sentences of curated sections that are neither claimed nor excused."""
    return [row for source in data.sources for row in ledger(data, source) if row.state == "open"]
