"""Write tests/tiny/golden.nq anew: `python tests/bless.py`. Read the change (`git diff`) before you commit it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "tiny" / "golden.nq"


def golden(store) -> str:
    """Every quad of the store but those of the ontology and the fixed vocabularies, as sorted N-Quads."""
    from kg import names

    fixed = [f"<{names.BASE}{folder}/" for folder in ("kind", "modality", "relation", "confidence", "comparator", "no-claim-reason")]
    lines = (f"{quad} ." for quad in store if getattr(quad.graph_name, "value", "") != names.ONTOLOGY)
    return "".join(f"{line}\n" for line in sorted(lines) if not line.startswith(tuple(fixed)))


def main() -> None:
    """Build the invented report with the real ontology and write what comes out."""
    sys.path.insert(0, str(ROOT))
    from kg import data, release
    from conftest import copy_tiny

    with tempfile.TemporaryDirectory() as folder:
        project = copy_tiny(Path(folder) / "project")
        GOLDEN.write_text(golden(release.built(project, data.load(project))), encoding="utf-8")
    print(f"{GOLDEN} holds {len(GOLDEN.read_text(encoding='utf-8').splitlines())} quads.")


if __name__ == "__main__":
    main()
