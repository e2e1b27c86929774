"""Static files have their digest in the address; those from npm are named exactly and may be missing."""

import json
import re

import pytest

from conftest import ROOT
from service import assets
from test_service_pages import Page
from test_service_release import app, client, release  # noqa: F401

WEB = ROOT / "service" / "web"


def stylesheet(client) -> str:
    return next(link for link in Page(client.get("/limits").text).links if "caretrace.css" in link)


def test_a_file_is_kept_for_good_at_the_address_with_its_digest(client):
    answer = client.get(stylesheet(client))
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type == "text/css; charset=utf-8"
    assert client.get(stylesheet(client), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ["/static/caretrace.css", "/static/caretrace.css?v=0123456789ab"])
def test_another_address_is_asked_again(client, address):
    answer = client.get(address)
    assert answer.status_code == 200 and "immutable" not in answer.headers["Cache-Control"]


def test_a_changed_file_has_another_address(client, monkeypatch, tmp_path):
    before = stylesheet(client)
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "caretrace.css").write_text("a {}", encoding="utf-8")
    assert stylesheet(client) != before and client.get(stylesheet(client)).text == "a {}"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "vendor", "", "nothing.css", "a%00b"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/static/{name}").status_code in (308, 404)


def test_files_are_packed(client):
    plain, packed = (client.get("/static/caretrace.css", headers={"Accept-Encoding": coding}) for coding in ("identity", "br"))
    assert packed.headers["Content-Encoding"] == "br" and len(packed.data) < len(plain.data) / 2


def test_without_the_files_from_npm_the_query_page_is_a_plain_form(client, monkeypatch):
    monkeypatch.setattr(assets, "digest", lambda name: None if name.startswith("vendor/") else "0" * 64)
    shown = client.get("/sparql", headers={"Accept": "text/html"}).text
    assert "vendor/" not in shown and "<textarea" in shown and "<button" in shown


def test_npm_files_are_named_exactly_and_their_lock_names_no_host():
    packages = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    for name, version in packages["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version) and lock["packages"][f"node_modules/{name}"]["version"] == version
    assert not any("resolved" in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)
    named = {"/".join(source.split("/")[:2 if source.startswith("@") else 1]) for source in packages["vendor"].values()}
    assert all(f"node_modules/{name}" in lock["packages"] for name in named)


def test_what_was_copied_comes_with_its_licences():
    vendor = ROOT / "service" / "static" / "vendor"
    if not vendor.is_dir():
        pytest.skip("needs the files from npm: make assets")
    packages = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    licences = (vendor / "LICENCES.txt").read_text(encoding="utf-8")
    assert {path.name for path in vendor.iterdir()} == {*packages["vendor"], "LICENCES.txt"}
    for source in packages["vendor"].values():
        assert "/".join(source.split("/")[:2 if source.startswith("@") else 1]) + " " in licences
