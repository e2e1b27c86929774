"""Base IRIs, folders and fixed vocabularies: the one place where each is decided."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

BASE = "https://w3id.org/caretrace/"
ONTOLOGY = BASE + "ontology"
CT = ONTOLOGY + "#"
RELEASE_GRAPH = BASE + "release"
RULE = BASE + "rule/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"  # of ontology, shapes and data
UNDECLARED = "urn:caretrace:undeclared:"  # where the context sends a key it does not know

KINDS = ("definition", "recommendation", "mitigation", "risk", "barrier", "enabler", "statistic", "forecast",
         "aim", "policy", "structure", "event", "causal", "opinion", "method", "finding")
MODALITIES = ("asserted", "reported", "hedged", "recommended", "predicted", "denied", "asked")
RELATIONS = ("supports", "contradicts", "qualifies", "restates", "updates")
CONFIDENCES = ("high", "medium", "low")
NO_CLAIM_REASONS = ("heading", "navigation", "signpost", "question", "pointer", "credit", "reference", "fragment")
COMPARATORS = ("exactly", "about", "over", "up to", "almost", "under", "at least")

# The folder of a record decides its class; `type` may name a class below it.
FOLDERS = {
    "actor": "Actor", "structure": "Structure", "level": "Level", "area": "Area", "policy": "Policy",
    "change": "Change", "service": "Service", "resource": "Resource", "measure": "Measure",
    "incentive": "Incentive", "risk": "Risk", "barrier": "Barrier", "mitigation": "Mitigation",
    "recommendation": "Recommendation", "aim": "Aim", "outcome": "Outcome", "practice": "Practice",
    "enabler": "Enabler", "condition": "Condition", "holder": "Holder", "evidence": "Evidence",
    "work": "Work", "proposition": "Proposition", "agent": "Agent",
}


@dataclass(frozen=True)
class Project:
    """A checkout: where its curated files are, and where builds go."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def ontology(self) -> Path:
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        return self.root / "shapes"

    @property
    def releases(self) -> Path:
        return self.root / "build" / "releases"


def project(start: Path | None = None) -> Project:
    """The project named by `CARETRACE_PROJECT`, else the checkout this package lies in."""
    named = start or os.environ.get("CARETRACE_PROJECT")
    return Project(Path(named).resolve() if named else Path(__file__).resolve().parent.parent)


def iri(path: str) -> str:
    """The IRI of a record id: `risk/x` below the base; an absolute http(s) IRI stays as it is."""
    return path if path.startswith(("http://", "https://")) else BASE + path


def path_of(iri_: str) -> str:
    """The record id of an IRI below the base, else the IRI itself."""
    return iri_[len(BASE):] if iri_.startswith(BASE) else iri_
