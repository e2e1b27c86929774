"""What a release gives once and for all is worked out at the start, in a thread; servers wait for it before they listen."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterable
from itertools import chain

from flask import Flask

LOG = logging.getLogger("caretrace")
LONGEST_S = 60.0
Step = Callable[[], object]


class Warming:
    """Runs steps in a thread of their own until they are done or `stopped` says so."""

    def __init__(self, steps: Iterable[Step], stopped: Callable[[], bool]):
        self._steps, self._stopped = steps, stopped
        self.thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def _run(self) -> None:
        gc.unfreeze()
        try:
            for step in self._steps:
                if self._stopped():
                    return
                step()
        except Exception:  # the request that needs it will meet the same and report it
            LOG.warning("warming up stopped half-way", exc_info=True)
        gc.freeze()  # what stays is not looked through again and again: that would take 50 ms in the midst of a request


def start(app: Flask, steps: Iterable[Step], stopped: Callable[[], bool]) -> Warming:
    """Begin with the templates of `app`, and go on with `steps` until `stopped` says so."""
    names = app.jinja_env.list_templates(["html"])
    warming = Warming(chain((lambda name=name: app.jinja_env.get_template(name) for name in names), steps), stopped)
    warming.thread.start()
    return warming


def wait_for(app, longest_s: float = LONGEST_S) -> None:
    """Return when `app` is warm, so that nobody has to wait for what is worked out once, or after `longest_s` in any case."""
    if warming := getattr(app, "extensions", {}).get("caretrace.warming"):
        warming.thread.join(longest_s)
