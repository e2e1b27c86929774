"""The canonical form: the same records, their keys in order, their comments where they stood."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kg import data as curated
from kg import fmt
from kg.cli import main
from kg.errors import CaretraceError, DataError
from kg.fmt import format_files, formatted

LOOSE = """# Of the summary.
claims:

# the first
- statement: "A: b."
  id: claim/x-01-001
  passages:
  - end: 9
    start: 0
    closes: a, b?
    opens: |
      Two
      words
  - {digest: 00, start: 3, end: 4}
  heldBy:
  - holder/a
  - holder/b
  asserts: {threatens: service/b, id: risk/a}
- {id: claim/x-01-002, kind: risk, context: []}
section: section/x-01
# the end
"""
CANONICAL = """section: section/x-01
# Of the summary.
claims:
# the first
- id: claim/x-01-001
  statement: "A: b."
  heldBy: [holder/a, holder/b]
  passages:
  - {start: 0, end: 9, opens: "Two\\nwords\\n", closes: "a, b?"}
  - {start: 3, end: 4, digest: 00}
  asserts:
  - {id: risk/a, threatens: service/b}
- id: claim/x-01-002
  kind: risk
  context: []
# the end
"""


def test_canonical_form():
    assert formatted(LOOSE, "x.yaml", "claims") == CANONICAL


def test_formatting_twice_changes_nothing():
    assert formatted(CANONICAL, "x.yaml", "claims") == CANONICAL


def test_entities_and_relations():
    assert formatted('label: "A # b"\nid: risk/a\naltLabel:\n- c\n', "x.yaml", "entity") == 'id: risk/a\nlabel: "A # b"\naltLabel: [c]\n'
    loose = "# one\n- to: claim/b\n  from: claim/a\n  id: judgement/x\n"
    assert formatted(loose, "x.yaml", "relations") == "# one\n- id: judgement/x\n  from: claim/a\n  to: claim/b\n"


@pytest.mark.parametrize("text, message", [
    ("id: risk/a\nlable: x\n", "x.yaml:2: unknown key 'lable'; run `caretrace check` first"),
    ("id: risk/a  # why\n", "x.yaml:1: a comment stands inside a record; move it to a line of its own above the record"),
    ("id: [\n", "is not YAML"),
    ("", "x.yaml: is empty"),
    ("- a\n", "is not a record"),
])
def test_refused(text, message):
    with pytest.raises(DataError, match=message):
        formatted(text, "x.yaml", "entity")


def test_a_draft_is_anchored_first():
    with pytest.raises(DataError, match="unknown key 'quote'; run `caretrace anchor` first"):
        formatted('section: s/x\nclaims:\n- id: claim/x\n  passages: [{quote: "a"}]\n', "x.yaml", "claims")


def test_a_comment_between_the_keys_of_a_claim_is_refused():
    with pytest.raises(DataError, match="x.yaml:4: a comment stands inside a record"):
        formatted("section: s/x\nclaims:\n- id: claim/x\n  # why\n  kind: risk\n", "x.yaml", "claims")


def test_the_invented_project_is_canonical_and_says_the_same_after_disorder(tiny, edit):
    assert format_files(tiny, write=False) == []
    before = curated.load(tiny).claims
    path = edit("data/claims/tiny2020/02-summary.yaml", "  kind: risk\n  statement:", "  statement:")
    edit("data/claims/tiny2020/02-summary.yaml", "  modality: hedged\n", "  modality: hedged\n  kind: risk\n")
    disordered = path.read_bytes()
    assert format_files(tiny, write=False) == [path] and path.read_bytes() == disordered
    assert format_files(tiny) == [path] and format_files(tiny) == []
    assert curated.load(tiny).claims == before


def test_nothing_is_written_when_one_file_has_a_problem(tiny, edit):
    path = edit("data/claims/tiny2020/02-summary.yaml", "section: section/tiny2020-02\nclaims", "claims")
    with path.open("a", encoding="utf-8") as out:
        out.write("section: section/tiny2020-02\n")
    edit("data/entities/resource/book-van.yaml", "label:", "lable:")
    before = path.read_bytes()
    with pytest.raises(DataError, match="book-van.yaml:2: unknown key 'lable'"):
        format_files(tiny)
    assert path.read_bytes() == before
    assert format_files(tiny, (path,)) == [path]


def test_other_files_have_no_canonical_form(tiny):
    with pytest.raises(CaretraceError, match="has no canonical form"):
        format_files(tiny, (tiny.data / "sources" / "tiny2020.yaml",))


def test_on_the_command_line(tiny, edit):
    assert CliRunner().invoke(main, ["fmt", "--check"]).output == "0 files to format.\n"
    edit("data/entities/resource/book-van.yaml", "id: resource/book-van\nlabel: \"book van\"\n", "label: \"book van\"\nid: resource/book-van\n")
    check = CliRunner().invoke(main, ["fmt", "--check"])
    assert (check.exit_code, check.output) == (1, "data/entities/resource/book-van.yaml: not canonical\n1 file to format.\n")
    assert CliRunner().invoke(main, ["fmt"]).output == "data/entities/resource/book-van.yaml: formatted\n1 file formatted.\n"
    assert fmt.format_files(tiny, write=False) == []
