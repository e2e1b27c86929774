"""Stores for the tests of the service over an external one: each started on this machine, loaded, and ended by its id."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import ROOT

OXIGRAPH = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
PAGE = (ROOT / "docs" / "stores.md").read_text(encoding="utf-8")
RECORD = "urn:caretrace:record"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen, log: Path | None = None) -> None:
    """Until somebody listens on `port`; fails when the server ends first, or after a minute."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text() if log else "the store ended before it listened"
            threading.Event().wait(0.1)
    pytest.fail("The store does not listen after a minute.")


@contextmanager
def oxigraph(store: Path) -> Iterator[str]:
    """The address of the native server over the store in a folder."""
    if not Path(OXIGRAPH).exists():
        pytest.skip("needs the oxigraph server: pip install oxigraph")
    port = free_port()
    server = subprocess.Popen([OXIGRAPH, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.kill()
        server.wait()


@contextmanager
def virtuoso(nquads: Path, folder: Path, more: str = "") -> Iterator[str]:
    """The address of a Virtuoso set up and loaded in `folder` as docs/stores.md says; `more` follows its settings."""
    if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
        pytest.skip("needs Virtuoso: apt-get install virtuoso-opensource-7-bin")
    sql, web = free_port(), free_port()
    [settings] = re.findall(r"^```ini\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    [load] = re.findall(r"^isql-vt .*$", PAGE, re.MULTILINE)
    (folder / "virtuoso.ini").write_text(settings.replace(":1111", f":{sql}").replace(":8890", f":{web}") + more)
    shutil.copyfile(nquads, folder / "caretrace.nq")
    with (folder / "output").open("w") as output:
        server = subprocess.Popen(["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"], cwd=folder, stdout=output, stderr=output)
    try:
        wait_for(web, server, folder / "output")
        done = subprocess.run(shlex.split(load.replace(":1111", f":{sql}")), cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 and "Error" not in done.stdout + done.stderr, done.stdout + done.stderr
        yield f"http://127.0.0.1:{web}/sparql"
    finally:
        server.kill()
        server.wait()
