"""What Virtuoso needs beyond what tests/test_service_remote.py holds for every store: `pytest -m virtuoso`."""

import pyoxigraph as ox
import pytest

from kg import questions
from kg.names import BASE, CT
from service.app import create_app
from service.engine import Query
from service.errors import BadQuery, OverLimit, SettingError, TooLarge
from service.remote import RemoteEngine, RemoteStore
from service.repair import parameters, refuse_extensions
from service.settings import Settings
from stores import RECORD, virtuoso
from test_service_release import make_release, release  # noqa: F401

CLAIM = f"{BASE}claim/nf2020-01-001"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A Virtuoso that holds the invented release and stops at 500 rows or a second."""
    folder = tmp_path_factory.mktemp("virtuoso")
    with virtuoso(make_release(folder).path / "caretrace.nq", folder, "ResultSetMaxRows = 500\n") as address:
        yield address


@pytest.fixture(scope="module")
def engine(url):
    return RemoteEngine(url, Settings(store=url, store_default_graph=RECORD, time_limit_s=20))


def rows(engine, query: str, **dataset) -> list[list[str]]:
    text = engine.run(Query(query, BASE, "TSV", **dataset)).body.read().decode()
    return [line.split("\t") for line in text.splitlines()[1:]]


@pytest.mark.virtuoso
@pytest.mark.parametrize("settings", [{}, {"store_default_graph": "urn:caretrace:elsewhere"}])
def test_a_store_whose_default_graph_is_not_the_record_is_refused(release, url, settings):  # noqa: F811
    with pytest.raises(SettingError, match="CARETRACE_STORE_DEFAULT_GRAPH"):
        create_app(release, Settings(store=url, **settings))


@pytest.mark.virtuoso
@pytest.mark.parametrize("query, dataset, count", [
    ("ASK { ?r ct:threatens ?t }", {}, 0),  # what a claim says is no fact
    ("ASK { GRAPH ?c { ?r ct:threatens ?t } ?c ct:heldBy ?h }", {}, 1),
    ("ASK { GRAPH <claim/nf2020-01-001> { ?r ct:threatens ?t } }", {}, 1),
    ("ASK { GRAPH c:nf2020-01-001 { ?r ct:threatens ?t } }", {}, 1),
    ("ASK { GRAPH c:nf2020-02-001 { ?r ct:threatens ?t } }", {}, 0),
    ("ASK { ?c ct:heldBy ?h FILTER NOT EXISTS { GRAPH ?c { ?r ct:threatens ?t } } }", {}, 1),
    ("ASK FROM <claim/nf2020-01-001> { ?r ct:threatens ?t }", {}, 1),
    ("ASK FROM <claim/nf2020-01-001> { ?c ct:heldBy ?h }", {}, 0),
    ("ASK FROM <claim/nf2020-01-001> { GRAPH ?g { ?s ?p ?o } }", {}, 0),
    ("ASK FROM NAMED <claim/nf2020-01-001> { ?s ?p ?o }", {}, 0),
    ("ASK FROM NAMED <claim/nf2020-01-001> { GRAPH ?g { ?r ct:threatens ?t } }", {}, 1),
    ("ASK { ?r ct:threatens ?t }", {"default_graph": (CLAIM,), "named_graphs": ()}, 1),
    ("ASK { GRAPH ?g { ?s ?p ?o } }", {"default_graph": (CLAIM,), "named_graphs": ()}, 0),
    ("ASK { GRAPH ?g { ?r ct:threatens ?t } }", {"default_graph": (), "named_graphs": (CLAIM,)}, 1),
])
def test_record_and_graphs_stay_apart(engine, release, query, dataset, count):  # noqa: F811
    query = f"PREFIX ct: <{CT}> PREFIX c: <{BASE}claim/> {query}"
    graphs = {key: [ox.NamedNode(iri) for iri in given] for key, given in dataset.items()}
    assert bool(release.store.query(query, base_iri=BASE, **graphs)) is bool(count)
    text = engine.run(Query(query, BASE, **dataset)).body.read()
    assert (b"true" in text) is bool(count)


@pytest.mark.virtuoso
def test_an_answer_that_virtuoso_cut_short_is_refused(engine):
    assert len(rows(engine, "SELECT ?s ?a { ?s ?p ?o . ?a ?b ?c } LIMIT 499")) == 499
    with pytest.raises(TooLarge, match="fewer than 500 rows"):
        rows(engine, "SELECT * { ?s ?p ?o . ?a ?b ?c }")


@pytest.mark.virtuoso
def test_a_query_that_takes_virtuoso_too_long_is_refused_whole(tmp_path, release):  # noqa: F811
    with virtuoso(release.path / "caretrace.nq", tmp_path) as url:
        limited = RemoteEngine(f"{url}?timeout=1000", Settings(store_default_graph=RECORD, time_limit_s=40, max_time_limit_s=40))
        with pytest.raises(OverLimit):
            rows(limited, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c < ?f && ?f < ?i && ?i < ?l) }")
        assert rows(limited, "SELECT (1 AS ?x) {}") == [["1"]]


@pytest.mark.virtuoso
def test_a_syntax_error_names_its_line(engine):
    with pytest.raises(BadQuery) as caught:
        rows(engine, "SELECT *\n{ ?s ?p\n}")
    assert caught.value.extra["line"] == 3 and "define" not in caught.value.detail


@pytest.mark.virtuoso
def test_the_questions_have_the_same_answers_over_the_whole_release(real_store, tmp_path):
    real_store.dump(str(tmp_path / "real.nq"), format=ox.RdfFormat.N_QUADS)
    with virtuoso(tmp_path / "real.nq", tmp_path) as url:
        store = RemoteStore(url, default_graph=RECORD)
        store.check_release(real_store)
        asked = questions.read(real_store)
        assert len(asked) >= 3
        for question in asked:
            one, other = ([list(map(str, row)) for row in at.query(question.sparql, prefixes=questions.PREFIXES)]
                          for at in (real_store, store))
            assert sorted(one) == sorted(other) and len(one) >= question.at_least, question.id


@pytest.mark.parametrize("query", ["DEFINE get:soft 'soft' SELECT * {}", "define input:grab-all 'yes' ASK {}",
                                   "SELECT (bif:concat('a', 'b') AS ?x) {}", "SELECT (<bif:concat>('a') AS ?x) {}",
                                   "PREFIX f: <sql:> SELECT (f:x() AS ?x) {}", "SELECT (<\\u0062if:concat>('a') AS ?x) {}",
                                   "SELECT (`1+1` AS ?x) {}", "ASK { GRAPH `iri('a:b')` {} }"])
def test_what_only_virtuoso_understands_is_refused(query):
    with pytest.raises(BadQuery, match="no part of SPARQL 1.1"):
        refuse_extensions(query)


@pytest.mark.parametrize("query", ["SELECT * { ?s ?p 'define bif:x `a`' } # DEFINE", "PREFIX bif: <http://e.org/> ASK { bif:a ?p ?o }",
                                   "PREFIX define: <http://e.org/> ASK { define:a ?p ?o }"])
def test_words_that_look_alike_are_not(query):
    refuse_extensions(query)


def test_the_record_s_graph_is_an_iri():
    with pytest.raises(SettingError, match="CARETRACE_STORE_DEFAULT_GRAPH"):
        RemoteStore("http://127.0.0.1:1/", default_graph="the record")


def test_a_store_that_keeps_to_sparql_is_asked_as_it_stands():
    query = "SELECT * FROM <a:b> { GRAPH <a:c> { ?s ?p ?o } }"
    assert parameters(None, query) == [("query", query)]
    assert parameters(None, query, ("a:d",), ()) == [("query", query), ("default-graph-uri", "a:d")]
