"""From release to release under load: no request fails, the old one finishes, a broken one is refused."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from waitress import create_server

from conftest import ROOT
from kg import history
from kg import release as releases
from kg.store import current_name, open_current
from service.app import create_app
from service.settings import Settings
from service.switch import Switch
from test_service_engine import pids, runs

CLAIMS = "/sparql?format=csv&query=SELECT%20%28COUNT%28%2A%29%20AS%20%3Fn%29%20%7B%3Fs%20%3Fp%20%3Fo%7D"


@pytest.fixture
def switch(tiny):
    releases.make(tiny)
    settings = Settings(workers=2, time_limit_s=5)
    made = Switch(lambda: current_name(tiny.releases),
                  lambda: create_app(open_current(tiny.releases), settings, find_text=lambda source: None))
    yield made
    made.close()


@pytest.fixture
def address(switch):
    server = create_server(switch, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield "127.0.0.1", server.effective_port
    server.close()


def change(tiny, edit) -> None:
    edit("data/entities/risk/branch-closures.yaml", "label: ", "label: more ")


def get(connection, path) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_under_load_not_one_request_fails(switch, address, tiny, edit):
    stop, failures, served = threading.Event(), [], set()

    def load(number: int) -> None:
        connection, count = http.client.HTTPConnection(*address, timeout=20), 0
        while not stop.is_set():
            count += 1
            for path in ("/", f"{CLAIMS}%20%23{number}-{count}", CLAIMS, "/readyz"):
                status, body = get(connection, path)
                if status != 200:
                    failures.append((path, status, body[:200]))
                if path == "/readyz":
                    served.add(body)
        connection.close()

    old = switch.app
    of_old = pids(old.extensions["caretrace"])  # before anybody else asks them
    threads = [threading.Thread(target=load, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    change(tiny, edit)
    releases.make(tiny)
    assert switch.look() and switch.app is not old
    connection = http.client.HTTPConnection(*address, timeout=20)
    assert current_name(tiny.releases).encode() in get(connection, "/readyz")[1]
    connection.close()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == [] and len(served) >= 1
    assert not any(map(runs, of_old))


def largest_table(folder: Path) -> Path:
    return max((folder / "store").glob("*.sst"), key=lambda path: path.stat().st_size)


def cut(path: Path) -> None:
    """Leave what a copy leaves that was broken off: the length is right, the end is not there yet."""
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2] + bytes(len(data) - len(data) // 2))


@pytest.mark.parametrize("damage", [
    lambda folder: (folder / "caretrace.nq").write_bytes((folder / "caretrace.nq").read_bytes()[:-100]),
    lambda folder: (folder / "SHA256SUMS").unlink(), lambda folder: shutil.rmtree(folder / "store"), shutil.rmtree,
    lambda folder: cut(largest_table(folder)), lambda folder: largest_table(folder).unlink(),
    lambda folder: (folder / "store" / "sums.json").write_text("{")])
def test_a_broken_release_is_refused_while_the_old_one_serves(switch, tiny, edit, damage):
    old = switch.app
    change(tiny, edit)
    damage(releases.make(tiny))
    assert not switch.look() and not switch.look() and switch.app is old
    assert switch.app.test_client().get(CLAIMS).status_code == 200


def test_a_half_copied_release_is_taken_once_it_is_whole(switch, tiny, edit, tmp_path):
    change(tiny, edit)
    folder = releases.make(tiny)
    shutil.move(folder / "SHA256SUMS", tmp_path / "SHA256SUMS")
    assert not switch.look()
    shutil.move(tmp_path / "SHA256SUMS", folder / "SHA256SUMS")
    assert switch.look()


def test_a_lost_pointer_changes_nothing(switch, tiny):
    (tiny.releases / "current").unlink()
    assert not switch.look() and switch.app.test_client().get("/livez").status_code == 200


def test_the_old_release_can_come_back(switch, tiny, edit):
    first = current_name(tiny.releases)
    change(tiny, edit)
    releases.make(tiny)
    assert switch.look()
    (tiny.releases / "current").write_text(first + "\n", encoding="utf-8")
    assert switch.look() and switch.app.test_client().get("/readyz").json["release"] == first


@pytest.fixture
def command(tiny):
    """Address of `caretrace serve` over the fresh project, and its process."""
    releases.make(tiny)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "kg.cli", "serve", "--port", str(port)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        assert "Serving 13 claims" in server.stdout.readline()
        yield ("127.0.0.1", port), server
    finally:
        server.kill()
        server.wait()


def wait_for(address, name: str) -> list[int]:
    """Ask until release `name` answers, at most 30 s; the statuses that were met on the way."""
    connection, met, deadline = http.client.HTTPConnection(*address, timeout=20), [], time.monotonic() + 30
    while time.monotonic() < deadline:
        status, body = get(connection, "/readyz")
        met.append(status)
        if json.loads(body)["release"] == name:
            connection.close()
            return met
    raise AssertionError(f"release {name} was never served")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_the_command_takes_a_new_release_refuses_a_broken_one_and_goes_back(command, tiny, edit):
    """Under load all the while, and not one request fails."""
    address, server = command
    first = current_name(tiny.releases)
    stop, failures = threading.Event(), []

    def load(number: int) -> None:
        connection, count = http.client.HTTPConnection(*address, timeout=20), 0
        while not stop.is_set():
            count += 1
            for path in ("/", f"{CLAIMS}%20%23{number}-{count}", "/claim/tiny2020-02-001.ttl", "/dump/latest/caretrace.nq"):
                status, body = get(connection, path)
                if status not in (200, 302):
                    failures.append((path, status, body[:200]))
        connection.close()

    threads = [threading.Thread(target=load, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        change(tiny, edit)
        second = releases.make(tiny).name
        met = wait_for(address, second)
        edit("data/entities/risk/branch-closures.yaml", "label: more ", "label: yet more ")
        cut(largest_table(releases.make(tiny)))
        assert "is refused" in next(line for line in server.stderr if "refused" in line)
        assert wait_for(address, second) == [200]
        history.roll_back(tiny.releases, first)
        met += wait_for(address, first)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == [] and set(met) == {200}
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0
