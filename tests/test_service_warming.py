"""What is worked out once at the start: done before anybody asks, never in the way, and no matter when it fails."""

import logging
import threading

import pytest

from kg import release as releases
from service import warming
from service.app import create_app
from service.settings import Settings
from service.switch import follow
from test_service_release import make_release


def test_a_service_is_warm_before_it_listens(tiny):
    releases.make(tiny)
    switch = follow(tiny.releases, Settings(workers=1))
    try:
        assert not switch.app.extensions["caretrace.warming"].thread.is_alive()
    finally:
        switch.close()


def test_nobody_waits_longer_than_said(tmp_path):
    app = create_app(make_release(tmp_path), Settings(workers=1, warm=False))
    let_go = threading.Event()
    try:
        app.extensions["caretrace.warming"] = warming.start(app, [let_go.wait], lambda: False)
        warming.wait_for(app, 0.05)
        assert app.extensions["caretrace.warming"].thread.is_alive()
        assert app.test_client().get("/").status_code == 200
    finally:
        let_go.set()
        app.extensions["caretrace"].close()


def test_a_step_that_fails_is_told_and_takes_nothing_down(tmp_path, caplog):
    app, done = create_app(make_release(tmp_path), Settings(workers=1, warm=False)), []

    def fail() -> None:
        raise ValueError("no such thing")
    try:
        with caplog.at_level(logging.WARNING, "caretrace"):
            warming.start(app, [fail, lambda: done.append(1)], lambda: False).thread.join(20)
        assert "warming up stopped half-way" in caplog.text and "no such thing" in caplog.text and not done
        assert app.test_client().get("/").status_code == 200
    finally:
        app.extensions["caretrace"].close()


def test_a_service_that_closes_stops_warming(tmp_path):
    app, done = create_app(make_release(tmp_path), Settings(workers=1, warm=False)), []
    app.extensions["caretrace"].close()
    warming.start(app, [lambda: done.append(1)], lambda: app.extensions["caretrace"].closed).thread.join(20)
    assert not done


@pytest.mark.parametrize("most", [0, 1 << 28])
def test_a_release_is_read_from_memory_up_to_a_size_and_answers_the_same(tmp_path, most):
    made = make_release(tmp_path)
    app = create_app(made, Settings(workers=1, in_memory_bytes=most))
    warming.wait_for(app)
    client, engine = app.test_client(), app.extensions["caretrace"]
    try:
        assert bool(engine.order) == bool(most)
        counted = client.get("/sparql?query=SELECT(COUNT(*)AS%20?n)%7B%7B?s%20?p%20?o%7DUNION%7BGRAPH%20?g%7B?s%20?p%20?o%7D%7D%7D&format=csv").text
        assert int(counted.split()[1]) == len(made.store)
        assert client.get("/claim/nf2020-01-001.html").status_code == 200
    finally:
        engine.close()
