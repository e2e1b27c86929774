"""The tokeniser sees SERVICE where the engine would, and nowhere else."""

import pyoxigraph as ox
import pytest

from service.syntax import explain_error, read_query, tokens

CALLS = {
    "plain": "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
    "lower case": "select * { service <http://h/> { ?s ?p ?o } }",
    "mixed case and silent": "SELECT * { SeRvIcE SILENT ?x { ?s ?p ?o } }",
    "no space before the prefix": "PREFIX : <http://h/> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "no space before SILENT": "PREFIX : <http://h/> SELECT * { SERVICESILENT:x{ ?s ?p ?o } }",
    "after a literal": "SELECT * { ?s ?p trueSERVICE <http://h/> { ?a ?b ?c } }",
    "after a comment sign in a string": "SELECT * { ?s ?p '#' . SERVICE <http://h/> { ?a ?b ?c } }",
    "after a comment sign in an IRI": "SELECT * { ?s <http://h/#x> ?o . SERVICE <http://h/> { ?a ?b ?c } }",
    "after an escaped quote": r"""SELECT * { ?s ?p "\"" . SERVICE <http://h/> { ?a ?b ?c } }""",
    "between less and greater": "SELECT * { FILTER(?a<?b) SERVICE ?x { ?a ?b ?c } FILTER(?c>?d) }",
    "on the line after a comment": "SELECT * { # a comment\nSERVICE <http://h/> { ?a ?b ?c } }",
    "after a carriage return": "SELECT * { # a comment\rSERVICE <http://h/> { ?a ?b ?c } }",
    "in a subquery": "SELECT * { { SELECT ?a { OPTIONAL { SERVICE <http://h/> { ?a ?b ?c } } } } }",
}
NO_CALLS = {
    "in a string": "SELECT * { ?s ?p 'SERVICE <http://h/> {}' }",
    "in a long string": 'SELECT * { ?s ?p """a " SERVICE <x> {} \'\'\' """ }',
    "in an IRI": "SELECT * { ?s <http://h/SERVICE> ?o }",
    "in a comment": "SELECT * { ?s ?p ?o } # SERVICE <http://h/> {}",
    "a variable": "SELECT ?service { ?service ?p $SERVICE }",
    "a prefix of that name": "PREFIX service: <http://h/> SELECT * { ?s a service:care-home }",
    "a graph named with that prefix": "PREFIX service: <http://h/> SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "a local name": "PREFIX ct: <http://h/> SELECT * { ?s a ct:Service }",
    "a language tag": "SELECT * { ?s ?p 'x'@service }",
    "a blank node": "SELECT * { _:service ?p ?o }",
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_another_server_is_seen(name):
    assert read_query(CALLS[name]).service


@pytest.mark.parametrize("name", NO_CALLS)
def test_the_word_elsewhere_is_no_call(name):
    ox.Store().query(NO_CALLS[name])  # a decoy must be a valid query
    assert not read_query(NO_CALLS[name]).service


@pytest.mark.parametrize("query, form", [
    ("SELECT * {}", "SELECT"), ("prefix select: <http://h/> ask {}", "ASK"), ("# SELECT\nCONSTRUCT WHERE {}", "CONSTRUCT"),
    ("BASE <http://h/SELECT> DESCRIBE <x>", "DESCRIBE"), ("", None), ("nonsense", None)])
def test_the_form_is_the_first_keyword_after_the_prologue(query, form):
    assert read_query(query).form == form


def test_an_update_is_told_from_a_query_that_mentions_one():
    assert read_query("PREFIX a: <http://h/> INSERT DATA { a:b a:c a:d }").update
    assert not read_query("SELECT ?insert { ?insert ?p 'DELETE' }").update


def test_queries_whose_answer_changes_are_volatile():
    assert read_query("SELECT (now() AS ?t) {}").volatile
    assert read_query("SELECT * {} # BNODE\nORDER BY Rand()").volatile
    assert not read_query("SELECT ?now { ?now ?p 'RAND()' }").volatile


@pytest.mark.parametrize("template, is_volatile", [
    ("{ _:x <http://h/> ?o }", True), ("{ [] <http://h/> ?o }", True), ("{ ?o <http://h/> (1 2) }", True),
    ("{ ?s <http://h/> '_:x [' }", False), ("FROM <http://h/>", False)])
def test_a_graph_with_blank_nodes_of_its_own_is_volatile_as_the_engine_labels_them_anew(template, is_volatile):
    query = f"CONSTRUCT {template} WHERE {{ ?s <http://h/p> ?o }}"
    assert read_query(query).volatile is is_volatile
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode("http://h/s"), ox.NamedNode("http://h/p"), ox.NamedNode("http://h/o"), graph)
                 for graph in (ox.DefaultGraph(), ox.NamedNode("http://h/")))
    first, second = (ox.serialize(store.query(query), format=ox.RdfFormat.N_TRIPLES) for _ in range(2))
    assert (first != second) is is_volatile


@pytest.mark.parametrize("text, parts", [
    ("ct:a.b . ct:c.", ["ct:a.b", ".", "ct:c", "."]), ("?x ct:p 1.5, 1.", ["?x", "ct:p", "1.5", ",", "1", "."]),
    ("1e5 .5 2.E-3 7", ["1e5", ".5", "2.E-3", "7"]), ("a:. b:c..d", ["a:", ".", "b:c..d"])])
def test_names_and_numbers_end_where_the_grammar_ends_them(text, parts):
    assert [part for _, part in tokens(text)] == parts


@pytest.mark.parametrize("text", ["1" * 100_000, "1." * 50_000, "x:" + "." * 99_000, "x:.y" * 25_000, "1e" * 50_000])
def test_no_text_takes_the_tokeniser_long(text):
    assert "".join(part for _, part in tokens(text)) == text  # anything that is not linear would take minutes


def test_the_place_of_an_error_comes_from_the_engine_and_is_in_words():
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query("SELECT * {\n ?s ?p }")
    detail, place = explain_error(str(caught.value), "")
    assert place == {"line": 2, "column": 9} and "line 2, column 9" in detail


@pytest.mark.parametrize("query, hint", [
    ("SELECT ?x { ?s ex:a ?x }", "The prefix ex: is not declared"),
    ("SELECT (COUNT(?x) AS ?n) ?y { ?x ?y ?z }", "contains a variable that is unbound."),
    ("SELECT * { ?s <a b> ?o }", "IRI parsing failed.")])
def test_an_error_comes_with_what_helps(query, hint):
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(query)
    assert hint in explain_error(str(caught.value), query)[0]
