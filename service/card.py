"""The data set as search engines for data read it: a schema.org `Dataset` in the start page."""

from __future__ import annotations

from pathlib import Path

from kg.names import LICENCE
from service.dumps import dump_files, media_type
from service.reader import Reader

DESCRIPTION = """SELECT ?graph ?title ?description { GRAPH ?graph { ?set a void:Dataset ; dcterms:title ?title .
  OPTIONAL { ?set dcterms:description ?description } } } LIMIT 1"""


def dataset_card(reader: Reader, base: str, root: str, folder: Path, digest: str, meta: dict) -> dict:
    """JSON-LD of the release in `folder`, whose dumps have addresses below `root`, the service as the world sees it."""
    rows = reader.select(DESCRIPTION, graph=f"{base}release")
    title = rows[0]["title"].value if rows else "Caretrace"
    described = rows[0]["description"].value if rows and rows[0]["description"] else title
    return {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": f"{base}dataset", "url": base, "name": title,
        "description": described, "license": LICENCE, "identifier": digest, "version": meta.get("version", ""),
        "dateModified": meta.get("made", ""), "isAccessibleForFree": True, "inLanguage": "en",
        "creator": {"@type": "Organization", "@id": f"{base}agent/caretrace-curators", "name": "Caretrace curators"},
        "distribution": [
            {"@type": "DataDownload", "name": name, "encodingFormat": media_type(name), "contentSize": f"{size} B",
             "contentUrl": f"{root}/dump/{folder.name}/{name}"}
            for name, size in dump_files(folder) if name.startswith("caretrace.")],
    }
