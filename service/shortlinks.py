"""Short permanent links to queries: the query itself, compressed, with the release it was asked of. Nothing is kept."""

from __future__ import annotations

import base64
import binascii
import zlib

from service.names import SPARQL_PREFIXES

# Words that most queries hold; the code of a query need not spell them. Changing this breaks links that were given out.
COMMON = (SPARQL_PREFIXES + "https://w3id.org/caretrace/ GROUP BY ORDER BY DESC( OPTIONAL { FILTER( CONSTRUCT DESCRIBE DISTINCT "
          "ct:Claim ct:kind ct:modality ct:restsOn ct:citesSource ct:inSection ct:expresses ct:mentions ct:hasPassage ct:start ct:end "
          "(COUNT( AS ?n) ?passage ?section ?evidence ?report rdfs:label ct:statedIn ct:heldBy ?holder ct:statement ?statement "
          "GRAPH ?claim { } ?claim LIMIT 100\nSELECT ?claim WHERE {\n").encode()


def shorten(query: str) -> str:
    """The code of a query, safe in an address."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=COMMON)
    return base64.urlsafe_b64encode(packer.compress(query.encode()) + packer.flush()).decode().rstrip("=")


def expand(code: str, most_chars: int) -> str | None:
    """The query of a code; None when it is no code or its query has more than `most_chars` characters."""
    try:
        packed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        unpacker = zlib.decompressobj(-15, zdict=COMMON)
        query = unpacker.decompress(packed, 4 * most_chars + 1).decode("utf-8")
    except (binascii.Error, zlib.error, ValueError):
        return None
    return query if unpacker.eof and len(query) <= most_chars else None
