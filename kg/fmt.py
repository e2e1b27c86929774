"""The canonical form of curated files: keys in the order of `kg.schema.SHAPES`, a passage, a triple or a figure a line.

Scalars stay as they are written wherever they can, so that formatting never changes what is said. Comments stay
above the record they stand above; a comment inside a record has no place of its own and is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.drafts import write_atomically
from kg.errors import CaretraceError, DataError, Problem
from kg.names import FOLDERS, Project
from kg.schema import QUOTE_KEYS, SHAPES, entity_shape
from kg.yamlrecords import Loader

_BLOCK = ("claim", "reference", "relation")  # records with a line a key; all others stand on one line
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_%-]*(?<! )\Z")  # plain words that mean the same inside braces


@dataclass
class _Writer:
    """One file on its way: its text, the comment lines not yet placed (by line number), the lines written."""

    text: str
    file: str
    comments: dict[int, str]
    lines: list[str]

    def refuse(self, line: int, what: str, allowed: str) -> DataError:
        return DataError([Problem(self.file, line, "", what, allowed)])

    def comments_above(self, node: yaml.Node) -> None:
        """Write the comments that stand right above `node`."""
        line, above = node.start_mark.line, []
        while line - 1 in self.comments:
            line -= 1
            above.append(self.comments.pop(line))
        self.lines += reversed(above)

    def scalar(self, node: yaml.ScalarNode, moved: bool = False) -> str:
        """The scalar as written, unless it spans lines or, plain and `moved` into braces, could mean something else there."""
        written = self.text[node.start_mark.index:node.end_mark.index].strip()
        if "\n" in written or node.style in ("|", ">") or (moved and not node.style and not _SAFE.match(written)):
            return json.dumps(node.value, ensure_ascii=False)
        return written

    def flow(self, node: yaml.Node, order: list[str] | None = None, in_braces: bool = False) -> str:
        """The node on one line; `in_braces` says whether it already stood in braces or brackets."""
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, moved=not in_braces or "?" in node.value)  # some parsers refuse a bare ? there
        if isinstance(node, yaml.SequenceNode):
            return "[" + ", ".join(self.flow(item, None, node.flow_style) for item in node.value) + "]"
        return "{" + ", ".join(f"{key.value}: {self.flow(value, None, node.flow_style)}" for key, value in self.ordered(node, order)) + "}"

    def ordered(self, node: yaml.MappingNode, order: list[str] | None) -> list[tuple[yaml.Node, yaml.Node]]:
        """The pairs of a mapping in canonical order; content nodes have their id first and the rest as written."""
        order = ["id"] if order is None else order
        if len(order) > 1 and (unknown := [key for key, _ in node.value if key.value not in order]):
            command = "anchor" if unknown[0].value in QUOTE_KEYS else "check"
            raise self.refuse(unknown[0].start_mark.line + 1, f"unknown key {unknown[0].value!r}", f"run `caretrace {command}` first")
        return sorted(node.value, key=lambda pair: order.index(pair[0].value) if pair[0].value in order else len(order))

    def record(self, node: yaml.Node, shape: str, indent: str, first: str) -> None:
        """Write a record with a line a key; `first` stands before its first line instead of the indent."""
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(node.start_mark.line + 1, "is not a record", "run `caretrace check` first")
        for number, (key, value) in enumerate(self.ordered(node, list(SHAPES[shape]))):
            if not indent and not first:
                self.comments_above(key)
            field = SHAPES[shape][key.value]
            head = (first if not number else indent) + key.value + ":"
            if field.form in ("shape", "triples"):
                self.items(head, value, field.shape, indent)
            else:
                self.lines.append(f"{head} {self.scalar(value) if isinstance(value, yaml.ScalarNode) else self.flow(value)}".rstrip())

    def items(self, head: str, node: yaml.Node, shape: str, indent: str) -> None:
        """Write the records below a key, each as an item of a list."""
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not nodes or isinstance(node, yaml.ScalarNode):
            self.lines.append(f"{head} []" if isinstance(node, yaml.SequenceNode) else f"{head} {self.scalar(node)}".rstrip())
            return
        self.lines.append(head)
        for item in nodes:
            if not indent:
                self.comments_above(item)
            if shape in _BLOCK:
                self.record(item, shape, indent + "  ", indent + "- ")
            else:
                self.lines.append(f"{indent}- {self.flow(item, list(SHAPES[shape]) if shape else None)}")


def _comments(text: str, root: yaml.Node) -> dict[int, str]:
    """Line number (from 0) → comment, for every comment; those after a value are marked by their text."""
    inside = {line for node in _scalars(root) for line in range(node.start_mark.line + (node.style not in ("|", ">")), node.end_mark.line)}
    found, ends = {}, {}
    for node in _scalars(root):
        ends[node.end_mark.line] = max(ends.get(node.end_mark.line, 0), node.end_mark.column)
    for number, line in enumerate(text.split("\n")):
        if number in inside:
            continue
        rest = line[ends.get(number, 0):]
        if match := re.search(r"(?:^|\s)#.*", rest):
            found[number] = line.strip() if line.lstrip().startswith("#") else "\0" + match.group().strip()
    return found


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    for child in node.value if not isinstance(node, yaml.ScalarNode) else ():
        for part in child if isinstance(child, tuple) else (child,):
            yield from _scalars(part)


def _value(node: yaml.Node) -> object:
    """What the node says, for comparison: order of keys and one-or-list left aside."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return {key.value: [_value(v) for v in (value.value if isinstance(value, yaml.SequenceNode) else [value])] for key, value in node.value}


