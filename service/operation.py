"""What an operator asks: is it alive, is it ready, what does it do, what does it log; and the limits, for everybody."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import time
from functools import lru_cache

from flask import Blueprint, Flask, Request, Response, g, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from service import signposts
from service.cache import AnswerCache
from service.engine import Engine
from service.errors import ServiceError
from service.express import Express
from service.rates import Rates
from service.settings import Settings
from service.worker import MAX_SEARCHES

LOG = logging.getLogger("caretrace.access")
SPARQL = "sparql.sparql"


def missing_isolation(isolation: dict) -> list[str]:
    """What the operating system refuses a query process and what stands in for it, in sentences; nothing when whole."""
    found = []
    if not isolation.get("network_namespace"):
        found.append("No network namespace: " + ("a query process may open no socket instead."
                     if isolation.get("no_new_descriptors") else "only the check for SERVICE keeps queries from the network."))
    if not isolation.get("memory_limit"):
        found.append("No memory limit: only the limits on time and result hold.")
    return found


class _Collector:
    """What the engine and the caches count themselves, read when it is asked for."""

    def __init__(self, engine: Engine, express: Express, answers: AnswerCache):
        self._engine, self._kept = engine, {"responses": express.kept, "answers": answers}

    def collect(self):
        events = CounterMetricFamily("caretrace_engine_events", "Queries killed or turned away, by reason", labels=["event"])
        for event, count in sorted(self._engine.events.items()):
            events.add_metric([event], count)
        yield events
        yield GaugeMetricFamily("caretrace_engine_idle_processes", "Query processes that wait for work", self._engine.idle)
        yield GaugeMetricFamily("caretrace_engine_waiting", "Queries at work or waiting", self._engine.present)
        lookups = CounterMetricFamily("caretrace_cache_lookups", "Lookups in a cache", labels=["cache", "outcome"])
        held = GaugeMetricFamily("caretrace_cache_bytes", "Bytes that a cache holds", labels=["cache"])
        for name, cache in self._kept.items():
            lookups.add_metric([name, "hit"], cache.hits)
            lookups.add_metric([name, "miss"], cache.misses)
            held.add_metric([name], cache.held_bytes)
        yield lookups
        yield held


class _Record:
    """Counts and logs every request, whoever answers it."""

    def __init__(self, registry: CollectorRegistry, log: bool):
        self._requests = Counter("caretrace_requests", "Requests by route and status", ["route", "status"], registry=registry)
        self._seconds = Histogram("caretrace_request_seconds", "Time to the whole answer", ["route"], registry=registry)
        self._log = log
        self._of = lru_cache(1000)(lambda route, status: (self._requests.labels(route, status), self._seconds.labels(route)))

    def __call__(self, environ: dict, route: str, status: int, size: int | None, took: float) -> None:
        count, seconds = self._of(route, status)
        count.inc()
        seconds.observe(took)
        if self._log:
            LOG.info(json.dumps(_entry(environ, status, size, took)))


def install(app: Flask, engine: Engine, settings: Settings, release: dict, answers: AnswerCache) -> None:
    """Count, limit and log every request of `app`, and answer what operators ask. `release` is told by /readyz."""
    registry, express = CollectorRegistry(), app.wsgi_app
    registry.register(_Collector(engine, express, answers))
    record, rates = _Record(registry, settings.access_log), Rates(settings)
    express.on_hit = lambda environ, status, size, took: record(environ, "kept", status, size, took)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.charged = request.endpoint == SPARQL
        if g.charged:
            rates.check(request.remote_addr)

    @app.after_request
    def end(response: Response) -> Response:
        took = time.perf_counter() - g.get("began", time.perf_counter())
        if response.status_code != 429:
            rates.charge(request.remote_addr, took if g.get("charged") else 0.0, response.status_code in (400, 403, 413, 503))
        record(request.environ, request.endpoint or "none", response.status_code, response.content_length, took)
        return response

    app.register_blueprint(_routes(engine, settings, release, registry))


def _entry(environ: dict, status: int, size: int | None, took: float) -> dict:
    """One line of the log: no query, no address; equal queries share a digest, so that they can be counted."""
    asked = Request(environ)
    entry = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "method": asked.method, "path": asked.path,
             "status": status, "ms": round(took * 1000, 1), "bytes": size}
    if query := asked.args.get("query"):
        entry["query"] = hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:12]
    return entry


def log_to(stream=sys.stderr) -> None:
    """Send the access log to `stream`, a JSON object a line."""
    if not LOG.handlers:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False


def _routes(engine: Engine, settings: Settings, release: dict, registry: CollectorRegistry) -> Blueprint:
    routes = Blueprint("operation", __name__)

    def tell(body: dict, status: int = 200) -> Response:
        return Response(json.dumps(body), status, {"Cache-Control": "no-store"}, content_type="application/json")

    @routes.get("/livez")
    def livez() -> Response:
        return tell({"status": "alive"})

    @routes.get("/readyz")
    def readyz() -> Response:
        try:
            isolation = engine.isolation()
        except ServiceError as error:
            return tell({"status": "not ready", "reason": error.detail, **release}, 503)
        return tell({"status": "ready", **release, "engine": engine.name, "isolation": isolation,
                     "missing_isolation": missing_isolation(isolation)})

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    @routes.get("/limits")
    def limits() -> Response:
        return Response(render_template("limits.html", settings=settings, searches=MAX_SEARCHES),
                        content_type="text/html; charset=utf-8", headers={"Link": signposts.of_service(request.script_root)})

    return routes
