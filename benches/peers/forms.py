"""Where a form's marks lie, read from its form.toml: what every peer must be told."""

import dataclasses
import pathlib
import tomllib


@dataclasses.dataclass(frozen=True)
class Place:
    """A box, bubble or word in millimetres from the page's top-left corner."""

    value: str
    x: float
    y: float
    w: float
    h: float

    @property
    def center(self):
        return self.x + self.w / 2, self.y + self.h / 2


@dataclasses.dataclass(frozen=True)
class Question:
    """One choice: a field with marks, or one column of a field with a grid of bubbles."""

    field: str
    column: int
    places: tuple
    several: bool
    kind: str  # "box", "bubble" or "word": what the places are


@dataclasses.dataclass(frozen=True)
class Side:
    """One side of a form: its size, its printed corner marks, its questions."""

    id: str
    size: tuple
    marks: tuple
    questions: tuple


def read(folder, side_id=None):
    """The side of a form that holds marks (or the named one)."""
    form = tomllib.loads((pathlib.Path(folder) / "form.toml").read_text(encoding="utf-8"))
    for raw in form["side"]:
        questions = [q for field in raw.get("field", []) for q in _questions(field)]
        if raw["id"] == side_id or (side_id is None and questions):
            marks = tuple((m["kind"], *m["at"], m["size"]) for m in raw.get("marks", []))
            return Side(raw["id"], tuple(raw["size"]), marks, tuple(questions))
    raise SystemExit(f"{folder}: no side with marks")


def _questions(field):
    if "marks" in field:
        marks = field["marks"]
        boxed = all("box" in option for option in marks["options"])
        zone = "box" if boxed else "word"
        places = tuple(Place(o["value"], *o[zone]) for o in marks["options"])
        kind = "bubble" if boxed and marks.get("shape") in ("bubble", "unseen") else zone
        return [Question(field["id"], 0, places, marks.get("at_most", 1) > 1, kind)]
    if "grid" in field:
        return _columns(field["id"], field["grid"])
    return []


def _columns(name, grid):
    x, y, w, h = grid["first"]
    (sx, sy), (px, py) = grid["step"], grid["pitch"]
    columns = []
    for column in range(grid["columns"]):
        places = tuple(
            Place(value, x + i * sx + column * px, y + i * sy + column * py, w, h)
            for i, value in enumerate(grid["values"])
        )
        columns.append(Question(name, column, places, False, "bubble"))
    return columns
