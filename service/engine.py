"""Queries run in killable processes: a few warm ones, each replaced as soon as it was killed or died.

A pool of our own rather than a library's: each process has its own pipe, so that one that dies in mid-message
cannot hold up the others; its death is seen at once and not at the next tick; and one that dies idle is replaced.
"""

from __future__ import annotations

import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from service.errors import BadQuery, Busy, EngineFailed, NotAcceptable, OverLimit, TooLarge
from service.settings import Settings
from service.syntax import explain_error
from service.worker import LENGTH

WORKER = Path(__file__).with_name("worker.py")
START_LIMIT_S = 30.0


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


class Gone(Exception):
    """The process ended (or was killed) before its reply was complete."""


class Worker:
    """One query process and its pipe."""

    def __init__(self, store_path: Path, memory_limit_bytes: int):
        self.stderr = tempfile.TemporaryFile()
        # -P: the script's own folder, with its `names` and `errors`, is no place to import from.
        # A session of its own: Ctrl-C in a terminal ends the server, which then ends its processes.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER), str(store_path), str(memory_limit_bytes)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.stderr, start_new_session=True, env={**os.environ, "RUST_BACKTRACE": "0"})
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.isolation: dict | None = None

    def wait_ready(self) -> None:
        """Read the first message, which says what isolation is in force. Raises Gone when the process cannot start."""
        if self.isolation is None:
            self.isolation = json.loads(self._message(time.monotonic() + START_LIMIT_S))

    def ask(self, request: dict, spool_bytes: int) -> tuple[dict, IO[bytes], int]:
        """Header, result and its size. Raises TimeoutError or Gone; the process is then of no more use."""
        deadline = time.monotonic() + request["time_limit_s"]
        data = json.dumps(request).encode()
        try:
            self.process.stdin.write(LENGTH.pack(len(data)) + data)
            self.process.stdin.flush()
        except OSError:
            raise Gone from None
        header = json.loads(self._message(deadline))
        body = tempfile.SpooledTemporaryFile(max_size=spool_bytes)
        size = self._copy(body, deadline)
        body.seek(0)
        return header, body, size

    def _read(self, count: int, deadline: float) -> bytes:
        if not self.selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        data = self.process.stdout.raw.read(count)
        if not data:
            raise Gone
        return data

    def _exactly(self, count: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            parts += self._read(count - len(parts), deadline)
        return bytes(parts)

    def _message(self, deadline: float) -> bytes:
        return self._exactly(LENGTH.unpack(self._exactly(LENGTH.size, deadline))[0], deadline)

    def _copy(self, target: IO[bytes], deadline: float) -> int:
        size = left = LENGTH.unpack(self._exactly(LENGTH.size, deadline))[0]
        while left:
            data = self._read(min(left, 1 << 18), deadline)
            target.write(data)
            left -= len(data)
        return size

    def stop(self) -> str:
        """Kill the process; returns the start of what it wrote to standard error."""
        self.process.kill()
        self.process.wait()
        self.selector.close()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass  # a request that the process never read
        self.stderr.seek(0)
        words = self.stderr.read(4000).decode("utf-8", "replace")
        self.stderr.close()
        return words


class Engine:
    """Answers queries on the store at `store_path`, each in a process that can be killed."""

    def __init__(self, store_path: Path, settings: Settings):
        self.store_path, self.settings = store_path, settings
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        for _ in range(settings.workers):
            self._add()

    def _add(self) -> None:
        with self._lock:
            if self._closed:
                return
            worker = Worker(self.store_path, self.settings.memory_limit_bytes)
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
                raise Busy("All query processes are at work. Try again in a few seconds.", {"Retry-After": "5"}) from None
            try:
                if worker.process.poll() is None:
                    worker.wait_ready()
                    return worker
            except (Gone, TimeoutError):
                pass
            words = self._replace(worker)
        raise EngineFailed("No query process starts: " + (words.strip().splitlines() or ["it gave no reason"])[-1])

    def isolation(self) -> dict:
        """What keeps a query in: which of network namespace, descriptor and memory limits are in force."""
        worker = self._take()
        self._idle.put(worker)
        return dict(worker.isolation)

    def run(self, query: Query) -> Answer:
        """The complete answer. Raises BadQuery, TooLarge, OverLimit, Busy or EngineFailed."""
        limit_s = min(query.time_limit_s or self.settings.time_limit_s, self.settings.max_time_limit_s)
        request = {"query": query.text, "base_iri": query.base_iri, "solutions_format": query.solutions_format,
                   "graph_format": query.graph_format, "default_graph": query.default_graph,
                   "named_graphs": query.named_graphs, "prefixes": query.prefixes, "time_limit_s": limit_s,
                   "max_result_bytes": self.settings.max_result_bytes}
        worker = self._take()
        try:
            header, body, size = worker.ask(request, self.settings.spool_bytes)
        except TimeoutError:
            self._replace(worker)
            raise OverLimit(f"The query ran into the time limit of {limit_s:g} seconds. Narrow it, add a LIMIT, or ask "
                            f"for up to {self.settings.max_time_limit_s:g} seconds with timeout=.", {"Retry-After": "30"},
                            limit="time", time_limit_s=limit_s) from None
        except Gone:
            raise self._cause_of_death(self._replace(worker), worker.process.returncode) from None
        except BaseException:
            self._replace(worker)
            raise
        self._idle.put(worker)
        if header["status"] != "ok":
            raise self._refusal(header, query)
        return Answer(header["kind"], size, body)

    def _refusal(self, header: dict, query: Query) -> Exception:
        message = header.get("message", "")
        match header["status"]:
            case "syntax":
                detail, place = explain_error(message, query.text)
                return BadQuery(detail, **place)
            case "too-large":
                return TooLarge(f"The result has more than {self.settings.max_result_bytes} bytes. Narrow the query, page "
                                "through it with LIMIT and OFFSET, or take the dump.", limit="result")
            case "not-xml":
                return NotAcceptable("The result holds a character or a name that no XML document can carry. Ask for "
                                     "another format; JSON, TSV, N-Triples and Turtle carry everything.")
            case "memory":
                return self._out_of_memory()
        return BadQuery(f"The engine cannot answer this query: {message}")

    def _out_of_memory(self) -> Exception:
        return OverLimit(f"The query needs more than {self.settings.memory_limit_bytes} bytes of memory. Narrow it, or "
                         "take the dump and query it where there is room.", limit="memory")

    def _cause_of_death(self, words: str, code: int | None) -> Exception:
        if "memory allocation" in words or "bad_alloc" in words or "MemoryError" in words:
            return self._out_of_memory()
        if "overflowed its stack" in words or code == -11:
            return BadQuery("The query is nested too deeply for the engine. Write it with fewer nested groups.",
                            limit="nesting")
        return EngineFailed("The query made its process stop. Other queries are not affected; try it in smaller parts.")

    def close(self) -> None:
        """End all processes. Further queries raise Busy."""
        with self._lock:
            self._closed = True
            workers, self._all = list(self._all), set()
        while not self._idle.empty():
            self._idle.get_nowait()
        for worker in workers:
            worker.stop()
