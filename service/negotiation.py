"""Which format an answer takes: `Accept` with its weights (RFC 9110 section 12.5.1), or a `format` by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_options_header

from service.errors import NotAcceptable


@dataclass(frozen=True)
class Format:
    """One way to write a result: media type, pyoxigraph's name for it, file suffix, the names a client may use."""

    media_type: str
    engine_name: str
    suffix: str
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()  # other media types that get the same bytes

    @property
    def content_type(self) -> str:
        """The header's value: text has its character set named where the type has such a parameter."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


UTF8 = frozenset(("utf-8", "utf8", "us-ascii", "*"))
HTML = Format("text/html", "JSON", "html", ("html",), ("application/xhtml+xml",))
PROBLEM = Format("application/problem+json", "", "json", (), ("application/json",))

SOLUTIONS = (
    Format("application/sparql-results+json", "JSON", "srj", ("json", "srj"),
           ("application/json", "text/javascript", "application/javascript")),
    Format("application/sparql-results+xml", "XML", "srx", ("xml", "srx"), ("application/xml", "text/xml")),
    Format("text/csv", "CSV", "csv", ("csv",)),
    Format("text/tab-separated-values", "TSV", "tsv", ("tsv",)),
)
# The boolean has no CSV or TSV form in the standard; pyoxigraph writes `true` or `false`, as other endpoints do.

TURTLE = Format("text/turtle", "TURTLE", "ttl", ("turtle", "ttl", "n3"), ("application/turtle", "application/x-turtle"))
N_TRIPLES = Format("application/n-triples", "N_TRIPLES", "nt", ("ntriples", "n-triples", "nt"))
RDF_XML = Format("application/rdf+xml", "RDF_XML", "rdf", ("rdfxml", "rdf+xml", "rdf", "xml"),
                 ("application/xml", "text/xml"))
JSON_LD = Format("application/ld+json", "JSON_LD", "jsonld", ("jsonld", "json-ld", "json"),
                 ("application/json", "application/x-json+ld"))
TRIG = Format("application/trig", "TRIG", "trig", ("trig",))
N_QUADS = Format("application/n-quads", "N_QUADS", "nq", ("nquads", "n-quads", "nq"))

GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS)
PAGE_OR_GRAPH = (TURTLE, HTML, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)


def offered(formats: tuple[Format, ...]) -> list[str]:
    """The media types of `formats`, for a client that asked for something else."""
    return [item.media_type for item in formats]


def _weight(accept: MIMEAccept, item: Format) -> tuple[float, str]:
    """The best weight among the media types of `item`, and the type that has it (the first, its own, wins ties)."""
    # A wildcard stands for a format's own type; another name for it counts where the client names it.
    named = {media_type.lower() for media_type, _ in accept}
    best = max((item.media_type, *(alias for alias in item.aliases if alias in named)), key=accept.quality)
    return accept.quality(best), best


def plain(accept: MIMEAccept) -> MIMEAccept:
    """`accept` without parameters (`charset=utf-8`, `version=1.2`); a character set that is not UTF-8 weighs nothing."""
    ranges = []
    for value, quality in accept:
        media_type, parameters = parse_options_header(value)
        utf8 = parameters.get("charset", "utf-8").lower() in UTF8
        ranges.append((media_type, quality if utf8 else 0))
    return MIMEAccept(ranges)


def choose_accepted(accept: MIMEAccept, formats: tuple[Format, ...]) -> Format:
    """The format of highest weight, the first listed when several share it. Raises NotAcceptable with the list.

    A client that accepts only an alias (`application/json`) gets that as its content type.
    """
    return _chosen(tuple(accept), formats) if accept else formats[0]


@lru_cache(1024)  # the same few headers come again and again
def _chosen(ranges: tuple[tuple[str, float], ...], formats: tuple[Format, ...]) -> Format:
    accept = plain(MIMEAccept(ranges))
    weights = [(*_weight(accept, item), item) for item in formats]
    weight, media_type, item = max(weights, key=lambda entry: entry[0])
    if weight <= 0:
        raise NotAcceptable(f"Accept names none of the formats there are: {', '.join(offered(formats))}.",
                            available=offered(formats))
    if media_type == item.media_type or item is HTML or accept.quality(item.media_type) > 0:
        return item
    return Format(media_type, item.engine_name, item.suffix, item.names)


def find_named(name: str, formats: tuple[Format, ...]) -> Format | None:
    """The format called `name` (a short name, a suffix or a media type), or None."""
    wanted = name.strip().lower().replace(" ", "+")  # `+` in an address stands for a space
    return next((item for item in formats if wanted in (*item.names, item.suffix, item.media_type, *item.aliases)), None)


def choose_named(name: str, formats: tuple[Format, ...]) -> Format:
    """The format called `name`. Raises NotAcceptable with the list."""
    if found := find_named(name, formats):
        return found
    names = ", ".join(item.names[0] for item in formats)
    raise NotAcceptable(f"This kind of result has no format {name!r}. Choose one of: {names}.", available=offered(formats))


def prefers_html(accept: MIMEAccept) -> bool:
    """Whether a person's browser asks: HTML is named and nothing for machines weighs more."""
    return _prefers_html(tuple(accept))


@lru_cache(1024)
def _prefers_html(ranges: tuple[tuple[str, float], ...]) -> bool:
    accept = plain(MIMEAccept(ranges))
    html = max((quality for media_type, quality in accept if media_type.lower() == "text/html"), default=0)
    named = [quality for media_type, quality in accept if media_type.lower() in NAMED_FOR_MACHINES]
    return html > 0 and html >= max(named, default=0)


NAMED_FOR_MACHINES = frozenset(
    media_type for item in (*SOLUTIONS, *GRAPHS, PROBLEM) for media_type in (item.media_type, *item.aliases)
    if media_type not in ("application/xml", "text/xml"))  # browsers name these beside HTML
