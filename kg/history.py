"""The releases that are kept: which there are, which one is current, and the way back to an earlier one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kg.drafts import write_atomically
from kg.errors import ReleaseError
from kg.store import REMEDY, current_name, open_release, problems_of


@dataclass(frozen=True)
class Kept:
    """A release folder: its name, the day of its data, its version, how many quads it has, and what keeps it from being whole."""

    name: str
    made: str
    version: str
    quads: int
    problems: list[str]


def kept(releases: Path) -> list[Kept]:
    """The releases below `releases`, the one that was written last first. Raises ReleaseError when there is none."""
    folders = [path for path in releases.glob("*") if path.is_dir() and not path.name.startswith(".")]
    if not folders:
        raise ReleaseError(f"No release has been made in {releases}. {REMEDY}")
    return [_read(folder) for folder in sorted(folders, key=_written, reverse=True)]


def _written(folder: Path) -> tuple[int, str]:
    """When a release was complete: it is the folder's last change; a broken one comes last."""
    mark = folder / "release.json"
    return (mark.stat().st_mtime_ns if mark.is_file() else 0, folder.name)


def _read(folder: Path) -> Kept:
    try:
        meta = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        meta = {}
    return Kept(folder.name, meta.get("made", "?"), meta.get("version", "?"), meta.get("quads", 0), problems_of(folder))


def lines(releases: Path) -> list[str]:
    """A line for each release, the current one marked."""
    current = current_name(releases)
    return [f"{'→' if entry.name == current else ' '} {entry.name:<18} {entry.made}  {entry.version:<7} {entry.quads:>9,} quads"
            + (f"  not whole: {'; '.join(entry.problems)}" if entry.problems else "") for entry in kept(releases)]


def roll_back(releases: Path, name: str | None = None) -> Path:
    """Make `name` the current release, or the one written before the current; returns its folder.

    A running service takes it within seconds. Raises ReleaseError when there is no such release, or it is not whole;
    the current one then stays.
    """
    names = [entry.name for entry in kept(releases)]
    if name is None:
        current = current_name(releases)
        older = names[names.index(current) + 1:] if current in names else []
        if not older:
            raise ReleaseError(f"There is no release before {current}. `caretrace releases` lists those that are kept.")
        name = older[0]
    if name not in names:
        raise ReleaseError(f"There is no release {name}. Kept are: {', '.join(names)}.")
    open_release(releases / name)
    write_atomically(releases / "current", name + "\n")
    return releases / name
