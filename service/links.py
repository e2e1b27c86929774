"""From IRIs to addresses below the service's root and back.

A fragment never reaches a server, so a passage `text/nt2023#char=5,9` has its page at `/passage/nt2023/5-9`.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

PASSAGE_IRI = re.compile(r"text/([^/#]+)#char=(\d+),(\d+)")
PASSAGE_PATH = re.compile(r"passage/([^/#]+)/(\d+)-(\d+)")


def passage_iri(base: str, source: str, start: int | str, end: int | str) -> str:
    """The IRI of a passage of the text of `source`; offsets in code points."""
    return f"{base}text/{source}#char={start},{end}"


def passage_place(base: str, iri: str) -> tuple[str, int, int] | None:
    """Text id, start and end of a passage IRI, or None for another IRI."""
    match = PASSAGE_IRI.fullmatch(iri.removeprefix(base))
    return (match[1], int(match[2]), int(match[3])) if match and iri.startswith(base) else None


def path_of(base: str, iri: str) -> str:
    """The path, without leading slash and not yet quoted, at which the service answers for an IRI below `base`."""
    path = iri.removeprefix(base)
    match = PASSAGE_IRI.fullmatch(path)
    return f"passage/{match[1]}/{match[2]}-{match[3]}" if match else path


def iri_of(base: str, path: str) -> str:
    """The IRI that the service answers for at `path`."""
    match = PASSAGE_PATH.fullmatch(path)
    return passage_iri(base, *match.groups()) if match else base + path


def href(base: str, iri: str, root: str = "") -> str | None:
    """The address to link to: our own page for our IRIs, the IRI for other web addresses, None for anything else."""
    if iri.startswith(base):
        return f"{root}/{quote(path_of(base, iri), safe='/#=,:@!$&()*+;~.-_')}"
    return iri if urlsplit(iri).scheme in ("http", "https") else None


def text_fragment(url: str, opens: str, closes: str) -> str:
    """`url` with a text fragment that leads a browser to the words (WICG, URL fragment text directives)."""
    def encode(words: str) -> str:
        return quote(words, safe="").replace("-", "%2D")  # a bare `-` separates prefix and suffix
    words = ",".join(encode(part) for part in (opens, closes) if part)
    return f"{url.partition('#')[0]}#:~:text={words}" if words else url
