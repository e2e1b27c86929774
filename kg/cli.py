"""The command `caretrace`. Each subcommand reads its arguments, calls the core and prints; it decides nothing."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

import click

from kg import asking, curating, fmt, history, release, statistics, tree
from kg import data as curated
from kg.errors import CaretraceError, DataError
from kg.explain import explain as explain_triple
from kg.lookup import Lookup
from kg.names import project
from kg.shapes import LEVELS
from kg.store import current_counts, open_current
from kg.texts import Registry, read_text
from kg.verify import verify as verify_anchors


class _Group(click.Group):
    """Errors a user can mend end in their message and exit code 1, never in a traceback."""

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except CaretraceError as error:
            click.echo(str(error) if isinstance(error, DataError) else f"caretrace: {error}", err=True)
            sys.exit(1)
        except OSError as error:
            if error.filename is None:  # not about a file: a closed pipe, say, which click ends quietly
                raise
            click.echo(f"caretrace: {error.filename} cannot be read or written: {error.strerror}. "
                       "Choose another place or change its permissions.", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Caretrace: who says what about integrated care, on what evidence, and where exactly."""


@main.command()
@click.argument("draft", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the record there; without it DRAFT is replaced.")
def anchor(draft: Path, output: Path | None) -> None:
    """Replace every quote in DRAFT by its place, digest and opening and closing words."""
    click.echo(curating.anchor_file(project(), draft, output))


@main.command()
@click.argument("source")
@click.argument("section", required=False)
@click.option("--open", "only_open", is_flag=True, help="Only what is neither claimed nor excused.")
def ledger(source: str, section: str | None, only_open: bool) -> None:
    """List the sentences of SOURCE (of SECTION, a number) with their state."""
    for line in curating.ledger_lines(project(), source, section, only_open):
        click.echo(line)


@main.command()
@click.argument("claim")
def show(claim: str) -> None:
    """Print a claim's record beside the words it rests on (a claim id, or a claims file for all of it)."""
    for line in curating.show_lines(project(), claim):
        click.echo(line)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def lint(files: tuple[Path, ...]) -> None:
    """Check single claims or reference FILES while the rest of the data is unfinished."""
    lines = [line for path in files for line in curating.lint_lines(project(), path)]
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} problem{'s' if len(lines) != 1 else ''} in {len(files)} file{'s' if len(files) != 1 else ''}.")
    sys.exit(1 if lines else 0)


@main.command(name="fmt")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; say which files are not canonical.")
def fmt_command(files: tuple[Path, ...], only_check: bool) -> None:
    """Bring claims, entities, references and relations (FILES, or all) into canonical form."""
    changed = fmt.format_files(project(), files, write=not only_check)
    for path in changed:
        click.echo(f"{path.relative_to(project().root)}: {'not canonical' if only_check else 'formatted'}")
    click.echo(f"{len(changed)} file{'s' if len(changed) != 1 else ''} {'to format' if only_check else 'formatted'}.")
    sys.exit(1 if changed and only_check else 0)


@main.command()
@click.argument("words", nargs=-1, required=True)
def find(words: tuple[str, ...]) -> None:
    """Entities whose id, label, other names or definition hold all WORDS."""
    for line in curating.find_lines(project(), words):
        click.echo(line)


@main.command(name="sentences")
@click.argument("sources", nargs=-1)
def sentences_command(sources: tuple[str, ...]) -> None:
    """Derive data/sentences/SOURCE.csv from the registered texts."""
    for line in curating.write_sentences(project(), sources):
        click.echo(line)


@main.group()
def texts() -> None:
    """Your own copies of the texts: they stay on this machine and let pages show the words."""


