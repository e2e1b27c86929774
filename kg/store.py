"""Open a release for reading: the one the service answers from is the one that users download."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ReleaseError

STORE_SUMS = "sums.json"
REMEDY = "Run `caretrace release` to make one."


@dataclass(frozen=True)
class Release:
    """An opened release: its folder, the digest of its N-Quads, its counts, its facts, and its store, read-only."""

    path: Path
    digest: str
    statistics: dict
    meta: dict
    store: ox.Store


def problems_of(folder: Path) -> list[str]:
    """What keeps the release in `folder` from being whole: missing files, sums that differ, a store of another size."""
    try:
        sums = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return ["SHA256SUMS is missing or unreadable"]
    found = []
    for name in ("release.json", "statistics.json", "caretrace.nq"):
        if name not in sums:
            found.append(f"{name} is not in SHA256SUMS")
    found += _differing(folder, sums)
    return found or _store_problems(folder / "store")


def _differing(folder: Path, sums: dict[str, str]) -> list[str]:
    found = []
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            found.append(f"{name} does not match its checksum")
    return found


def store_sums(store: Path) -> dict[str, str]:
    """SHA-256 of each file of a closed store that its readers need, by name."""
    paths = sorted(path for path in store.iterdir() if path.suffix in (".sst", ".log") or path.name.startswith(("CURRENT", "MANIFEST")))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _store_problems(store: Path) -> list[str]:
    """What is missing from the store or altered in it; its sums are its own, since no two stores are equal to the byte."""
    if not (store / "CURRENT").is_file():
        return ["the store is missing"]
    try:
        sums = json.loads((store / STORE_SUMS).read_text(encoding="utf-8"))
    except FileNotFoundError:  # a release made before stores had sums
        return []
    except ValueError:
        return [f"store/{STORE_SUMS} is unreadable"]
    return [f"store/{problem}" for problem in _differing(store, sums)]


def open_release(folder: Path) -> Release:
    """The release in `folder`. Raises ReleaseError when it is missing, half-written or altered."""
    if not folder.is_dir():
        raise ReleaseError(f"There is no release at {folder}. {REMEDY}")
    if problems := problems_of(folder):
        raise ReleaseError(f"The release at {folder} is not whole: {'; '.join(problems)}. {REMEDY}")
    meta = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    try:
        store = ox.Store.read_only(str(folder / "store"))
    except (OSError, RuntimeError) as error:
        raise ReleaseError(f"The store of {folder} cannot be opened: {error}. {REMEDY}") from None
    if len(store) != meta["quads"]:
        raise ReleaseError(f"The store of {folder} holds {len(store)} quads, not {meta['quads']}. {REMEDY}")
    counts = json.loads((folder / "statistics.json").read_text(encoding="utf-8"))
    return Release(folder, meta["digest"], counts, meta, store)


def in_memory(nquads: Path) -> ox.Store:
    """The quads of a file of N-Quads in a store in memory, which answers about three times as fast as one on disk.

    They keep the labels of their blank nodes, and stand in the order of the file.
    """
    store = ox.Store()
    store.bulk_extend(ox.parse(path=str(nquads), format=ox.RdfFormat.N_QUADS))
    return store


def current_name(releases: Path) -> str:
    """The name of the current release below `releases`. Raises ReleaseError when there is none."""
    try:
        return (releases / "current").read_text(encoding="utf-8").strip()
    except OSError:
        raise ReleaseError(f"No release has been made in {releases}. {REMEDY}") from None


def current_counts(releases: Path) -> dict:
    """What the current release below `releases` says that it counts. Raises ReleaseError when there is none."""
    try:
        return json.loads((releases / current_name(releases) / "statistics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"The current release's statistics.json cannot be read: {error}. {REMEDY}") from None


def open_current(releases: Path) -> Release:
    """The current release below `releases`. Raises ReleaseError when there is none or it is not whole."""
    return open_release(releases / current_name(releases))
