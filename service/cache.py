"""Answers that were given before: a cache bounded by bytes that forgets the least recently used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Hashable


class AnswerCache:
    """Key → (what else is known of the body, body). Safe to use from several threads."""

    def __init__(self, max_bytes: int):
        self.max_bytes, self.held_bytes = max_bytes, 0
        self._entries: OrderedDict[Hashable, tuple[Any, bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self.hits = self.misses = 0

    def get(self, key: Hashable) -> tuple[Any, bytes] | None:
        """The entry, now the most recently used, or None."""
        with self._lock:
            if key not in self._entries:
                self.misses += 1
                return None
            self.hits += 1
            self._entries.move_to_end(key)
            return self._entries[key]

    def put(self, key: Hashable, about: Any, body: bytes) -> None:
        """Keep an answer unless it alone is larger than the cache."""
        if len(body) > self.max_bytes:
            return
        with self._lock:
            if key in self._entries:
                self.held_bytes -= len(self._entries.pop(key)[1])
            self._entries[key] = (about, body)
            self.held_bytes += len(body)
            while self.held_bytes > self.max_bytes:
                self.held_bytes -= len(self._entries.popitem(last=False)[1][1])
