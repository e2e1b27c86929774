"""A tokeniser for SPARQL: enough to name a query's form and to see `SERVICE`; the engine's parser judges the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r"""
    (?P<comment>  \#[^\r\n]* )
  | (?P<iri>      <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
  | (?P<string>   '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                | '(?:[^'\\\r\n]|\\.)*' | "(?:[^"\\\r\n]|\\.)*" )
  | (?P<variable> [?$]\w+ )
  | (?P<language> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
  | (?P<name>     (?:[^\W\d_][\w.\-]*|_)?:(?:\\.|%[0-9A-Fa-f]{2}|[\w.:\-])* )
  | (?P<number>   \d+ )
  | (?P<word>     [^\W\d]\w* )
  | (?P<other>    . )
""", re.VERBOSE | re.DOTALL)
ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
ERROR_PLACE = re.compile(r"\bat (\d+):(\d+):?(.*)", re.DOTALL)
# Among what the parser expected only its sentences help; the keywords are those it happened to try last.
SENTENCE = re.compile(r"(?:one of |, |^ *expected )([A-Z][A-Za-z]* (?!of )[A-Za-z' ]+)(?=,|$)")

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())
VOLATILE = frozenset("NOW RAND UUID STRUUID BNODE".split())


@dataclass(frozen=True)
class Reading:
    """What the tokens say: the form (None when there is none), and whether the query asks for what it may not."""

    form: str | None
    update: bool
    service: bool
    volatile: bool


def tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each token; comments and white space are left out."""
    return [(m.lastgroup, m.group()) for m in TOKEN.finditer(text)
            if m.lastgroup != "comment" and not m.group().isspace()]


def _names_service(tokens: list[tuple[str, str]]) -> bool:
    """Whether `SERVICE` stands among the keywords.

    The engine's parser wants no space after a keyword: `SERVICE:x {` and `SERVICESILENT<…>` are calls too. So any
    bare word that holds the letters counts, and a prefix of that name when `{` follows and no GRAPH goes before.
    """
    for at, (kind, text) in enumerate(tokens):
        if kind == "word" and "SERVICE" in text.upper():
            return True
        if kind == "name" and "SERVICE" in text.partition(":")[0].upper():
            after = tokens[at + 1][1] if at + 1 < len(tokens) else ""
            before = tokens[at - 1][1].upper() if at else ""
            if after == "{" and before != "GRAPH":
                return True
    return False


def decode(text: str) -> str:
    """`text` with \\u and \\U escapes replaced, as SPARQL 1.1 section 19.2 reads it."""
    def character(match: re.Match) -> str:
        point = int(match[1] or match[2], 16)
        return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else match[0]
    return ESCAPE.sub(character, text)


def read_query(text: str) -> Reading:
    """The form of `text` and the words in it that decide how it is treated."""
    found = tokens(text)
    words = [word.upper() for kind, word in found if kind == "word"]
    first = next((word for word in words if word not in ("BASE", "PREFIX", "VERSION")), None)
    form = next((word for word in words if word in FORMS), None)
    service = _names_service(found) or ("\\" in text and _names_service(tokens(decode(text))))
    return Reading(form, first in UPDATES, service, bool(VOLATILE & set(words)))


def undeclared_prefixes(query: str) -> list[str]:
    """The prefixes that `query` uses and does not declare, in alphabetical order."""
    declared, used, after_prefix = set(), set(), False
    for kind, text in tokens(query):
        if kind == "name" and not text.startswith("_:"):
            (declared if after_prefix else used).add(text.partition(":")[0])
        after_prefix = kind == "word" and text.upper() == "PREFIX"
    return sorted(used - declared)


def explain_error(message: str, query: str) -> tuple[str, dict[str, int]]:
    """An error message of the engine in our words, and the `line` and `column` (from 1) that it names, if any."""
    match = ERROR_PLACE.search(message)
    if not match:
        return f"The query cannot be read: {message}", {}
    line, column = int(match[1]), int(match[2])
    hints = [f"{sentence}." for sentence in SENTENCE.findall(match[3])]
    hints += [f"The prefix {prefix}: is not declared; add PREFIX {prefix}: <…>." for prefix in undeclared_prefixes(query)]
    words = " ".join([f"The query cannot be read beyond line {line}, column {column}.", *hints])
    return words, {"line": line, "column": column}
