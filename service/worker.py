"""One query process: has the store in memory or opens it read-only, shuts itself in, then answers queries from standard input.

Forked by `service.forkserver`, so that it starts in some milliseconds and carries nothing of the web server. Each message is a length (8 bytes, big-endian) and that many bytes: a request is JSON; a reply is JSON
followed by a second message with the serialised result. The engine kills this process to stop a query.
"""

from __future__ import annotations

import csv
import ctypes
import io
import json
import os
import re
import signal
import struct
import sys
from itertools import islice
from xml.parsers import expat

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LENGTH = struct.Struct(">Q")
UNKNOWN_FUNCTION = re.compile(r"The custom function <(.*)> is not supported", re.DOTALL)
MAX_UNKNOWN_FUNCTIONS = 50
WHOLE_REPLY = 1 << 18  # bytes; a reply up to this size leaves at once and wakes its reader once
MAX_SEARCHES = 20  # in one query; each costs the server some milliseconds
XSD = "http://www.w3.org/2001/XMLSchema#"


def leave_network() -> bool:
    """Move into an empty network namespace; False where the system has none or refuses."""
    if not sys.platform.startswith("linux"):
        return False
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    # Without privileges a network namespace needs a user namespace of its own.
    return bool(unshare) and any(unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def forbid_descriptors(store_path: str) -> bool:
    """Allow no new file descriptor, hence no socket, once every table file of the store at `store_path` ("": none) is open."""
    try:
        import resource
        opened = {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                  if os.path.islink(f"/proc/self/fd/{fd}")}
        tables = {os.path.realpath(os.path.join(store_path, name)) for name in (os.listdir(store_path) if store_path else ())
                  if name.endswith(".sst")}
        if not tables <= opened:
            return False
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        return True
    except (ImportError, OSError, ValueError):
        return False


def limit_memory(extra_bytes: int) -> bool:
    """Let the process grow by `extra_bytes` of address space over what it holds now; False where that is unknown."""
    try:
        import resource
        with open("/proc/self/statm", encoding="ascii") as statm:
            held = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + extra_bytes,) * 2)
        return True
    except (ImportError, OSError, ValueError):
        return False


class TooLargeError(Exception):
    """The result has more bytes than it may have."""


class TooManyRowsError(Exception):
    """The result has more rows or triples than it may have."""


class NotXmlError(Exception):
    """The result holds what no XML document can carry."""


class Bounded(bytearray):
    """A buffer that the serialiser writes into and that refuses to outgrow `limit` bytes."""

    limit = 0

    def write(self, data: bytes) -> int:
        if len(self) + len(data) > self.limit:
            raise TooLargeError
        self += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""


def stands_in(name: bytes, body: bytes) -> bool:
    """Whether `name`, a prefix with its colon, stands in `body` and is not the end of a longer one."""
    at = body.find(name)
    while at > 0 and (body[at - 1:at].isalnum() or body[at - 1] in b"_-"):
        at = body.find(name, at + 1)
    return at >= 0


def tidy_prefixes(data: bytes) -> bytes:
    """Turtle or TriG with its prefixes sorted and the unused ones left out.

    The serialiser writes all it was given, in an order that changes from call to call; equal answers are to be
    equal to the byte.
    """
    end = 0
    while data.startswith(b"@prefix ", end):
        end = data.index(b"\n", end) + 1
    body = data[end:]
    return b"".join(sorted(line for line in data[:end].splitlines(keepends=True) if stands_in(line.split(b" ")[1], body))) + body


def write_graph(ox, items, output, format_name: str, prefixes: dict[str, str]) -> bytes | None:
    """Serialise triples or quads into `output`, or return the bytes; with prefixes where the format is for people."""
    form = getattr(ox.RdfFormat, format_name)
    if format_name not in ("TURTLE", "TRIG"):
        return ox.serialize(items, output, form)
    if output is None:
        return tidy_prefixes(ox.serialize(items, format=form, prefixes=prefixes))
    ox.serialize(items, output, form, prefixes=prefixes)
    output[:] = tidy_prefixes(bytes(output))
    return None


def finish_xml(buffer: bytearray) -> None:
    """Make `buffer` an XML document that reads back as it was meant; raises NotXmlError where none can.

    The serialisers write control characters, and predicates that are no qualified name, as they are. A bare
    carriage return is legal and would be read as a line feed (XML 1.0 section 2.11).
    """
    if b"\r" in buffer:
        buffer[:] = buffer.replace(b"\r", b"&#13;")
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(bytes(buffer), True)
    except expat.ExpatError as error:
        raise NotXmlError(str(error)) from None


class Searches:
    """The functions that search, for one query: the server is asked once for each wording, over the same pipe.

    The index stays in the server: a query process neither holds nor opens one. `namespace` is "" where nothing can
    be searched.
    """

    def __init__(self, ox, namespace: str, ask):
        self._ox, self._namespace, self._ask = ox, namespace, ask
        self._held: dict[str, dict[str, float]] = {}
        self.refused = False
        self._named = {"matches": self._matches, "score": self._score}

    def function(self, iri: str):
        """What to call for a function that the engine does not know. Raises ValueError for none of ours in our namespace."""
        if not self._namespace or not iri.startswith(self._namespace):
            return lambda *arguments: None  # an error of the row (SPARQL 1.1 section 17.3)
        if (name := iri.removeprefix(self._namespace)) not in self._named:
            raise ValueError(f"there is no function <{iri}>; those here are {' and '.join(self._named)}.")
        return self._named[name]

    def _scores(self, arguments) -> tuple[str, dict[str, float]] | None:
        """The thing asked for and the scores of all that has the words; None for arguments that no search can have."""
        kinds = [type(argument) for argument in arguments]
        if kinds != [self._ox.NamedNode, self._ox.Literal]:
            return None
        thing, words = (argument.value for argument in arguments)
        if words not in self._held:
            if len(self._held) >= MAX_SEARCHES:
                self.refused = True
                return None
            self._held[words] = self._ask(words)
        return thing, self._held[words]

    def _matches(self, *arguments):
        found = self._scores(arguments)
        return found and self._ox.Literal(found[0] in found[1])

    def _score(self, *arguments):
        found = self._scores(arguments)
        score = found and found[1].get(found[0])
        return self._ox.Literal(repr(score), datatype=self._ox.NamedNode(XSD + "double")) if score is not None else None


