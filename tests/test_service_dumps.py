"""Dumps: ranges, older releases, the catalogue, and what search engines for data read."""

import gzip
import hashlib
import json
import re

import pyoxigraph as ox
import pytest

from kg import data as curated
from kg import release as releases
from test_service_release import app, client, release  # noqa: F401


def test_a_part_of_a_dump_can_be_had(client, release):
    address = f"/dump/{release.path.name}/caretrace.nq"
    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=10-29"})
    assert (part.status_code, part.data) == (206, whole.data[10:30])
    assert part.headers["Content-Range"] == f"bytes 10-29/{len(whole.data)}" and whole.headers["Accept-Ranges"] == "bytes"
    rest = client.get(address, headers={"Range": "bytes=30-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206 and whole.data[:30] + rest.data == whole.data
    changed = client.get(address, headers={"Range": "bytes=30-", "If-Range": '"another"'})
    assert changed.status_code == 200 and changed.data == whole.data
    assert client.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416


def test_a_numbered_release_beside_another_has_an_address_of_its_own(client, release):
    """Releases whose files differ and whose quads do not."""
    other = release.path.parent / (release.path.name + "-2")
    other.mkdir()
    (other / "statistics.json").write_text("{}", encoding="utf-8")
    (other / "SHA256SUMS").write_text("", encoding="utf-8")
    assert client.get(f"/dump/{other.name}/statistics.json").data == b"{}"
    assert client.get(f"/dump/{release.path.name}/statistics.json").status_code == 404


def test_an_older_release_keeps_its_address(client, release):
    old = release.path.parent / "0123456789abcdef"
    old.mkdir()
    (old / "caretrace.nq").write_text("<http://x/s> <http://x/p> 'old' .\n", encoding="utf-8")
    (old / "SHA256SUMS").write_text("", encoding="utf-8")
    assert b"'old'" in client.get(f"/dump/{old.name}/caretrace.nq").data
    for path in (f"/dump/{old.name}/store", "/dump/ffffffffffffffff/caretrace.nq", "/dump/../caretrace.nq",
                 f"/dump/{old.name}/..%2f..%2fetc%2fpasswd", f"/dump/%2e%2e/{release.path.name}"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/.well-known/void", "/dump/latest/caretrace.nq"])
def test_latest_leads_to_the_permanent_address(client, release, path):
    answer = client.get(path)
    assert answer.status_code == 302 and f"/dump/{release.path.name}/" in client.get(path, follow_redirects=True).request.path


def test_the_start_page_holds_the_data_set_as_schema_org(client, release):
    answer = client.get("/", headers={"Host": "data.example.org"})
    card = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)[1])
    assert card["@type"] == "Dataset" and card["identifier"] == release.digest and card["license"].endswith("/by/4.0/")
    [nquads] = [d for d in card["distribution"] if d["name"] == "caretrace.nq"]
    assert nquads["contentUrl"] == f"http://data.example.org/dump/{release.path.name}/caretrace.nq"
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_a_release_has_every_dump_compressed_with_its_sum(tiny, tmp_path):
    data = curated.load(tiny)
    folder = releases.write(tiny, data, releases.built(tiny, data))
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    for suffix in ("nq", "trig", "ttl", "jsonld"):
        packed = (folder / f"caretrace.{suffix}.gz").read_bytes()
        assert gzip.decompress(packed) == (folder / f"caretrace.{suffix}").read_bytes()
        assert sums[f"caretrace.{suffix}.gz"] == hashlib.sha256(packed).hexdigest()
    form = {"nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "jsonld": ox.RdfFormat.JSON_LD}
    sets = []
    for suffix, kind in form.items():
        dataset = ox.Dataset(ox.parse(path=str(folder / f"caretrace.{suffix}"), format=kind))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        sets.append(set(map(str, dataset)))
    assert sets[0] == sets[1] == sets[2]
