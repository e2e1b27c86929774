"""Every limit and switch of the service, in one place."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, replace

from kg.names import BASE

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """What an operator may decide. Times are in seconds, sizes in bytes unless the name says characters."""

    base: str = BASE
    public_url: str | None = None  # the service's own address as the world sees it; None: as each request names it
    workers: int = max(2, min(8, os.cpu_count() or 2))
    time_limit_s: float = 10.0
    max_time_limit_s: float = 60.0
    queue_limit_s: float = 5.0
    memory_limit_bytes: int = 1024 * MEBIBYTE
    max_query_chars: int = 100_000
    max_body_bytes: int = 1 * MEBIBYTE
    max_result_bytes: int = 64 * MEBIBYTE
    spool_bytes: int = 1 * MEBIBYTE  # larger answers wait on disk, and are not cached
    cache_bytes: int = 64 * MEBIBYTE
    max_html_rows: int = 500
    claims_per_page: int = 100
    context_chars: int = 400  # how much text stands on either side of a passage
    show_texts: bool | None = None  # None: only to a reader on the same machine
    on_loopback: bool = False  # whether the server listens on this machine's own address only

    def for_host(self, host: str) -> Settings:
        """These settings for a server that listens on `host`."""
        return replace(self, on_loopback=is_loopback(host))

    def endpoint(self, request_root: str) -> str:
        """The endpoint's address as the world sees it; `request_root` is the service's root as a request names it."""
        return f"{(self.public_url or request_root).rstrip('/')}/sparql"

    def may_show_texts(self, host: str, through_proxy: bool) -> bool:
        """Whether a request that names `host` may see registered texts.

        A name that is not this machine's, on a loopback address, is a foreign page in disguise (DNS rebinding) or
        a proxy that carries the page elsewhere.
        """
        if self.show_texts is not None:
            return self.show_texts
        return self.on_loopback and is_loopback(host) and not through_proxy


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without port) can only be this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
