"""The pages below /compare."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from flask import Response, render_template, request

from kg.names import CT
from service import charts
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.comparing import matrix, moments, pairs, side_by_side
from service.errors import NotFound
from service.reader import Reader
from service.responses import respond
from service.settings import Settings
from service.weighing import Voice, voices

MOST_ROWS, MOST_COLUMNS = 30, 14
TABLES = {
    "mitigations": ("mitigates", True, "Risks and their mitigations", "risk or barrier", "mitigation"),
    "recommendations": ("recommendedTo", False, "Recommendations and their addressees", "recommendation", "addressee"),
}
FIRST_YEAR, LAST_YEAR = 2013, 2023


class Comparisons:
    """Answers /compare and what stands below it."""

    def __init__(self, reader: Reader, catalogue: Catalogue, claims: ClaimIndex, settings: Settings):
        self.reader, self.catalogue, self.claims, self.settings = reader, catalogue, claims, settings
        self._pairs = lru_cache(len(TABLES))(partial(pairs, reader, claims))

    def slow_parts(self) -> list[Callable[[], object]]:
        """What takes long to work out and is kept: the pairs of each table."""
        return [partial(self._pairs, predicate) for predicate, *_ in TABLES.values()]

    def _page(self, template: str, **shown: object) -> Response:
        return respond(render_template(template, claims=self.claims.claims, reports=self.claims.reports, short_id=short_id,
                                       **shown), "text/html; charset=utf-8", shared=False)

    def index(self) -> Response:
        """The list of comparisons."""
        return self._page("compare.html", tables=TABLES)

    def table(self, name: str) -> Response:
        """A matrix of things that claims join, and the list of all pairs. Raises NotFound."""
        if name not in TABLES:
            raise NotFound(f"There is no comparison of {name}.", near=[
                {"label": title, "iri": f"{request.script_root}/compare/{known}"} for known, (_, _, title, *_) in TABLES.items()])
        predicate, by_object, title, row, column = TABLES[name]
        found = self._pairs(predicate)
        groups: dict[str, list] = {}
        for pair in found:
            groups.setdefault(pair.object if by_object else pair.subject, []).append(pair)
        label = self.catalogue.label
        return self._page("matrix.html", title=title, row=row, column=column, by_object=by_object, predicate=CT + predicate,
                          matrix=matrix(found, by_object, MOST_ROWS, MOST_COLUMNS), total=len(found),
                          groups=sorted(groups.items(), key=lambda item: label(item[0]).casefold()))

    def said(self) -> Response:
        """What claims say of one thing towards another. Raises NotFound."""
        subject, thing = request.args.get("subject", ""), request.args.get("object", "")
        for given in (subject, thing):
            if not self.reader.exists(given):
                raise NotFound(f"Nothing in this release has the IRI {given or '(none given)'}. Give subject= and object= as IRIs.")
        groups: dict[tuple[str, bool], list[Voice]] = {}
        for voice in voices(self.reader, self.claims, subject, thing):
            groups.setdefault((voice.predicate, voice.denied), []).append(voice)
        return self._page("said.html", subject=subject, object=thing, groups=groups,
                          back=bool(voices(self.reader, self.claims, thing, subject)))

    def two_reports(self) -> Response:
        """Two reports side by side; without two names, the form that asks for them. Raises NotFound."""
        chosen = []
        for name in ("a", "b"):
            given = request.args.get(name, "")
            iri = f"{self.settings.base}source/{given}"
            if given and iri not in self.claims.reports:
                raise NotFound(f"There is no report {given}. The reports are {', '.join(map(short_id, self.claims.reports))}.")
            chosen.append(iri if given else None)
        ready = all(chosen) and chosen[0] != chosen[1]
        return self._page("reports.html", a=chosen[0], b=chosen[1],
                          both=side_by_side(self.reader, self.claims, *chosen) if ready else None)

    def timeline(self) -> Response:
        """Policies, changes and reports at their dates."""
        found = moments(self.reader, self.claims)
        within = [moment for moment in found if FIRST_YEAR <= moment.start < LAST_YEAR + 1]
        chart = charts.timeline([(moment, self.catalogue.label(moment.iri)) for moment in within], FIRST_YEAR, LAST_YEAR + 1)
        return self._page("timeline.html", moments=within, before=[m for m in found if m.start < FIRST_YEAR], chart=chart,
                          first=FIRST_YEAR, last=LAST_YEAR)
