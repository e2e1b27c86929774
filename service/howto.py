"""The page "How to say…": worked examples of the ontology, as the release holds them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from flask import Blueprint, Response, render_template

from service.responses import respond

FILE = "how-to-say.json"


def blueprint(release: Path) -> Blueprint:
    """The route /how-to-say; a release without examples says so."""
    path = release / FILE
    patterns = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    for pattern in patterns:
        pattern["rows"] = list(csv.reader(io.StringIO(pattern["answer"])))
    routes = Blueprint("howto", __name__)

    @routes.get("/how-to-say")
    def page() -> Response:
        return respond(render_template("howto.html", patterns=patterns), "text/html; charset=utf-8", shared=False)

    return routes
