"""gunicorn's worker with threads, in which what is no request is told as problem details (RFC 9457) like all else."""

from __future__ import annotations

import logging
import socket

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from service.connection import PROBLEM_HEADERS, problem

LOG = logging.getLogger("caretrace")
REFUSED = ((errors.LimitRequestLine, 414, "URI Too Long"), (errors.LimitRequestHeaders, 431, "Request Header Fields Too Large"),
           (errors.UnsupportedTransferCoding, 501, "Not Implemented"), (errors.ExpectationFailed, 417, "Expectation Failed"),
           (errors.ParseException, 400, "Bad Request"))


class Worker(ThreadWorker):
    """Answers for the service, each request in a thread."""

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: Exception) -> None:
        """Tell `client` why its bytes are no request; what was sent is not logged, as it may hold a query."""
        for kind, status, reason in REFUSED:
            if isinstance(exc, kind) and not isinstance(exc, errors.ConfigurationProblem):
                detail = str(exc)
                break
        else:
            LOG.error("a request failed in the web server", exc_info=exc)
            status, reason, detail = 500, "Internal Server Error", "The web server met an error of its own"
        body = problem(status, reason, detail)
        fields = (*PROBLEM_HEADERS, ("Content-Length", str(len(body))), ("Connection", "close"))
        head = f"HTTP/1.1 {status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
        try:
            util.write_nonblock(client, head.encode() + b"\r\n" + body)
        except OSError:
            pass  # the client is gone
