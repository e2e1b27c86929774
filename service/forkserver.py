"""The process that query processes are forked from: it holds a release in memory, once for all of them.

Started by `service.process`. It leaves the network, loads, and then serves a socket, its standard input, until that
ends; its processes end with it. A message is a number (8 bytes, big-endian): 0 comes with three descriptors and asks for a
process that has them as its standard streams; the id of such a process asks for its exit code and waits for it.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from service import worker

NUMBER = struct.Struct(">q")
STREAMS = 3


def take_streams(descriptors: list[int]) -> None:
    """Make `descriptors` the standard streams of this process, which closes the socket that was its input."""
    for stream, descriptor in enumerate(descriptors):
        os.dup2(descriptor, stream)
        os.close(descriptor)


def be_query_process(descriptors: list[int], *arguments) -> NoReturn:
    """Answer queries on `descriptors` in this process, and end with it."""
    code = 1
    try:
        take_streams(descriptors)
        worker.main(*arguments)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main(store_path: str, nquads: str, memory_limit_bytes: int) -> None:
    """Fork query processes until standard input ends: over `nquads` in memory, or over the store on disk when it is ""."""
    network = worker.leave_network()  # before any thread exists: a user namespace needs a process of one thread
    import pyoxigraph as ox
    from kg.store import in_memory
    # Loading must draw no random number: the processes forked from one that has drawn any all make the same UUIDs.
    store = in_memory(Path(nquads)) if nquads else None
    gc.freeze()  # what is never freed stays shared between the processes
    control = socket.socket(fileno=sys.stdin.fileno())
    forked: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, NUMBER.size, STREAMS)
        if not message:
            break
        if descriptors:
            if not (pid := os.fork()):
                be_query_process(descriptors, ox, store, store_path, memory_limit_bytes, network)
            forked.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
        else:
            pid, status = os.waitpid(NUMBER.unpack(message)[0], 0)
            forked.discard(pid)
            control.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
    for pid in forked:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
