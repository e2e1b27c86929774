"""Queries run in killable processes: a few warm ones, each replaced as soon as it was killed or died.

A pool of our own rather than a library's: each process has its own pipe, so that one that dies in mid-message
cannot hold up the others; its death is seen at once and not at the next tick; and one that dies idle is replaced.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from service.errors import BadQuery, Busy, EngineFailed, NotAcceptable, OverLimit, too_large
from service.process import ClientLeft, ForkServer, Gone, Left, Search, Worker, nothing_to_search, stays
from service.settings import Settings
from service.syntax import explain_error


@dataclass(frozen=True)
class Query:
    """What a query process needs; `*_format` are names of pyoxigraph's formats, graphs None when not given."""

    text: str
    base_iri: str
    solutions_format: str = "JSON"
    graph_format: str = "TURTLE"
    default_graph: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    time_limit_s: float | None = None
    prefixes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A complete result: its kind (`solutions`, `boolean` or `graph`), size in bytes, and a file to read it from."""

    kind: str
    size: int
    body: IO[bytes]


class Engine:
    """Answers queries, each in a process that can be killed.

    They answer from the store at `store_path`; or from memory, much faster, where `nquads` has the same quads.
    """

    name = "oxigraph"

    def __init__(self, store_path: Path, settings: Settings, nquads: Path | None = None):
        self.settings = settings
        self._new_forks = lambda: ForkServer(store_path, nquads, settings.memory_limit_bytes)
        self._forks, self._last_words = self._new_forks(), ""
        self.namespace, self.search = "", nothing_to_search
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        # Waiting queries hold a thread each of those that pages need too.
        self._places = threading.BoundedSemaphore(settings.workers + settings.max_waiting)
        self._present = 0
        self.events: Counter[str] = Counter()
        for _ in range(settings.workers):
            self._add()

    def add_functions(self, namespace: str, search: Search) -> None:
        """Let queries call the functions below `namespace`; `search` gives the score of each thing that words find."""
        self.namespace, self.search = namespace, search

    def _add(self) -> None:
        with self._lock:
            if self._closed:
                return
            if not self._forks.lives():
                self._last_words = self._forks.close()
                self._forks = self._new_forks()
            worker = Worker(self._forks)
            self._all.add(worker)
        self._idle.put(worker)

    def _replace(self, worker: Worker) -> str:
        with self._lock:
            self._all.discard(worker)
        words = worker.stop()
        self._add()
        return words

    def _take(self) -> Worker:
        """An idle process that lives and is ready. Raises Busy or EngineFailed."""
        deadline = time.monotonic() + self.settings.queue_limit_s
        for _ in range(self.settings.workers + 1):
            try:
                worker = self._idle.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise self._busy() from None
            try:
                worker.wait_ready()
                return worker
            except (Gone, TimeoutError):
                pass
            words = self._replace(worker) or self._last_words
        raise EngineFailed("No query process starts: " + (words.strip().splitlines() or ["it gave no reason"])[-1])

    @property
    def order(self) -> str:
        """Names the order in which rows come that no ORDER BY sorts; "" where the data alone decide it."""
        return self._forks.order

    @property
    def idle(self) -> int:
        """How many processes wait for work."""
        return self._idle.qsize()

    @property
    def present(self) -> int:
        """How many queries are at work or wait for a process."""
        return self._present

    def isolation(self) -> dict:
        """What keeps a query in: which of network namespace, descriptor and memory limits are in force."""
        worker = self._take()
        self._idle.put(worker)
        return dict(worker.isolation)

    def run(self, query: Query, left: Left = stays) -> Answer:
        """The complete answer. Raises BadQuery, TooLarge, NotAcceptable, OverLimit, Busy, EngineFailed or ClientLeft.

        `left` tells whether the client went away; its query is then killed.
        """
        if not self._places.acquire(blocking=False):
            raise self._busy()
        with self._lock:
            self._present += 1
        try:
            return self._run(query, left)
        finally:
            with self._lock:
                self._present -= 1
            self._places.release()

    def _run(self, query: Query, left: Left) -> Answer:
        limit_s = min(query.time_limit_s or self.settings.time_limit_s, self.settings.max_time_limit_s)
        request = {"query": query.text, "base_iri": query.base_iri, "solutions_format": query.solutions_format,
                   "graph_format": query.graph_format, "default_graph": query.default_graph,
                   "named_graphs": query.named_graphs, "prefixes": query.prefixes, "time_limit_s": limit_s,
                   "max_result_bytes": self.settings.max_result_bytes, "max_rows": self.settings.max_rows,
                   "functions": self.namespace}
        worker = self._take()
        try:
            header, body, size = worker.ask(request, self.settings.spool_bytes, left, self.search)
        except TimeoutError:
            self._kill(worker, "time")
            raise OverLimit(f"The query ran into the time limit of {limit_s:g} seconds. Narrow it, add a LIMIT, or ask "
                            f"for up to {self.settings.max_time_limit_s:g} seconds with timeout=.", {"Retry-After": "30"},
                            limit="time", time_limit_s=limit_s) from None
        except Gone:
            raise self._cause_of_death(self._replace(worker), worker.returncode) from None
        except BaseException as error:
            self._kill(worker, "client-left" if isinstance(error, ClientLeft) else "error")
            raise
        self._idle.put(worker)
        if header["status"] != "ok":
            raise self._refusal(header, query)
        return Answer(header["kind"], size, body)

    def _kill(self, worker: Worker, reason: str) -> None:
        self._count(f"killed-{reason}")
        self._replace(worker)

    def _count(self, event: str) -> None:
        with self._lock:
            self.events[event] += 1

    def _busy(self) -> Busy:
        self._count("busy")
        return Busy("All query processes are at work. Try again in a few seconds.", {"Retry-After": "5"})

    def _refusal(self, header: dict, query: Query) -> Exception:
        message = header.get("message", "")
        match header["status"]:
            case "syntax":
                detail, place = explain_error(message, query.text)
                return BadQuery(detail, **place)
            case "too-large":
                return too_large(f"{self.settings.max_result_bytes} bytes", "result")
            case "too-many-rows":
                return too_large(f"{self.settings.max_rows} rows", "rows")
            case "not-xml":
                return NotAcceptable("The result holds a character or a name that no XML document can carry. Ask for "
                                     "another format; JSON, TSV, N-Triples and Turtle carry everything.")
            case "memory":
                return self._out_of_memory()
            case "searches":
                return BadQuery(f"The query searches for more than {header['limit']} different wordings. Search for fewer, "
                                "with the words written in the query.", limit="searches")
        return BadQuery(f"The engine cannot answer this query: {message}")

    def _out_of_memory(self) -> Exception:
        self._count("killed-memory")
        return OverLimit(f"The query needs more than {self.settings.memory_limit_bytes} bytes of memory. Narrow it, or "
                         "take the dump and query it where there is room.", limit="memory")

    def _cause_of_death(self, words: str, code: int | None) -> Exception:
        if "memory allocation" in words or "bad_alloc" in words or "MemoryError" in words:
            return self._out_of_memory()
        self._count("crashed")
        if "overflowed its stack" in words or code == -11:
            return BadQuery("The query is nested too deeply for the engine. Write it with fewer nested groups.",
                            limit="nesting")
        return EngineFailed("The query made its process stop. Other queries are not affected; try it in smaller parts.")

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def close(self) -> None:
        """End all processes. Further queries raise Busy."""
        with self._lock:
            self._closed = True
            workers, self._all = list(self._all), set()
        while not self._idle.empty():
            self._idle.get_nowait()
        for worker in workers:
            worker.stop()
        self._forks.close()
