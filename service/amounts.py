"""A figure in words: `about £152 billion`, `almost 8 in 10 respondents`, `20 to 30 minutes`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

SCALES = ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
PLURALS = {"person": "people", "multiple": "times"}
OF_A_NUMBER = re.compile(r"\d[\d,.]*(?=\s|$)")


def amount_in_words(low: str, high: str, unit: str, comparator: str = "", base: str = "") -> str:
    """What a figure amounts to; `low` alone, or `low` to `high`, and "" where the record gives none.

    A share of a counted base keeps its form: 8 persons of `10 respondents` are `8 in 10 respondents`.
    """
    if not low and not high:
        return ""
    numbers = " to ".join(_number(part, unit) for part in (low, high) if part)
    if unit == "GBP":
        words = numbers
    elif OF_A_NUMBER.match(base) and unit == "person":
        words = f"{numbers} in {base}"
    elif unit == "percent":
        words = f"{numbers}%"
    else:
        words = f"{numbers} {_counted(unit, high or low)}"
    return " ".join(filter(None, (comparator if comparator != "exactly" else "", words.strip())))


def _number(text: str, unit: str) -> str:
    """Digits in groups of three, and large sums of money in millions or billions; nothing is rounded."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if unit != "GBP":
        return f"{number:,f}" if abs(number) >= 1000 else text
    for size, name in SCALES:
        if number >= size and len((number / size).normalize().as_tuple().digits) <= 4:
            return f"£{(number / size).normalize():f} {name}"
    return f"£{number:,f}"


def _counted(unit: str, number: str) -> str:
    """The unit as it is said of a number of them."""
    if number == "1":
        return unit
    if unit in PLURALS:
        return PLURALS[unit]
    if re.search(r"[^aeiou]y$", unit):
        return f"{unit[:-1]}ies"
    return f"{unit}s" if unit and not unit.endswith("s") else unit
