"""Query processes as the server sees them: where they come from, their pipes, their deaths, what they wrote last."""

from __future__ import annotations

import json
import os
import secrets
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

from service.forkserver import NUMBER
from service.worker import LENGTH

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


class ForkServer:
    """The process that query processes are forked from.

    They answer from the store at `store_path`, or from a file of N-Quads, which it then holds in memory.
    """

    def __init__(self, store_path: Path, nquads: Path | None, memory_limit_bytes: int):
        # The graphs of a store in memory stand in an order that chance decides when it is loaded.
        self.order = secrets.token_hex(8) if nquads else ""
        self._lock = threading.Lock()
        self._stderr = tempfile.TemporaryFile()
        self._control, control = socket.socketpair()
        # -P: the folder where the server was started is no place to import from.
        # A session of its own: Ctrl-C in a terminal ends the server, which then ends its processes.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.forkserver", str(store_path), str(nquads or ""), str(memory_limit_bytes)],
            stdin=control, stdout=subprocess.DEVNULL, stderr=self._stderr, start_new_session=True, env=_environment())
        control.close()

    def fork(self, streams: Sequence[int]) -> None:
        """Ask for a process with `streams`, three descriptors, as its standard streams; it tells itself when it is there."""
        try:
            with self._lock:
                socket.send_fds(self._control, [NUMBER.pack(0)], streams)
        except OSError:
            pass  # the streams end here, as those of a process that died

    def wait(self, pid: int) -> int | None:
        """The exit code of a process that was killed or died, as `subprocess` has it; None when nobody knows it any more."""
        try:
            with self._lock:
                self._control.sendall(NUMBER.pack(pid))
                return NUMBER.unpack(self._control.recv(NUMBER.size))[0]
        except (OSError, struct.error):
            return None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def lives(self) -> bool:
        """Whether it can fork: its end of the socket is open."""
        with self._lock:
            return not select.select([self._control], [], [], 0)[0]

    def close(self) -> str:
        """End it and all processes forked from it; returns the start of what it wrote to standard error."""
        with self._lock:
            self._control.close()
        self._process.wait()
        return _words(self._stderr)


def _environment() -> dict[str, str]:
    """The environment of query processes: this one's, with the code at hand, and memory given out in larger helpings."""
    code = str(Path(__file__).resolve().parent.parent)
    tunables = [os.environ.get("GLIBC_TUNABLES", ""), "glibc.malloc.tcache_count=127"]
    return {**os.environ, "RUST_BACKTRACE": "0", "PYTHONPATH": os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")])),
            "GLIBC_TUNABLES": ":".join(filter(None, tunables))}


def _words(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    words = stderr.read(4000).decode("utf-8", "replace")
    stderr.close()
    return words


class Worker:
    """One query process and its pipe."""

    def __init__(self, forks: ForkServer):
        self._forks, self.stderr = forks, tempfile.TemporaryFile()
        its_input, requests = os.pipe()
        replies, its_output = os.pipe()
        forks.fork((its_input, its_output, self.stderr.fileno()))
        os.close(its_input)
        os.close(its_output)
        self._requests, self._replies = open(requests, "wb"), open(replies, "rb", 0)
        widen(self._replies)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self._replies, selectors.EVENT_READ)
        self.pid = self.returncode = self.isolation = None
        self.left: Left = stays
        self.arrived = bytearray()  # read from the pipe and not yet taken

    def wait_ready(self) -> None:
        """Read the first message, which says who it is and what isolation is in force. Raises Gone when it does not live."""
        if self.isolation is None:
            told = json.loads(self._message(time.monotonic() + START_LIMIT_S))
            self.pid, self.isolation = told["pid"], told["isolation"]
        elif self.selector.select(0):  # an idle process says nothing: this is the end of its pipe
            raise Gone

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
            self._requests.write(LENGTH.pack(len(data)) + data)
            self._requests.flush()
        except OSError:
            raise Gone from None

    def _fill(self, deadline: float) -> None:
        """Wait for the next bytes and keep them."""
        while not self.selector.select(max(0.0, min(LOOK_S, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise TimeoutError
            if self.left():
                raise ClientLeft
        data = os.read(self._replies.fileno(), READ_BYTES)
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
        """Kill the process; returns the start of what it wrote to standard error. `returncode` is then known."""
        if self.pid is not None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it went with the process that it was forked from
            self.returncode = self._forks.wait(self.pid)
        self.selector.close()
        self._replies.close()
        try:
            self._requests.close()
        except OSError:
            pass  # a request that the process never read
        return _words(self.stderr)
