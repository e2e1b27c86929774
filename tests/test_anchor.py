"""From quoted words to their place."""

from __future__ import annotations

import pytest

from kg.anchor import Finder, anchor_at, edge_words
from kg.errors import AnchorError
from kg.normal import digest

TEXT = 'The board met. “The board met again”, staff said.[1] The first cat-\nalogue was **lost**. The board met.\n'


@pytest.fixture(scope="module")
def finder():
    return Finder(TEXT)


def place(finder, quote, nth=None, low=0, high=len(TEXT)):
    made = finder.anchor(quote, low, high, nth)
    return TEXT[made.start:made.end]


@pytest.mark.parametrize("quote, words", [
    ("staff said", "staff said."),
    ("The board met again", "The board met again”,"),
    ("the first catalogue was lost", "The first cat-\nalogue was **lost"),
    ("The board met again … said", "The board met again”, staff said."),
    ("The board met again ... said", "The board met again”, staff said."),
    ("The board met again … staff … said", "The board met again”, staff said."),
])
def test_placed(finder, quote, words):
    assert place(finder, quote) == words


def test_nth_picks_one_of_several(finder):
    starts = [finder.anchor("The board met", 0, len(TEXT), n).start for n in (1, 2, 3)]
    assert starts == sorted(set(starts)) and len(starts) == 3


@pytest.mark.parametrize("quote, nth, message", [
    ("The board met", None, "occur 3 times, at .*nth: 1…3"),
    ("The board met", 4, "nth: 4 of .* does not exist; the words occur 3"),
    ("The board met", 0, "does not exist"),
    ("the board meets", None, "occur nowhere between 0 and .*Copy them exactly"),
    ("board me", None, "occur nowhere"),
    ("oard met", None, "occur nowhere"),
    ("…", None, "no letters or digits"),
    ("again … first … again", None, "occur nowhere"),
])
def test_refused(finder, quote, nth, message):
    with pytest.raises(AnchorError, match=message):
        finder.anchor(quote, 0, len(TEXT), nth)


def test_words_outside_the_range_are_named(finder):
    with pytest.raises(AnchorError, match="nowhere between 0 and 14. It stands outside them, at"):
        finder.anchor("staff said", 0, 14)


def test_the_anchor_holds_no_sentence():
    text = " ".join(f"word{n}" for n in range(40)) + ". Then more words follow."
    made = anchor_at(text, 0, text.index(".") + 1)
    assert (made.opens, made.closes, made.next) == ("word0 word1 word2 word3", "word36 word37 word38 word39", "Then more")
    assert made.digest == digest(text[:made.end])


@pytest.mark.parametrize("passage, opens, closes", [
    ("One", "One", "One"), ("One two three", "One two", "two three"),
    ("<sup>1</sup> place-based <b>care</b>", "1 place-based", "place-based care"),
])
def test_edge_words(passage, opens, closes):
    assert edge_words(passage, "")[:2] == (opens, closes)


def test_the_end_of_a_text_has_no_next_words():
    assert "next" not in anchor_at("Just this.", 0, 10).record()
