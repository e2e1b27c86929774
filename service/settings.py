"""Every limit and switch of the service, in one place."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from kg.names import BASE
from service.errors import SettingError

MEBIBYTE = 1024 * 1024
SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class Settings:
    """What an operator may decide. Times are in seconds, sizes in bytes unless the name says characters."""

    base: str = BASE
    store: str | None = None  # the address of an external SPARQL 1.1 endpoint; None: the release's own store
    store_default_graph: str | None = None  # where that store keeps the record, when its own default graph is the union of all
    public_url: str | None = None  # the service's own address as the world sees it; None: as each request names it
    workers: int = max(2, min(8, os.cpu_count() or 2))
    time_limit_s: float = 10.0
    max_time_limit_s: float = 60.0
    queue_limit_s: float = 5.0
    max_waiting: int = 6  # queries that may wait for a process; each holds one of the server's threads
    memory_limit_bytes: int = 1024 * MEBIBYTE
    in_memory_bytes: int = 256 * MEBIBYTE  # a release of N-Quads up to this size is read from memory, in two copies of some four times the size; a larger one from disk
    max_query_chars: int = 100_000
    max_body_bytes: int = 1 * MEBIBYTE
    max_result_bytes: int = 64 * MEBIBYTE
    max_rows: int = 250_000  # rows of a SELECT, triples of a CONSTRUCT or DESCRIBE
    spool_bytes: int = 1 * MEBIBYTE  # larger answers wait on disk, and are not cached
    cache_bytes: int = 64 * MEBIBYTE
    max_html_rows: int = 500
    claims_per_page: int = 50
    warm: bool = True  # whether what a release gives once and for all is worked out at the start
    context_chars: int = 400  # how much text stands on either side of a passage
    show_texts: bool | None = None  # None: only to a reader on the same machine
    proxies: int = 0  # how many proxies stand before the service; only then X-Forwarded-* is believed
    rate_limits: bool = False
    work_burst_s: float = 120.0  # seconds of queries that one client may use at once
    work_refill: float = 0.5  # seconds of queries that it gets back each second
    error_burst: float = 60.0
    error_refill: float = 0.5
    access_log: bool = False
    on_loopback: bool = False  # whether the server listens on this machine's own address only

    def for_host(self, host: str) -> Settings:
        """These settings for a server that listens on `host`."""
        here = is_loopback(host)
        return replace(self, on_loopback=here, rate_limits=self.rate_limits or not here)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Settings of a public service, changed by `CARETRACE_<NAME>` variables. Raises SettingError."""
        given: dict[str, object] = {"rate_limits": True, "access_log": True}
        for item in fields(cls):
            text = environ.get(f"CARETRACE_{item.name.upper()}")
            if text is not None and item.name != "on_loopback":
                given[item.name] = _read(item.name, text, type(item.default), item.default)
        return cls(**given)

    def endpoint(self, request_root: str) -> str:
        """The endpoint's address as the world sees it; `request_root` is the service's root as a request names it."""
        return f"{self.root(request_root)}/sparql"

    def root(self, request_root: str) -> str:
        """The service's root as the world sees it, without a slash at its end."""
        return (self.public_url or request_root).rstrip("/")

    def may_show_texts(self, host: str, through_proxy: bool) -> bool:
        """Whether a request that names `host` may see registered texts.

        A name that is not this machine's, on a loopback address, is a foreign page in disguise (DNS rebinding) or
        a proxy that carries the page elsewhere.
        """
        if self.show_texts is not None:
            return self.show_texts
        return self.on_loopback and is_loopback(host) and not through_proxy


def _read(name: str, text: str, kind: type, default: object) -> object:
    """The value of a setting from its text; the default's type decides, and None stands for text or a switch."""
    if kind is bool or name == "show_texts":
        if text.lower() in SWITCH:
            return SWITCH[text.lower()]
        raise SettingError(f"CARETRACE_{name.upper()}={text!r}: write one of {', '.join(SWITCH)}.")
    if kind in (int, float):
        try:
            value = kind(text)
            if 0 <= value < float("inf"):
                return value
        except ValueError:
            pass
        raise SettingError(f"CARETRACE_{name.upper()}={text!r}: write a number from 0, such as {default}.")
    return text


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without port) can only be this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