def formatted(text: str, file: str, shape: str) -> str:
    """The canonical form of a file's text. `file` is the name shown in problems.

    Raises DataError when the text is not YAML, has unknown keys, or has a comment inside a record.
    """
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise DataError([Problem(file, 0, "", f"is not YAML: {' '.join(str(error).split())}", "mend the syntax")]) from None
    if root is None:
        raise DataError([Problem(file, 0, "", "is empty", "remove the file or write a record into it")])
    writer = _Writer(text, file, _comments(text, root), [])
    if shape == "relations":
        for item in root.value if isinstance(root, yaml.SequenceNode) else [root]:
            writer.comments_above(item)
            writer.record(item, "relation", "  ", "- ")
    else:
        writer.record(root, shape, "", "")
    _place_last_comments(writer, root)
    result = "\n".join(writer.lines) + "\n"
    if _value(yaml.compose(result, Loader=Loader)) != _value(root):
        raise writer.refuse(0, "would not say the same after formatting", "format it by hand")
    return result


def _place_last_comments(writer: _Writer, root: yaml.Node) -> None:
    last = max((node.end_mark.line for node in _scalars(root)), default=0)
    for number, comment in sorted(writer.comments.items()):
        if number <= last or comment.startswith("\0"):
            raise writer.refuse(number + 1, "a comment stands inside a record", "move it to a line of its own above the record")
        writer.lines.append(comment)


def curated_files(project: Project) -> Iterator[tuple[Path, str]]:
    """Every file that has a canonical form, with the shape of what it holds."""
    for path in sorted(project.data.rglob("*.yaml")):
        kind, *rest = path.relative_to(project.data).parts
        if kind == "entities" and len(rest) == 2 and rest[0] in FOLDERS:
            yield path, entity_shape(rest[0])
        elif kind in ("claims", "references", "relations"):
            yield path, kind


def format_files(project: Project, files: tuple[Path, ...] = (), write: bool = True) -> list[Path]:
    """Bring the named files (all without a name) into canonical form; returns those that were not.

    Nothing is written when `write` is false, or when any file has a problem: then DataError names them all.
    """
    known = dict(curated_files(project))
    wanted = {path.resolve(): path for path in files} or {path: path for path in known}
    problems, changes = [], {}
    for path, given in wanted.items():
        if path not in known:
            raise CaretraceError(f"{given} has no canonical form. Name a file of claims, entities, references or relations below {project.data}.")
        try:
            text = path.read_bytes().decode("utf-8")
            new = formatted(text, path.relative_to(project.root).as_posix(), known[path])
        except UnicodeDecodeError as error:
            problems.append(Problem(path.relative_to(project.root).as_posix(), 0, "", f"is not UTF-8 (byte {error.start})", "save the file as UTF-8"))
            continue
        except DataError as error:
            problems += error.problems
            continue
        if new != text:
            changes[path] = new
    if problems:
        raise DataError(problems)
    for path, new in changes.items() if write else ():
        write_atomically(path, new)
    return list(changes)
