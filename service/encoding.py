"""Content codings (RFC 9110 section 8.4): brotli or gzip where the client takes them, each packed once and kept."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

from service.cache import AnswerCache

MIN_BYTES = 600  # below this the headers weigh more than what is saved
PACK = {"br": lambda data: brotli.compress(data, quality=5), "gzip": lambda data: gzip.compress(data, 6, mtime=0)}
COMPRESSIBLE = ("text/", "application/json", "application/ld+json", "application/sparql-results", "application/rdf+xml",
                "application/n-triples", "application/n-quads", "application/trig", "application/problem+json",
                "application/vnd.oai.openapi+json", "application/xml", "image/svg+xml", "application/javascript")


def choose_coding() -> str | None:
    """The coding of highest weight that the current request takes, brotli before gzip; None for the bytes as they are."""
    offered = request.accept_encodings
    weights = {name: offered.quality(name) for name in PACK} if offered else {}
    best = max(weights, key=weights.get, default=None)
    return best if best and weights[best] > 0 and weights[best] >= offered.quality("identity") else None


def plain_tags(etags: set[str]) -> set[str]:
    """Entity tags without the coding that `install` adds."""
    return {tag.rpartition("+")[0] if tag.rpartition("+")[2] in PACK else tag for tag in etags}


def install(app: Flask, max_bytes: int) -> None:
    """Pack what leaves `app`; up to `max_bytes` of packed answers are kept for the next client."""
    kept = AnswerCache(max_bytes)

    def encode(response: Response) -> Response:
        if not (response.content_type or "").startswith(COMPRESSIBLE) or "Content-Range" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        coding = choose_coding()
        if response.status_code == 304 and coding and response.get_etag()[0]:
            response.set_etag(f"{response.get_etag()[0]}+{coding}")
        if not coding or response.direct_passthrough or response.status_code == 304 or "Content-Encoding" in response.headers:
            return response
        data = response.get_data()
        if len(data) < MIN_BYTES:
            return response
        etag, weak = response.get_etag()
        response.set_data(_packed(kept, coding, etag, data))
        response.headers["Content-Encoding"] = coding
        if etag:
            response.set_etag(f"{etag}+{coding}", weak)
        return response

    app.after_request(encode)


def _packed(kept: AnswerCache, coding: str, etag: str | None, data: bytes) -> bytes:
    held = kept.get((coding, etag)) if etag else None
    if held:
        return held[1]
    packed = PACK[coding](data)
    if etag:
        kept.put((coding, etag), coding, packed)
    return packed
