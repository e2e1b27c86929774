"""Worked examples of how to say things in the ontology: `ontology/how-to/*.trig`, each with its query and the answer to it.

An example is a TriG file whose first comment line is its title and whose second says when and why; beside it stand a query
(`.rq`) and the answer that it has (`.csv`). The examples speak of an invented report that the tests hold, and are tests themselves.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.errors import DataError, Problem

FOLDER = "how-to"
FILE = "how-to-say.json"


@dataclass(frozen=True)
class Pattern:
    """One worked example: its name, title, explanation, TriG, query and the answer as CSV."""

    name: str
    title: str
    why: str
    trig: str
    query: str
    answer: str


def read(ontology: Path) -> list[Pattern]:
    """The patterns below the folder of the ontology, by name. Raises DataError when one is not whole."""
    patterns, problems = [], []
    for path in sorted((ontology / FOLDER).glob("*.trig")):
        lines = path.read_text(encoding="utf-8").splitlines()
        beside = [path.with_suffix(suffix) for suffix in (".rq", ".csv")]
        missing = [other.name for other in beside if not other.is_file()]
        if missing or len(lines) < 3 or not all(line.startswith("# ") for line in lines[:2]):
            what = f"has no {' and no '.join(missing)}" if missing else "does not begin with a title and a reason"
            problems.append(Problem(f"ontology/{FOLDER}/{path.name}", 0, "", what, "write two comment lines, and .rq and .csv beside it"))
            continue
        query, answer = (other.read_text(encoding="utf-8") for other in beside)
        patterns.append(Pattern(path.stem, lines[0][2:], lines[1][2:], "\n".join(lines[2:]).strip() + "\n", query, answer))
    if problems:
        raise DataError(problems)
    return patterns


def as_json(patterns: list[Pattern]) -> str:
    """The patterns as the release holds them for the page."""
    return json.dumps([asdict(pattern) for pattern in patterns], indent=1, ensure_ascii=False) + "\n"
