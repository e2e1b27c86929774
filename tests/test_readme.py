"""What the README promises its three readers, done as it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import threading
import urllib.request

import pytest

from conftest import ROOT
from kg import names, release, store
from kg.cli import main
from service.app import create_app
from service.server import open_server
from service.settings import Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
HERE = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    return [body for named, body in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE) if named == language]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server on a free port with a release of the real data."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in (*release.INPUTS, "service"):
        (root / folder).symlink_to(ROOT / folder)
    opened = store.open_release(release.make(names.Project(root)))
    settings = Settings().for_host("127.0.0.1")
    app = create_app(opened, settings)
    server = open_server(app, settings, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    app.extensions["caretrace"].close()


def test_the_two_commands_are_the_makefile_s():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "test"} <= targets
    assert set(re.findall(r"^make (\w+)", README, re.MULTILINE)) == {"run", "test"}


def test_the_python_example_answers_the_main_question(address):
    (example,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", example.replace(HERE, address)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert len(rows) >= 20
    for name in ("claim", "holder", "evidence", "report", "section", "start", "end"):
        assert all(f"'{name}'" in row for row in rows)


def test_the_addresses_answer(address):
    lines = [shlex.split(line) for block in blocks("") for line in block.splitlines() if line.startswith("curl ")]
    assert lines
    for words in lines:
        headers = dict(word.split(": ", 1) for flag, word in zip(words, words[1:]) if flag == "-H")
        request = urllib.request.Request(words[-1].replace(HERE, address), headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200 and answer.read()
            if "Accept" in headers:
                assert answer.headers["Content-Type"].startswith(headers["Accept"])


def test_the_commands_exist():
    named = set(re.findall(r"caretrace ([a-z]+)", README))
    assert named and named <= set(main.commands)
