"""Link headers that lead programs (FAIR Signposting, signposting.org/FAIR): what describes what, under which licence."""

from __future__ import annotations

from urllib.parse import quote

from kg.names import LICENCE
from service.links import path_of
from service.negotiation import GRAPHS, HTML, Format

DOCUMENTS = (HTML, *GRAPHS)


def link(target: str, rel: str, media_type: str | None = None) -> str:
    """One link of a Link header (RFC 8288); `target` is quoted so that it can end nothing."""
    safe = quote(target, safe=":/#=,?&@!$()*+;~%.-_")
    return f'<{safe}>; rel="{rel}"' + (f'; type="{media_type}"' if media_type else "")


def _documents(root: str, stem: str, rel: str, formats: tuple[Format, ...]) -> list[str]:
    return [link(f"{root}/{quote(stem)}.{item.suffix}", rel, item.media_type) for item in formats]


def of_thing(base: str, root: str, iri: str) -> str:
    """For the redirect from a thing to a document about it."""
    stem = path_of(base, iri)
    return ", ".join([link(iri, "cite-as"), link(LICENCE, "license"), *_documents(root, stem, "describedby", GRAPHS),
                      *_documents(root, stem, "alternate", DOCUMENTS)])


def of_document(base: str, root: str, iri: str, form: Format) -> str:
    """For a document: a page leads to its metadata and data, metadata lead back to the page."""
    stem = path_of(base, iri)
    links = [link(iri, "describes"), link(iri, "cite-as"), link(f"{base}{quote(stem)}.{form.suffix}", "canonical"),
             link(LICENCE, "license"), link(f"{base}release", "collection"),
             *_documents(root, stem, "alternate", tuple(item for item in DOCUMENTS if item is not form))]
    if form is HTML:
        links += [link("https://schema.org/AboutPage", "type"), *_documents(root, stem, "describedby", GRAPHS),
                  link(f"{root}/{quote(stem)}.trig", "item", "application/trig")]
    else:
        links += [link(f"{root}/{quote(stem)}.html", "describes", "text/html")]
    return ", ".join(links)


def of_service(root: str) -> str:
    """For what describes the endpoint: its description for programs (RFC 8631)."""
    return link(f"{root}/openapi.json", "service-desc", "application/vnd.oai.openapi+json")


def of_dataset(base: str, root: str, files: list[tuple[str, str]]) -> str:
    """For the start page: the data set's description and its dumps (address below the root, media type)."""
    return ", ".join([link(base, "cite-as"), link(LICENCE, "license"), link("https://schema.org/Dataset", "type"),
                      link(base, "canonical"), link(f"{root}/.well-known/void", "describedby", "text/turtle"), of_service(root),
                      *(link(root + address, "item", media_type) for address, media_type in files)])
