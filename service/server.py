"""Serves a release over HTTP from this machine."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from waitress import create_server

from kg.errors import CaretraceError
from service import warming
from service.app import Release, create_app
from service.connection import Channel
from service.dataset import create_data_app, load_files
from service.engine import Engine
from service.errors import CannotListen, PortInUse
from service.operation import missing_isolation
from service.settings import Settings
from service.switch import follow

LOG = logging.getLogger("caretrace")
THREADS = 16
HEADER_BYTES = 16 * 1024
AT_A_TERMINAL_S = 0.2  # somebody waits for the address, and can read on while the rest is worked out


def serve(release: Release, settings: Settings | None = None, host: str = "127.0.0.1", port: int = 8000,
          announce: Callable[[str], None] = print) -> None:
    """Serve one release until interrupted; `announce` gets the address once the port is open.

    Raises PortInUse when another program has the port. Port 0 takes a free one.
    """
    settings = (settings or Settings()).for_host(host)
    _try_port(host, port)  # before anything takes its time
    app = create_app(release, settings)
    engine = app.extensions["caretrace"]
    _run(app, engine, engine.close, settings, host, port, announce)


def serve_current(releases: Path, settings: Settings | None = None, host: str = "127.0.0.1", port: int = 8000,
                  announce: Callable[[str], None] = print) -> None:
    """Serve the current release below `releases`, and each later one as soon as it is whole, as `serve` does.

    Raises ReleaseError when there is none, PortInUse when another program has the port.
    """
    settings = (settings or Settings()).for_host(host)
    if not LOG.handlers:  # which release is served, or refused and why
        LOG.addHandler(logging.StreamHandler())
        LOG.setLevel(logging.INFO)
    _try_port(host, port)
    switch = follow(releases, settings, warm_s=0)
    _run(switch, switch.engine, switch.close, settings, host, port, announce)


def serve_files(files: list[Path], settings: Settings | None = None, host: str = "127.0.0.1", port: int = 8000,
                announce: Callable[[str], None] = print) -> None:
    """Serve the endpoint over RDF `files`, all loaded before the port opens. Raises DataFileError or PortInUse."""
    settings = (settings or Settings()).for_host(host)
    _try_port(host, port)
    with tempfile.TemporaryDirectory(prefix="caretrace-") as folder:
        store = Path(folder) / "store"
        digest = load_files(files, store)
        app = create_data_app(store, digest, settings)
        engine = app.extensions["caretrace"]
        _run(app, engine, engine.close, settings, host, port, announce)


def _run(app, engine: Engine, close: Callable[[], None], settings: Settings, host: str, port: int,
         announce: Callable[[str], None]) -> None:
    """Listen, announce and answer until told to stop; then `close`."""
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(0)))
    try:
        server = open_server(app, settings, host, port)
        for sentence in missing_isolation(engine.isolation()):
            LOG.warning("%s", sentence)
        warming.wait_for(getattr(app, "app", app), AT_A_TERMINAL_S)
        announce(f"http://{f'[{host}]' if ':' in host else host}:{server.effective_port}/")
        try:
            server.run()
        finally:
            server.close()
    finally:
        close()


def open_server(app, settings: Settings, host: str, port: int):
    """A server that listens already; raises PortInUse."""
    try:
        # An address may hold a query of the full length, each character as up to nine (`%E2%82%AC`).
        server = create_server(app, host=host, port=port, threads=THREADS, ident="caretrace",
                               channel_request_lookahead=1,  # tells when a client has left
                               clear_untrusted_proxy_headers=False,  # they say that the reader sits elsewhere
                               max_request_header_size=9 * settings.max_query_chars + HEADER_BYTES,
                               max_request_body_size=2 * settings.max_body_bytes)
    except (OSError, ValueError) as error:
        raise _no_server(host, port, error) from None
    server.channel_class = Channel
    return server


def _try_port(host: str, port: int) -> None:
    """Raises PortInUse or CannotListen when a server could not listen there now."""
    try:
        for family, kind, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
                tried.bind(address)
    except OSError as error:
        raise _no_server(host, port, error) from None


def _no_server(host: str, port: int, error: Exception) -> CaretraceError:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return PortInUse(host, port)
    reason = str(getattr(error, "strerror", None) or error).rstrip(".")
    return CannotListen(f"Nothing can listen at {host}, port {port}: {reason}. Give --host an address of this machine, such as "
                        "127.0.0.1, and --port one that you may use, such as 8000.")
