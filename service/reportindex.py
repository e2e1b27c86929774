"""What the pages of a report add up: worked out once per report and kept, since a release never changes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial

from service.reader import Reader
from service.reading import Stretch, anchored
from service.reports import Section, coverage, evidence, outline, references, stated_figures

KEPT = 64  # reports; whoever asks for reports that do not exist fills no memory


class ReportIndex:
    """Outline, stretches, coverage, references, evidence and figures of each report, by its IRI."""

    def __init__(self, reader: Reader):
        self._reader = reader
        keep = lru_cache(KEPT)
        self.outline, self._anchored = keep(partial(outline, reader)), keep(partial(anchored, reader))
        self.references, self.evidence = keep(partial(references, reader)), keep(partial(evidence, reader))
        self.figures, self.coverage = keep(partial(stated_figures, reader)), keep(self._coverage)

    def stretches(self, source: str) -> list[Stretch]:
        """The stretches of a report that claims or excuses touch, in text order; the caller's own, to put text into."""
        return [replace(stretch) for stretch in self._anchored(source)]

    def inner(self, source: str, section: str) -> list[Section]:
        """The sections right below a section."""
        return [other for other in self.outline(source) if other.parent == section]

    def _coverage(self, source: str) -> tuple[int, int]:
        return coverage(self._reader, source, self.outline(source))
