"""Anchors in other editions: the same words are found whatever their dress; one altered word is not."""

from __future__ import annotations

import re

import pytest

from kg.verify import furniture, passages_of, verify


def reflowed(text: str) -> str:
    """The text at another width, hyphenated by nobody."""
    out = []
    for paragraph in re.sub(r"-\n", "", text).split("\n\n"):
        words, line = paragraph.split(), ""
        for word in words:
            if len(line) + len(word) > 40:
                out.append(line.rstrip())
                line = ""
            line += word + " "
        out += [line.rstrip(), ""]
    return "\n".join(out)


def hyphenated(text: str) -> str:
    """Every long word broken over a line end."""
    return re.sub(r"([a-z]{4})([a-z]{4})", "\\1-\n\\2", text)


def straight(text: str) -> str:
    for curly, plain in {"“": '"', "”": '"', "’": "'", "–": "-", "£": "GBP ".strip("GBP ")}.items():
        text = text.replace(curly, plain)
    return text


def with_furniture(text: str) -> str:
    """A running head and a page number after every third line, in the middle of sentences too."""
    lines = reflowed(text).split("\n")
    for number, at in enumerate(range(3, len(lines), 4), 1):
        lines[at:at] = [f"{number}", "Marsh Vale Reading Partnership 2020"]
    return "\n".join(lines)


def marked_up(text: str) -> str:
    return "# A page\n\n" + re.sub(r"\b(branch\w*)", r"**\1**", text)


def states(data, text: str) -> dict[str, int]:
    counts = {"exact": 0, "moved": 0, "missing": 0}
    for verdict in verify(data, "tiny2020", text):
        counts[verdict.state] += 1
    return counts


def test_the_text_itself(tiny_data, tiny_text):
    total = len(list(passages_of(tiny_data, "tiny2020")))
    assert states(tiny_data, tiny_text) == {"exact": total, "moved": 0, "missing": 0}


@pytest.mark.parametrize("edition", [reflowed, hyphenated, straight, with_furniture, marked_up, str.upper,
                                     lambda text: with_furniture(hyphenated(straight(text)))])
def test_other_editions(tiny_data, tiny_text, edition):
    other = edition(tiny_text)
    assert other != tiny_text
    assert states(tiny_data, other)["missing"] == 0
    for verdict in verify(tiny_data, "tiny2020", other):
        opens = verdict.passage["opens"].split()[0].casefold()
        found = other[verdict.start:verdict.end].casefold().replace("-\n", "").replace("*", "")
        assert found.lstrip("“\"").startswith(opens), "the place found begins with the opening words"


def test_furniture_stands_inside_a_passage(tiny_data, tiny_text):
    """The edition above does interrupt passages: the second reading, without furniture, is needed."""
    other = with_furniture(tiny_text)
    assert furniture(other)
    inside = [v for v in verify(tiny_data, "tiny2020", other) if v.state == "moved" and "Partnership 2020" in other[v.start:v.end]]
    assert inside


def test_ordinary_lines_are_no_furniture(tiny_text):
    assert furniture(tiny_text) == []
    assert furniture("Costs\n12\nmore words here,\nmore words here,\nmore words here,\n") == [(6, 9)]


@pytest.mark.parametrize("old, new, lost", [
    ("smaller branches within", "larger branches within", {"claim/tiny2020-02-002", "claim/tiny2020-02-003"}),
    ("60%", "66%", {"claim/tiny2020-03-002"}),
    ("does not answer", "does answer", {"claim/tiny2020-03-005"}),
    ("publish its minutes.", "", {"claim/tiny2020-03-009"}),
])
def test_altered_words_are_missing(tiny_data, tiny_text, old, new, lost):
    assert old in tiny_text
    other = reflowed(tiny_text.replace(old, new))
    missing = {v.owner for v in verify(tiny_data, "tiny2020", other) if v.state == "missing"}
    assert missing == lost


def test_the_nearest_of_several_places(tiny_data, tiny_text):
    twice = tiny_text + "\n\n" + tiny_text
    assert {v.state for v in verify(tiny_data, "tiny2020", twice)} == {"exact"}
    shifted = "A new first line.\n\n" + twice
    moved = list(verify(tiny_data, "tiny2020", shifted))
    assert {v.start - int(v.passage["start"]) for v in moved} == {len("A new first line.\n\n")}


def test_a_verdict_reads_well(tiny_data, tiny_text):
    lines = [str(v) for v in verify(tiny_data, "tiny2020", "x " + tiny_text.replace("60%", "66%"))]
    assert any(re.fullmatch(r"moved    claim/tiny2020-02-001  61 to 119, now 63 to 1\d\d", line) for line in lines), lines[0]
    assert any(line.startswith("missing  claim/tiny2020-03-002") and "'About 60" in line for line in lines)