@texts.command(name="add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def texts_add(files: tuple[Path, ...]) -> None:
    """Register FILES, recognised by their digest, whatever their names."""
    registry = _registry()
    for path in files:
        click.echo(f"{registry.add(path)}: registered in {registry.folder}")


@texts.command(name="list")
def texts_list() -> None:
    """Say which texts are here and which are not."""
    registry = _registry()
    for source in sorted(registry.versions):
        path = registry.paths().get(source)
        click.echo(f"{source:<10} {path if path else 'not registered'}")


@texts.command(name="remove")
@click.argument("sources", nargs=-1, required=True)
def texts_remove(sources: tuple[str, ...]) -> None:
    """Forget the registered copies of SOURCES."""
    registry = _registry()
    for source in sources:
        click.echo(f"{source}: removed {registry.remove(source)}")


def _registry() -> Registry:
    return Registry(curating.sources_only(project()).text_versions())


@main.command()
@click.argument("sources", nargs=-1)
@click.option("--edition", type=click.Path(path_type=Path), help="Another edition of the one SOURCE: a text file.")
@click.option("-v", "--verbose", is_flag=True, help="List exact anchors too.")
def verify(sources: tuple[str, ...], edition: Path | None, verbose: bool) -> None:
    """Prove each anchor of SOURCES (all registered ones without an argument): exact, moved or missing."""
    data = curated.load(project())
    registry = Registry(data.text_versions())
    if edition and len(sources) != 1:
        raise click.UsageError("--edition needs exactly one SOURCE")
    missing = 0
    for source in sources or sorted(registry.paths()):
        text = read_text(edition) if edition else registry.need(source)
        if source not in data.sources:
            raise CaretraceError(f"There is no source {source!r}. Known: {', '.join(sorted(data.sources))}.")
        counts = {"exact": 0, "moved": 0, "missing": 0}
        for verdict in verify_anchors(data, source, text):
            counts[verdict.state] += 1
            if verbose or verdict.state != "exact":
                click.echo(str(verdict))
        missing += counts["missing"]
        click.echo(f"{source}: " + ", ".join(f"{count} {state}" for state, count in counts.items()))
    if not sources and not registry.paths():
        click.echo("No text is registered. Run `caretrace texts add FILE`.")
    sys.exit(1 if missing else 0)


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the quads there as N-Quads.")
def build(output: Path | None) -> None:
    """Read the curated data and build the graph in memory, unchecked beyond its form."""
    data = curated.load(project())
    store = release.built(project(), data)
    if output:
        release.write_atomically(output, release.canonical_nquads(store).decode())
    click.echo(f"{len(data.claims)} claims, {len(data.entities)} entities, {len(store)} quads" + (f" in {output}" if output else ""))


@main.command()
@click.option("--reasoner", is_flag=True, help="Also the OWL 2 DL profile and HermiT (needs the test extra).")
@click.option("--level", default="publication", show_default=True, type=click.Choice(LEVELS), help="How much the shapes ask.")
def check(reasoner: bool, level: str) -> None:
    """Run every check and list all problems at once."""
    data, store = release.checked(project(), level=level)
    if reasoner:
        if problems := list(release.reasoned(project(), store)):
            raise DataError(problems)
    texts_here = sorted(Registry(data.text_versions()).paths())
    click.echo(f"{len(data.claims)} claims, {len(store)} quads: no problem. Anchors proven against: {', '.join(texts_here) or 'no text (none is registered)'}.")


@main.command(name="release")
@click.option("--if-changed", is_flag=True, help="Do nothing when the current release was made from these very files.")
@click.option("--level", default="publication", show_default=True, type=click.Choice(LEVELS[:2]), help="strict: a trial, not to be published.")
def release_command(if_changed: bool, level: str) -> None:
    """Check everything and write an immutable release; the last good one stays current when a check fails."""
    if if_changed and release.current_is_fresh(project()):
        click.echo("The current release is made from these files.")
        return
    folder = release.make(project(), level, partial(click.echo, err=True))
    click.echo(f"Release {folder}")


@main.command()
def stats() -> None:
    """Print claims, passages, holders, cited works, figures, entities and coverage per text."""
    counts = statistics.of_data(curated.load(project()))
    for line in statistics.table(counts):
        click.echo(line)
    for source, numbers in counts["sources"].items():
        click.echo(f"{source}: " + ", ".join(f"{state} {count}" for state, count in numbers["states"].items()))


@main.command()
@click.argument("query", required=False)
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Read the query from a file; '-' is standard input.")
@click.option("-F", "--format", "form", default="table", show_default=True, type=click.Choice(asking.FORMATS))
def query(query: str | None, file: Path | None, form: str) -> None:
    """Answer a SPARQL QUERY from the current release."""
    if (query is None) == (file is None):
        raise click.UsageError("give a QUERY or --file, one of the two")
    text = query if query is not None else (sys.stdin.read() if str(file) == "-" else read_text(file))
    sys.stdout.buffer.write(asking.answer(open_current(project().releases), text, form))


@main.command()
@click.argument("triple", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the tree as JSON.")
def explain(triple: tuple[str, ...], as_json: bool) -> None:
    """Print why TRIPLE ('SUBJECT PREDICATE OBJECT': ids, labels or IRIs) stands, down to passages."""
    store = open_current(project().releases).store
    lookup = Lookup(store)
    found = explain_triple(store, lookup.triple(triple))
    if as_json:
        click.echo(json.dumps(tree.document(found, lookup), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(tree.lines(found, lookup)))
    sys.exit(0 if found.found else 1)


@main.command()
def releases() -> None:
    """List the releases that are kept, the newest first; an arrow marks the current one."""
    for line in history.lines(project().releases):
        click.echo(line)


@main.command()
@click.argument("name", required=False)
def rollback(name: str | None) -> None:
    """Make release NAME current again (without NAME the one before); a running service takes it within seconds."""
    folder = history.roll_back(project().releases, name)
    click.echo(f"Release {folder.name} is current. The next `caretrace release` goes forward again.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", multiple=True, type=click.Path(path_type=Path), help="Serve this RDF FILE, and those that follow, instead of a release.")
@click.option("--base", help="With --data: what relative IRIs in queries are resolved against.")
@click.argument("more", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
def serve(host: str, port: int, data: tuple[Path, ...], base: str | None, more: tuple[Path, ...]) -> None:
    """Serve pages, linked data and the SPARQL endpoint from the current release and its successors, or the endpoint over any RDF files."""
    from service.server import serve_current, serve_files  # the command line alone needs no web server
    from service.settings import Settings

    if not data and (more or base):
        raise click.UsageError("files and --base belong to --data: caretrace serve --data FILE…")
    if data:
        settings = Settings(base=base or f"http://{host}:{port}/")
        serve_files([*data, *more], settings, host, port, lambda url: click.echo(f"Serving {url}sparql\nStop with Ctrl-C."))
        return
    where = project().releases
    settings = Settings(store=os.environ.get("CARETRACE_STORE") or None,
                        store_default_graph=os.environ.get("CARETRACE_STORE_DEFAULT_GRAPH") or None)
    serve_current(where, settings, host, port, lambda url: click.echo("\n".join(_welcome(url, current_counts(where)))))


def _welcome(url: str, counts: dict) -> list[str]:
    """What to say once the port is open: three addresses to try."""
    return [f"Serving {counts['total']['claims']} claims. Try:",
            f"  {url}",
            f"  {url}sparql?example=mitigations-for-risks",
            f"  {url}browse/claim",
            "Stop with Ctrl-C."]


if __name__ == "__main__":
    main()
