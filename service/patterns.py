"""The parts of a query's WHERE clause, one by one, each as a piece of SPARQL that stands on its own.

Enough of the grammar (SPARQL 1.1 section 19.8) to take a query apart for an explanation; the engine reads every piece
again, so that a piece cut wrongly can only be refused by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.syntax import IGNORED, TOKEN

OPEN, CLOSE = {"{": "}", "(": ")", "[": "]"}, frozenset("})]")
CLAUSES = frozenset(("OPTIONAL", "MINUS", "FILTER", "BIND", "VALUES", "GRAPH", "SERVICE", "UNION"))


class Unreadable(Exception):
    """The query is written in a way that is not taken apart here."""


@dataclass(frozen=True)
class Token:
    """A token with its place in the query."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A keyword in capitals, else nothing."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True)
class Part:
    """A part of a WHERE clause: its SPARQL, what it is (`pattern`, `filter`, `optional`, `values`, `bind`, `group`), and
    for a pattern its terms and the graph it stands in."""

    text: str
    kind: str
    terms: tuple[str, str, str] | None = None
    graph: str | None = None

    @property
    def sparql(self) -> str:
        """The part as it can stand in any group."""
        return f"GRAPH {self.graph} {{ {self.text} }}" if self.graph and self.kind == "pattern" else self.text

    def elsewhere(self) -> Part:
        """The same pattern on the other side: in any named graph when it asks the record, else in the record."""
        return replace(self, graph=None if self.graph else "?anyGraph_")


@dataclass(frozen=True)
class Where:
    """What stands before the WHERE clause and must stay (prologue and FROM), and the parts, filters last."""

    prologue: str
    dataset: str
    parts: list[Part]


