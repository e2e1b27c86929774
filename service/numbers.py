"""Numbers in addresses, which hold whatever somebody wrote there."""

from __future__ import annotations

import re

DIGITS = re.compile(r"[0-9]{1,9}")


def read_number(text: str | None, otherwise: int, most: int) -> int:
    """The whole number from 1 that `text` writes in ASCII digits, at most `most`; `otherwise` when it writes none."""
    number = int(text) if text and DIGITS.fullmatch(text) else 0
    return min(number, most) if number else otherwise
