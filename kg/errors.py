"""One tree of errors. Each carries what is wrong, where, what is allowed and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the data: `file:line: record: value: what is wrong; what is allowed`."""

    file: str
    line: int
    record: str
    message: str
    allowed: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        tail = f"; {self.allowed}" if self.allowed else ""
        return ": ".join(part for part in (place, self.record, self.message) if part) + tail


class CaretraceError(Exception):
    """Anything a user can cause and mend. The message is one or more complete sentences."""


class DataError(CaretraceError):
    """The curated data has problems; all of them at once, sorted."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(set(problems))
        count = len(self.problems)
        lines = "\n".join(map(str, self.problems))
        super().__init__(f"{lines}\n{count} problem{'s' if count != 1 else ''} in the data; nothing was written.")


class TextError(CaretraceError):
    """A text is unknown, unreadable or not registered."""


class AnchorError(CaretraceError):
    """Quoted words cannot be placed in their text."""


class ReleaseError(CaretraceError):
    """A release is missing, half-written or does not match its checksums."""


class QueryError(CaretraceError):
    """A query is wrong or gave up; says where when the engine tells."""


class LookupFailed(CaretraceError):
    """A name stands for nothing in the release, or for several things; `near` holds (label, IRI) of what comes close."""

    def __init__(self, message: str, near: list[tuple[str, str]] | None = None):
        super().__init__(message)
        self.near = near or []
