"""Imports run downward: each module of `kg` may import only what lies below it, and the service knows nothing of YAML."""

from __future__ import annotations

import ast

import pytest

from conftest import ROOT

# From the bottom up. A module may import those of earlier lines only.
LAYERS = [
    {"errors", "names", "nearness", "normal"},
    {"anchor", "howto", "lookup", "texts", "turtle", "yamlrecords"},
    {"explain", "jsonld", "nanopubs", "schema", "sentences", "shapes"},
    {"data", "tree"},
    {"build", "drafts", "infer", "ledger", "questions", "reasoning", "verify", "versions", "vocabulary"},
    {"catalogue", "checks", "statistics", "store"},
    {"asking", "curating", "fmt", "history", "release"},
    {"cli"},
]
FOR_THE_SERVICE = {"errors", "explain", "jsonld", "lookup", "names", "nanopubs", "nearness", "normal", "store", "texts", "tree"}


def imported(path, package: str) -> set[str]:
    """The modules of `package` that the file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            head, _, rest = node.module.partition(".")
            if head == package:
                found.update([rest.split(".")[0]] if rest else [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            found.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith(package + "."))
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "kg").glob("*.py")), ids=lambda p: p.stem)
def test_kg_imports_downward(path):
    if path.stem == "__init__":
        assert imported(path, "kg") == set()
        return
    level = next((n for n, layer in enumerate(LAYERS) if path.stem in layer), None)
    assert level is not None, f"put kg/{path.name} into LAYERS"
    below = set().union(*LAYERS[:level]) | {"__version__"}
    assert imported(path, "kg") <= below, f"kg/{path.name} imports {sorted(imported(path, 'kg') - below)} from beside or above"


@pytest.mark.parametrize("path", [p for p in sorted((ROOT / "kg").glob("*.py")) if p.stem != "cli"], ids=lambda p: p.stem)
def test_kg_never_imports_the_service(path):
    assert not imported(path, "service")


def test_the_command_line_imports_the_service_only_to_serve():
    tree = ast.parse((ROOT / "kg" / "cli.py").read_text(encoding="utf-8"))
    top = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not any(str(module).startswith("service") for module in top)
    assert imported(ROOT / "kg" / "cli.py", "service") <= {"server", "settings"}


@pytest.mark.parametrize("path", sorted((ROOT / "service").glob("*.py")), ids=lambda p: p.stem)
def test_the_service_knows_nothing_of_yaml(path):
    assert imported(path, "kg") <= FOR_THE_SERVICE | {"__version__"}
    assert "yaml" not in {alias.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Import) for alias in node.names}
