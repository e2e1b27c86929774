"""SHACL over the record, at three levels, which the shapes give as severities.

strict (`sh:Violation`): no build stands with it. publication (`sh:Warning`): a draft may have it, a release may not.
advisory (`sh:Info`): worth a look, and never in the way.

The package `shacl` does the work; pySHACL, the reference, is compared with it in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import shacl

from kg import names
from kg.turtle import read_turtle

LEVELS = ("strict", "publication", "advisory")  # each with those before it
_LEVEL_OF = dict(zip(("Violation", "Warning", "Info"), LEVELS))
_SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


@dataclass(frozen=True, order=True)
class Finding:
    """One node that a shape refuses: `record: path: value: message`, and its level."""

    level: str
    record: str  # the IRI of the node, without angle brackets
    path: str  # the property path, in SPARQL's syntax, or nothing for the node itself
    value: str
    message: str
    shape: str  # the IRI of the named shape
    component: str  # the local name of the constraint component, such as MinCountConstraintComponent

    def __str__(self) -> str:
        parts = (names.path_of(self.record), self.path, self.value, self.message)
        return ": ".join(part for part in parts if part)


def validate(data: bytes | Path, shapes_dir: Path | None = None, ontology: Path | None = None) -> list[Finding]:
    """The findings of every shape in `shapes_dir/*.ttl` on N-Triples, strict ones first, then by record.

    `data` is N-Triples (bytes, or the path of a file). The class tree of `ontology` is added to it, since
    `sh:class` follows `rdfs:subClassOf` in the data only. Both default to this project's own files.
    Raises ValueError when the folder holds no shape, DataError when a file of it is not Turtle.
    """
    project = names.project()
    compiled = _compiled(shapes_dir or project.shapes)
    content = data if isinstance(data, bytes) else Path(data).read_bytes()
    tree = ox.serialize(class_tree(ontology or project.ontology / "caretrace.ttl"), format=ox.RdfFormat.N_TRIPLES)
    report = compiled.validate_text((content + b"\n" + tree).decode(), format="ntriples")
    return sorted({_finding(result) for result in report.results}, key=lambda found: (LEVELS.index(found.level), found))


def violations(findings: Iterable[Finding], level: str = "strict") -> list[Finding]:
    """Those findings that stand in the way at `level`: those of the level and of the stricter ones."""
    return [finding for finding in findings if LEVELS.index(finding.level) <= LEVELS.index(level)]


def class_tree(ontology: Path) -> Iterator[ox.Triple]:
    """The subclass statements between named classes in a Turtle file."""
    for quad in ox.parse(path=str(ontology), format=ox.RdfFormat.TURTLE):
        if quad.predicate == _SUBCLASS and isinstance(quad.object, ox.NamedNode):
            yield quad.triple


def _compiled(folder: Path) -> shacl.Shapes:
    """All shapes of a folder. Turtle files may be joined: prefixes may repeat, and no file labels a blank node."""
    files = sorted(folder.glob("*.ttl"))
    for file in files:  # a slip is named by its file and line, which the joined text has lost
        read_turtle(file, f"{folder.name}/{file.name}")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    compiled = shacl.Shapes.from_turtle(text)
    if not len(compiled):
        raise ValueError(f"{folder} holds no shape.")
    return compiled


def _finding(result: shacl.Result) -> Finding:
    return Finding(level=_LEVEL_OF[result.severity], record=result.focus_node.strip("<>"), path=result.path or "",
                   value=result.value or "", message=result.message or "", shape=(result.root_shape or "").strip("<>"),
                   component=result.component)
