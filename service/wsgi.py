"""The app for a WSGI server: `gunicorn -c deploy/gunicorn.conf.py`. Settings come from the environment."""

from __future__ import annotations

from kg.names import project
from service.operation import log_to
from service.settings import Settings
from service.switch import Switch, follow


def make_app() -> Switch:
    """The service for the current release, and for each later one from when it is whole.

    Raises ReleaseError when there is none, SettingError for a wrong setting.
    """
    log_to()
    return follow(project().releases, Settings.from_environment())
