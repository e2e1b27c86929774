"""YAML read strictly: strings only, no duplicate keys, no tags, anchors or aliases, each mapping with its line."""

from __future__ import annotations

from pathlib import Path

import yaml

from kg.errors import Problem

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# What YAML calls values that bear no tag of their own; all of them are read as they are written.
_PLAIN = {"tag:yaml.org,2002:" + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "seq", "map")}


class Record(dict):
    """A mapping that knows the line it began on."""

    line: int = 0


class _Strict:
    def __init__(self, file: str):
        self.file, self.problems = file, []

    def problem(self, node, message: str, allowed: str = "") -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, "", message, allowed))

    def value(self, node):
        if node.tag not in _PLAIN:
            self.problem(node, f"tag {node.tag} is not read", "remove the tag; values are plain strings")
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        record = Record()
        record.line = node.start_mark.line + 1
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None or ":" in name:
                self.problem(key, f"key {name!r} is not a plain word", "use a key of ontology/context.jsonld")
            elif name in record:
                self.problem(key, f"key {name!r} stands twice in one record", "keep one of the two")
            else:
                record[name] = self.value(value)
        return record


def _aliases(text: str, file: str) -> list[Problem]:
    return [Problem(file, event.start_mark.line + 1, "", "YAML anchors and aliases are not read", "write the value out")
            for event in yaml.parse(text, Loader=Loader)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)]


def read_text_file(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    """The file's text as UTF-8, or the problem that kept it from being read."""
    try:
        return path.read_bytes().decode("utf-8"), []
    except UnicodeDecodeError as error:
        return None, [Problem(file, 0, "", f"is not UTF-8 (byte {error.start})", "save the file as UTF-8")]
    except OSError as error:
        return None, [Problem(file, 0, "", f"cannot be read: {error.strerror}", "check the path and its permissions")]


def read_yaml(path: Path, file: str) -> tuple[object, list[Problem]]:
    """The document in `path` as records, lists and strings; and every problem found.

    `file` is the name shown in problems. Returns (None, problems) when the file cannot be parsed at all.
    """
    text, problems = read_text_file(path, file)
    if text is None:
        return None, problems
    try:
        if problems := (_aliases(text, file) if "&" in text or "*" in text else []):
            return None, problems
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        return None, [Problem(file, mark.line + 1 if mark else 0, "", f"is not YAML: {what}", "mend the syntax there")]
    if node is None:
        return None, [Problem(file, 0, "", "is empty", "remove the file or write a record into it")]
    strict = _Strict(file)
    return strict.value(node), strict.problems
