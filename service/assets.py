"""Static files: each at an address with its digest, kept by browsers for a year, and packed like every other answer."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.security import safe_join

from service.responses import REVALIDATE, tag, unchanged

FOLDER = Path(__file__).with_name("static")
FOR_GOOD = "public, max-age=31536000, immutable"
VERSION_CHARS = 12


def digest(name: str) -> str | None:
    """SHA-256 of the static file of that name, None when it is not there; read again when the file changes."""
    joined = safe_join(str(FOLDER), name)
    if joined is None or not Path(joined).is_file():
        return None
    return _digest(Path(joined), Path(joined).stat().st_mtime_ns)


@lru_cache(256)
def _digest(path: Path, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def present(name: str) -> bool:
    """Whether pages may load that file: those from npm come at packaging time and may be missing."""
    return digest(name) is not None


def install(app: Flask) -> None:
    """Serve `service/static/` below `/static/`; `url_for('static', filename=…)` names the file's digest.

    The app must be made with `static_folder=None`.
    """
    @app.url_defaults
    def pin(endpoint: str, values: dict) -> None:
        if endpoint == "static" and (found := digest(values.get("filename", ""))):
            values.setdefault("v", found[:VERSION_CHARS])

    @app.get("/static/<path:filename>", endpoint="static")
    def static(filename: str) -> Response:
        found = digest(filename)
        if found is None:
            abort(404)
        cache = FOR_GOOD if request.args.get("v") == found[:VERSION_CHARS] else REVALIDATE
        if unchanged(found):
            return tag(Response(status=304), found, "", cache)
        data = (FOLDER / filename).read_bytes()
        response = tag(Response(data, content_type=_content_type(filename)), found, "", cache)
        return response.make_conditional(request, accept_ranges=True, complete_length=len(data))

    app.jinja_env.globals["present"] = present


def _content_type(name: str) -> str:
    kind = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}.get(Path(name).suffix)
    kind = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
