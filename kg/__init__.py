"""Caretrace's knowledge graph: reading, anchoring, building, checking and releasing claims."""

__version__ = "0.1.0"
