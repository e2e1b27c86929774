"""The reader's own copies of the texts: found by digest, kept outside the project, never published."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kg.errors import TextError


@dataclass(frozen=True)
class TextVersion:
    """What identifies a text: its source's id, the SHA-256 of the file's bytes, its length in code points."""

    source: str
    sha256: str
    code_points: int


def default_folder() -> Path:
    """Where registered texts are kept: `CARETRACE_HOME`, else the platform's folder for user data."""
    if home := os.environ.get("CARETRACE_HOME"):
        return Path(home) / "texts"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "caretrace" / "texts"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "caretrace" / "texts"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "caretrace" / "texts"


def read_text(path: Path) -> str:
    """The file as UTF-8 without newline translation. Raises TextError when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise TextError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise TextError(f"{path} cannot be read: {error.strerror}. Check the path.") from None


class Registry:
    """The registered texts. `CARETRACE_TEXTS` may name one more folder, whose files are recognised by digest."""

    def __init__(self, versions: list[TextVersion], folder: Path | None = None, extra: Path | None = None):
        self.versions = {v.source: v for v in versions}
        self.folder = folder or default_folder()
        named = extra or os.environ.get("CARETRACE_TEXTS")
        self.extra = Path(named) if named else None
        self._paths: dict[str, Path] | None = None
        self._texts: dict[str, str] = {}

    def _recognise(self, path: Path) -> str | None:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return next((v.source for v in self.versions.values() if v.sha256 == sha256), None)

    def paths(self) -> dict[str, Path]:
        """Source id → the file that holds its text, for every text that is here."""
        if self._paths is None:
            self._paths = {}
            for folder in filter(None, (self.extra, self.folder)):
                for path in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
                    if source := self._recognise(path):
                        self._paths.setdefault(source, path)
        return self._paths

    def find(self, source: str) -> str | None:
        """The text of `source`, or None when the reader has not registered it."""
        if source not in self._texts:
            path = self.paths().get(source)
            if path is None:
                return None
            self._texts[source] = read_text(path)
        return self._texts[source]

    def need(self, source: str) -> str:
        """The text of `source`. Raises TextError, saying how to register it, when it is not here."""
        if source not in self.versions:
            raise TextError(f"There is no source {source!r}. Known: {', '.join(sorted(self.versions))}.")
        text = self.find(source)
        if text is None:
            raise TextError(f"The text of {source} is not registered. Run `caretrace texts add FILE` with your copy of it, "
                            "or name a folder that holds it in CARETRACE_TEXTS.")
        return text

    def add(self, path: Path) -> str:
        """Register a copy of `path`; returns its source id. Raises TextError when no source has its digest."""
        read_text(path)
        source = self._recognise(path)
        if source is None:
            known = "\n".join(f"  {v.source}: SHA-256 {v.sha256}, {v.code_points} code points"
                              for v in sorted(self.versions.values(), key=lambda v: v.source))
            raise TextError(f"{path} is none of the known text versions (its digest differs).\n{known}\n"
                            "For another edition use `caretrace verify SOURCE --edition FILE`.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as temporary:
                with path.open("rb") as original:
                    shutil.copyfileobj(original, temporary)
            os.replace(temporary.name, self.folder / f"{source}.txt")
        except OSError as error:
            raise TextError(f"The text cannot be kept in {self.folder}: {error.strerror}. "
                            "Set CARETRACE_HOME to a folder you can write to.") from None
        self._paths = None
        return source

    def remove(self, source: str) -> Path:
        """Forget the registered copy of `source`; returns the path removed. Raises TextError when there is none."""
        path = self.folder / f"{source}.txt"
        try:
            path.unlink()
        except FileNotFoundError:
            raise TextError(f"No text of {source!r} is registered in {self.folder}.") from None
        except OSError as error:
            raise TextError(f"{path} cannot be removed: {error.strerror}.") from None
        self._paths = None
        self._texts.pop(source, None)
        return path
