"""The full-text index of a release (SQLite FTS5, in memory): statements, names, definitions and notes, and a spelling list."""

from __future__ import annotations

import re
import sqlite3
import threading
from dataclasses import dataclass

from kg.nearness import nearest
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.reader import Reader

OPEN, CLOSE = "\x02", "\x03"  # around words found; no text of a release holds control characters
WEIGHTS = "10.0, 6.0, 2.0, 1.5"  # title, other names, definition and notes, names of what a claim is about
WORD = re.compile(r"\w+(?:[’']\w+)?", re.UNICODE)
TEXTS = """SELECT ?thing ?role ?text { VALUES ?role { skos:altLabel skos:definition skos:editorialNote dcterms:title rdfs:comment }
  ?thing ?role ?text FILTER isLiteral(?text) }"""
TABLES = f"""
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, folder TEXT);
CREATE TABLE facet (field TEXT, value TEXT, id INTEGER, PRIMARY KEY (field, value, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(title, names, notes, about, tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3');
INSERT INTO words (words, rank) VALUES ('rank', 'bm25({WEIGHTS})');
CREATE VIRTUAL TABLE spelling USING fts5(word, tokenize = 'trigram');
"""
SCORES = "SELECT iri, -rank FROM words JOIN thing ON thing.id = words.rowid WHERE words MATCH ?"
NOT_SEARCHED = frozenset(("figure", "curation", "selector", "text", "denial", "no-claim", "inference", "rule"))
MAX_WORDS = 12


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its title and a piece of its notes as stretches of (text, whether it was searched for)."""

    iri: str
    folder: str
    title: list[tuple[str, bool]]
    notes: list[tuple[str, bool]]


@dataclass(frozen=True)
class Found:
    """A page of hits, how many there are, the words that were searched, and how the search was widened.

    `folders` counts the hits of each kind of thing, whichever kind is shown; `respelt` holds (word as typed, word searched instead); `some` says that no thing has all the words.
    """

    hits: list[Hit]
    total: int
    folders: dict[str, int]
    respelt: list[tuple[str, str]]
    some: bool


def stretches(text: str) -> list[tuple[str, bool]]:
    """Text with marks → (text, marked)."""
    parts = re.split(f"[{OPEN}{CLOSE}]", text or "")
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]


class SearchIndex:
    """Searches one release. Made from the store in a fraction of a second; safe to use from several threads."""

    def __init__(self, reader: Reader, catalogue: Catalogue, claims: ClaimIndex):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.executescript(TABLES)
        texts: dict[str, dict[str, list[str]]] = {}
        for row in reader.select(TEXTS):
            if hasattr(row["thing"], "value"):
                role = row["role"].value.rpartition("#")[2].rpartition("/")[2]
                texts.setdefault(row["thing"].value, {}).setdefault(role, []).append(row["text"].value)
        self._fill(catalogue, claims, texts)

    def _fill(self, catalogue: Catalogue, claims: ClaimIndex, texts: dict) -> None:
        vocabulary: set[str] = set()
        things = [(folder, entry) for folder, entries in catalogue.folders.items() if folder not in NOT_SEARCHED
                  for entry in entries]
        for number, (folder, entry) in enumerate(things):
            own = texts.get(entry.iri, {})
            names = [short_id(entry.iri), *(name for role in ("altLabel", "title") for name in own.get(role, ()))]
            notes = [note for role in ("definition", "comment", "editorialNote") for note in own.get(role, ())]
            claim, about = claims.claims.get(entry.iri), []
            if claim:
                # Holders are a filter and no words: a publisher's name would match each of its claims.
                about = [name for iri in claim.mentions for name in (catalogue.label(iri), *texts.get(iri, {}).get("altLabel", ()))]
                self._db.executemany("INSERT OR IGNORE INTO facet VALUES (?, ?, ?)",
                                     [(field, value, number) for field, value in _facets(claim)])
            title = claim.statement if claim else entry.label
            self._db.execute("INSERT INTO thing VALUES (?, ?, ?)", (number, entry.iri, folder))
            self._db.execute("INSERT INTO words (rowid, title, names, notes, about) VALUES (?, ?, ?, ?, ?)",
                             (number, title, " · ".join(names), " ".join(notes), " · ".join(about)))
            vocabulary.update(word.lower() for text in (title, *names, *notes) for word in WORD.findall(text) if len(word) > 3)
        self._db.executemany("INSERT INTO spelling VALUES (?)", [(word,) for word in sorted(vocabulary)])
        self._db.commit()

    def nearest_word(self, word: str) -> str | None:
        """The known word that a misspelt one most resembles, or None: candidates share trigrams, the best is alike in order."""
        grams = {word[i:i + 3] for i in range(len(word) - 2)}
        if len(word) < 4 or not grams:
            return None
        asked = " OR ".join(f'"{gram}"' for gram in sorted(grams) if '"' not in gram)
        rows = self._db.execute("SELECT word FROM spelling WHERE spelling MATCH ? ORDER BY rank LIMIT 200", (asked,))
        return next(iter(nearest(word, [row[0] for row in rows], 1, 0.75)), None)

    def search(self, text: str, filters: dict[str, list[str]], folder: str = "", skip: int = 0, count: int = 20) -> Found:
        """Hits for words and filters (field → values, all of which must hold), the best first; without words in text order."""
        with self._lock:
            words, respelt = self._spelt([word.lower() for word in WORD.findall(text)][:MAX_WORDS])
            if not words and text.strip():  # signs alone: nothing has them as a word
                return Found([], 0, {}, [], False)
            if not words:
                return self._page("", filters, folder, skip, count, respelt, False)
            every, some = _expressions(words)
            found = self._page(every, filters, folder, skip, count, respelt, False)
            if found.total or len(words) == 1:
                return found
            return self._page(some, filters, folder, skip, count, respelt, True)

    def scores(self, text: str) -> dict[str, float]:
        """IRI → score (the higher the better, above 0) of everything that `search` finds for these words, whatever its kind."""
        with self._lock:
            words, _ = self._spelt([word.lower() for word in WORD.findall(text)][:MAX_WORDS])
            for expression in _expressions(words) if words else ():
                if rows := self._db.execute(SCORES, (expression,)).fetchall():
                    return dict(rows)
        return {}

    def _spelt(self, words: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
        spelt, changed = [], []
        for word in words:
            known = self._db.execute("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", (f'"{word}"*',)).fetchone()
            near = None if known else self.nearest_word(word)
            spelt.append(near or word)
            if near:
                changed.append((word, near))
        return spelt, changed

    def _page(self, match: str, filters: dict[str, list[str]], folder: str, skip: int, count: int,
              respelt: list[tuple[str, str]], some: bool) -> Found:
        conditions, values = (["words MATCH ?"], [match]) if match else ([], [])
        for field, wanted in filters.items():
            for value in wanted:
                conditions.append("thing.id IN (SELECT id FROM facet WHERE field = ? AND value = ?)")
                values += [field, value]
        where = f" FROM thing JOIN words ON words.rowid = thing.id WHERE {' AND '.join(conditions) or '1'}"
        folders = dict(self._db.execute(f"SELECT folder, count(*){where} GROUP BY folder ORDER BY 2 DESC, 1", values))
        if folder:
            where += " AND folder = ?"
            values.append(folder)
        total = folders.get(folder, 0) if folder else sum(folders.values())
        shown = ("highlight(words, 0, char(2), char(3)), snippet(words, 2, char(2), char(3), '…', 24)" if match
                 else "title, ''")
        order = "rank, thing.id" if match else "thing.id"
        rows = self._db.execute(f"SELECT iri, folder, {shown}{where} ORDER BY {order} LIMIT ? OFFSET ?",
                                [*values, count, skip]).fetchall()
        hits = [Hit(iri, kind, stretches(title), stretches(notes if OPEN in (notes or "") else ""))
                for iri, kind, title, notes in rows]
        return Found(hits, total, folders, respelt, some)


def _expressions(words: list[str]) -> tuple[str, str]:
    """The expression that finds what has all words, and the one that finds what has some.

    The last word may still be being typed: among all words it also matches as a beginning.
    """
    terms = [f'"{word}"' for word in words]
    return " AND ".join([*terms[:-1], f"({terms[-1]} OR {terms[-1]}*)"]), " OR ".join(terms)


def _facets(claim) -> list[tuple[str, str]]:
    named = [("report", claim.source), ("kind", claim.kind), ("year", claim.year),
             ("reviewed", "yes" if claim.reviewed else "no")]
    about = (*claim.mentions, *claim.propositions, *claim.evidence)
    return named + [("holder", iri) for iri in claim.holders] + [("entity", iri) for iri in (*about, *claim.holders)]
