"""The snippets of docs/clients.md, each run as it stands by the client that it is for, over a real socket."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from conftest import NPM, NPM_COMMAND
from kg.names import BASE, CT
from service.server import open_server
from service.settings import Settings
from test_service_release import app, release  # noqa: F401

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "clients.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^## ([^\n]+)\n(?:(?!## |```)[^\n]*\n)*```(\w+)\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
RUN = {"sh": ["sh", "-c"], "python": [sys.executable, "-c"], "perl": ["perl", "-e"], "javascript": ["node", "-e"],
       "r": ["Rscript", "-e"]}
NEEDS = {"sh": "curl", "perl": "perl", "javascript": "node", "r": "Rscript"}  # Debian has it in curl, perl, nodejs, r-base-core
COMUNICA = NPM / "@comunica" / "query-sparql"
needs_comunica = pytest.mark.skipif(not (COMUNICA.is_dir() and shutil.which("node")), reason=f"needs node and Comunica: {NPM_COMMAND}")
JOIN = """
const { QueryEngine } = require('@comunica/query-sparql');
const [query, ...places] = process.argv.slice(1);
new QueryEngine().queryBindings(query, { sources: places.map(value => ({ type: 'sparql', value })) })
  .then(rows => rows.toArray())
  .then(rows => rows.forEach(row => console.log([...row].map(([name, term]) => `${name.value}=${term.value}`).sort().join(' '))));
"""


ENVIRONMENT = {**os.environ, "NODE_PATH": str(NPM)}


@pytest.fixture(scope="module")
def root(app):  # noqa: F811
    server = open_server(app, Settings(), "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def test_every_client_has_a_snippet():
    assert [name for name, _, _ in SNIPPETS] == re.findall(r"^## (.+)$", PAGE, re.MULTILINE) and len(SNIPPETS) == 8


@pytest.mark.parametrize("name, language, code", SNIPPETS, ids=[name for name, _, _ in SNIPPETS])
def test_a_snippet_prints_how_many_triples_there_are(root, release, name, language, code):  # noqa: F811
    if language in NEEDS and not shutil.which(NEEDS[language]):
        pytest.skip(f"needs {NEEDS[language]}")
    if "@comunica" in code and not COMUNICA.is_dir():
        pytest.skip(f"needs Comunica: {NPM_COMMAND}")
    code = code.replace("http://127.0.0.1:8000", root)
    done = subprocess.run([*RUN[language], code], capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    [[count]] = release.store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == count.value


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflibs_store_reads_record_and_graphs(root, method):
    store = SPARQLStore(f"{root}/sparql", method=method)
    claims = {str(row[0]) for row in store.query(f"SELECT ?c {{ ?c a <{CT}Claim> }}")}
    assert f"{BASE}claim/nf2020-01-001" in claims and len(claims) == 2
    graph = Graph(store, URIRef(f"{BASE}claim/nf2020-02-001"))
    assert (URIRef(f"{BASE}enabler/shared-budgets"), URIRef(CT + "enables"), URIRef(f"{BASE}practice/joint-planning")) in graph
    built = store.query(f"CONSTRUCT WHERE {{ ?c <{CT}statement> ?s }}")
    assert len(built.graph) == 2


@needs_comunica
@pytest.mark.parametrize("pattern, hosts", [
    (f"GRAPH ?claim {{ ?risk <{CT}threatens> ?thing }} ?claim <{CT}heldBy> ?holder", ["127.0.0.1"]),
    (f"?claim <{CT}mentions> ?risk ; <{CT}heldBy> ?holder . ?risk a <{CT}Risk>", ["127.0.0.1", "localhost"])])
def test_comunica_joins_record_and_graphs_and_endpoints(root, pattern, hosts):
    places = [f"{root.replace('127.0.0.1', host)}/sparql" for host in hosts]
    done = subprocess.run(["node", "-e", JOIN, f"SELECT ?claim ?risk ?holder {{ {pattern} }}", *places],
                          capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {
        f"claim={BASE}claim/nf2020-01-001 holder={BASE}holder/nf2020-authors risk={BASE}risk/reporting-burden"}


def curl(*arguments: str) -> str:
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, text=True, timeout=30, check=True).stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_curl_follows_packs_continues_and_asks_only_once(root, release, tmp_path):  # noqa: F811
    thing = f"{root}/claim/nf2020-01-001"
    assert "@prefix ct:" in curl("-L", "-H", "Accept: text/turtle", thing)
    assert "@prefix ct:" in curl("--compressed", f"{thing}.ttl")
    tag = re.search(r"(?i)^etag: (.*?)\s*$", curl("-D", "-", "-o", str(tmp_path / "x"), f"{thing}.ttl"), re.MULTILINE)[1]
    assert curl("-o", str(tmp_path / "x"), "-w", "%{http_code}", "-H", f"If-None-Match: {tag}", f"{thing}.ttl") == "304"
    dump, part = f"{root}/dump/{release.path.name}/caretrace.nq", tmp_path / "part.nq"
    whole = (release.path / "caretrace.nq").read_bytes()
    part.write_bytes(whole[:1000])
    curl("-C", "-", "-o", str(part), dump)
    assert part.read_bytes() == whole
