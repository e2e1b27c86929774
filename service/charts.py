"""Pictures as numbers: where templates draw lines, dots and words. Sizes are in units of the drawing, about a pixel each."""

from __future__ import annotations

import math
from dataclasses import dataclass

from service.comparing import Moment, Pair

ROW, GUTTER = 26, 330
APART = 17  # between the middles of two numbers


def fit(words: str, most: int) -> str:
    """`words`, cut to `most` characters."""
    return words if len(words) <= most else words[:most - 1].rstrip(" ,;(") + "…"


@dataclass(frozen=True)
class Chart:
    """A drawing's size and its parts; what the parts hold is its template's business."""

    width: int
    height: int
    parts: dict


def timeline(moments: list[tuple[Moment, str]], first: int, end: int) -> Chart:
    """A row for each moment: its name, a mark at its date, a line to its end, and at each report's date how many claims it makes of it."""
    width, year = 960, (960 - GUTTER - 50) / (end - first)
    def x(when: float) -> float:
        return round(GUTTER + (min(max(when, first), end) - first) * year, 1)
    dates = {moment.iri: _middle(moment) for moment, _ in moments if moment.is_report}
    rows = []
    for n, (moment, label) in enumerate(moments):
        until = moment.end or (moment.start + 1 if _year_alone(moment) else None)
        said = [] if moment.is_report else [(x(dates[source]), number) for source, number in moment.claims.items() if source in dates]
        rows.append({"iri": moment.iri, "name": fit(label, 40), "title": f"{moment.date}: {label}", "y": 40 + n * ROW,
                     "x": x(_middle(moment)), "start": x(moment.start), "end": x(until) if until else None,
                     "report": moment.is_report, "said": _apart(said, x(_middle(moment)))})
    grid = [(year_number, x(year_number)) for year_number in range(first, end + 1)]
    return Chart(width, 40 + len(moments) * ROW + 10, {"rows": rows, "grid": grid})


def _year_alone(moment: Moment) -> bool:
    """Whether no more than its year is printed: it may be any day of it."""
    return len(moment.date) == 4 and not moment.end


def _middle(moment: Moment) -> float:
    return moment.start + .5 if _year_alone(moment) else moment.start


def _apart(said: list[tuple[float, int]], taken: float) -> list[tuple[float, int]]:
    """Numbers at their places, moved right where they would cover one another or the mark at `taken`."""
    found: list[tuple[float, int]] = []
    for place, number in sorted(said):
        for other in sorted([taken, *(earlier for earlier, _ in found)]):
            if abs(place - other) < APART:
                place = other + APART
        found.append((round(place, 1), number))
    return found


def bipartite(found: list[Pair], label, most: int) -> Chart:
    """The objects of the first pairs on the right, their subjects on the left, and a line for each pair."""
    objects: list[str] = []
    for pair in found:
        if pair.object not in objects and len(objects) < most:
            objects.append(pair.object)
    kept = [pair for pair in found if pair.object in objects]
    subjects = sorted({pair.subject for pair in kept}, key=lambda s: min(objects.index(p.object) for p in kept if p.subject == s))
    height = 16 + ROW * max(len(subjects), len(objects), 1)
    def places(things: list[str]) -> dict[str, float]:
        step = height / max(len(things), 1)
        return {thing: round(step * (n + .5), 1) for n, thing in enumerate(things)}
    left, right = places(subjects), places(objects)
    lines = [{"y1": left[p.subject], "y2": right[p.object], "weight": 1 + min(len(p.claims), 5), "pair": p,
              "title": f"{label(p.subject)} mitigates {label(p.object)}"} for p in kept]
    return Chart(960, height, {"left": [(iri, fit(label(iri), 42), y) for iri, y in left.items()],
                               "right": [(iri, fit(label(iri), 42), y) for iri, y in right.items()], "lines": lines})


def neighbourhood(neighbours: list[tuple[str, str, str, bool]], label) -> Chart:
    """Things around one in the middle; `neighbours` are (thing, predicate, words for it, whether it points outward)."""
    count, width, height = len(neighbours), 960, max(260, 44 * ((len(neighbours) + 1) // 2) + 60)
    half = math.ceil(count / 2)
    parts = []
    for n, (iri, predicate, words, outward) in enumerate(neighbours):
        right = n < half
        place, of = (n, half) if right else (n - half, count - half)
        y = round(height * (place + .5) / max(of, 1), 1)
        x = 690 if right else 270
        parts.append({"iri": iri, "name": fit(label(iri), 30), "words": fit(words, 24), "x": x, "y": y, "right": right,
                      "outward": outward, "middle": (round((480 + x) / 2 + (30 if right else -30), 1), round((height / 2 + y) / 2 + (y - height / 2) * .15, 1))})
    return Chart(width, height, {"things": parts})
