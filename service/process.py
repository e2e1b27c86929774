"""One query process as the server sees it: its pipe, its death, what it wrote last."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO

from service.worker import LENGTH

WORKER = Path(__file__).with_name("worker.py")
START_LIMIT_S = 30.0
LOOK_S = 0.2  # how often to look whether the client still waits
READ_BYTES = 1 << 18
Left = Callable[[], bool]
Search = Callable[[str], dict[str, float]]


def stays() -> bool:
    """The answer for a client that cannot leave."""
    return False


def nothing_to_search(words: str) -> dict[str, float]:
    """The scores where there is no index."""
    return {}


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class Gone(Exception):
    """The process ended (or was killed) before its reply was complete."""


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a whole answer of usual size, where the system allows it: fewer turns between writer and reader."""
    try:
        import fcntl
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, READ_BYTES)
    except (ImportError, AttributeError, OSError):
        pass  # it holds less, and takes more turns


class Worker:
    """One query process and its pipe."""

    def __init__(self, store_path: Path, memory_limit_bytes: int):
        self.stderr = tempfile.TemporaryFile()
        # -P: the script's own folder, with its `names` and `errors`, is no place to import from.
        # A session of its own: Ctrl-C in a terminal ends the server, which then ends its processes.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER), str(store_path), str(memory_limit_bytes)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.stderr, start_new_session=True, env={**os.environ, "RUST_BACKTRACE": "0"})
        widen(self.process.stdout)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.isolation: dict | None = None
        self.left: Left = stays
        self.arrived = bytearray()  # read from the pipe and not yet taken

    def wait_ready(self) -> None:
        """Read the first message, which says what isolation is in force. Raises Gone when the process cannot start."""
        if self.isolation is None:
            self.isolation = json.loads(self._message(time.monotonic() + START_LIMIT_S))

    def ask(self, request: dict, spool_bytes: int, left: Left = stays,
            search: Search = nothing_to_search) -> tuple[dict, IO[bytes], int]:
        """Header, result and its size. Raises TimeoutError, ClientLeft or Gone; the process is then of no more use.

        While it works the process may ask for the scores of words, which `search` gives.
        """
        self.left = left
        deadline = time.monotonic() + request["time_limit_s"]
        self._send(request)
        while (header := json.loads(self._message(deadline))).get("status") == "search":
            self._send(search(header["words"]))
        body, size = self._result(spool_bytes, deadline)
        return header, body, size

    def _send(self, message: dict) -> None:
        data = json.dumps(message).encode()
        try:
            self.process.stdin.write(LENGTH.pack(len(data)) + data)
            self.process.stdin.flush()
        except OSError:
            raise Gone from None

    def _fill(self, deadline: float) -> None:
        """Wait for the next bytes and keep them."""
        while not self.selector.select(max(0.0, min(LOOK_S, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise TimeoutError
            if self.left():
                raise ClientLeft
        data = os.read(self.process.stdout.fileno(), READ_BYTES)
        if not data:
            raise Gone
        self.arrived += data

    def _exactly(self, count: int, deadline: float) -> bytes:
        while len(self.arrived) < count:
            self._fill(deadline)
        taken = bytes(self.arrived[:count])
        del self.arrived[:count]
        return taken

    def _message(self, deadline: float) -> bytes:
        return self._exactly(LENGTH.unpack(self._exactly(LENGTH.size, deadline))[0], deadline)

    def _result(self, spool_bytes: int, deadline: float) -> tuple[IO[bytes], int]:
        """The second message, in memory up to `spool_bytes` and in a file of its own beyond; and its size."""
        size = left = LENGTH.unpack(self._exactly(LENGTH.size, deadline))[0]
        if size <= spool_bytes:
            return BytesIO(self._exactly(size, deadline)), size
        body = tempfile.TemporaryFile()
        while left:
            data = self._exactly(min(left, READ_BYTES), deadline)
            body.write(data)
            left -= len(data)
        body.seek(0)
        return body, size

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