def run_query(ox, store, request: dict, searches: Searches):
    """The engine's result, with the functions that search; any other that the engine does not know is an error of its row."""
    graphs = {key: [ox.NamedNode(iri) for iri in request[key]] for key in ("default_graph", "named_graphs")
              if request.get(key) is not None}
    unknown: dict = {}
    while True:
        try:
            return store.query(request["query"], base_iri=request["base_iri"], custom_functions=unknown, **graphs)
        except RuntimeError as error:
            match = UNKNOWN_FUNCTION.search(str(error))
            if not match or len(unknown) >= MAX_UNKNOWN_FUNCTIONS:
                raise
            unknown[ox.NamedNode(match[1])] = searches.function(match[1])


def has_more_rows(ox, data: bytes, form: str, most: int) -> bool:
    """Whether solutions serialised as `data` have more than `most` rows.

    What stands between rows is counted. In JSON and CSV a text may hold it too, so that the count is never too low;
    only an answer that may be over the limit is read again.
    """
    between, besides = {"JSON": (b",{", -1), "XML": (b"<result>", 0), "CSV": (b"\n", 1), "TSV": (b"\n", 1)}[form]
    if len(data) <= most or data.count(between) - besides <= most:
        return False
    if form == "JSON":
        return next(islice(ox.parse_query_results(bytes(data), format=ox.QueryResultsFormat.JSON), most, None), None) is not None
    if form == "CSV":
        csv.field_size_limit(len(data))
        return next(islice(csv.reader(io.StringIO(data.decode(), newline="")), most + 1, None), None) is not None
    return True


def serialise(ox, result, request: dict, buffer: Bounded) -> str:
    """Write `result` into `buffer`; returns its kind. Raises TooLargeError, TooManyRowsError or NotXmlError."""
    most = request["max_rows"]
    if isinstance(result, ox.QueryTriples):
        write_graph(ox, islice(result, most), buffer, request["graph_format"], request["prefixes"])
        if next(result, None) is not None:
            raise TooManyRowsError
        kind, form = "graph", request["graph_format"]
    else:
        kind, form = "boolean" if isinstance(result, ox.QueryBoolean) else "solutions", request["solutions_format"]
        result.serialize(buffer, getattr(ox.QueryResultsFormat, form))
        if kind == "solutions" and has_more_rows(ox, buffer, form, most):
            raise TooManyRowsError
    if form in ("XML", "RDF_XML"):
        finish_xml(buffer)
    return kind


def answer(ox, store, request: dict, ask) -> tuple[dict, bytes]:
    """Header and serialised result of one request; errors are told in the header's `status`. `ask` searches for words."""
    buffer = Bounded()
    buffer.limit = request["max_result_bytes"]
    searches = Searches(ox, request.get("functions", ""), ask)
    try:
        kind = serialise(ox, run_query(ox, store, request, searches), request, buffer)
        if searches.refused:
            return {"status": "searches", "limit": MAX_SEARCHES}, b""
        return {"status": "ok", "kind": kind}, buffer
    except TooLargeError:
        return {"status": "too-large"}, b""
    except TooManyRowsError:
        return {"status": "too-many-rows"}, b""
    except NotXmlError as error:
        return {"status": "not-xml", "message": str(error)}, b""
    except MemoryError:
        return {"status": "memory"}, b""
    except (SyntaxError, ValueError) as error:
        return {"status": "syntax", "message": str(error)}, b""
    except Exception as error:  # the engine's own errors have no common class
        return {"status": "error", "message": str(error)}, b""


def read_message(stream) -> bytes | None:
    """The next message, or None at the end of the stream."""
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def write_message(stream, data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)


def main(ox, store, store_path: str, memory_limit_bytes: int, network: bool) -> None:
    """Serve until standard input ends: over `store`, or over the one at `store_path` when it is None.

    `network` says whether the process is in a network namespace of its own.
    """
    in_memory = store is not None
    if not in_memory:
        store = ox.Store.read_only(store_path)
    isolation = {"network_namespace": network, "memory_limit": limit_memory(memory_limit_bytes),
                 "no_new_descriptors": forbid_descriptors("" if in_memory else store_path)}
    requests, replies = open(0, "rb", closefd=False), open(1, "wb", WHOLE_REPLY, closefd=False)

    def ask(words: str) -> dict[str, float]:
        write_message(replies, json.dumps({"status": "search", "words": words}).encode())
        replies.flush()
        return json.loads(read_message(requests) or b"{}")

    write_message(replies, json.dumps({"pid": os.getpid(), "isolation": isolation}).encode())
    replies.flush()
    while (message := read_message(requests)) is not None:
        request = json.loads(message)
        # Should the engine die in mid-query nobody kills this process: the alarm does.
        signal.setitimer(signal.ITIMER_REAL, request["time_limit_s"] + 2)
        header, body = answer(ox, store, request, ask)
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_message(replies, json.dumps(header).encode())
        write_message(replies, body)
        replies.flush()
