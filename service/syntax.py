"""A tokeniser for SPARQL: enough to name a query's form and to see `SERVICE`; the engine's parser judges the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from kg.nearness import nearest
from service.names import PREFIXES

TOKEN = re.compile(r"""
    (?P<space>    \s+ )
  | (?P<comment>  \#[^\r\n]* )
  | (?P<iri>      <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
  | (?P<string>   '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                | '(?:[^'\\\r\n]|\\.)*' | "(?:[^"\\\r\n]|\\.)*" )
  | (?P<variable> [?$]\w+ )
  | (?P<language> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
  | (?P<name>     (?:[^\W\d_][\w.\-]*|_)?:(?:\.*(?:\\.|%[0-9A-Fa-f]{2}|[\w:\-]))* )
  | (?P<number>   (?:\d++(?:\.\d*+)?|\.\d++)[eE][+-]?\d+ | \d*+\.\d+ | \d+ )
  | (?P<word>     [^\W\d]\w* )
  | (?P<other>    . )
""", re.VERBOSE | re.DOTALL)
IGNORED = frozenset(("comment", "space"))
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


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each token; comments and white space are left out."""
    return ((m.lastgroup, m.group()) for m in TOKEN.finditer(text) if m.lastgroup not in IGNORED)


def _names_service(text: str) -> bool:
    """Whether `SERVICE` stands among the keywords.

    The engine's parser wants no space after a keyword: `SERVICE:x {` and `SERVICESILENT<…>` are calls too. So any
    bare word that holds the letters counts, and a prefix of that name when `{` follows and no GRAPH goes before.
    """
    if "SERVICE" not in text.upper():
        return False
    found = list(tokens(text))
    for at, (kind, text) in enumerate(found):
        if kind == "word" and "SERVICE" in text.upper():
            return True
        if kind == "name" and "SERVICE" in text.partition(":")[0].upper():
            after = found[at + 1][1] if at + 1 < len(found) else ""
            before = found[at - 1][1].upper() if at else ""
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
    words = (word.upper() for kind, word in tokens(text) if kind == "word")
    first = next((word for word in words if word not in ("BASE", "PREFIX", "VERSION")), None)
    form = first if first in FORMS else next((word for word in words if word in FORMS), None)
    spellings = (text, decode(text)) if "\\" in text else (text,)
    volatile = any(map(_is_volatile, spellings)) or (form == "CONSTRUCT" and _makes_blank_nodes(text))
    return Reading(form, first in UPDATES, any(map(_names_service, spellings)), volatile)


def _is_volatile(text: str) -> bool:
    """Whether a word of `text` calls a function whose value changes; reads it whole only where one may stand."""
    capitals = text.upper()
    return any(name in capitals for name in VOLATILE) and any(
        kind == "word" and word.upper() in VOLATILE for kind, word in tokens(text))


def _makes_blank_nodes(text: str) -> bool:
    """Whether a CONSTRUCT's template has blank nodes, which get other labels each time."""
    words = (token for _, token in tokens(text))
    next(word for word in words if word.upper() == "CONSTRUCT")
    template = takewhile(lambda word: word != "}", words)
    return any(token in "[(" or token.startswith("_:") for token in template)


def undeclared_prefixes(query: str) -> list[str]:
    """The prefixes that `query` uses and does not declare, in alphabetical order."""
    declared, used, after_prefix = set(), set(), False
    for kind, text in tokens(query):
        if kind == "name" and not text.startswith("_:"):
            (declared if after_prefix else used).add(text.partition(":")[0])
        after_prefix = kind == "word" and text.upper() == "PREFIX"
    return sorted(used - declared)


def _about_prefix(prefix: str) -> str:
    """What to do about an undeclared prefix: the line to add when it is one of ours, else one that resembles it."""
    if iri := PREFIXES.get(prefix):
        return f"The prefix {prefix}: is not declared; add PREFIX {prefix}: <{iri}>."
    near = [f"{name}: <{PREFIXES[name]}>" for name in nearest(prefix, PREFIXES, 2)]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"The prefix {prefix}: is not declared; add PREFIX {prefix}: <…>.{meant}"


def explain_error(message: str, query: str) -> tuple[str, dict[str, int]]:
    """An error message of the engine in our words, and the `line` and `column` (from 1) that it names, if any."""
    match = ERROR_PLACE.search(message)
    if not match:
        return f"The query cannot be read: {message}", {}
    line, column = int(match[1]), int(match[2])
    hints = [f"{sentence}." for sentence in SENTENCE.findall(match[3])]
    hints += [_about_prefix(prefix) for prefix in undeclared_prefixes(query)]
    words = " ".join([f"The query cannot be read beyond line {line}, column {column}.", *hints])
    return words, {"line": line, "column": column}
