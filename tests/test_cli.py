"""The command line: what it prints, and for every bad input one clear message, exit code 1, and nothing lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from conftest import TINY_TEXT
from kg.cli import main

SUMMARY = "data/claims/tiny2020/02-summary.yaml"
HEARD = "data/claims/tiny2020/03-what-we-heard.yaml"


@pytest.fixture
def run(tiny):
    """`run("check")` is (exit code, output, error output) of a command on the fresh project."""

    def command(*arguments: str, given: str | None = None):
        result = CliRunner().invoke(main, [str(a) for a in arguments], input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert "Traceback" not in result.output + result.stderr
        return result.exit_code, result.stdout, result.stderr

    return command


def tree(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_check_build_release_query(run, tiny):
    assert run("check")[0] == 0
    assert "Anchors proven against: tiny2020." in run("check")[1]
    assert re.match(r"13 claims, 30 entities, \d+ quads\n", run("build")[1])
    code, output, _ = run("release")
    assert code == 0 and "Release " in output
    assert run("release", "--if-changed")[1] == "The current release is made from these files.\n"
    code, output, _ = run("query", "SELECT ?c WHERE { ?c a ct:Claim } ORDER BY ?c LIMIT 2")
    assert output.split() == ["c", "-" * 21, "claim/tiny2020-02-001", "claim/tiny2020-02-002", "2", "rows"]
    assert json.loads(run("query", "-F", "json", "SELECT (COUNT(?c) AS ?n) WHERE { ?c a ct:Claim }")[1])["results"]["bindings"][0]["n"]["value"] == "13"
    assert run("query", "ASK { ?c a ct:Claim }")[1] == "yes\n"
    assert "ct:threatens" in run("query", "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <https://w3id.org/caretrace/claim/tiny2020-02-002> { ?s ?p ?o } }")[1]
    assert run("query", "-f", "-", given="ASK { ?c a ct:Risk }")[1] == "yes\n"


def test_build_writes_quads(run, tiny, tmp_path):
    code, output, _ = run("build", "-o", tmp_path / "out.nq")
    assert code == 0 and (tmp_path / "out.nq").read_text().count("\n") == int(re.search(r"(\d+) quads", output).group(1))


def test_ledger_show_find_stats(run):
    assert run("ledger", "tiny2020")[1].splitlines()[-1] == "claimed 12, heading 4, question 1, reference 1, signpost 1; 19 sentences"
    assert "tiny2020-02    signpost   The next part sets out what we heard." in run("ledger", "tiny2020", "2")[1]
    shown = run("show", "claim/tiny2020-02-003")[1]
    assert "SAYS   If the towns" in shown and "Sharing one book van between the towns would ease that danger." in shown
    assert run("find", "book", "VAN")[1].splitlines()[-1].startswith("resource/book-van  book van")
    assert run("stats")[1].splitlines()[1].split()[:3] == ["tiny2020", "13", "13"]


def test_lint(run, edit, tiny):
    assert run("lint", tiny.root / SUMMARY) == (0, "0 problems in 1 file.\n", "")
    edit(SUMMARY, "threatens: service/small-branches", "threatens: service/zzz")
    code, output, _ = run("lint", tiny.root / SUMMARY)
    assert code == 1 and output.count("service/zzz has no record") == 1, output


def test_anchor(run, tiny, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text('section: section/tiny2020-02\nclaims:\n- passages: [{quote: "Falling budgets … years."}]\n')
    before = draft.read_bytes()
    assert run("anchor", draft, "-o", tmp_path / "out.yaml")[1] == f"{tmp_path / 'out.yaml'}: 1 quote anchored in tiny2020.\n"
    assert draft.read_bytes() == before
    assert run("anchor", draft)[0] == 0
    assert draft.read_text() == (tmp_path / "out.yaml").read_text() and "start: 120, end: 188" in draft.read_text()


def test_texts(run, monkeypatch, tmp_path):
    monkeypatch.delenv("CARETRACE_TEXTS")
    assert run("texts", "list")[1] == "tiny2020   not registered\n"
    assert run("verify")[1] == "No text is registered. Run `caretrace texts add FILE`.\n"
    assert run("texts", "add", TINY_TEXT)[1].startswith("tiny2020: registered in ")
    assert run("verify") == (0, "tiny2020: 17 exact, 0 moved, 0 missing\n", "")
    assert run("texts", "remove", "tiny2020")[1].startswith("tiny2020: removed ")
    assert run("texts", "list")[1] == "tiny2020   not registered\n"


def test_verify_another_edition(run, tmp_path, tiny_text):
    edition = tmp_path / "edition.txt"
    edition.write_text("A cover.\n\n" + tiny_text.replace("60%", "66%"), encoding="utf-8")
    code, output, _ = run("verify", "tiny2020", "--edition", edition)
    assert code == 1 and "missing  claim/tiny2020-03-002" in output and output.splitlines()[-1].endswith("1 missing")


def test_sentences(run, tiny):
    before = (tiny.data / "sentences" / "tiny2020.csv").read_bytes()
    assert run("sentences")[1] == "data/sentences/tiny2020.csv: 19 sentences\n"
    assert (tiny.data / "sentences" / "tiny2020.csv").read_bytes() == before


CHECKED = [
    # what is wrong: file, old, new, what the message names, what it advises
    ("an unknown key", SUMMARY, "  kind: risk\n", "  knid: risk\n", "02-summary.yaml:17: claim/tiny2020-02-002: claims.knid: unknown key", "allowed keys: id, kind"),
    ("a duplicate key", SUMMARY, "  kind: risk\n", "  kind: risk\n  kind: risk\n", "02-summary.yaml:19: key 'kind' stands twice in one record", "keep one of the two"),
    ("a dangling reference", HEARD, "cites: reference/tiny2020-1", "cites: reference/tiny2020-7", "claim/tiny2020-03-008: cites: reference/tiny2020-7 has no record", "did you mean reference/tiny2020-1?"),
    ("an id used twice", SUMMARY, "id: claim/tiny2020-02-002", "id: claim/tiny2020-02-001", "claim/tiny2020-02-001: this id is used twice, first at " + SUMMARY + ":4", "give one of them another id"),
    ("a span outside the text", SUMMARY, "start: 61, end: 119", "start: 61, end: 7119", "claim/tiny2020-02-001: the span 61 to 7119 is not in the text", "0 to 1019"),
    ("a span on the wrong words", SUMMARY, "start: 61, end: 119", "start: 66, end: 119", "claim/tiny2020-02-001: the digest does not match the words at 66 to 119", "put the quote back and run `caretrace anchor`"),
    ("a digest that does not match", SUMMARY, "digest: e657d5", "digest: 0657d5", "claim/tiny2020-02-001: the digest does not match the words at 61 to 119", "run `caretrace anchor`"),
    ("a repeated passage", SUMMARY, "statement: A single board", "statement: The partnership joins four town libraries under a board", "claim/tiny2020-02-001: the statement repeats its passage", "say it in other words"),
    ("a quote left in", SUMMARY, "{start: 61, end: 119", "{quote: x, start: 61, end: 119", "claims.passages.quote: unknown key", "run `caretrace anchor` on the file"),
    ("a record of the wrong form", SUMMARY, "section: section/tiny2020-02", "- section/tiny2020-02\n- x\nsection: y", "02-summary.yaml", "mend the syntax there"),
    ("a broken ontology", "ontology/caretrace.ttl", "owl:versionInfo", "owl:versionInfo ,", "ontology/caretrace.ttl:", "is not Turtle"),
    ("a broken context", "ontology/context.jsonld", "{", "", "ontology/context.jsonld: is not a JSON-LD context", "mend the file"),
]


@pytest.mark.parametrize("file, old, new, names_it, advises", [row[1:] for row in CHECKED], ids=[row[0] for row in CHECKED])
@pytest.mark.parametrize("command", ["check", "release"])
def test_bad_data(run, tiny, edit, command, file, old, new, names_it, advises):
    run("release")
    edit(file, old, new)
    before = tree(tiny.root)
    code, output, error = run(command)
    assert (code, output.replace("Reading, building and checking …\n", "")) == (1, "")
    assert names_it in error and advises in error, error
    assert error.rstrip().endswith("in the data; nothing was written.")
    assert tree(tiny.root) == before, "nothing is lost and nothing half-written"


def test_wrong_encoding(run, tiny):
    path = tiny.root / SUMMARY
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    code, _, error = run("check")
    assert code == 1 and f"{SUMMARY}: is not UTF-8 (byte 0); save the file as UTF-8" in error


def test_an_empty_data_folder(run, tiny):
    shutil.rmtree(tiny.data)
    tiny.data.mkdir()
    for command in ("check", "build", "release", "stats", "verify"):
        code, _, error = run(command)
        assert code == 1 and "data/sources: holds no source; the curated data belongs in" in error, (command, error)


@pytest.mark.parametrize("arguments, message", [
    (("anchor", "nowhere.yaml"), "nowhere.yaml: cannot be read: No such file or directory; check the path"),
    (("texts", "add", "nowhere.txt"), "nowhere.txt cannot be read: No such file or directory. Check the path."),
    (("verify", "tiny2020", "--edition", "nowhere.txt"), "nowhere.txt cannot be read"),
    (("query", "-f", "nowhere.rq"), "nowhere.rq cannot be read"),
    (("lint", "nowhere.yaml"), "nowhere.yaml is no file below"),
    (("verify", "zz2020"), "There is no source 'zz2020'. Known: tiny2020."),
    (("ledger", "zz2020"), "There is no source 'zz2020'. Known: tiny2020."),
    (("ledger", "tiny2020", "99"), "There is no section '99' in tiny2020. Known: 01, 02, 03, 04."),
    (("show", "claim/zz2020-01-001"), "There is no source 'zz2020'. Known: tiny2020."),
    (("show", "claim/tiny2020-02-999"), "There is no claim 'claim/tiny2020-02-999' in data/claims/tiny2020/."),
    (("sentences", "zz2020"), "There is no source 'zz2020'. Known: tiny2020."),
    (("texts", "remove", "zz2020"), "No text of 'zz2020' is registered"),
    (("query", "ASK {}"), "No release has been made in"),
    (("serve",), "No release has been made in"),
])
def test_what_is_not_there(run, arguments, message):
    code, _, error = run(*arguments)
    assert code == 1 and message in error, error


def test_a_text_that_is_not_registered(run, monkeypatch):
    monkeypatch.delenv("CARETRACE_TEXTS")
    code, _, error = run("verify", "tiny2020")
    assert code == 1 and "The text of tiny2020 is not registered. Run `caretrace texts add FILE`" in error


def test_a_text_in_another_encoding(run, tmp_path, tiny_text):
    (tmp_path / "latin.txt").write_bytes(tiny_text.encode("cp1252"))
    for arguments in (("texts", "add", tmp_path / "latin.txt"), ("verify", "tiny2020", "--edition", tmp_path / "latin.txt")):
        code, _, error = run(*arguments)
        assert code == 1 and re.search(r"latin.txt is not UTF-8 \(byte \d+\). Save it as UTF-8", error)


def test_a_text_of_another_version(run, tmp_path, tiny_text):
    (tmp_path / "tiny2020.txt").write_text(tiny_text + "more", encoding="utf-8")
    code, _, error = run("texts", "add", tmp_path / "tiny2020.txt")
    assert code == 1 and "is none of the known text versions" in error and "--edition FILE" in error


def test_quotes_that_cannot_be_placed(run, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text('section: section/tiny2020-02\nclaims:\n- passages: [{quote: "Rising budgets"}, {quote: "Falling budgets"}]\n')
    before = draft.read_bytes()
    code, _, error = run("anchor", draft)
    assert code == 1 and "draft.yaml:3: The words 'Rising budgets' occur nowhere" in error and draft.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["draft.yaml"]


@pytest.mark.parametrize("name", ["void.ttl", "store/CURRENT", "SHA256SUMS"])
def test_a_half_written_release(run, tiny, name):
    run("release")
    folder = tiny.releases / (tiny.releases / "current").read_text().strip()
    (folder / name).unlink()
    code, _, error = run("query", "ASK {}")
    assert code == 1 and "is not whole: " in error and "Run `caretrace release` to make one." in error
    assert run("release")[0] == 0 and run("query", "ASK {}")[0] == 0


def test_no_permission_to_write(run, tiny, tmp_path, monkeypatch):
    """A file stands where a folder is needed: that stops every user, also one whom permission bits do not stop."""
    (tiny.root / "build").write_text("a file")
    code, _, error = run("release")
    assert code == 1 and "build/releases cannot be written: Not a directory. Make the folder writable" in error
    (tmp_path / "blocked").write_text("a file")
    code, _, error = run("build", "-o", tmp_path / "blocked" / "out.nq")
    assert code == 1 and "blocked cannot be read or written: " in error and "Choose another place" in error
    monkeypatch.setenv("CARETRACE_HOME", str(tmp_path / "blocked"))
    code, _, error = run("texts", "add", TINY_TEXT)
    assert code == 1 and "The text cannot be kept in" in error and "Set CARETRACE_HOME" in error


@pytest.mark.parametrize("query, form, message", [
    ("SELEKT", "table", "The query is not SPARQL: "),
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "table", "The query is not SPARQL: "),
    ("ASK {}", "turtle", "A SELECT or ASK has no turtle; use one of table, json"),
])
def test_wrong_queries(run, query, form, message):
    run("release")
    code, _, error = run("query", "-F", form, query)
    assert code == 1 and message in error


@pytest.mark.parametrize("arguments", [(), ("no-such-command",), ("check", "extra"), ("anchor",), ("query",), ("query", "ASK {}", "-f", "x"), ("serve", "--port", "0"),
                                       ("verify", "--edition", "x"), ("query", "-F", "excel", "ASK {}"), ("ledger",), ("show",), ("find",)])
def test_usage_errors(run, arguments):
    code, _, error = run(*arguments)
    assert code == 2 and "Usage: " in error


def test_help_names_every_command(run):
    code, output, _ = run("-h")
    assert code == 0 and all(f"  {name} " in output for name in ("anchor", "check", "fmt", "ledger", "query", "release", "serve", "stats", "texts", "verify"))


def test_as_a_process(tiny, edit, root):
    """The real entry point: messages on standard error, nothing on standard output, exit code 1."""
    edit(SUMMARY, "kind: risk", "kind: rsik")
    done = subprocess.run([sys.executable, "-m", "kg.cli", "check"], cwd=root, capture_output=True, text=True, env=os.environ | {"CARETRACE_PROJECT": str(tiny.root)})
    assert (done.returncode, done.stdout) == (1, "")
    assert "'rsik' is not allowed; allowed: definition, recommendation" in done.stderr and "Traceback" not in done.stderr
