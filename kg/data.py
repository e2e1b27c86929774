"""The curated data as values: every file read, every record's form and every reference checked, all problems at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kg import names, sentences
from kg.errors import DataError, Problem
from kg.nearness import nearest
from kg.schema import SHAPES, Field, entity_shape, listed, shape_problems
from kg.texts import TextVersion
from kg.turtle import read_turtle
from kg.yamlrecords import Record, read_yaml


@dataclass
class ClaimFile:
    """One section's claims and its sentences that claim nothing."""

    file: str
    source: str
    section: str
    claims: list[Record]
    unclaimed: list[Record]


@dataclass
class Data:
    """Everything curated. Records are as written: strings, lists and nested records."""

    sources: dict[str, Record] = field(default_factory=dict)       # by short id, `nt2023`
    entities: dict[str, Record] = field(default_factory=dict)      # by id, `risk/x`
    references: dict[str, Record] = field(default_factory=dict)    # by id
    claim_files: list[ClaimFile] = field(default_factory=list)
    relations: dict[str, Record] = field(default_factory=dict)
    sentences: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    withdrawn: dict[str, Record] = field(default_factory=dict)    # by the id that is no longer used
    places: dict[str, tuple[str, int]] = field(default_factory=dict)  # id → (file, line)

    @property
    def claims(self) -> list[Record]:
        return [claim for file in self.claim_files for claim in file.claims]

    def sections(self, source: str) -> list[Record]:
        return listed(self.sources[source]["sections"])

    def section_at(self, source: str, position: int) -> str | None:
        """The id of the innermost section that holds this code point: the last one to begin at or before it."""
        within = [s for s in self.sections(source) if int(s["start"]) <= position < int(s["end"])]
        return max(within, key=lambda s: (int(s["start"]), s["id"]))["id"] if within else None

    def own_range(self, section_id: str) -> tuple[int, int]:
        """The code points of a section's own text: from its start to its first subsection or its end."""
        sections = self.sections(section_id.split("/")[1].rsplit("-", 1)[0])
        own = next(s for s in sections if s["id"] == section_id)
        starts = [int(s["start"]) for s in sections if s.get("partOf") == section_id]
        return int(own["start"]), min([int(own["end"]), *starts])

    def text_versions(self) -> list[TextVersion]:
        return [TextVersion(key, source["text"]["sha256"], int(source["text"]["codePoints"]))
                for key, source in self.sources.items()]

    def problem(self, record_id: str, message: str, allowed: str = "", line: int = 0) -> Problem:
        """A problem of the record with this id, with its file and line."""
        file, at = self.places.get(record_id, ("data", 0))
        return Problem(file, line or at, record_id, message, allowed)


def predicates(project: names.Project) -> frozenset[str]:
    """The keys that a content node may hold: the ontology's content properties, by their local names."""
    content, below = names.CT + "contentProperty", "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"
    parents: dict[str, set[str]] = {}
    for triple in read_turtle(project.ontology / "caretrace.ttl", "ontology/caretrace.ttl"):
        if triple.predicate.value == below:
            parents.setdefault(triple.subject.value, set()).add(triple.object.value)
    found = {content}
    while new := {child for child, wider in parents.items() if wider & found} - found:
        found |= new
    return frozenset(p.removeprefix(names.CT) for p in found - {content})


