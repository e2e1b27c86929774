"""Limits per client, by the work that its queries cost and by the errors that it makes (RFC 6585: 429)."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from service.errors import TooMany
from service.settings import Settings

MAX_CLIENTS = 10_000  # the least recently seen is forgotten first


def client_of(address: str | None) -> str:
    """Who counts as one client: an IPv4 address, or the /64 network of an IPv6 address, which is one customer's."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)


class Buckets:
    """A bucket a client: it holds up to `burst` and fills by `refill` a second; what is taken may overdraw it."""

    def __init__(self, burst: float, refill: float, clock: Callable[[], float] = time.monotonic):
        self.burst, self.refill, self._clock = burst, refill, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, client: str, need: float) -> float:
        """How many seconds until the client's bucket holds `need`; 0 when it does now."""
        with self._lock:
            missing = need - self._level(client)
        return max(0.0, missing / self.refill)

    def take(self, client: str, amount: float) -> None:
        """Charge the client."""
        with self._lock:
            self._levels[client] = (self._level(client) - amount, self._clock())
            self._levels.move_to_end(client)
            while len(self._levels) > MAX_CLIENTS:
                self._levels.popitem(last=False)

    def _level(self, client: str) -> float:
        level, at = self._levels.get(client, (self.burst, self._clock()))
        return min(self.burst, level + (self._clock() - at) * self.refill)


class Rates:
    """Both limits of one service."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic):
        self.on = settings.rate_limits
        self.work = Buckets(settings.work_burst_s, settings.work_refill, clock)
        self.errors = Buckets(settings.error_burst, settings.error_refill, clock)

    def check(self, address: str | None) -> None:
        """Raises TooMany with `Retry-After` when the client has used up its share."""
        client = client_of(address)
        for what, buckets, need in (("work", self.work, 0.1), ("errors", self.errors, 1.0)):
            if self.on and (wait := buckets.wait_s(client, need)):
                seconds = math.ceil(wait)
                raise TooMany(f"Too {'much work' if what == 'work' else 'many errors'} from this address in a short time. "
                              f"Come again in {seconds} seconds; /limits says what is allowed.",
                              {"Retry-After": str(seconds)}, limit=what)

    def charge(self, address: str | None, seconds: float, is_error: bool) -> None:
        """Count what a request cost."""
        if self.on:
            self.work.take(client_of(address), seconds)
            if is_error:
                self.errors.take(client_of(address), 1)
