"""The query processes: what keeps a query in, and what happens when one is killed, dies or has company."""

import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.names import BASE
from service.cache import AnswerCache
from service.engine import Engine, Query
from service.errors import BadQuery, Busy, EngineFailed, OverLimit
from service.settings import Settings
from test_service_release import release  # noqa: F401

ANY = Query("ASK { ?s ?p ?o }", BASE)
SLOW = Query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", BASE, time_limit_s=0.3)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")


@pytest.fixture(params=["in-memory", "on-disk"])
def engine(release, request):
    nquads = release.path / "caretrace.nq" if request.param == "in-memory" else None
    made = Engine(release.path / "store", Settings(workers=2, time_limit_s=2, queue_limit_s=0.5), nquads)
    yield made
    made.close()


def pids(engine) -> list[int]:
    """The ids of all its query processes, once they are there."""
    for worker in list(engine._all):
        worker.wait_ready()
    return [worker.pid for worker in engine._all]


def runs(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def answers(engine) -> bool:
    return engine.run(ANY).body.read() == b'{"head":{},"boolean":true}'


@linux
def test_the_isolation_in_force_is_known(engine):
    isolation = engine.isolation()
    assert isolation["memory_limit"] and isolation["no_new_descriptors"]
    assert set(isolation) == {"network_namespace", "memory_limit", "no_new_descriptors"}


@linux
def test_a_call_that_slips_past_the_tokeniser_reaches_nobody(engine):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(BadQuery):
            engine.run(Query(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", BASE))
        engine.run(Query(f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}", BASE))
        engine.run(Query(f"SELECT * FROM <{address}> FROM NAMED <{address}x> {{ ?s ?p ?o }}", BASE))
        with pytest.raises(TimeoutError):
            listener.accept()
    assert answers(engine)


def test_a_query_past_its_time_is_killed_at_once(engine):
    began = time.monotonic()
    with pytest.raises(OverLimit):
        engine.run(SLOW)
    assert time.monotonic() - began < 1.5
    assert answers(engine)


def test_a_crash_costs_only_its_own_query(engine):
    for _ in range(3):
        with pytest.raises(BadQuery):
            engine.run(Query("SELECT * " + "{" * 4000 + "}" * 4000, BASE))
    assert answers(engine)


def test_processes_killed_while_idle_are_replaced(engine):
    assert answers(engine)
    for pid in pids(engine):
        os.kill(pid, signal.SIGKILL)
    assert all(worker.selector.select(5) for worker in engine._all)  # the end of each pipe has come
    assert answers(engine)


def test_a_full_house_is_told_to_come_again(engine):
    slow = Query(SLOW.text, BASE, time_limit_s=1.5)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(engine.run, slow) for _ in range(2)]
        while engine._idle.qsize():
            threading.Event().wait(0.01)
        with pytest.raises(Busy):
            engine.run(ANY)
        assert all(isinstance(future.exception(), OverLimit) for future in waiting)
    assert answers(engine)


def test_many_readers_get_each_their_own_answer(release):
    engine = Engine(release.path / "store", Settings(workers=2, queue_limit_s=20))
    try:
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda n: engine.run(Query(f"SELECT ({n} AS ?n) {{}}", BASE, "CSV")).body.read(), range(100))
            assert [int(body.split()[1]) for body in found] == list(range(100))
    finally:
        engine.close()


def test_a_store_that_is_not_there_is_an_error_and_no_hang(tmp_path):
    engine = Engine(tmp_path / "none", Settings(workers=1))
    try:
        with pytest.raises(EngineFailed):
            engine.run(ANY)
    finally:
        engine.close()


def test_the_process_they_are_forked_from_is_replaced_too(engine):
    order, first = engine.order, pids(engine)
    os.kill(engine._forks.pid, signal.SIGKILL)
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    assert all(worker.selector.select(5) for worker in engine._all)
    assert answers(engine) and engine._forks.lives()
    assert not order or engine.order != order


def test_no_two_processes_draw_the_same_random_numbers(engine):
    """Those forked from one that has drawn any would."""
    found = set()
    for _ in range(3):
        found.add(engine.run(Query("SELECT (UUID() AS ?u) (RAND() AS ?r) {}", BASE, "CSV")).body.read())
        with pytest.raises(OverLimit):
            engine.run(SLOW)
    assert len(found) == 3


def test_closing_ends_every_process(release):
    engine = Engine(release.path / "store", Settings(workers=2))
    found = pids(engine)
    engine.close()
    assert len(found) == 2 and not any(map(runs, found))


def test_the_cache_forgets_the_least_recently_used_and_keeps_to_its_size():
    cache = AnswerCache(10)
    cache.put("a", "solutions", b"1234")
    cache.put("b", "solutions", b"1234")
    assert cache.get("a") == ("solutions", b"1234")
    cache.put("c", "solutions", b"1234")
    assert cache.get("b") is None and cache.get("a") and cache.held_bytes == 8
    cache.put("d", "solutions", b"12345678901")
    assert cache.get("d") is None and cache.held_bytes == 8
    cache.put("a", "solutions", b"12")
    assert cache.held_bytes == 6
