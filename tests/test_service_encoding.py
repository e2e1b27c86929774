"""Codings: brotli and gzip by weight, an entity tag for each, and nothing packed that should not be."""

import gzip

import brotli
import pytest

from test_service_release import app, client, release  # noqa: F401

CLAIM = "/claim/nf2020-01-001.ttl"
QUERY = "/sparql?query=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D%20LIMIT%2020"
UNPACK = {None: lambda data: data, "gzip": gzip.decompress, "br": brotli.decompress}


def get(client, path, accept=None, **headers):
    return client.get(path, headers={"Accept-Encoding": accept, **headers} if accept is not None else headers)


@pytest.mark.parametrize("path", [CLAIM, QUERY, "/", "/claim/nf2020-01-001.jsonld", "/sparql"])
@pytest.mark.parametrize("accept, coding", [
    (None, None), ("", None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip;q=1, br;q=0.5", "gzip"),
    ("br;q=0, gzip;q=0", None), ("*", "br"), ("identity", None), ("deflate", None), ("gzip;q=0.1, identity", None)])
def test_the_coding_is_the_one_asked_for_and_unpacks_to_the_same(client, path, accept, coding):
    plain, packed = get(client, path), get(client, path, accept)
    assert packed.headers.get("Content-Encoding") == coding and UNPACK[coding](packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"] and int(packed.headers["Content-Length"]) == len(packed.data)
    assert (packed.headers["ETag"] == plain.headers["ETag"]) == (coding is None)


@pytest.mark.parametrize("path", [CLAIM, QUERY])
def test_each_coding_has_a_tag_of_its_own_and_is_not_sent_twice(client, path):
    tags = {coding: get(client, path, coding).headers["ETag"] for coding in ("identity", "gzip", "br")}
    assert len(set(tags.values())) == 3 and not any(tag.startswith("W/") for tag in tags.values())
    for coding, tag in tags.items():
        again = get(client, path, coding, **{"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_what_is_small_partial_or_an_error_is_as_it_was(client, release):
    assert "Content-Encoding" not in get(client, "/sparql?query=ASK%7B%7D", "gzip").headers
    part = get(client, f"/dump/{release.path.name}/caretrace.nq", "gzip", Range="bytes=0-99")
    assert part.status_code == 206 and "Content-Encoding" not in part.headers and len(part.data) == 100
    assert client.head(CLAIM, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
