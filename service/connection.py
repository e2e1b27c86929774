"""A client's connection as waitress keeps it: what is no request is told as problem details (RFC 9457) like all else,
and a small answer leaves in one piece."""

from __future__ import annotations

import json

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

ADVICE = {400: "Send a request as RFC 9112 writes it.", 413: "Shorten the query; /limits says what is allowed.", 414: "A long query can be sent by POST.",
          431: "Shorten the address or the headers; a long query can be sent by POST."}
PROBLEM_HEADERS = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"),
                   ("X-Content-Type-Options", "nosniff"), ("Access-Control-Allow-Origin", "*"))
ONE_PIECE = 1 << 16  # bytes


def problem(status: int, reason: str, detail: str) -> bytes:
    """Problem details for bytes that a web server refuses."""
    words = f"{detail.rstrip('.')}. {ADVICE.get(status, 'Send another request.')}"
    return json.dumps({"type": "about:blank", "title": reason, "status": status, "detail": words}).encode()


class Refusal(ErrorTask):
    """The answer to bytes that are no request, and to requests that are too large to be read."""

    def execute(self) -> None:
        error = self.request.error
        body = problem(error.code, error.reason, error.body)
        self.status = f"{error.code} {error.reason}"
        self.response_headers += PROBLEM_HEADERS
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Answer(WSGITask):
    """An answer of the service."""

    def write(self, data: bytes) -> None:
        # Head and body in two pieces would wake the client twice.
        if not self.wrote_header and self.has_body and self.content_length == len(data) <= ONE_PIECE:
            head, self.wrote_header, self.content_bytes_written = self.build_response_header(), True, len(data)
            self.channel.write_soon(head + data)
        else:
            super().write(data)


class Channel(HTTPChannel):
    """A client's connection."""

    task_class, error_task_class = Answer, Refusal
