"""What each kind of thing looks like in a picture: a shape of its own, so that no picture speaks by colour alone."""

from __future__ import annotations

# Corners as x and y, from -1 to 1 around the middle, y downward; a circle has none.
SHAPES: dict[str, tuple[float, ...]] = {
    "circle": (),
    "square": (-.85, -.85, .85, -.85, .85, .85, -.85, .85),
    "diamond": (0, -1, 1, 0, 0, 1, -1, 0),
    "triangle": (0, -1, 1, .8, -1, .8),
    "turned triangle": (-1, -.8, 1, -.8, 0, 1),
    "hexagon": (-.5, -.87, .5, -.87, 1, 0, .5, .87, -.5, .87, -1, 0),
    "star": (0, -1, .28, -.38, .95, -.31, .45, .15, .59, .81, 0, .48, -.59, .81, -.45, .15, -.95, -.31, -.28, -.38),
    "house": (0, -1, .9, -.2, .9, .9, -.9, .9, -.9, -.2),
    "tag": (-1, -.75, .35, -.75, 1, 0, .35, .75, -1, .75),
    "arrow": (-1, -.75, .2, -.75, 1, 0, .2, .75, -1, .75, -.4, 0),
    "bar": (-1, -.45, 1, -.45, 1, .45, -1, .45),
    "upright bar": (-.45, -1, .45, -1, .45, 1, -.45, 1),
    "turned house": (0, 1, .9, .2, .9, -.9, -.9, -.9, -.9, .2),
    "octagon": (-.4, -.95, .4, -.95, .95, -.4, .95, .4, .4, .95, -.4, .95, -.95, .4, -.95, -.4),
    "cross": (-.33, -1, .33, -1, .33, -.33, 1, -.33, 1, .33, .33, .33, .33, 1, -.33, 1, -.33, .33, -1, .33, -1, -.33, -.33, -.33),
    "hill": (-.5, -.7, .5, -.7, 1, .7, -1, .7),
    "bowl": (-1, -.7, 1, -.7, .5, .7, -.5, .7),
    "slope": (-.5, -.6, 1, -.6, .5, .6, -1, .6),
    "hourglass": (-.9, -.9, .9, -.9, .15, 0, .9, .9, -.9, .9, -.15, 0),
}
OF_FOLDER = {
    "risk": "diamond", "barrier": "turned triangle", "mitigation": "hexagon", "enabler": "triangle", "recommendation": "star",
    "aim": "house", "outcome": "turned house", "policy": "tag", "change": "arrow", "structure": "square", "level": "bowl", "area": "hill",
    "practice": "bar", "service": "cross", "resource": "upright bar", "measure": "slope", "incentive": "hourglass", "condition": "octagon",
}


def folder_of(iri: str, base: str) -> str:
    """The kind of a thing as its address tells it: `risk` for `…/risk/x`."""
    return iri.removeprefix(base).partition("/")[0]


def shape_of(folder: str) -> str:
    """The name of the shape that stands for things of a folder; a circle for those without one of their own."""
    return OF_FOLDER.get(folder, "circle")


def points(folder: str, x: float, y: float, size: float) -> str:
    """The corners of a thing's shape around (x, y) as SVG's `points`, "" for a circle."""
    corners = SHAPES[shape_of(folder)]
    return " ".join(f"{x + corners[n] * size:.1f},{y + corners[n + 1] * size:.1f}" for n in range(0, len(corners), 2))
