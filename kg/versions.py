"""Versions of the ontology: what is kept of older ones, and how data of an older one becomes data of a newer.

`ontology/CHANGES.md` says the rules. Published versions stand in `ontology/versions/<version>.ttl`, migrations in
`ontology/migrations/<from>-to-<to>.ru`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg import names
from kg.errors import DataError, Problem
from kg.turtle import read_turtle

CURRENT = "caretrace.ttl"
_VERSION = r"\d+\.\d+\.\d+"
_DCTERMS, _OWL = "http://purl.org/dc/terms/", "http://www.w3.org/2002/07/owl#"
_KINDS = {_OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}


def files(ontology: Path) -> dict[str, Path]:
    """Version → its Turtle file: the published ones, and the current one under its own version."""
    found = {path.stem: path for path in sorted(ontology.glob("versions/*.ttl"))}
    return found | {version_of(ontology / CURRENT): ontology / CURRENT}


def version_of(file: Path) -> str:
    """The `owl:versionInfo` of an ontology file. Raises DataError when there is none."""
    for triple in read_turtle(file, f"ontology/{file.name}"):
        if triple.subject == ox.NamedNode(names.ONTOLOGY) and triple.predicate == ox.NamedNode(_OWL + "versionInfo"):
            return triple.object.value
    raise DataError([Problem(f"ontology/{file.name}", 0, "", "states no owl:versionInfo", "state the version: three numbers")])


def migrate(store: ox.Store, file: Path) -> None:
    """Run one migration over `store`. Raises DataError when it is not a SPARQL Update."""
    try:
        store.update(file.read_text(encoding="utf-8"), prefixes={"ct": names.CT})
    except SyntaxError as error:
        raise DataError([Problem(f"ontology/migrations/{file.name}", 0, "", f"is not a SPARQL Update: {error}", "mend the query")]) from None


def problems(ontology: Path) -> Iterator[Problem]:
    """What breaks the rules of `CHANGES.md`."""
    current = version_of(ontology / CURRENT)
    changes = (ontology / "CHANGES.md").read_text(encoding="utf-8") if (ontology / "CHANGES.md").is_file() else ""
    logged = re.findall(rf"(?m)^## ({_VERSION}) – \d{{4}}-\d\d-\d\d$", changes)
    if logged[:1] != [current]:
        yield Problem("ontology/CHANGES.md", 0, "", f"does not begin with version {current}", f"add ## {current} – <day> with what changed, breaking changes first")
    for version in sorted({path.stem for path in ontology.glob("versions/*.ttl")} - set(logged)):
        yield Problem("ontology/CHANGES.md", 0, "", f"says nothing of version {version}", f"add ## {version} – <day>")
    published = ontology / "versions" / f"{current}.ttl"
    if published.is_file() and published.read_bytes() != (ontology / CURRENT).read_bytes():
        yield Problem("ontology/caretrace.ttl", 0, "", f"differs from the published version {current}", "raise owl:versionInfo and owl:versionIRI")
    yield from _lost_terms(ontology)
    yield from _migrations(ontology)


def _lost_terms(ontology: Path) -> Iterator[Problem]:
    """Terms of a published version that are declared no more, and replaced ones without a migration."""
    now = list(read_turtle(ontology / CURRENT, f"ontology/{CURRENT}"))
    declared = _declared(now)
    migrated = "\n".join(path.read_text(encoding="utf-8") for path in ontology.glob("migrations/*.ru"))
    for path in sorted(ontology.glob("versions/*.ttl")):
        for term in sorted(_declared(read_turtle(path, f"ontology/versions/{path.name}")) - declared):
            yield Problem("ontology/caretrace.ttl", 0, term.removeprefix(names.CT), f"was declared in version {path.stem} and is gone",
                          "keep it with owl:deprecated true and, where one takes its place, dcterms:isReplacedBy")
    for triple in now:
        if triple.predicate.value == _DCTERMS + "isReplacedBy" and not re.search(rf"ct:{triple.subject.value.removeprefix(names.CT)}\b", migrated):
            yield Problem("ontology/migrations", 0, triple.subject.value.removeprefix(names.CT), "is replaced and no migration names it",
                          "write <from>-to-<to>.ru, a SPARQL Update")


def _declared(triples) -> set[str]:
    return {triple.subject.value for triple in triples if getattr(triple.object, "value", "") in _KINDS
            and triple.predicate.value.endswith("#type") and getattr(triple.subject, "value", "").startswith(names.CT)}


def _migrations(ontology: Path) -> Iterator[Problem]:
    """Migrations whose name or first line says nothing, or that are not SPARQL Updates."""
    for path in sorted(ontology.glob("migrations/*")):
        file = f"ontology/migrations/{path.name}"
        if not re.fullmatch(rf"{_VERSION}-to-{_VERSION}\.ru", path.name):
            yield Problem(file, 0, "", "has another name than a migration", "call it <from>-to-<to>.ru: 0.1.0-to-0.2.0.ru")
        elif not path.read_text(encoding="utf-8").startswith("# "):
            yield Problem(file, 1, "", "says nothing about itself", "begin it with a comment, one sentence")
        else:
            try:
                migrate(ox.Store(), path)
            except DataError as error:
                yield from error.problems
