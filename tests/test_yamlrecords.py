"""YAML is read strictly: strings only, no doubled keys, tags or aliases, each record with its line."""

from __future__ import annotations

import pytest

from kg.yamlrecords import Record, read_yaml


def read(tmp_path, content: str | bytes):
    path = tmp_path / "record.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path, "data/record.yaml")


def test_every_scalar_is_a_string(tmp_path):
    record, problems = read(tmp_path, "yes: no\nyear: 2020\ndate: 2020-01-02\nnumber: 1e3\nempty:\nversion: 1.10\nnorway: NO\n")
    assert problems == []
    assert record == {"yes": "no", "year": "2020", "date": "2020-01-02", "number": "1e3", "empty": "", "version": "1.10", "norway": "NO"}


def test_records_know_their_line(tmp_path):
    record, _ = read(tmp_path, "# a comment\nclaims:\n- id: a\n- {id: b}\n\n- id: c\n")
    assert [item.line for item in record["claims"]] == [3, 4, 6]
    assert all(isinstance(item, Record) for item in record["claims"])


@pytest.mark.parametrize("content, message", [
    ("id: a\nid: b\n", "record.yaml:2: key 'id' stands twice in one record; keep one of the two"),
    ("a: {b: 1, b: 2}\n", "record.yaml:1: key 'b' stands twice"),
    ("ct:kind: risk\n", "record.yaml:1: key 'ct:kind' is not a plain word"),
    ("? [a, b]\n: c\n", "record.yaml:1: key None is not a plain word"),
    ("id: !!python/object:os.system x\n", "record.yaml:1: tag"),
    ("id: !mine x\n", "record.yaml:1: tag !mine is not read; remove the tag"),
    ("a: &x 1\nb: *x\n", "record.yaml:1: YAML anchors and aliases are not read; write the value out"),
    ("a: [1, 2\n", "is not YAML"),
    ("a: b: c\n", "record.yaml:1: is not YAML: mapping values are not allowed"),
    ("", "record.yaml: is empty"),
    ("# only a comment\n", "record.yaml: is empty"),
    ("a: \x07\n", "is not YAML"),
    (b"a: caf\xe9\n", "record.yaml: is not UTF-8 (byte 6); save the file as UTF-8"),
])
def test_refused(tmp_path, content, message):
    _, problems = read(tmp_path, content)
    assert problems and message in str(problems[0])


def test_signs_of_anchors_inside_words_are_no_anchors(tmp_path):
    record, problems = read(tmp_path, 'a: "R&D *and* more"\nb: Q&A\n')
    assert (record, problems) == ({"a": "R&D *and* more", "b": "Q&A"}, [])


def test_missing_file(tmp_path):
    record, problems = read_yaml(tmp_path / "none.yaml", "data/none.yaml")
    assert record is None
    assert str(problems[0]) == "data/none.yaml: cannot be read: No such file or directory; check the path and its permissions"
