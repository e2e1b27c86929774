"""Counts per text and in all: what `caretrace stats` prints and a release publishes."""

from __future__ import annotations

from kg.data import Data
from kg.ledger import ledger
from kg.names import NO_CLAIM_REASONS
from kg.schema import listed


def of_source(data: Data, source: str) -> dict:
    """Claims, passages, holders, cited works, figures, entities, reviewed claims and coverage of one text."""
    from kg.build import mentioned

    claims = [c for f in data.claim_files if f.source == source for c in f.claims]
    rows = ledger(data, source)
    states = {state: sum(r.state == state for r in rows) for state in ("claimed", *NO_CLAIM_REASONS, "open", "waiting")}
    spans = {(p["start"], p["end"]) for c in claims for key in ("passages", "context", "attribution") for p in listed(c.get(key))}
    return {
        "claims": len(claims), "reviewed": sum("reviewed" in c for c in claims), "passages": len(spans),
        "holders": len({h for c in claims for h in listed(c["heldBy"])}),
        "cited_works": len({data.references[r]["work"] for c in claims for r in listed(c.get("cites"))}),
        "figures": sum(len(listed(c.get("figures"))) for c in claims),
        "entities": len({e for c in claims for e in mentioned(c)}),
        "sentences": len(rows), "curated_sentences": len(rows) - states["waiting"],
        "states": {state: count for state, count in states.items() if count},
    }


def of_data(data: Data) -> dict:
    """The counts of every text and of the whole."""
    from kg.build import mentioned

    sources = {source: of_source(data, source) for source in sorted(data.sources)}
    folders: dict[str, int] = {}
    for entity in data.entities:
        folders[entity.split("/")[0]] = folders.get(entity.split("/")[0], 0) + 1
    kinds: dict[str, int] = {}
    for claim in data.claims:
        kinds[claim["kind"]] = kinds.get(claim["kind"], 0) + 1
    total = {key: sum(s[key] for s in sources.values()) for key in ("claims", "reviewed", "passages", "figures", "sentences", "curated_sentences")}
    total |= {"holders": len({h for c in data.claims for h in listed(c["heldBy"])}), "entities": len({e for c in data.claims for e in mentioned(c)}),
              "cited_works": len({data.references[r]["work"] for c in data.claims for r in listed(c.get("cites"))}),
              "propositions": folders.get("proposition", 0), "relations": len(data.relations)}
    return {"sources": sources, "total": total, "entities": dict(sorted(folders.items())), "kinds": dict(sorted(kinds.items()))}


COLUMNS = ("claims", "reviewed", "passages", "holders", "cited_works", "figures", "entities", "curated_sentences", "sentences")


def table(statistics: dict) -> list[str]:
    """The counts as lines of text, a row a text and one for all."""
    rows = [("text", *(c.replace("_", " ") for c in COLUMNS))]
    rows += [(source, *(str(s[c]) for c in COLUMNS)) for source, s in statistics["sources"].items()]
    rows.append(("all", *(str(statistics["total"][c]) for c in COLUMNS)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))) for row in rows]
