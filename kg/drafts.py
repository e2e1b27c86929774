"""Turn a curator's draft into a record: each `{quote: …}` is replaced, in place, by the anchor of those words."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import yaml

from kg.anchor import Anchor, Finder
from kg.data import Data
from kg.errors import AnchorError, DataError, Problem
from kg.normal import normal_form


def _quotes(node):
    """Yield every mapping node below `node` that holds a quote."""
    if isinstance(node, yaml.MappingNode):
        keys = {k.value: v for k, v in node.value}
        if "quote" in keys:
            yield node, {key: value.value for key, value in keys.items()}
        else:
            for _, value in node.value:
                yield from _quotes(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _quotes(item)


def _flow(anchor: Anchor, rest: dict[str, str]) -> str:
    pairs = anchor.record()
    if "reason" in rest:  # a sentence that claims nothing needs its place and digest only
        pairs = {key: pairs[key] for key in ("start", "end", "digest")} | {"reason": rest["reason"]}
    plain = {"start", "end", "digest", "reason"}
    return "{" + ", ".join(f"{k}: {v if k in plain else json.dumps(v, ensure_ascii=False)}" for k, v in pairs.items()) + "}"


def _place(finder: Finder, ranges: list[tuple[int, int]], wanted: dict[str, str]) -> Anchor:
    nth = int(wanted["nth"]) if wanted.get("nth", "").isdecimal() else None
    first, *wider = ranges
    if wider and not finder.spans(wanted["quote"], *first):
        first = wider[0]
    return finder.anchor(wanted["quote"], *first, nth)


def anchored(draft: str, name: str, data: Data, text: str, source: str) -> tuple[str, int]:
    """The draft with every quote replaced, and how many were. Raises DataError with every quote that cannot be placed."""
    try:
        root = yaml.compose(draft, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        raise DataError([Problem(name, mark.line + 1 if mark else 0, "", f"is not YAML: {what}", "mend the syntax there")]) from None
    finder, problems, pieces, at = Finder(text), [], [], 0
    ranges = _ranges(root, data, len(text))
    nodes = sorted(_quotes(root), key=lambda pair: pair[0].start_mark.index)
    for node, wanted in nodes:
        try:
            flow = _flow(_place(finder, ranges, wanted), wanted)
        except AnchorError as error:
            problems.append(Problem(name, node.start_mark.line + 1, "", str(error)))
            continue
        if not node.flow_style:
            problems.append(Problem(name, node.start_mark.line + 1, "", "the quote stands in a block", 'write it as {quote: "…"}'))
        pieces += [draft[at:node.start_mark.index], flow]
        at = node.end_mark.index
    if problems:
        raise DataError(problems)
    return "".join(pieces) + draft[at:], len(nodes)


def _ranges(root, data: Data, length: int) -> list[tuple[int, int]]:
    top = {k.value: v for k, v in root.value} if isinstance(root, yaml.MappingNode) else {}
    if "section" in top and top["section"].value in data.places:
        return [data.own_range(top["section"].value), (0, length)]
    return [(0, length)]


def source_of(draft: str, path: Path, data: Data) -> str:
    """The source a draft belongs to: from its `section` or `source`, else from its folder. Raises AnchorError."""
    for line in draft.splitlines():
        key, _, value = line.partition(":")
        if key in ("section", "source"):
            slug = value.split("#")[0].strip().split("/")[-1]
            return slug.rsplit("-", 1)[0] if key == "section" else slug
    if path.parent.name in data.sources:
        return path.parent.name
    raise AnchorError(f"{path} names neither a section nor a source. Begin it with `section: section/<source>-<number>`.")


def write_atomically(path: Path, content: str) -> None:
    """Replace `path` by `content` whole, or leave it as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False, newline="") as temporary:
        try:
            temporary.write(content)
            temporary.close()
            os.chmod(temporary.name, 0o644)
            os.replace(temporary.name, path)
        except BaseException:
            os.unlink(temporary.name)
            raise


def overlap(statement: str, passage: str, longest: int = 6) -> str | None:
    """The first run of `longest` consecutive words that `statement` shares with `passage`, or None."""
    theirs = [normal_form(w) for w in passage.split()]
    theirs = [w for w in theirs if w]
    runs = {tuple(theirs[i:i + longest]) for i in range(len(theirs) - longest + 1)}
    ours = [(word, normal) for word in statement.split() if (normal := normal_form(word))]
    for i in range(len(ours) - longest + 1):
        if tuple(normal for _, normal in ours[i:i + longest]) in runs:
            return " ".join(word for word, _ in ours[i:i + longest])
    return None
