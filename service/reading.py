"""A report read from start to end beside its claims: each stretch of a section, what it claims, or why it claims nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.names import CT
from service.reader import Reader
from service.reports import Section

ANCHORS = """SELECT ?source ?claim ?role ?start ?end ?opens ?closes { ?claim ct:statedIn ?source .
  VALUES ?role { ct:hasPassage ct:hasAttribution } ?claim ?role ?passage . ?claim ct:statement ?statement .
  ?passage ct:start ?start ; ct:end ?end . OPTIONAL { ?passage ct:opens ?opens } OPTIONAL { ?passage ct:closes ?closes } }"""
EXCUSED = """SELECT ?source ?start ?end ?reason { ?none ct:statedIn ?source ; a ct:NoClaim ; ct:hasPassage ?passage .
  OPTIONAL { ?none ct:noClaimReason ?reason } ?passage ct:start ?start ; ct:end ?end }"""


@dataclass
class Stretch:
    """A piece of text: offsets in code points, the claims that rest on it, or the reason why it claims nothing.

    `speaks` lists claims that only take their speaker from it. `text` is None where the text may not be shown.
    """

    start: int
    end: int
    claims: list[str] = field(default_factory=list)
    speaks: list[str] = field(default_factory=list)
    reason: str | None = None
    opens: str = ""
    closes: str = ""
    text: str | None = None

    @property
    def state(self) -> str:
        """`claimed`, `speaker`, `excused` or `open`."""
        return "claimed" if self.claims else "speaker" if self.speaks else "excused" if self.reason else "open"


def anchored(reader: Reader, source: str) -> list[Stretch]:
    """The stretches of a report that claims or excuses touch, in text order; overlapping ones are one."""
    found = []
    for row in reader.select(ANCHORS, source=source):
        words = [row[name].value if row[name] else "" for name in ("opens", "closes")]
        stretch = Stretch(int(row["start"].value), int(row["end"].value), opens=words[0], closes=words[1])
        (stretch.claims if row["role"].value == CT + "hasPassage" else stretch.speaks).append(row["claim"].value)
        found.append(stretch)
    for row in reader.select(EXCUSED, source=source):
        found.append(Stretch(int(row["start"].value), int(row["end"].value), reason=row["reason"].value if row["reason"] else ""))
    merged: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (s.start, s.end)):
        if merged and stretch.start < merged[-1].end:
            _join(merged[-1], stretch)
        else:
            merged.append(stretch)
    return merged


def _join(first: Stretch, second: Stretch) -> None:
    first.claims += [claim for claim in second.claims if claim not in first.claims]
    first.speaks += [claim for claim in second.speaks if claim not in first.speaks]
    first.reason = first.reason if first.reason is not None else second.reason
    first.opens = first.opens or second.opens
    if second.end > first.end:
        first.end, first.closes = second.end, second.closes


def own_span(sections: list[Section], section: Section) -> tuple[int, int]:
    """Where a section's own text stands: from its start to its first subsection or its end."""
    later = [other.start for other in sections if other.start > section.start]
    return section.start, min([section.end, *later])


def read_section(stretches: list[Stretch], span: tuple[int, int], text: str | None) -> list[Stretch]:
    """Those of a report's `stretches` that begin in a span, in order.

    With the text each gets its words, and those that nothing touches come between them, if they hold a letter (a bullet
    or a number does not claim).
    """
    start, end = span
    within = [stretch for stretch in stretches if start <= stretch.start < end]
    if text is None:
        return within
    filled, place = [], start
    for stretch in within:
        filled += _between(text, place, stretch.start)
        stretch.text = text[stretch.start:stretch.end]
        filled.append(stretch)
        place = stretch.end
    return filled + _between(text, place, end)


def _between(text: str, start: int, end: int) -> list[Stretch]:
    words = text[start:end]
    return [Stretch(start, end, text=words.strip())] if any(c.isalpha() for c in words) else []
