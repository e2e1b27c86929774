"""The app for a WSGI server: `gunicorn -c deploy/gunicorn.conf.py`. Settings come from the environment."""

from __future__ import annotations

from kg.names import project
from kg.store import current_name, open_current
from service.app import create_app
from service.operation import log_to
from service.settings import Settings
from service.switch import Switch

LOOK_S = 5.0  # how long a new release waits to be noticed


def make_app() -> Switch:
    """The service for the current release, and for each later one from when it is whole.

    Raises ReleaseError when there is none, SettingError for a wrong setting.
    """
    log_to()
    settings, releases = Settings.from_environment(), project().releases
    switch = Switch(lambda: current_name(releases), lambda: create_app(open_current(releases), settings))
    switch.watch(LOOK_S)
    return switch
