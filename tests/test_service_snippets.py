"""The query in programs is the query, whatever characters it holds."""

import ast
import re
import shlex

import pytest

from service.snippets import snippets

ENDPOINT = "http://127.0.0.1:8000/sparql"
QUERIES = ["ASK {}", "SELECT * {\n  ?s ?p 'it''s', \"q\"\n}", 'ASK { ?s ?p """a "b" \'c\'""" }', "ASK { ?s ?p '''x''', \"\"\"y\"\"\" }",
           "ASK { ?s ?p \"back\\\\slash\\n$HOME `id` !x\" }", 'ASK # )---" and )----"', "é 𝄞 ‮ \t ?x", "ASK {} # \\", "$(rm -r x)'; echo", ""]


@pytest.mark.parametrize("query", QUERIES)
def test_a_shell_hands_the_query_to_curl(query):
    words = shlex.split(snippets(query, ENDPOINT)[0].code)
    assert words[0] == "curl" and words[-1] == f"query={query}" and ENDPOINT in words


@pytest.mark.parametrize("query", QUERIES)
def test_python_reads_the_query(query):
    (called,) = [node for node in ast.walk(ast.parse(snippets(query, ENDPOINT)[1].code))
                 if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setQuery"]
    assert ast.literal_eval(called.args[0]).strip("\n") == query


@pytest.mark.parametrize("query", QUERIES)
def test_r_reads_the_query(query):
    """R's raw strings: r"---( … )---" ends at the first closing bracket, dashes and quote."""
    code = snippets(query, ENDPOINT)[2].code
    dashes, rest = re.search(r'r"(-+)\((.*)', code, re.S).groups()
    assert rest[:rest.index(f'){dashes}"')] == f"\n{query}\n"
