"""What a curator does with the texts at hand: anchor, look at the ledger, compare records with their words."""

from __future__ import annotations

from pathlib import Path

from kg import data as curated
from kg.drafts import anchored, overlap, source_of, write_atomically
from kg.errors import CaretraceError, DataError
from kg.ledger import ledger
from kg.names import Project
from kg.schema import listed
from kg.sentences import segment, to_csv
from kg.texts import Registry
from kg.yamlrecords import Record, read_text_file, read_yaml


def sources_only(project: Project) -> curated.Data:
    """The sources' records alone, so that a draft can be worked on while other files are unfinished."""
    loader = curated._Loader(project)
    for path in loader.files("sources", "*.yaml"):
        loader.source(path)
    if loader.problems:
        raise DataError(loader.problems)
    return loader.data


def with_claims(project: Project, source: str, name: str = "*.yaml") -> curated.Data:
    """The sources and the claims files of `source` named so; raises DataError when one of those has the wrong form."""
    loader = curated._Loader(project)
    for path in loader.files("sources", "*.yaml"):
        loader.source(path)
    for path in loader.files("claims", source, name):
        loader.claim_file(path)
    if loader.problems:
        raise DataError(loader.problems)
    return loader.data


def anchor_file(project: Project, draft: Path, output: Path | None) -> str:
    """Anchor the quotes of `draft` into `output` (or in place); returns a line that says what was done."""
    content, problems = read_text_file(draft, str(draft))
    if content is None:
        raise DataError(problems)
    data = sources_only(project)
    source = source_of(content, draft, data)
    text = Registry(data.text_versions()).need(source)
    result, count = anchored(content, str(draft), data, text, source)
    write_atomically(output or draft, result)
    return f"{output or draft}: {count} quote{'s' if count != 1 else ''} anchored in {source}."


def ledger_lines(project: Project, source: str, section: str | None, only_open: bool):
    """Yield a line a sentence, with its words when the text is registered, then the counts."""
    data = with_claims(project, source)
    if source not in data.sources:
        raise CaretraceError(f"There is no source {source!r}. Known: {', '.join(sorted(data.sources))}.")
    text = Registry(data.text_versions()).find(source)
    wanted = f"section/{source}-{section.rsplit('-', 1)[-1].zfill(2)}" if section else None
    if wanted and wanted not in data.places:
        raise CaretraceError(f"There is no section {section!r} in {source}. Known: {', '.join(s['id'].rsplit('-', 1)[1] for s in data.sections(source))}.")
    rows = [r for r in ledger(data, source) if wanted in (None, r.section)]
    for row in rows:
        if not only_open or row.state in ("open", "waiting" if section else "open"):
            words = " ".join(text[row.start:row.end].split()) if text else ""
            yield f"{row.start:>7} {row.end:>7} {row.section.split('/')[1]:<14} {row.state:<10} {words[:160]}"
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    yield ", ".join(f"{state} {count}" for state, count in sorted(counts.items())) + f"; {len(rows)} sentences"


def show_lines(project: Project, wanted: str):
    """Yield, for a claim id or a claims file, each record with the words of its passages and what a check would say."""
    path = Path(wanted)
    source = path.parent.name if path.suffix == ".yaml" else wanted.split("/")[-1].split("-")[0]
    number = wanted.split("/")[-1].split("-")[1] if path.suffix != ".yaml" and "-" in wanted else ""
    data = with_claims(project, source, path.name if path.suffix == ".yaml" else f"{number}-*.yaml")
    text = Registry(data.text_versions()).need(source)
    wanted_id = "claim/" + wanted.split("/")[-1]
    claims = [c for f in data.claim_files for c in f.claims if c["id"] == wanted_id or (path.suffix == ".yaml" and f.file.endswith("/".join(path.parts[-2:])))]
    if not claims:
        raise CaretraceError(f"There is no claim {wanted!r} in data/claims/{source}/.")
    for claim in claims:
        yield from _show(claim, text)


