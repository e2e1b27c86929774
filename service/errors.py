"""What can go wrong at the edge: one tree, one body (RFC 9457), and always what to do next."""

from __future__ import annotations

from kg.errors import CaretraceError


class PortInUse(CaretraceError):
    """The address to listen on is taken."""

    def __init__(self, host: str, port: int):
        self.host, self.port = host, port
        super().__init__(f"Port {port} on {host} is in use by another program. "
                         f"Choose another with `--port {port + 1}`, or stop that program.")


class CannotListen(CaretraceError):
    """The address to listen on is not this machine's, or the port may not be used."""


class SettingError(CaretraceError):
    """A setting in the environment has a value that it cannot have."""


class ServiceError(CaretraceError):
    """A request that gets no answer: HTTP status, title, detail and what else a client may need."""

    status = 500
    title = "The service failed"

    def __init__(self, detail: str, headers: dict[str, str] | None = None, **extra):
        super().__init__(detail)
        self.detail, self.headers, self.extra = detail, headers or {}, extra

    def problem(self) -> dict:
        """The members of the RFC 9457 problem document."""
        return {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail, **self.extra}


class BadQuery(ServiceError):
    status, title = 400, "The query is not valid SPARQL"


class BadRequest(ServiceError):
    status, title = 400, "The request is not a SPARQL Protocol request"


class Refused(ServiceError):
    status, title = 403, "This endpoint does not do that"


class NotFound(ServiceError):
    status, title = 404, "Nothing has this address"


class Gone(ServiceError):
    status, title = 410, "This was withdrawn"


class WrongMethod(ServiceError):
    status, title = 405, "The method is not allowed here"


class NotAcceptable(ServiceError):
    status, title = 406, "None of the formats asked for is available"


class Changed(ServiceError):
    status, title = 412, "Another version is here"


class TooLarge(ServiceError):
    status, title = 413, "Too large"


def too_large(size: str, limit: str) -> TooLarge:
    """The error for a result of more than `size`; `limit` is the name of the limit for programs."""
    return TooLarge(f"The result has more than {size}. Narrow the query, page through it with LIMIT and OFFSET, "
                    "or take the dump.", limit=limit)


class AddressTooLong(ServiceError):
    status, title = 414, "The address is too long"


class UnknownContent(ServiceError):
    status, title = 415, "The content type is not one of the SPARQL Protocol"


class TooMany(ServiceError):
    status, title = 429, "Too many requests"


class EngineFailed(ServiceError):
    status, title = 500, "The query engine failed"


class OverLimit(ServiceError):
    status, title = 503, "The query went over a limit"


class Busy(ServiceError):
    status, title = 503, "The service is busy"


class ClientGone(ServiceError):
    """Nobody reads this answer; the status is the one that logs use for it."""

    status, title = 499, "The client went away"