class _Loader:
    def __init__(self, project: names.Project):
        self.project, self.data, self.problems = project, Data(), []
        self.predicates = predicates(project)

    def files(self, *pattern: str) -> list[Path]:
        return sorted(self.project.data.glob("/".join(pattern)))

    def read(self, path: Path, shape: str) -> Record | None:
        """The record in `path` when its form is right; its problems are kept either way."""
        file = path.relative_to(self.project.root).as_posix()
        record, problems = read_yaml(path, file)
        self.problems += problems
        if record is None or problems:
            return None
        if shape == "relations" and isinstance(record, list):
            record = Record(relations=record)
        found = [Problem(file, line, _record_id(record, line), f"{key}: {what}" if key else what, allowed)
                 for line, key, what, allowed in shape_problems(record, shape, self.predicates)]
        self.problems += found
        return None if found else record

    def place(self, record: Record, path: Path) -> bool:
        file = path.relative_to(self.project.root).as_posix()
        if record["id"] in self.data.places:
            first = ":".join(map(str, self.data.places[record["id"]]))
            self.problems.append(Problem(file, record.line, record["id"], f"this id is used twice, first at {first}", "give one of them another id"))
            return False
        self.data.places[record["id"]] = (file, record.line)
        return True

    def need(self, condition: bool, path: Path, record: Record, message: str, allowed: str) -> bool:
        if not condition:
            self.problems.append(Problem(path.relative_to(self.project.root).as_posix(), record.line, record.get("id", ""), message, allowed))
        return condition

    def load(self) -> Data:
        if not self.files("sources", "*.yaml"):
            raise DataError([Problem("data/sources", 0, "", "holds no source", f"the curated data belongs in {self.project.data}")])
        for path in self.files("sources", "*.yaml"):
            self.source(path)
        for path in self.files("entities", "*", "*.yaml"):
            self.entity(path)
        for path in self.files("references", "*.yaml"):
            self.reference_list(path)
        for path in self.files("claims", "*", "*.yaml"):
            self.claim_file(path)
        for path in self.files("relations", "*.yaml"):
            for record in (self.read(path, "relations") or {}).get("relations", []):
                if self.place(record, path):
                    self.data.relations[record["id"]] = record
        for path in self.files("withdrawn.yaml"):
            for record in listed((self.read(path, "withdrawn") or {}).get("withdrawn")):
                self.tombstone(path, record)
        if self.problems:
            raise DataError(self.problems)
        self.problems = list(dangling(self.data)) + list(misplaced(self.data))
        if self.problems:
            raise DataError(self.problems)
        return self.data

    def tombstone(self, path: Path, record: Record) -> None:
        """What was published once and is gone: its id stays its own, and its successor has a record."""
        new = record.get("replacedBy")
        fresh = self.need(record["id"] not in self.data.places, path, record, "a withdrawn id has a record", "remove one of the two")
        once = self.need(record["id"] not in self.data.withdrawn, path, record, "is withdrawn twice", "keep one of the two")
        known = self.need(new is None or new in self.data.places, path, record, f"replacedBy: {new} has no record", "name what takes its place now")
        if fresh and once and known:
            self.data.withdrawn[record["id"]] = record

    def source(self, path: Path) -> None:
        record = self.read(path, "source")
        if record and self.need(record["id"] == f"source/{path.stem}", path, record, "the file name is not the id", f"name the id source/{path.stem}"):
            record["text"] = listed(record["text"])[0]
            self.place(record, path)
            self.data.sources[path.stem] = record
            for section in listed(record["sections"]):
                self.place(section, path)
            csv = self.project.data / "sentences" / f"{path.stem}.csv"
            try:
                self.data.sentences[path.stem] = sentences.read_csv(csv, csv.relative_to(self.project.root).as_posix())
            except DataError as error:
                self.problems += error.problems

    def entity(self, path: Path) -> None:
        folder = path.parent.name
        if folder not in names.FOLDERS:
            self.problems.append(Problem(path.relative_to(self.project.root).as_posix(), 0, "", f"unknown folder {folder!r}", "allowed: " + ", ".join(names.FOLDERS)))
            return
        record = self.read(path, entity_shape(folder))
        if record and self.need(record["id"] == f"{folder}/{path.stem}", path, record, "the file's place is not the id", f"name the id {folder}/{path.stem}") and self.place(record, path):
            self.data.entities[record["id"]] = record

    def reference_list(self, path: Path) -> None:
        for record in (self.read(path, "references") or {}).get("references", []):
            if self.place(record, path):
                record["source"] = path.stem
                self.data.references[record["id"]] = record

    def claim_file(self, path: Path) -> None:
        record = self.read(path, "claims")
        if not record:
            return
        source, number = path.parent.name, path.stem.split("-")[0]
        section = f"section/{source}-{number}"
        self.need(record["section"] == section, path, record, f"section: {record['section']!r} does not fit the file's place", f"write {section}")
        for claim in listed(record.get("claims")):
            self.place(claim, path)
            self.need(claim["id"].startswith(f"claim/{source}-{number}-"), path, claim, "the id does not begin with its source and section", f"claim/{source}-{number}-…")
        self.data.claim_files.append(ClaimFile(path.relative_to(self.project.root).as_posix(), source, record["section"],
                                               listed(record.get("claims")), listed(record.get("unclaimed"))))


