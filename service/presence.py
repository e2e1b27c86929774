"""Whether the client of a request still waits, as far as the web server tells."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable


def presence(environ: dict) -> Callable[[], bool]:
    """A function that is true once the client has closed its connection.

    waitress says so itself; gunicorn hands over the socket; under another server clients never leave.
    """
    if told := environ.get("waitress.client_disconnected"):
        return told
    connection = environ.get("gunicorn.socket")
    return (lambda: is_closed(connection)) if connection is not None else lambda: False


def is_closed(connection: socket.socket) -> bool:
    """Whether the other end has closed: something can be read, and it is the end."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):
        return True
