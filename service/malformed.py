"""What the web server refuses before there is a request to answer, told as problem details (RFC 9457) like all else."""

from __future__ import annotations

import json

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

ADVICE = {400: "Send a request as RFC 9112 writes it.", 413: "Shorten the query; /limits says what is allowed.",
          431: "Shorten the address or the headers; a long query can be sent by POST."}


class Refusal(ErrorTask):
    """The answer to bytes that are no request, and to requests that are too large to be read."""

    def execute(self) -> None:
        error = self.request.error
        detail = f"{error.body.rstrip('.')}. {ADVICE.get(error.code, 'Send another request.')}"
        body = json.dumps({"type": "about:blank", "title": error.reason, "status": error.code, "detail": detail}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"),
                                  ("X-Content-Type-Options", "nosniff"), ("Access-Control-Allow-Origin", "*")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A client's connection."""

    error_task_class = Refusal
