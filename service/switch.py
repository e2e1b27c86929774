"""A new release without a gap: built beside the running app, verified, then in its place; the old one finishes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from kg.errors import CaretraceError
from kg.store import current_name, open_current
from service import warming
from service.app import create_app
from service.engine import Engine
from service.settings import Settings

LOOK_S = 2.0  # how long a new release waits to be noticed
LOG = logging.getLogger("caretrace")


class _Served:
    """An app, how many requests are within it, and whether another has taken its place."""

    def __init__(self, name: str, app):
        self.name, self.app, self.within, self.retired = name, app, 0, False


class Switch:
    """A WSGI app that stands for the app of the current release.

    `current()` names the current release, cheaply; `make()` builds its app, or raises CaretraceError when the
    release is broken or half-copied. A refused release is tried again at every look, and logged once.
    """

    def __init__(self, current: Callable[[], str], make: Callable[[], object]):
        self._current, self._make = current, make
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._refused: str | None = None
        self._served = _Served(current(), make())

    @property
    def app(self):
        """The app that new requests get."""
        return self._served.app

    @property
    def engine(self) -> Engine:
        """The engine of that app."""
        return self.app.extensions["caretrace"]

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        with self._lock:
            served = self._served
            served.within += 1
        try:
            body = served.app(environ, start_response)
        except BaseException:
            self._leave(served)
            raise
        return _Body(body, lambda: self._leave(served))

    def _leave(self, served: _Served) -> None:
        with self._lock:
            served.within -= 1
            finished = served.retired and not served.within
        if finished:
            served.app.extensions["caretrace"].close()

    def look(self) -> bool:
        """Take the current release if it is another one; whether it did. A release that is not whole is refused."""
        try:
            name = self._current()
        except CaretraceError as error:
            LOG.warning("no current release: %s The old one is served.", error)
            return False
        if name == self._served.name:
            return False
        try:
            app = self._make()
            _verify(app)
        except CaretraceError as error:
            if name != self._refused:
                LOG.warning("release %s is refused: %s The old one is served.", name, error)
            self._refused = name
            return False
        with self._lock:
            old, self._served = self._served, _Served(name, app)
            old.retired, finished = True, not old.within
        if finished:
            old.app.extensions["caretrace"].close()
        self._refused = None
        LOG.info("release %s is served", name)
        return True

    def watch(self, every_s: float) -> None:
        """Look every so often, in a thread, until `close`."""
        def run() -> None:
            while not self._stop.wait(every_s):
                try:
                    self.look()
                except Exception:
                    LOG.exception("the look for a new release failed; the old one is served")
        threading.Thread(target=run, name="release-watch", daemon=True).start()

    def close(self) -> None:
        """Stop watching and end the query processes."""
        self._stop.set()
        self._served.app.extensions["caretrace"].close()


def follow(releases: Path, settings: Settings, warm_s: float = warming.LONGEST_S) -> Switch:
    """The service for the current release below `releases`, and for each later one from when it is whole.

    It is warm, unless that takes longer than `warm_s`; later ones always are. Raises ReleaseError when there is none.
    """
    switch = Switch(lambda: current_name(releases), lambda: create_app(open_current(releases), settings))
    warming.wait_for(switch.app, warm_s)
    switch.watch(LOOK_S)
    return switch


def _verify(app) -> None:
    """Raises CaretraceError unless the app says that it is ready; waits for it to be warm, so that nobody else must."""
    warming.wait_for(app)
    answer = app.test_client().get("/readyz")
    if answer.status_code != 200:
        app.extensions["caretrace"].close()
        raise CaretraceError(f"its query processes do not answer: {answer.get_data(as_text=True)[:300]}")


class _Body:
    """A response body that tells when it is done with."""

    def __init__(self, body: Iterable[bytes], done: Callable[[], None]):
        self._body, self._done = body, done

    def __iter__(self):
        return iter(self._body)

    def close(self) -> None:
        done, self._done = self._done, lambda: None
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            done()
