"""The endpoint: SPARQL 1.1 Protocol queries, answered completely or refused with a reason."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from service import signposts
from service.cache import AnswerCache
from service.description import Description
from service.engine import Answer, Engine, Query
from service.errors import BadQuery, BadRequest, ClientGone, Refused, ServiceError, TooLarge
from service.negotiation import GRAPHS, HTML, SOLUTIONS, Format, choose_accepted, choose_named, find_named, prefers_html
from service.names import PREFIXES
from service.presence import presence
from service.process import ClientLeft
from service.protocol import ProtocolRequest, read_request
from service.querypage import QueryPages
from service.responses import CROSS_ORIGIN, digest_of, respond, tag, unchanged
from service.settings import Settings
from service.syntax import Reading, read_query

METHODS = "GET, HEAD, OPTIONS, POST"
WITH_PREFIXES = ("TURTLE", "TRIG")


@dataclass(frozen=True)
class Endpoint:
    """What answering needs, handed over once by the app factory."""

    engine: Engine
    cache: AnswerCache
    settings: Settings
    release_digest: str
    pages: QueryPages
    description: Description
    dump: str | None = None  # where a client finds everything, below the service's root

    def answer(self) -> Response:
        """The response to the current request."""
        asked = read_request(request, self.settings)
        if asked.query is None:
            return self._describe()
        reading = read_query(asked.query)
        by_hand = prefers_html(request.accept_mimetypes)
        try:
            self._refuse(reading)
            chosen = self._choose(reading, asked)
            if chosen is HTML:
                return self.pages.answer(asked, lambda: self._run(asked, reading, chosen))
            return self._send(asked, reading, chosen)
        except ServiceError as error:
            if by_hand and not asked.format_names:
                return self.pages.failure(asked, error)
            raise

    def _describe(self) -> Response:
        if prefers_html(request.accept_mimetypes):
            form = self.pages.form()
            form.headers["Link"] = signposts.of_service(request.script_root)
            return form
        chosen = choose_accepted(request.accept_mimetypes, (*GRAPHS, HTML))
        body = self.description.write(self.settings.endpoint(request.url_root), chosen.engine_name)
        return respond(body, chosen.content_type, headers={"Link": signposts.of_service(request.script_root)})

    def _refuse(self, reading: Reading) -> None:
        if reading.service:
            raise Refused("The query uses SERVICE. This endpoint asks no other server; take the part that stands in "
                          "SERVICE to that server yourself, or join the two results.")
        if reading.update:
            raise BadQuery("This is an update. The endpoint answers SELECT, ASK, CONSTRUCT and DESCRIBE and takes no "
                           "updates: a release never changes.")

    def _choose(self, reading: Reading, asked: ProtocolRequest) -> Format:
        formats = (*(GRAPHS if reading.form in ("CONSTRUCT", "DESCRIBE") else SOLUTIONS), HTML)
        if asked.format_names:
            first, *others = asked.format_names
            chosen = choose_named(first, formats)
            # Clients add lists of media types in further parameters; only another known format contradicts the first.
            if any(item not in (None, chosen) for item in (find_named(name, formats) for name in others)):
                raise BadRequest(f"The result is asked for in several formats: {', '.join(asked.format_names)}. Name one.")
            return chosen
        return choose_accepted(request.accept_mimetypes, formats)

    def _key(self, asked: ProtocolRequest, engine_name: str) -> str:
        graphs = json.dumps([asked.default_graphs, asked.named_graphs])
        return digest_of(self.release_digest, self.engine.order, asked.query, graphs, engine_name)

    def _run(self, asked: ProtocolRequest, reading: Reading, chosen: Format) -> tuple[str, object, int]:
        """Kind of result, its body (bytes when small, else a file) and its size."""
        is_graph = reading.form in ("CONSTRUCT", "DESCRIBE")
        engine_name = "TURTLE" if is_graph and chosen is HTML else chosen.engine_name
        key = self._key(asked, engine_name)
        if not reading.volatile and (held := self.cache.get(key)):
            return held[0], held[1], len(held[1])
        graphs = (asked.default_graphs, asked.named_graphs)
        if any(graphs):  # a dataset given in the request replaces the whole dataset
            graphs = tuple(given or () for given in graphs)
        answer = self._ask_engine(Query(
            asked.query, self.settings.base, "JSON" if is_graph else engine_name, engine_name if is_graph else "TURTLE",
            *graphs, asked.time_limit_s, PREFIXES if engine_name in WITH_PREFIXES else {}))
        if answer.size > self.settings.spool_bytes:
            return answer.kind, answer.body, answer.size
        body = answer.body.read()
        answer.body.close()
        if not reading.volatile:
            self.cache.put(key, answer.kind, body)
        return answer.kind, body, answer.size

    def _ask_engine(self, query: Query) -> Answer:
        try:
            return self.engine.run(query, presence(request.environ))
        except TooLarge as error:
            if self.dump:
                error.detail += f" The dump has everything: {self.dump}"
                error.extra["dump"] = self.settings.root(request.url_root) + self.dump
            raise
        except ClientLeft:
            raise ClientGone("The client closed the connection before the answer was complete.") from None

    def _send(self, asked: ProtocolRequest, reading: Reading, chosen: Format) -> Response:
        etag = digest_of(self._key(asked, chosen.engine_name), chosen.media_type)
        if not reading.volatile and unchanged(etag):
            return tag(Response(status=304, headers=CROSS_ORIGIN), etag, "Accept")
        _, body, size = self._run(asked, reading, chosen)
        whole = body if isinstance(body, bytes) else wrap_file(request.environ, body)
        response = Response(whole, content_type=chosen.content_type, headers=CROSS_ORIGIN,
                            direct_passthrough=not isinstance(body, bytes))
        response.content_length = size
        if reading.volatile:  # the same query has another answer next time
            response.headers.update({"Cache-Control": "no-store", "Vary": "Accept"})
            return response
        return tag(response, etag, "Accept")


def blueprint(endpoint: Endpoint) -> Blueprint:
    """The routes of the endpoint."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "HEAD", "POST"], provide_automatic_options=False)
    def sparql() -> Response:
        return endpoint.answer()

    @routes.route("/sparql", methods=["OPTIONS"], provide_automatic_options=False)
    def options() -> Response:
        return Response(status=204, headers={
            "Allow": METHODS, "Accept-Post": "application/sparql-query, application/x-www-form-urlencoded"})

    return routes
