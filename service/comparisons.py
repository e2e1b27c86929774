"""The pages below /compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from itertools import permutations

from flask import Response, render_template, request

from kg.names import RULE
from service import charts
from service.around import named
from service.catalogue import Catalogue
from service.claimindex import ClaimIndex, short_id
from service.comparing import Pair, matrix, moments, most_spoken_of, pairs, said_of, side_by_side
from service.errors import NotFound
from service.families import Hierarchy, by_report, families, unanswered
from service.reader import Reader
from service.responses import respond
from service.settings import Settings
from service.weighing import Voice, voices

MOST_ROWS, MOST_COLUMNS, MOST_LISTED = 40, 14, 12
MOST_SPOKEN = 6
MOST_KEPT = 64  # pairs of reports
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
        self._side_by_side = lru_cache(MOST_KEPT)(partial(side_by_side, reader, claims))

    def slow_parts(self) -> list[Callable[[], object]]:
        """What takes long to work out and is kept: the pairs of each table, the time line, each two reports side by side."""
        return [*(partial(self._pairs, predicate) for predicate, *_ in TABLES.values()), lambda: self._times,
                *(partial(self._side_by_side, *both) for both in permutations(self.claims.reports, 2))]

    def _page(self, template: str, **shown: object) -> Response:
        return respond(render_template(template, claims=self.claims.claims, reports=self.claims.reports, short_id=short_id,
                                       **shown), "text/html; charset=utf-8", shared=False)

    def index(self) -> Response:
        """The list of comparisons."""
        return self._page("compare.html", tables=TABLES)

    def table(self, name: str) -> Response:
        """What claims join by one predicate: who says how much, where pairs meet, all pairs; or those `of` one thing.

        Raises NotFound.
        """
        if name not in TABLES:
            raise NotFound(f"There is no comparison of {name}.", near=[
                {"label": title, "iri": f"{request.script_root}/compare/{known}"} for known, (_, _, title, *_) in TABLES.items()])
        predicate, by_object, title, row, column = TABLES[name]
        found = self._pairs(predicate)
        if request.args.get("of"):
            return self._of_one(name, found, named(self.reader, self.settings.base, request.args["of"]))
        groups: dict[str, list[Pair]] = {}
        for pair in found:
            groups.setdefault(pair.object, []).append(pair)
        rows = by_report(found, self.claims, self._hierarchy)
        shown = self._answers(found) if by_object else self._to_several(found)
        return self._page("matrix.html", name=name, title=title, row=row, column=column, by_object=by_object, found=found,
                          rows=rows, groups=[(line, groups[line.thing]) for line in rows], sources=self._sources, most=MOST_LISTED,
                          said_by=self.claims.publishers({claim for pair in found for claim in pair.claims}), **shown)

    def _answers(self, found: list[Pair]) -> dict[str, object]:
        """Where risks and what answers them meet, and the risks that nothing answers."""
        return {"families": families(found, self._hierarchy),
                "unanswered": unanswered(self.reader, self.claims, RULE + "unmitigated-risk")}

    def _to_several(self, found: list[Pair]) -> dict[str, object]:
        """What is recommended to more than one addressee."""
        several = Counter(pair.subject for pair in found)
        return {"matrix": matrix([pair for pair in found if several[pair.subject] > 1], False, MOST_ROWS, MOST_COLUMNS)}

    @cached_property
    def _hierarchy(self) -> Hierarchy:
        return Hierarchy(self.reader)

    def _sources(self, claims: set[str]) -> list[str]:
        """The reports of claims, the oldest first."""
        own = {self.claims.claims[claim].source for claim in claims if claim in self.claims.claims}
        return [source for source in self.claims.reports if source in own]

    def _of_one(self, name: str, found: list[Pair], thing: str) -> Response:
        """The claims behind the pairs of one thing, those of the `report` that is named or of all. Raises NotFound."""
        given = request.args.get("report", "")
        source = f"{self.settings.base}source/{given}"
        if given and source not in self.claims.reports:
            raise self._no_report(given)
        groups = []
        for pair in found:
            claims = [claim for claim in self.claims.claims.values()
                      if claim.iri in pair.claims and (not given or claim.source == source)]
            if claims and thing in (pair.object, pair.subject):
                groups.append((pair.subject if thing == pair.object else pair.object, claims))
        return self._page("matrix-one.html", name=name, title=TABLES[name][2], thing=thing, source=source if given else None,
                          groups=groups)

    def _no_report(self, given: str) -> NotFound:
        return NotFound(f"There is no report {given}. The reports are {', '.join(map(short_id, self.claims.reports))}.")

    def said(self) -> Response:
        """What claims say of one thing towards another. Raises NotFound."""
        subject, thing = (named(self.reader, self.settings.base, request.args.get(name, "")) for name in ("subject", "object"))
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
                raise self._no_report(given)
            chosen.append(iri if given else None)
        ready = all(chosen) and chosen[0] != chosen[1]
        return self._page("reports.html", a=chosen[0], b=chosen[1],
                          both=self._side_by_side(*chosen) if ready else None)

    def timeline(self) -> Response:
        """Policies, changes and reports at their dates."""
        return self._page("timeline.html", first=FIRST_YEAR, last=LAST_YEAR, **self._times)

    @cached_property
    def _times(self) -> dict[str, object]:
        """What the time line shows."""
        found = moments(self.reader, self.claims)
        within = [moment for moment in found if FIRST_YEAR <= moment.start < LAST_YEAR + 1]
        chart = charts.timeline([(moment, self.catalogue.label(moment.iri)) for moment in within], FIRST_YEAR, LAST_YEAR + 1)
        return {"moments": within, "before": [m for m in found if m.start < FIRST_YEAR], "chart": chart,
                "said": said_of(self.claims, {m.iri for m in found}), "spoken": most_spoken_of(self.claims, MOST_SPOKEN)}
