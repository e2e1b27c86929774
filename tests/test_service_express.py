"""What is kept below the framework: only what may be, told apart by all that decides the answer."""

from service.express import Express


def app_of(status="200 OK", **headers):
    """A WSGI app that counts its calls, and the count."""
    calls = []
    fields = {"Content-Type": "text/plain", "Content-Length": "1", "ETag": '"a"', "Cache-Control": "public, max-age=60",
              **{name.replace("_", "-"): value for name, value in headers.items()}}

    def app(environ, start_response):
        calls.append(environ["PATH_INFO"])
        start_response(status, [pair for pair in fields.items() if pair[1]])
        return [b"x"]
    return app, calls


def ask(app, method="GET", path="/a", **more):
    got = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "wsgi.url_scheme": "http", **more}
    body = b"".join(app(environ, lambda status, headers, exc_info=None: got.append((status, dict(headers)))))
    return got[0][0], got[0][1], body


def test_an_equal_request_does_no_work():
    inner, calls = app_of()
    app = Express(inner, 1000)
    assert ask(app) == ask(app) and len(calls) == 1 and app.kept.hits == 1


def test_what_decides_the_answer_tells_requests_apart():
    inner, calls = app_of()
    app = Express(inner, 1000)
    different = [{}, {"QUERY_STRING": "q"}, {"HTTP_ACCEPT": "text/csv"}, {"HTTP_ACCEPT_ENCODING": "br"}, {"HTTP_HOST": "b"},
                 {"SCRIPT_NAME": "/x"}, {"wsgi.url_scheme": "https"}, {"path": "/b"}]
    for more in different:
        ask(app, **more)
    assert len(calls) == len(different) and app.kept.hits == 0


def test_nothing_private_changing_large_or_failed_is_kept():
    for inner, calls in (app_of(Cache_Control="private, no-cache"), app_of(Cache_Control="no-store"), app_of(ETag=""),
                         app_of(ETag='W/"a"'), app_of("404 NOT FOUND"), app_of(Set_Cookie="a=b"), app_of(Content_Length="999999")):
        app = Express(inner, 10**6)
        ask(app), ask(app)
        assert len(calls) == 2
    inner, calls = app_of()
    app = Express(inner, 1000)
    for more in ({"method": "POST"}, {"method": "HEAD"}, {"HTTP_RANGE": "bytes=0-0"}):
        ask(app, **more), ask(app, **more)
    assert len(calls) == 6


def test_a_client_that_holds_it_is_told_so():
    inner, calls = app_of()
    app = Express(inner, 1000)
    ask(app)
    status, headers, body = ask(app, HTTP_IF_NONE_MATCH='"b", W/"a"')
    assert status.startswith("304") and body == b"" and headers["ETag"] == '"a"' and "Content-Length" not in headers
    assert ask(app, HTTP_IF_NONE_MATCH='"b"')[0] == "200 OK" and len(calls) == 1