def _record_id(record: object, line: int) -> str:
    """The id of the innermost record at `line`, searched in nested records."""
    if isinstance(record, Record):
        if record.line == line and isinstance(record.get("id"), str):
            return record["id"]
        inner = [found for value in record.values() for item in listed(value) if (found := _record_id(item, line))]
        return inner[0] if inner else ""
    return ""


def load(project: names.Project) -> Data:
    """Read and check everything below `data/`. Raises DataError with every problem found."""
    return _Loader(project).load()


def ids_in(record: Record, shape: str):
    """Yield (key, id) for every id that `record` names, content triples included."""
    for key, spec in SHAPES[shape].items():
        for item in listed(record.get(key)):
            yield from _ids_of(key, item, spec)


def _ids_of(key: str, item: object, spec: Field):
    if spec.form == "id" and key != "id":
        yield key, item
    elif spec.form == "shape":
        for inner, value in ids_in(item, spec.shape):
            yield f"{key}.{inner}", value
    elif spec.form == "triples":
        for inner, value in item.items():
            yield from ((f"{key}.{inner}", one) for one in listed(value))


def dangling(data: Data):
    """Problems for every id that is named and has no record."""
    groups = [(data.sources.values(), "source"), (data.references.values(), "reference"), (data.claims, "claim"), (data.relations.values(), "relation")]
    groups += [([entity], entity_shape(entity["id"].split("/")[0])) for entity in data.entities.values()]
    for records, shape in groups:
        for record in records:
            for key, value in ids_in(record, shape):
                if value not in data.places:
                    yield data.problem(record["id"], f"{key}: {value} has no record", _near(value, data), getattr(record, "line", 0))


def _near(value: str, data: Data) -> str:
    near = nearest(value, [i for i in data.places if i.split("/")[0] == value.split("/")[0]], 3, 0.6)
    return "did you mean " + " or ".join(near) + "?" if near else f"add data/entities/{value}.yaml or mend the id"


def misplaced(data: Data):
    """Problems for claim files of unknown sections and for spans outside their section or their text."""
    for file in data.claim_files:
        known = {s["id"] for s in data.sections(file.source)} if file.source in data.sources else set()
        if file.section not in known:
            yield Problem(file.file, 0, file.section, "no such section in the source's record", f"add it to data/sources/{file.source}.yaml")
            continue
        length = int(data.sources[file.source]["text"]["codePoints"])
        for claim in file.claims:
            at = int(listed(claim["passages"])[0]["start"])
            if (section := data.section_at(file.source, at)) != file.section:
                yield data.problem(claim["id"], f"its first passage begins at {at}, which lies in {section}", f"move the claim to the file of {section}", claim.line)
            for key in ("passages", "context", "attribution"):
                yield from _bad_spans(data, claim["id"], listed(claim.get(key)), length)
        yield from _bad_spans(data, file.section, file.unclaimed, length, file.file)
    for reference in data.references.values():
        if reference["source"] in data.sources:
            length = int(data.sources[reference["source"]]["text"]["codePoints"])
            yield from _bad_spans(data, reference["id"], listed(reference["passages"]), length)


def _bad_spans(data: Data, owner: str, passages: list[Record], length: int, file: str = ""):
    for passage in passages:
        start, end = int(passage["start"]), int(passage["end"])
        if not start < end <= length:
            place = file or data.places[owner][0]
            yield Problem(place, passage.line, owner, f"the span {start} to {end} is not in the text", f"0 to {length}, start before end")
