"""The files of a release as downloads: immutable below their digest, and a redirect to the latest."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_file

from service.errors import NotFound
from service.responses import CROSS_ORIGIN, digest_of

TYPES = {".nq": "application/n-quads", ".trig": "application/trig", ".ttl": "text/turtle; charset=utf-8",
         ".jsonld": "application/ld+json", ".json": "application/json", ".gz": "application/gzip",
         ".csv": "text/csv; charset=utf-8", ".md": "text/markdown; charset=utf-8", "": "text/plain; charset=utf-8"}
NAME = re.compile(r"[0-9a-f]{16}(-[0-9]+)?")
IMMUTABLE = "public, max-age=31536000, immutable"


def dump_files(folder: Path) -> list[tuple[str, int]]:
    """Name and size in bytes of each file a release offers."""
    return sorted((path.name, path.stat().st_size) for path in folder.iterdir()
                  if path.is_file() and path.suffix in TYPES and not path.name.startswith("."))


def media_type(name: str) -> str:
    """The media type of a dump file, without parameters."""
    return TYPES[Path(name).suffix].partition(";")[0]


def _other_release(releases: Path, name: str) -> Path | None:
    """The folder of an older release, which keeps its address."""
    found = releases / name
    return found if NAME.fullmatch(name) and (found / "SHA256SUMS").is_file() else None


def blueprint(folder: Path, digest: str) -> Blueprint:
    """The routes of one release's files; `digest` is the release's digest, whose first 16 digits name it too."""
    routes = Blueprint("dumps", __name__)
    names = {digest, folder.name}

    @routes.get("/dump/<release>/<file>")
    def dump(release: str, file: str) -> Response:
        if release == "latest":
            return _redirect(f"/dump/{folder.name}/{file}")
        held = folder if release in names else _other_release(folder.parent, release)
        offered = [name for name, _ in dump_files(held or folder)]
        if held is None or file not in offered:
            raise NotFound(f"Of release {(held or folder).name} there are the files {', '.join(offered)}.",
                           available=[f"/dump/{(held or folder).name}/{name}" for name in offered])
        response = send_file(held / file, mimetype=TYPES[Path(file).suffix], conditional=True,
                             etag=digest_of(held.name, file))
        response.headers.update({"Cache-Control": IMMUTABLE, **CROSS_ORIGIN})
        return response

    @routes.get("/.well-known/void")
    def well_known() -> Response:
        return _redirect("/dump/latest/void.ttl")

    @routes.get("/context.jsonld")
    def context() -> Response:
        return _redirect("/dump/latest/context.jsonld")

    return routes


def _redirect(path: str) -> Response:
    response = redirect(request.script_root + path, 302)
    response.headers.update({**CROSS_ORIGIN, "Cache-Control": "public, max-age=60"})
    return response
