"""The normal form: letters and digits only, and always a way back to the code points."""

from __future__ import annotations

import hashlib
import random
import unicodedata

import pytest

from kg.normal import NormalText, digest, normal_form

ALPHABET = "abzABZ019 \n\t-–—’'“”\"‘.,;:*_#<>|()[]£€%½²ﬁﬀßẞİıſµΩÅÅÉÉçñŒœ①Ⅳㇰ\u00ad\u200b\u0301\ufeff٣𝐀𝟗中"


def random_texts(count: int = 300):
    chance = random.Random(2020)  # a fixed seed: the same texts in every run
    return ["".join(chance.choices(ALPHABET, k=chance.randrange(0, 60))) for _ in range(count)]


@pytest.mark.parametrize("one, other", [
    ("co-\nordinated", "coordinated"), ("“care”", '"care"'), ("place‑based", "place-based"), ("ﬁnance", "finance"),
    ("STRASSE", "straße"), ("a\u00a0b", "a b"), ("**bold** text", "bold text"), ("soft\u00adhyphen", "softhyphen"),
])
def test_editions_agree(one, other):
    assert normal_form(one) == normal_form(other)
    assert digest(one) == digest(other)


@pytest.mark.parametrize("one, other", [("care", "cares"), ("2,000", "3,000"), ("may", "may not"), ("risk", "rısk")])
def test_other_words_differ(one, other):
    assert digest(one) != digest(other)


def test_the_digest_is_sha256_of_the_normal_form():
    assert digest("Is it?") == hashlib.sha256(b"isit").hexdigest()
    assert digest("") == digest(" … ") == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("text", random_texts())
def test_properties(text):
    normal = normal_form(text)
    assert normal_form(normal) == normal, "a normal form is its own normal form"
    assert all(char.isalnum() for char in normal)
    assert normal == normal.casefold() or any(unicodedata.normalize("NFKC", c.casefold()) != c.casefold() for c in normal)
    cut = len(text) // 2
    assert normal_form(text[:cut]) + normal_form(text[cut:]) == normal, "characters are folded one by one"


@pytest.mark.parametrize("text", random_texts(100))
def test_positions_lead_back(text):
    made = NormalText.of(text)
    assert made.normal == normal_form(text) and len(made.starts) == len(made.normal)
    assert list(made.starts) == sorted(made.starts)
    for at in range(len(made.normal)):
        start, end = made.span(at, at + 1)
        assert made.normal[at] in normal_form(text[start:end])
        assert made.position(start) <= at
    assert made.position(len(text)) == len(made.normal)


def test_find_all_finds_overlapping_places_within_bounds():
    made = NormalText.of("a-na na")
    assert made.find_all("ana") == [0, 2]
    assert made.find_all("ana", 1) == [2]
    assert made.find_all("ana", 0, 4) == [0]
    assert made.find_all("x") == []
