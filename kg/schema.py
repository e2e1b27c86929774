"""What a record may hold: each kind of record, its keys in canonical order, and what each key allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg import names
from kg.yamlrecords import Record


@dataclass(frozen=True)
class Field:
    """One key of a record. `form` is text, id, int, decimal, date, digest, bool, triples, a choice, or another shape."""

    form: str
    required: bool = False
    many: bool = False  # a list is allowed; a single value counts as a list of one
    choices: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # for ids: the folders that the id may begin with; none = any
    shape: str = ""


def text(required: bool = False, many: bool = False) -> Field:
    return Field("text", required, many)


def ref(*folders: str, required: bool = False, many: bool = False) -> Field:
    return Field("id", required, many, folders=folders)


def choice(*choices: str, required: bool = True) -> Field:
    return Field("choice", required, choices=choices)


def shape(name: str, required: bool = False) -> Field:
    return Field("shape", required, many=True, shape=name)


_NAMED = {"id": ref(required=True), "type": text(), "label": text(True), "altLabel": text(many=True)}
_DEFINED = {"definition": text(), "broader": ref(many=True), "from": text(), "until": text()}
_CLOSING = {"sameAs": text(many=True), "note": text(many=True)}
_SPAN = {"start": Field("int", True), "end": Field("int", True)}

SHAPES: dict[str, dict[str, Field]] = {
    "entity": _NAMED | _DEFINED | _CLOSING,
    "holder": _NAMED | _DEFINED | {"role": text(), "source": ref("source"), "actor": ref("actor", "structure")} | _CLOSING,
    "evidence": _NAMED | _DEFINED | {"source": ref("source"), "base": text(), "period": text(),
                                     "conductedBy": ref("actor", "holder", many=True)} | _CLOSING,
    "work": _NAMED | _DEFINED | {"creators": text(many=True), "title": text(True), "year": text(), "publisher": text(),
                                 "url": text(), "doi": text(), "identifier": text(many=True)} | _CLOSING,
    "source": {"id": ref("source", required=True), "label": text(True), "title": text(True), "creators": text(True, True),
               "publisher": ref("actor", required=True), "issued": text(True), "url": text(True), "rights": text(True),
               "voice": ref("holder", "actor", required=True), "text": shape("text", True),
               "sections": shape("section", True), "note": text(many=True)},
    "text": {"id": ref("text", required=True), "sha256": Field("digest", True), "codePoints": Field("int", True)},
    "section": {"id": ref("section", required=True), "title": text(True)} | _SPAN | {"partOf": ref("section"), "note": text(many=True)},
    "withdrawn": {"withdrawn": shape("tombstone", True)},
    "tombstone": {"id": ref(required=True), "replacedBy": ref(), "date": Field("date", True), "reason": text(True)},
    "references": {"source": ref("source", required=True), "references": shape("reference", True)},
    "reference": {"id": ref("reference", required=True), "marker": text(True), "work": ref("work", required=True),
                  "passages": shape("passage", True), "note": text(many=True)},
    "claims": {"section": ref("section", required=True), "claims": shape("claim"), "unclaimed": shape("unclaimed")},
    "claim": {
        "id": ref("claim", required=True), "kind": choice(*names.KINDS), "statement": text(True),
        "modality": choice(*names.MODALITIES),
        "heldBy": ref("actor", "holder", "structure", required=True, many=True),
        "restsOn": ref("evidence", "work", required=True, many=True),
        "cites": ref("reference", many=True), "expresses": ref("proposition", many=True),
        "passages": shape("passage", True), "context": shape("passage"), "attribution": shape("passage"),
        "asserts": Field("triples", many=True), "denies": Field("triples", many=True),
        "mentions": ref(many=True), "figures": shape("figure"), "note": text(many=True), "reviewed": Field("date")},
    "passage": _SPAN | {"digest": Field("digest", True), "opens": text(True), "closes": text(True), "next": text()},
    "unclaimed": _SPAN | {"digest": Field("digest", True), "reason": choice(*names.NO_CLAIM_REASONS)},
    "figure": {"value": Field("decimal"), "min": Field("decimal"), "max": Field("decimal"),
               "comparator": choice(*names.COMPARATORS), "unit": text(True), "counts": text(True), "base": text(),
               "period": text(), "population": text(), "area": text(), "option": text(), "question": text(),
               "of": ref("measure"), "note": text(many=True)},
    "relations": {"relations": shape("relation", True)},
    "relation": {"id": ref("judgement", required=True), "from": ref("claim", required=True),
                 "relation": choice(*names.RELATIONS), "to": ref("claim", required=True),
                 "judgedBy": ref("agent", "holder", "actor", required=True), "confidence": choice(*names.CONFIDENCES),
                 "reason": text(True)},
}
QUOTE_KEYS = ("quote", "nth")  # a draft's; `caretrace anchor` replaces them

_ID = re.compile(r"[a-z-]+/[a-z0-9]+(?:[.-][a-z0-9]+)*\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def entity_shape(folder: str) -> str:
    """The shape of the records in `data/entities/<folder>/`."""
    return folder if folder in ("holder", "evidence", "work") else "entity"


def listed(value: object) -> list:
    """A value that may stand alone or in a list, as a list; nothing is the empty list."""
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _is_decimal(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _wrong_scalar(field: Field, value: object) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return f"{value!r} is not a plain value", "write one value"
    if not value.strip():
        return "is empty", "write a value or leave the key out"
    if field.form == "id" and not _ID.match(value):
        return f"{value!r} is not an id", "an id is folder/slug in small letters, digits, '-' and '.'"
    if field.folders and value.split("/")[0] not in field.folders:
        return f"{value!r} is in the wrong folder", "allowed: " + ", ".join(f"{f}/…" for f in field.folders)
    if field.choices and value not in field.choices:
        return f"{value!r} is not allowed", "allowed: " + ", ".join(field.choices)
    tests = {"int": (str.isdecimal, "a whole number"), "decimal": (_is_decimal, "a plain number such as 3.8 or 152000000000"),
             "date": (_DATE.match, "a date such as 2026-12-01"), "digest": (_DIGEST.match, "64 hexadecimal digits")}
    if field.form in tests and not tests[field.form][0](value):
        return f"{value!r} has the wrong form", f"allowed: {tests[field.form][1]}"
    return None


def _triple_problems(node: object, context_keys: frozenset[str]):
    if not isinstance(node, Record) or "id" not in node or len(node) < 2:
        yield node, "a content node needs an id and at least one predicate", "{id: risk/x, threatens: aim/y}"
        return
    for key, value in node.items():
        if key != "id" and key not in context_keys:
            yield node, f"unknown predicate {key!r}", "allowed: the predicates in data/README.md"
        for item in listed(value) or [value]:
            if wrong := _wrong_scalar(ref(), item):
                yield node, f"{key}: {wrong[0]}", wrong[1]


def shape_problems(record: object, shape_name: str, predicates: frozenset[str], line: int = 0):
    """Yield (line, key path, what is wrong, what is allowed) for everything in `record` that its shape refuses."""
    fields = SHAPES[shape_name]
    if not isinstance(record, Record):
        yield line, "", f"{record!r} is not a record", "allowed keys: " + ", ".join(fields)
        return
    line = record.line
    for key in record:
        if key not in fields:
            hint = "run `caretrace anchor` on the file" if key in QUOTE_KEYS else "allowed keys: " + ", ".join(fields)
            yield line, key, "unknown key", hint
    if "digest" in fields and "quote" in record:
        return
    for key, field in fields.items():
        if key not in record:
            if field.required:
                yield line, key, "is missing", f"add {key}"
        else:
            yield from _field_problems(record[key], field, key, predicates, line)


def _field_problems(value: object, field: Field, key: str, predicates: frozenset[str], line: int):
    if isinstance(value, list) and not field.many:
        yield line, key, "is a list", "write one value"
        return
    if value == "" or (field.required and value == []):
        yield line, key, "is empty", "write at least one value" if field.required else "write a value or leave the key out"
    for item in listed(value):
        if field.form == "shape":
            for at, path, what, allowed in shape_problems(item, field.shape, predicates, line):
                yield at, f"{key}.{path}" if path else key, what, allowed
        elif field.form == "triples":
            for node, what, allowed in _triple_problems(item, predicates):
                yield getattr(node, "line", line), key, what, allowed
        elif wrong := _wrong_scalar(field, item):
            yield line, key, *wrong
