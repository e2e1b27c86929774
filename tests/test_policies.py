"""Policies on the curated data: one rule a test, each with the sentence that explains it."""

from __future__ import annotations

import re

import pytest

from conftest import REAL_TEXTS, ROOT
from kg import checks, sentences
from kg.data import entity_shape, ids_in
from kg.fmt import format_files
from kg.ledger import ledger, open_rows
from kg.names import Project
from kg.normal import normal_form
from kg.schema import listed
from kg.texts import Registry
from kg.verify import verify

SOURCES = sorted(path.stem for path in (ROOT / "data" / "sources").glob("*.yaml"))
COMPLETE = ("kf2018", "nhsc2022", "nt2022", "nt2023", "nt2023web")  # texts curated from end to end
DATA_FILES = sorted(path for suffix in ("yaml", "csv", "ttl", "md") for path in (ROOT / "data").rglob(f"*.{suffix}"))
WITHOUT_DEFINITION = ("work", "evidence", "holder", "agent")  # said by their title, or by role and source


def none(found) -> None:
    lines = sorted(map(str, found))
    assert not lines, "\n".join([*lines[:60], f"{len(lines)} in all"])


def test_every_entity_is_defined(real_data):
    """A reader must know what a name means in this graph."""
    none(key for key, entity in real_data.entities.items() if key.split("/")[0] not in WITHOUT_DEFINITION and not entity.get("definition"))


def test_a_holder_says_whose_voice_it_is(real_data):
    """A holder has a definition, a printed role or a text; only `holder/unnamed` stands apart from every text."""
    none(key for key, e in real_data.entities.items() if key.startswith("holder/") and key != "holder/unnamed" and "source" not in e)


def test_labels_are_unique_within_a_folder(real_data):
    """Two things of one kind with one name are one thing, or one of them needs a fuller name. Works may share a title."""
    seen: dict[tuple[str, str], str] = {}
    found = []
    for key, entity in real_data.entities.items():
        folder = key.split("/")[0]
        first = seen.setdefault((folder, entity["label"].casefold()), key)
        if first != key and folder != "work":
            found.append(f"{first} and {key}: {entity['label']}")
    none(found)


def test_another_name_is_not_the_label_of_another_thing(real_data):
    """Otherwise `caretrace find` and a reader cannot tell the two apart."""
    labels = {(key.split("/")[0], entity["label"].casefold()): key for key, entity in real_data.entities.items()}
    none(f"{key}: {name} is {labels[key.split('/')[0], name.casefold()]}" for key, entity in real_data.entities.items() for name in listed(entity.get("altLabel"))
         if (key.split("/")[0], name.casefold()) in labels)


def test_every_claim_was_read_twice(real_data):
    """No claim counts until a second reading has compared it with its passage."""
    none(checks.reviews(real_data))


def test_a_statement_is_one_sentence(real_data):
    """One claim, one sentence: it ends with a full stop and no other sentence begins in it."""
    none(f"{claim['id']}: {claim['statement']}" for claim in real_data.claims
         if not claim["statement"].endswith((".", ".’", ".”")) or "\n" in claim["statement"] or re.search(r"[a-z]{3}[.!?] [A-Z]", claim["statement"]))


def test_no_two_claims_are_the_same(real_data):
    """The same words from the same passage twice are one claim."""
    seen: dict[tuple, str] = {}
    none(f"{seen[key]} and {claim['id']}" for claim in real_data.claims
         if seen.setdefault(key := (claim["statement"], *((p["start"], p["end"]) for p in listed(claim["passages"]))), claim["id"]) != claim["id"])


def test_every_claim_has_content(real_data):
    none(checks.contents(real_data))


def test_every_entity_is_used(real_data):
    none(checks.unused(real_data))


def test_a_proposition_is_a_point_that_several_claims_make(real_data):
    counts = {key: 0 for key in real_data.entities if key.startswith("proposition/")}
    for claim in real_data.claims:
        for key in listed(claim.get("expresses")):
            counts[key] += 1
    none(f"{key}: {count}" for key, count in counts.items() if count < 2)


def test_a_relation_joins_two_claims(real_data):
    none(key for key, relation in real_data.relations.items() if relation["from"] == relation["to"])


def test_a_statistic_states_a_figure(real_data):
    none(claim["id"] for claim in real_data.claims if claim["kind"] == "statistic" and not claim.get("figures"))


def test_a_denied_claim_denies(real_data):
    """A claim whose modality is denied puts its triples under `denies`, so that nothing it rejects is asserted."""
    none(claim["id"] for claim in real_data.claims if claim["modality"] == "denied" and claim.get("asserts") and not claim.get("denies"))