def read_where(query: str) -> Where:
    """The WHERE clause of `query` in parts. Raises Unreadable."""
    tokens = _tokens(query)
    form = next((n for n, t in enumerate(tokens) if t.word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")), None)
    if form is None:
        raise Unreadable
    begin = _where(tokens, form)
    end = _closing(tokens, begin)
    head = tokens[form:begin]
    dataset = [n for n, t in enumerate(head) if t.word == "FROM"]
    clauses = [query[head[n].start:head[n + (2 if head[n + 1].word == "NAMED" else 1)].end] for n in dataset]
    parts = _Group(query, tokens[begin + 1:end]).parts()
    return Where(query[:tokens[form].start], " ".join(clauses), sorted(parts, key=lambda part: part.kind == "filter"))


def _tokens(query: str) -> list[Token]:
    return [Token(match.lastgroup, match.group(), match.start(), match.end()) for match in TOKEN.finditer(query)
            if match.lastgroup not in IGNORED]


def _closing(tokens: list[Token], begin: int) -> int:
    """The index of the bracket that closes the one at `begin`."""
    waiting: list[str] = []
    for at in range(begin, len(tokens)):
        text = tokens[at].text if tokens[at].kind == "other" else ""
        if text in OPEN:
            waiting.append(OPEN[text])
        elif text in CLOSE:
            if not waiting or waiting.pop() != text:
                break
            if not waiting:
                return at
    raise Unreadable


def _where(tokens: list[Token], form: int) -> int:
    """The index of the brace that opens the WHERE clause."""
    groups, at = [], form
    while at < len(tokens):
        if tokens[at].word == "WHERE" and at + 1 < len(tokens) and tokens[at + 1].text == "{":
            return at + 1
        if tokens[at].kind == "other" and tokens[at].text in OPEN:
            if tokens[at].text == "{":
                groups.append(at)
            at = _closing(tokens, at)
        at += 1
    wanted = 1 if tokens[form].word == "CONSTRUCT" else 0
    if len(groups) <= wanted:
        raise Unreadable
    return groups[wanted]


class _Group:
    """Reads the parts of one group from its tokens."""

    def __init__(self, query: str, tokens: list[Token]):
        self.query, self.tokens, self.at = query, tokens, 0

    def parts(self) -> list[Part]:
        found: list[Part] = []
        if self.tokens and self.tokens[0].word == "SELECT":
            raise Unreadable
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.text == ".":
                self.at += 1
            elif token.word in CLAUSES or token.text == "{":
                found += self._clause(token)
            else:
                found += self._triples()
        return found

    def _text(self, begin: int, end: int) -> str:
        if begin >= end:
            raise Unreadable
        return self.query[self.tokens[begin].start:self.tokens[end - 1].end]

    def _clause(self, token: Token) -> list[Part]:
        begin = self.at
        if token.word == "GRAPH":
            return self._graph()
        if token.word == "SERVICE" or token.word == "UNION":
            raise Unreadable
        if token.text == "{":
            self._block()
            while self.at < len(self.tokens) and self.tokens[self.at].word == "UNION":
                self.at += 1
                self._block()
        else:
            self._until_closed(token.word)
        kind = {"MINUS": "optional", "": "group"}.get(token.word, token.word.lower())
        return [Part(self._text(begin, self.at), kind)]

    def _until_closed(self, word: str) -> None:
        """To the end of the clause `word`: its brackets, and for VALUES the block after its variables."""
        ends = "{" if word in ("OPTIONAL", "MINUS", "VALUES") else "({"
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == "other" and token.text in OPEN:
                self.at = _closing(self.tokens, self.at) + 1
                if token.text in ends:
                    return
            else:
                self.at += 1
        raise Unreadable

    def _block(self) -> None:
        if self.at >= len(self.tokens) or self.tokens[self.at].text != "{":
            raise Unreadable
        self.at = _closing(self.tokens, self.at) + 1

    def _graph(self) -> list[Part]:
        """The triple patterns of a GRAPH clause each on its own; the clause as it stands when it holds more than those."""
        begin = self.at
        self.at += 2
        opened = self.at
        self._block()
        inner = _Group(self.query, self.tokens[opened + 1:self.at - 1]).parts()
        if inner and all(part.kind == "pattern" and not part.graph for part in inner):
            return [replace(part, graph=self.tokens[begin + 1].text) for part in inner]
        return [Part(self._text(begin, self.at), "group")]

    def _triples(self) -> list[Part]:
        """The triple patterns up to the next full stop or clause; `;` and `,` are written out."""
        begin = self.at
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.text == "." or token.word in CLAUSES or token.text == "{":
                break
            self.at = _closing(self.tokens, self.at) + 1 if token.kind == "other" and token.text in OPEN else self.at + 1
        end = self.at
        subject_end = self._term_end(begin, end)
        if self.tokens[begin].text in ("[", "("):  # a nameless subject cannot be said twice
            return [Part(self._text(begin, end), "pattern")]
        subject, found = self._text(begin, subject_end), []
        for first, last in self._split(subject_end, end, ";"):
            verb_end = self._path_end(first, last)
            verb = self._text(first, verb_end)
            for start, stop in self._split(verb_end, last, ","):
                terms = subject, verb, self._text(start, stop)
                found.append(Part(" ".join(terms), "pattern", terms))
        if not found:
            raise Unreadable
        return found

    def _split(self, begin: int, end: int, mark: str) -> list[tuple[int, int]]:
        """The stretches between the marks that stand in no bracket, without the empty ones."""
        found, at, start = [], begin, begin
        while at < end:
            token = self.tokens[at]
            if token.kind == "other" and token.text in OPEN:
                at = _closing(self.tokens, at)
            elif token.text == mark:
                found.append((start, at))
                start = at + 1
            at += 1
        return [(first, last) for first, last in [*found, (start, end)] if last > first]

    def _term_end(self, at: int, end: int) -> int:
        if at >= end:
            raise Unreadable
        if self.tokens[at].text in ("(", "["):
            return _closing(self.tokens, at) + 1
        if self.tokens[at].kind not in ("iri", "name", "variable", "word"):
            raise Unreadable
        return at + 1

    def _path_end(self, at: int, end: int) -> int:
        """Where a predicate or property path ends (SPARQL 1.1 section 9.1)."""
        while True:
            while at < end and self.tokens[at].text in "^!":
                at += 1
            at = self._term_end(at, end)
            while at < end and self.tokens[at].text in "*+?" and self.tokens[at].kind == "other":
                at += 1
            if at >= end or self.tokens[at].text not in "/|":
                return at
            at += 1