def _show(claim: Record, text: str):
    yield f"\n{claim['id']}  [{claim['kind']}, {claim['modality']}]  held by {', '.join(listed(claim['heldBy']))}; rests on {', '.join(listed(claim['restsOn']))}"
    yield f"  SAYS   {claim['statement']}"
    for key in ("passages", "context", "attribution"):
        for passage in listed(claim.get(key)):
            words = text[int(passage["start"]):int(passage["end"])]
            yield f"  {key[:7].upper():<7}{passage['start']}-{passage['end']}: {' '.join(words.split())}"
            if key == "passages" and (run := overlap(claim["statement"], words)):
                yield f"  !! the statement repeats the passage: {run!r}"
    for key in ("cites", "expresses", "mentions", "note"):
        if key in claim:
            yield f"  {key}: {', '.join(listed(claim[key]))}"
    for key in ("asserts", "denies", "figures"):
        for node in listed(claim.get(key)):
            yield f"  {key}: " + ", ".join(f"{k}: {v}" for k, v in node.items())


def find_lines(project: Project, words: tuple[str, ...]):
    """Yield a line for each entity record that holds all the words, whatever their case."""
    for path in sorted(project.data.glob("entities/*/*.yaml")):
        record, _ = read_yaml(path, path.name)
        if isinstance(record, Record):
            names = [path.parent.name + "/" + path.stem, record.get("label", ""), *listed(record.get("altLabel")), record.get("definition", "")]
            if all(word.casefold() in " ".join(map(str, names)).casefold() for word in words):
                others = "; ".join(listed(record.get("altLabel")))
                yield f"{names[0]}  {record.get('label', '')}" + (f" ({others})" if others else "") + f": {record.get('definition', '')}"


def write_sentences(project: Project, sources: tuple[str, ...]):
    """Write the sentence offsets of each source whose text is registered; yield a line each."""
    folder = project.data / "sentences"
    loader = curated._Loader(project)
    records = {p.stem: read_yaml(p, p.name)[0] for p in loader.files("sources", "*.yaml")}
    versions = [curated.TextVersion(k, listed(r["text"])[0]["sha256"], int(listed(r["text"])[0]["codePoints"])) for k, r in records.items()]
    registry = Registry(versions)
    for source in sources or sorted(records):
        spans = segment(registry.need(source))
        write_atomically(folder / f"{source}.csv", to_csv(spans))
        yield f"data/sentences/{source}.csv: {len(spans)} sentences"



def lint_lines(project: Project, path: Path):
    """Yield what is wrong in one claims or references file: form, dangling ids, repeated words, open sentences."""
    if not path.is_file() or not path.resolve().is_relative_to(project.data):
        raise CaretraceError(f"{path} is no file below {project.data}. Name a claims or references file.")
    loader = curated._Loader(project)
    file = path.resolve().relative_to(project.root).as_posix()
    found = set()
    try:
        loader.load()
    except DataError as error:
        found.update(error.problems)
    data = loader.data
    found.update(curated.dangling(data), curated.misplaced(data))
    yield from (str(p) for p in sorted(found) if p.file == file)
    own = [f for f in data.claim_files if f.file == file]
    text = Registry(data.text_versions()).find(path.parent.name)
    for claim_file in own:
        for claim in claim_file.claims if text else ():
            for passage in listed(claim["passages"]):
                if run := overlap(claim["statement"], text[int(passage["start"]):int(passage["end"])]):
                    yield f"{file}:{claim.line}: {claim['id']}: the statement repeats its passage: {run!r}; say it in other words"
        for row in ledger(data, claim_file.source):
            if row.state == "open" and row.section == claim_file.section:
                words = " ".join(text[row.start:row.end].split())[:100] if text else ""
                yield f"{file}: {row.start} to {row.end} is neither claimed nor excused: {words}"
