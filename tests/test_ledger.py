"""Every sentence of a curated section is claimed or excused."""

from __future__ import annotations

from kg import data as curated
from kg.ledger import ledger, open_rows


def states(data) -> list[str]:
    return [row.state for row in ledger(data, "tiny2020")]


def test_a_complete_ledger(tiny_data):
    rows = ledger(tiny_data, "tiny2020")
    assert [(row.start, row.end) for row in rows] == tiny_data.sentences["tiny2020"]
    assert states(tiny_data).count("claimed") == 12
    assert set(states(tiny_data)) == {"claimed", "heading", "signpost", "question", "reference"}
    assert open_rows(tiny_data) == []


def test_a_sentence_without_claim_is_open(tiny, edit):
    path = edit("data/claims/tiny2020/03-what-we-heard.yaml", "- id: claim/tiny2020-03-010", "- id: claim/tiny2020-03-010")
    text = path.read_text(encoding="utf-8")
    start = text.index("- id: claim/tiny2020-03-010")
    path.write_text(text[:start] + text[text.index("unclaimed:"):], encoding="utf-8")
    assert [row.section for row in open_rows(curated.load(tiny))] == ["section/tiny2020-03"]


def test_a_section_without_a_file_waits(tiny):
    (tiny.data / "claims" / "tiny2020" / "04-references.yaml").unlink()
    data = curated.load(tiny)
    assert states(data)[-2:] == ["waiting", "waiting"]
    assert open_rows(data) == []


def test_touching_an_edge_is_not_claiming(tiny, edit, tiny_text):
    """A passage that reaches one character into the next sentence does not claim it."""
    start = tiny_text.index("Town councils")
    path = edit("data/claims/tiny2020/03-what-we-heard.yaml", "- id: claim/tiny2020-03-010", "- id: claim/tiny2020-03-010")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"{{start: {start}, end: ", f"{{start: {start - 2}, end: {start + 1}, digest: "
                                 + "0" * 64 + ", opens: a, closes: b}\n  context:\n  - {start: " + f"{start}, end: "), encoding="utf-8")
    assert [row.start for row in open_rows(curated.load(tiny))] == [start]
