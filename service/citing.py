"""How to cite a claim: it, the release it stands in, and the report it reads."""

from __future__ import annotations

from dataclasses import dataclass

from kg.names import CT
from service.catalogue import Catalogue
from service.names import DCTERMS
from service.reader import Reader, value, values
from service.records import Passage

WORK = "Caretrace, a graph of claims in English health-policy texts"


@dataclass(frozen=True)
class Citation:
    """A claim's citation in words and as BibTeX."""

    text: str
    bibtex: str


def _report(reader: Reader, catalogue: Catalogue, properties: dict, passages: list[Passage]) -> str:
    """The report a claim reads, with the place in it."""
    source = value(properties, CT + "statedIn")
    about = reader.properties(source)
    publisher = ", ".join(catalogue.label(iri) for iri in values(about, DCTERMS + "publisher"))
    authors = ", ".join(values(about, DCTERMS + "creator")) or publisher
    issued = value(about, DCTERMS + "issued")
    words = f"{authors}: {value(about, DCTERMS + 'title') or catalogue.label(source)}"
    words += f" ({', '.join(filter(None, (publisher, issued)))})" if publisher or issued else ""
    if section := value(properties, CT + "inSection"):
        words += f", section “{catalogue.label(section)}”"
    places = [f"{p.start:,} to {p.end:,}" for p in passages if p.role == "passage"]
    return words + (f", characters {' and '.join(places)} of the text version" if places else "")


def cite(reader: Reader, catalogue: Catalogue, iri: str, properties: dict, passages: list[Passage], release: str,
         made: str) -> Citation:
    """The citation of claim `iri` in the release of that name and date."""
    number, statement = iri.rpartition("/")[2], value(properties, CT + "statement")
    report = _report(reader, catalogue, properties, passages)
    dated = f"release {release}" + (f" of {made}" if made else "")
    text = f"Claim {number}: “{statement}” In: Caretrace curators, {WORK}, {dated}. {iri}. A reading of {report}."
    def braced(words: str) -> str:
        return words.translate({ord(c): f"\\{c}" for c in "&%$#_"} | {ord(c): "" for c in "{}\\"})
    bibtex = "\n".join((
        f"@misc{{caretrace-{number},", "  author = {{Caretrace curators}},", f"  title = {{Claim {number}: {braced(statement)}}},",
        f"  howpublished = {{{WORK}, {dated}}},", f"  year = {{{made[:4]}}},", f"  url = {{{iri}}},",
        f"  note = {{A reading of {braced(report)}}},", "}"))
    return Citation(text, bibtex)
