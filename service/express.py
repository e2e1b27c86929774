"""Whole public responses kept below the framework: an equal request gets the same bytes without any work.

Only what says of itself that it is public, has a strong entity tag and came with 200 is kept. A release never
changes, so what is kept is right as long as the app lives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from service.cache import AnswerCache

KEYS = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "wsgi.url_scheme")
ABOUT_BODY = frozenset(("content-length", "content-type", "content-encoding"))
MAX_BYTES_EACH = 256 * 1024


class Express:
    """WSGI middleware around `app`; keeps up to `max_bytes` of bodies.

    `on_hit(environ, status, bytes, seconds)` is told of each request that it answers itself.
    """

    def __init__(self, app: Callable, max_bytes: int):
        self._app, self.kept = app, AnswerCache(max_bytes)
        self.on_hit: Callable[[dict, int, int, float], None] = lambda *told: None

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_RANGE" in environ:
            return self._app(environ, start_response)
        began = time.perf_counter()
        key = tuple(map(environ.get, KEYS))
        held = self.kept.get(key)
        if held is None:
            return self._pass(key, environ, start_response)
        (headers, etag), body = held
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given and etag in (tag.strip().removeprefix("W/") for tag in given.split(",")):
            status, headers, body = "304 NOT MODIFIED", [pair for pair in headers if pair[0].lower() not in ABOUT_BODY], b""
        else:
            status = "200 OK"
        start_response(status, list(headers))
        self.on_hit(environ, int(status[:3]), len(body), time.perf_counter() - began)
        return [body] if body else []

    def _pass(self, key: tuple, environ: dict, start_response: Callable) -> Iterable[bytes]:
        begun: list = []

        def start(status: str, headers: list, exc_info=None):
            begun[:] = [status, headers]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        body = self._app(environ, start)
        if not begun or not self._may_keep(*begun):
            return body
        data = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        fields = {name.lower(): value for name, value in begun[1]}
        self.kept.put(key, (tuple(begun[1]), fields["etag"]), data)
        return [data]

    @staticmethod
    def _may_keep(status: str, headers: list[tuple[str, str]]) -> bool:
        fields = {name.lower(): value for name, value in headers}
        return (status.startswith("200") and fields.get("cache-control", "").startswith("public")
                and fields.get("etag", "W/").startswith('"') and "set-cookie" not in fields
                and int(fields.get("content-length", MAX_BYTES_EACH + 1)) <= MAX_BYTES_EACH)
