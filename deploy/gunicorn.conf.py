"""gunicorn -c deploy/gunicorn.conf.py

One process with threads: queries run in processes of their own, so that more server processes would only divide the
cache, the rate limits and the metrics. Behind a proxy set CARETRACE_PROXIES=1 and CARETRACE_PUBLIC_URL.
"""

import os

wsgi_app = "service.wsgi:make_app()"
bind = os.environ.get("CARETRACE_BIND", "127.0.0.1:8000")
workers = 1
worker_class = "service.gunicorn_worker.Worker"
threads = 16
timeout = 120  # above the longest time limit of a query
graceful_timeout = 75
keepalive = 15
limit_request_line = 0  # the service has its own limit and says so
limit_request_field_size = 16384
control_socket_disable = True  # signals do all that is wanted
forwarded_allow_ips = ""  # X-Forwarded-* is read by the service alone, as CARETRACE_PROXIES says


def worker_exit(server, worker):
    """End the query processes with the process that they belong to."""
    if hasattr(worker.app.callable, "close"):
        worker.app.callable.close()
