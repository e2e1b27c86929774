"""The curated data as values: every file, every id and every reference checked, all problems at once."""

from __future__ import annotations

import shutil

import pytest

from kg import data as curated
from kg.errors import DataError

SUMMARY = "data/claims/tiny2020/02-summary.yaml"
HEARD = "data/claims/tiny2020/03-what-we-heard.yaml"
VAN = "data/entities/resource/book-van.yaml"


def test_the_invented_project_is_right(problems):
    assert problems() == []


def test_what_is_loaded(tiny_data):
    assert list(tiny_data.sources) == ["tiny2020"]
    assert len(tiny_data.claims) == 13 and len(tiny_data.references) == 1 and len(tiny_data.relations) == 1
    assert tiny_data.entities["resource/book-van"]["label"] == "book van"
    assert tiny_data.places["claim/tiny2020-02-001"] == (SUMMARY, 4)


def test_sections(tiny_data, tiny_text):
    heard = tiny_text.index("What we heard")
    assert tiny_data.section_at("tiny2020", 0) == "section/tiny2020-01"
    assert tiny_data.section_at("tiny2020", heard) == "section/tiny2020-03"
    assert tiny_data.section_at("tiny2020", len(tiny_text)) is None
    assert tiny_data.own_range("section/tiny2020-01") == (0, tiny_text.index("Summary"))
    assert tiny_data.own_range("section/tiny2020-02") == (tiny_text.index("Summary"), heard)


@pytest.mark.parametrize("file, old, new, message", [
    (SUMMARY, "  kind: risk\n", "  knid: risk\n", f"{SUMMARY}:17: claim/tiny2020-02-002: claims.knid: unknown key; allowed keys: id, kind"),
    (SUMMARY, "  kind: risk\n", "  kind: risk\n  kind: barrier\n", f"{SUMMARY}:19: key 'kind' stands twice"),
    (SUMMARY, "id: claim/tiny2020-02-002", "id: claim/tiny2020-02-001", f"{SUMMARY}:17: claim/tiny2020-02-001: this id is used twice, first at {SUMMARY}:4"),
    (SUMMARY, "id: claim/tiny2020-02-002", "id: claim/tiny2020-03-902", "the id does not begin with its source and section; claim/tiny2020-02-…"),
    (SUMMARY, "section: section/tiny2020-02", "section: section/tiny2020-03", "does not fit the file's place; write section/tiny2020-02"),
    (SUMMARY, "threatens: service/small-branches", "threatens: service/small-branch", "claim/tiny2020-02-002: asserts.threatens: service/small-branch has no record; did you mean service/small-branches?"),
    (SUMMARY, "heldBy: holder/tiny2020-authors", "heldBy: holder/zzz", "heldBy: holder/zzz has no record; add data/entities/holder/zzz.yaml or mend the id"),
    (SUMMARY, "start: 61, end: 119", "start: 61, end: 9119", "the span 61 to 9119 is not in the text; 0 to 1019, start before end"),
    (SUMMARY, "start: 61, end: 119", "start: 119, end: 61", "the span 119 to 61 is not in the text"),
    (SUMMARY, "start: 61, end: 119", "start: 361, end: 419", "its first passage begins at 361, which lies in section/tiny2020-03; move the claim"),
    (SUMMARY, "- {start: 52, end: 59", "- {start: 52, end: 99059", "the span 52 to 99059 is not in the text"),
    (HEARD, "cites: reference/tiny2020-1", "cites: reference/tiny2020-9", "cites: reference/tiny2020-9 has no record"),
    ("data/references/tiny2020.yaml", "start: 9", "start: 99", "is not in the text"),
    ("data/relations/reading.yaml", "to: claim/tiny2020-03-002", "to: claim/tiny2020-03-092", "judgement/branches-closer-1: to: claim/tiny2020-03-092 has no record"),
    (VAN, "id: resource/book-van", "id: resource/van", f"{VAN}:1: resource/van: the file's place is not the id; name the id resource/book-van"),
    (VAN, "label:", "lable:", f"{VAN}:1: resource/book-van: lable: unknown key"),
    ("data/sources/tiny2020.yaml", "id: source/tiny2020", "id: source/tiny2021", "the file name is not the id; name the id source/tiny2020"),
    ("data/sentences/tiny2020.csv", "52,59", "59,52", "data/sentences/tiny2020.csv: cannot be read as sentence offsets: the offsets do not ascend; run `caretrace sentences`"),
    ("data/sentences/tiny2020.csv", "52,59", "52", "cannot be read as sentence offsets"),
])
def test_decoys(edit, problems, file, old, new, message):
    edit(file, old, new)
    found = problems()
    assert any(message in line for line in found), "\n".join(found)


def test_all_problems_come_at_once_sorted_and_once_each(edit, tiny):
    edit(SUMMARY, "kind: risk", "kind: rsik")
    edit(VAN, "label:", "lable:")
    edit("data/sources/tiny2020.yaml", "voice:", "voce:")
    with pytest.raises(DataError) as raised:
        curated.load(tiny)
    lines = list(map(str, raised.value.problems))
    assert lines == sorted(set(lines))
    assert {line.split(":")[0] for line in lines} >= {SUMMARY, VAN, "data/sources/tiny2020.yaml"}
    assert str(raised.value).endswith("problems in the data; nothing was written.")


def test_an_unknown_folder(tiny):
    (tiny.data / "entities" / "riks").mkdir()
    (tiny.data / "entities" / "riks" / "x.yaml").write_text("id: riks/x\nlabel: x\n")
    with pytest.raises(DataError, match="unknown folder 'riks'; allowed: actor, structure"):
        curated.load(tiny)


def test_claims_of_an_unknown_source(tiny):
    (tiny.data / "claims" / "zz2020").mkdir()
    (tiny.data / "claims" / "zz2020" / "01-x.yaml").write_text("section: section/zz2020-01\nclaims: []\n")
    with pytest.raises(DataError, match="section/zz2020-01: no such section in the source's record; add it to data/sources/zz2020.yaml"):
        curated.load(tiny)


def test_no_data(tiny):
    shutil.rmtree(tiny.data)
    with pytest.raises(DataError, match="data/sources: holds no source; the curated data belongs in"):
        curated.load(tiny)


def test_predicates_come_from_the_ontology(tiny):
    known = curated.predicates(tiny)
    assert {"threatens", "partOf", "conductedBy", "prioritises"} <= known
    assert not {"heldBy", "contentProperty", "statedIn", "hasPassage"} & known