def test_a_citation_is_of_the_claims_own_text(real_data):
    none(f"{claim['id']}: {key}" for file in real_data.claim_files for claim in file.claims for key in listed(claim.get("cites"))
         if not key.startswith(f"reference/{file.source}-"))


def test_a_voice_speaks_in_its_own_text(real_data):
    """A holder or evidence of one text stands in no claim of another publisher's text; a web page may rest on its own report's."""
    publisher = {f"source/{key}": source["publisher"] for key, source in real_data.sources.items()}
    source_of = {key: entity["source"] for key, entity in real_data.entities.items() if entity_shape(key.split("/")[0]) in ("holder", "evidence") and "source" in entity}
    none(f"{claim['id']}: {value}" for file in real_data.claim_files for claim in file.claims for key, value in ids_in(claim, "claim")
         if key in ("heldBy", "restsOn") and value in source_of and publisher[source_of[value]] != publisher[f"source/{file.source}"])


def test_every_sentence_is_claimed_or_excused(real_data):
    none(f"{row.section}: {row.start} to {row.end}" for row in open_rows(real_data))


@pytest.mark.parametrize("source", COMPLETE)
def test_every_section_is_curated(real_data, source):
    """No sentence waits for a section file."""
    none({row.section for row in ledger(real_data, source) if row.state == "waiting"})


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda p: p.relative_to(ROOT / "data").as_posix())
def test_no_quote_and_no_machine_path_is_left(path):
    """A quote is a draft's; `caretrace anchor FILE` turns it into a place. A path of one machine means nothing on another."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        assert not re.search(r"(^|[{,\s])(quote|nth): ", text), f"run `caretrace anchor {path.relative_to(ROOT)}`"
    assert not re.search(r"/(work|tmp|home|Users)/", text)
    assert "\r" not in text and (text.endswith("\n") or not text)


def test_every_file_is_canonical():
    """One form for all, so that a change shows what it changes."""
    changed = format_files(Project(ROOT), write=False)
    assert not changed, "run `caretrace fmt`: " + ", ".join(path.relative_to(ROOT).as_posix() for path in changed)


def test_all_checks_pass(real_data, real_store):
    """What `caretrace check` runs over the built graph."""
    none(checks.of_store(real_store, Project(ROOT)))


@pytest.fixture(scope="module")
def registry(real_data):
    """The real texts, found by digest in CARETRACE_TEXTS."""
    return Registry(real_data.text_versions(), extra=REAL_TEXTS)


@pytest.mark.texts
@pytest.mark.parametrize("source", SOURCES)
def test_every_anchor_is_exact(real_data, registry, source):
    none(verdict for verdict in verify(real_data, source, registry.need(source)) if verdict.state != "exact")


@pytest.mark.texts
@pytest.mark.parametrize("source", SOURCES)
def test_the_sentences_are_those_of_the_text(registry, source):
    """Otherwise run `caretrace sentences`."""
    committed = (ROOT / "data" / "sentences" / f"{source}.csv").read_text(encoding="utf-8")
    assert committed == sentences.to_csv(sentences.segment(registry.need(source))), f"run `caretrace sentences {source}`"


@pytest.mark.texts
def test_no_statement_repeats_its_passage_and_all_words_are_right(real_data, registry):
    none(checks.anchors(real_data, registry))


@pytest.mark.texts
@pytest.mark.parametrize("source", SOURCES)
def test_the_text_version_is_the_one_recorded(real_data, registry, source):
    assert len(registry.need(source)) == int(real_data.sources[source]["text"]["codePoints"])


OWN_WORDS = ("statement", "definition", "note", "reason")


def own_words(data):
    """Yield (id, words) for everything that is said in our own words; names, titles and options are as printed."""
    for record in (*data.entities.values(), *data.claims, *data.relations.values(), *data.references.values(), *data.sources.values()):
        yield from ((record["id"], words) for key in OWN_WORDS for words in listed(record.get(key)))


@pytest.mark.texts
@pytest.mark.parametrize("source", SOURCES)
def test_no_record_holds_a_sentence_of_a_text(real_data, registry, source):
    """Ten words of a text in a row are its words and not ours, but for the titles of policies and works."""
    words = [word for word in map(normal_form, registry.need(source).split()) if word]
    runs = {tuple(words[i:i + 10]) for i in range(len(words) - 9)}
    titles = {normal_form(name) for entity in real_data.entities.values() for key in ("label", "altLabel", "title") for name in listed(entity.get(key))}
    found = []
    for key, text in own_words(real_data):
        ours = [word for word in map(normal_form, text.split()) if word]
        found += [f"{key}: {' '.join(run)}" for i in range(len(ours) - 9)
                  if (run := tuple(ours[i:i + 10])) in runs and not any("".join(run[:6]) in title for title in titles)]
    none(found)
