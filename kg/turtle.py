"""Turtle files of the project, read with a clear problem when one cannot be."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.errors import DataError, Problem


def read_turtle(path: Path, file: str) -> list[ox.Triple]:
    """The triples in `path`; blank nodes are new in every call. `file` is the name shown in problems.

    Raises DataError when the file cannot be read or is not Turtle.
    """
    try:
        content = path.read_bytes()
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)]
    except OSError as error:
        raise DataError([Problem(file, 0, "", f"cannot be read: {error.strerror}", "check the path and its permissions")]) from None
    except SyntaxError as error:
        raise DataError([Problem(file, error.lineno or 0, "", f"is not Turtle: {error.msg}", "mend the syntax there")]) from None
