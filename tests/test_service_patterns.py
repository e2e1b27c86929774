"""Taking a query's WHERE clause apart, and counting what each part finds."""

import pytest

from kg.names import BASE, CT
from service.counting import Counter
from service.engine import Engine
from service.patterns import Unreadable, read_where
from service.settings import Settings
from test_service_release import release  # noqa: F401

P = f"PREFIX ct: <{CT}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


def parts(query: str) -> list[str]:
    return [part.sparql for part in read_where(query).parts]


@pytest.mark.parametrize("where, found", [
    ("?s ?p ?o", ["?s ?p ?o"]),
    ("?s a ct:Risk; ct:x ?a , ?b .", ["?s a ct:Risk", "?s ct:x ?a", "?s ct:x ?b"]),
    ("?s a ct:Risk. ?s ct:x 1.5 . ?s ct:y 2.", ["?s a ct:Risk", "?s ct:x 1.5", "?s ct:y 2"]),
    ("?s ct:a/^ct:b*|!(ct:c|^ct:d)+ ?o", ["?s ct:a/^ct:b*|!(ct:c|^ct:d)+ ?o"]),
    ("?s ct:x 'a; b . c'@en, \"d\"^^ct:t", ["?s ct:x 'a; b . c'@en", '?s ct:x "d"^^ct:t']),
    ("?s ct:x [ ct:a 1 ; ct:b 2 ] ; ct:y (1 2)", ["?s ct:x [ ct:a 1 ; ct:b 2 ]", "?s ct:y (1 2)"]),
    ("[] ct:x ?o ; ct:y ?z", ["[] ct:x ?o ; ct:y ?z"]),
    ("GRAPH ?g { ?m ct:x ?r ; ct:y ?z } ?g ct:h ?w", ["GRAPH ?g { ?m ct:x ?r }", "GRAPH ?g { ?m ct:y ?z }", "?g ct:h ?w"]),
    ("GRAPH ?g { ?m ct:x ?r FILTER(?r > 1) }", ["GRAPH ?g { ?m ct:x ?r FILTER(?r > 1) }"]),
    ("FILTER(?o > 3) ?s ?p ?o FILTER NOT EXISTS { ?s a ?x } FILTER regex(?o, 'x')", [
        "?s ?p ?o", "FILTER(?o > 3)", "FILTER NOT EXISTS { ?s a ?x }", "FILTER regex(?o, 'x')"]),
    ("{ ?a ?b ?c } UNION { ?d ?e ?f } OPTIONAL { ?a ?b ?x } MINUS { ?a ?b 3 }", [
        "{ ?a ?b ?c } UNION { ?d ?e ?f }", "OPTIONAL { ?a ?b ?x }", "MINUS { ?a ?b 3 }"]),
    ("VALUES (?a ?b) { (1 2) } BIND(?a + 1 AS ?c) ?a ?b ?c", ["VALUES (?a ?b) { (1 2) }", "BIND(?a + 1 AS ?c)", "?a ?b ?c"]),
    ("?s ?p ?o # . ; } a remark\n ; ?q ?r", ["?s ?p ?o", "?s ?q ?r"])])
def test_a_where_clause_comes_apart(where, found):
    assert parts(f"{P} SELECT * WHERE {{ {where} }}") == found


@pytest.mark.parametrize("query, dataset", [
    ("SELECT (COUNT(*) AS ?n) FROM <http://e.org/a> FROM NAMED <http://e.org/b> { ?s ?p ?o } GROUP BY ?s", "FROM <http://e.org/a> FROM NAMED <http://e.org/b>"),
    ("CONSTRUCT { ?a ?b ?c } WHERE { ?s ?p ?o }", ""), ("CONSTRUCT { ?a ?b ?c } { ?s ?p ?o }", ""), ("ASK { ?s ?p ?o }", ""),
    ("SELECT (EXISTS { ?x ?y ?z } AS ?e) { ?s ?p ?o }", "")])
def test_the_where_clause_is_found_in_every_form(query, dataset):
    read = read_where(query)
    assert [part.sparql for part in read.parts] == ["?s ?p ?o"] and read.dataset == dataset


@pytest.mark.parametrize("query", ["", "SELEC", "DESCRIBE <http://e.org/a>", "SELECT * { ?s ?p ?o", "SELECT * { { SELECT * { ?s ?p } }",
                                   "SELECT * { SERVICE <http://e.org/> { ?s ?p ?o } }", "SELECT * { ?s ?p }", "SELECT * { ( ] }", "{" * 500])
def test_what_cannot_be_taken_apart_says_so(query):
    with pytest.raises(Unreadable):
        read_where(query)


@pytest.fixture(scope="module")
def count(release):  # noqa: F811
    engine = Engine(release.path / "store", Settings(workers=1))
    yield lambda where, labels=(): Counter(engine, BASE, labels=labels).count_parts(f"{P} SELECT * WHERE {{ {where} }}")
    engine.close()


def test_the_part_that_loses_the_last_match_is_named(count):
    risk, label, wrong = count("?x a ct:Risk ; rdfs:label ?l ; ct:heldBy ?h")
    assert (risk.alone, risk.joined, label.joined) == (2, 2, 2)
    assert wrong.alone == 2 and wrong.joined == 0 and wrong.loses and not (risk.loses or label.loses)


def test_after_the_first_loss_parts_are_still_counted_alone(count):
    first, second = count("?x a ct:Rsk ; rdfs:label ?l")
    assert first.alone == 0 and not first.loses and second.alone > 5 and second.joined == 0 and not second.loses


def test_a_pattern_on_the_wrong_side_is_found_on_the_other(count):
    assert [part.elsewhere for part in count("?m ct:threatens ?r")] == ["graphs"]
    assert [part.elsewhere for part in count("GRAPH ?g { ?c ct:heldBy ?h }")] == ["record"]
    assert [part.elsewhere for part in count("?m ct:nowhere ?r")] == [""]


@pytest.mark.parametrize("where, near", [
    ('?x rdfs:label "reporting burden"', ['"reporting burden"@en']), ('?x rdfs:label "Reporting Burden"@en', ['"reporting burden"@en']),
    ("?x rdfs:label 'reporting burden'@de", ['"reporting burden"@en']), ('?x rdfs:label "reporting burdens"', ['"reporting burden"']),
    ('?x ct:start "29"', ['"29"^^<http://www.w3.org/2001/XMLSchema#integer>']), ('?x rdfs:label "quite another thing"', [])])
def test_a_literal_that_differs_in_tag_type_or_case_is_told(count, where, near):
    (part,) = count(where, ("reporting burden", "joint planning"))
    assert part.alone == 0 and part.near == near


def test_a_filter_that_compares_without_the_tag_is_told_what_would_match(count):
    *_, condition = count('?x a ct:Risk ; rdfs:label ?l FILTER(?l = "Reporting burden")')
    assert condition.alone is None and condition.loses and condition.near == ['"reporting burden"@en']


def test_counts_stop_after_a_thousand(count):
    assert {part.joined for part in count("?a ?b ?c . ?d ?e ?f")} <= {1001, *range(100, 1001)}


def test_counting_ends_when_its_time_is_up(count, monkeypatch):
    monkeypatch.setattr("service.counting.ALL_S", 0.0)
    assert [(part.alone, part.joined) for part in count("?a ?b ?c")] == [(None, None)]
