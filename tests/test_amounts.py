"""Figures in words: as printed, never rounded."""

import pytest

from service.amounts import amount_in_words


@pytest.mark.parametrize("low, high, unit, comparator, base, words", [
    ("8", "", "person", "almost", "10 respondents", "almost 8 in 10 respondents"),
    ("3", "", "person", "exactly", "", "3 people"),
    ("1", "", "person", "under", "", "under 1 person"),
    ("500000", "3000000", "person", "about", "", "about 500,000 to 3,000,000 people"),
    ("5500000000", "", "GBP", "over", "", "over £5.5 billion"),
    ("1000", "", "GBP", "", "", "£1,000"),
    ("1234567", "", "GBP", "", "", "£1,234,567"),
    ("12345670000", "", "GBP", "", "", "£12,345,670,000"),
    ("2.50", "", "percent", "", "not printed", "2.50%"),
    ("30", "40", "percent", "", "", "30 to 40%"),
    ("100000", "", "vacancy", "over", "", "over 100,000 vacancies"),
    ("20", "30", "minute", "", "", "20 to 30 minutes"),
    ("3", "", "way", "", "", "3 ways"),
    ("2", "", "multiple", "", "", "2 times"),
    ("1", "2", "year", "", "", "1 to 2 years"),
    ("many", "", "trust", "", "", "many trusts"),
    ("", "", "trust", "", "", ""),
])
def test_a_figure_is_said_as_one_would_say_it(low, high, unit, comparator, base, words):
    assert amount_in_words(low, high, unit, comparator, base) == words
