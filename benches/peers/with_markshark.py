"""MarkShark: a blank page as PDF, a bubblemap in millimetres, `markshark quick-grade`.

A bubblemap knows rows of bubbles at one pitch (`answer_zones`) and four grids of columns: last
name, first name, student number, version. Rows that lie below each other at one pitch go into one
zone, as its manual shows, because its background is measured by column. A row has one answer, and
at most two marks of it are told: several answers to one question are not for it. Its signs of
doubt are the flags `blank` and `multi` of its table of results.
"""

import csv
import json

import pymupdf

import readings
import work

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A bubblemap's grids of columns, and where the results have them.
GRIDS = [
    ("last_name_zone", "LastName"),
    ("first_name_zone", "FirstName"),
    ("id_zone", "StudentID"),
    ("version_zone", "Version"),
]
# What it draws pages at: its default, and for postcards the double, for its search for features
# finds none on a page of so few pixels.
DPI = 150
DPI_POSTCARD = 300
POSTCARD_MM = 160
# Below this a picture's resolution is no scanner's.
CREDIBLE_DPI = 100
# Millimetres by which boxes may miss a pitch and still be one row.
SLACK = 0.35


def read(task, folder, program):
    """Reads a set's pages."""
    layout = Layout(task.side)
    if not layout.zones and not layout.grids:
        return readings.Result({}, set(), 0.0, layout.cannot)
    template = folder / "templates" / "form"
    template.mkdir(parents=True)
    pdf_of([task.blank], template / "master_template.pdf", task.side.size)
    (template / "bubblemap.yaml").write_text(layout.bubblemap(), encoding="utf-8")
    scans = folder / "scans.pdf"
    pdf_of([page.picture for page in task.pages], scans, task.side.size)
    dpi = DPI_POSTCARD if max(task.side.size) < POSTCARD_MM else DPI
    seconds = work.run(
        [program, "quick-grade", scans, "--template", "form", "--dpi", dpi]
        + ["--templates-dir", folder / "templates", "--out-csv", folder / "out" / "results.csv"]
        + ["--out-pdf", ""],
        folder / "log.txt",
    )
    answers = layout.answers(folder / "out" / "results.csv")
    return readings.Result(answers, set(), seconds, layout.cannot)


def pdf_of(pictures, path, size):
    """Pictures as pages of a PDF, their bytes as they are, at their own or the paper's size."""
    document = pymupdf.open()
    for picture in pictures:
        pixels = pymupdf.Pixmap(str(picture))
        if pixels.xres >= CREDIBLE_DPI:
            width, height = pixels.width * 72 / pixels.xres, pixels.height * 72 / pixels.yres
        else:
            scale = max(size) * 72 / 25.4 / max(pixels.width, pixels.height)
            width, height = pixels.width * scale, pixels.height * scale
        page = document.new_page(width=width, height=height)
        page.insert_image(page.rect, filename=str(picture), keep_proportion=False)
    document.save(path)


class Layout:
    """A side as a bubblemap, and the way back from its columns to our fields."""

    def __init__(self, side):
        self.side = side
        self.cannot = {}
        self.grids = []  # (key, column of the results, questions)
        self.zones = []  # the questions of an answer zone, a row each
        upright, level = self._sort()
        self._take_grids(upright)
        self._take_rows(level)

    def _sort(self):
        upright, level = {}, []
        for question in self.side.questions:
            if question.kind == "word":
                self.cannot[question.field] = "measures bubbles, knows no circle round a word"
            elif question.several:
                self.cannot[question.field] = "has one answer a row"
            elif _pitch(question, 0) is not None:
                level.append(question)
            elif _pitch(question, 1) is not None:
                upright.setdefault(question.field, []).append(question)
            else:
                self.cannot[question.field] = "has one pitch a row"
        return upright, level

    def _take_grids(self, upright):
        largest = sorted(upright, key=lambda f: -sum(len(q.places) for q in upright[f]))
        for field, (key, column) in zip(largest, GRIDS):
            self.grids.append((key, column, upright[field]))
        for field in largest[len(GRIDS) :]:
            self.cannot[field] = "a bubblemap has places for four grids of columns"

    def _take_rows(self, level):
        rows = []
        for question in sorted(level, key=_column_then_row):
            if rows and _below(rows, question):
                rows.append(question)
                continue
            self._close(rows)
            rows = [question]
        self._close(rows)

    def _close(self, rows):
        if rows:
            self.zones.append(rows)

    def bubblemap(self):
        """The map as JSON, which is YAML as well."""
        page = {key: _grid(questions) for key, _, questions in self.grids}
        page["answer_zones"] = [_rows(rows) for rows in self.zones]
        total = sum(len(rows) for rows in self.zones)
        width, height = self.side.size
        metadata = {
            "display_name": "form",
            "pages": 1,
            "total_questions": total,
            "schema_version": 3,
            "page_size": {"width_mm": width, "height_mm": height},
        }
        registration = {"aruco": {"enabled": True, "dictionary": "DICT_4X4_50", "min_markers": 4}}
        return json.dumps(
            {"metadata": metadata, "registration": registration, "page_1": page}, indent=1
        )

    def answers(self, table):
        """Reads the table of results back."""
        answers = {}
        with open(table, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                self._page(answers, int(row["Page"]) - 1, row)
        return answers

    def _page(self, answers, page, row):
        flags = set(row["FlagDetails"].split("|"))
        for _, column, questions in self.grids:
            text = row[column].replace(" ", "")
            values = {LETTERS[i]: p.value for i, p in enumerate(questions[0].places)}
            asked = column == "Version" and any(f.startswith("Version") for f in flags)
            value = "".join(values[letter] for letter in text)
            answers[page, questions[0].field] = readings.Answer(value, asked)
        rows = [question for zone in self.zones for question in zone]
        for number, question in enumerate(rows, start=1):
            picked = [LETTERS.index(letter) for letter in row[f"Q{number}"].split(",") if letter]
            asked = bool({f"Q{number}:blank", f"Q{number}:multi"} & flags)
            readings.put(answers, page, question, picked, asked)


def _pitch(question, axis):
    """The pitch of the boxes along x (0) or y (1), or nothing when they keep none."""
    centers = [place.center for place in question.places]
    steps = [b[axis] - a[axis] for a, b in zip(centers, centers[1:])]
    drift = max(abs(c[1 - axis] - centers[0][1 - axis]) for c in centers)
    if not steps or drift > SLACK:
        return None
    mean = sum(steps) / len(steps)
    even = max(abs(step - mean) for step in steps) <= SLACK
    return mean if even and mean > 0 else None


def _column_then_row(question):
    x, y = question.places[0].center
    return round(x), y


def _below(rows, question):
    """Whether a row goes on with the zone of the rows above it."""
    first, last = rows[0], rows[-1]
    if len(question.places) != len(first.places):
        return False
    for a, b in zip(first.places, question.places):
        if abs(a.center[0] - b.center[0]) > SLACK:
            return False
    step = question.places[0].center[1] - last.places[0].center[1]
    if step <= 0:
        return False
    if len(rows) == 1:
        return True
    mean = (last.places[0].center[1] - first.places[0].center[1]) / (len(rows) - 1)
    return abs(step - mean) <= SLACK


def _rows(questions):
    columns = len(questions[0].places)
    corners = [questions[0].places[0], questions[-1].places[-1]]
    return _area(corners, len(questions), columns, LETTERS[:columns], "row")


def _grid(questions):
    corner, far = questions[0].places[0], questions[-1].places[-1]
    rows = len(questions[0].places)
    return _area([corner, far], rows, len(questions), LETTERS[:rows], "col")


def _area(corners, rows, columns, labels, axis):
    (left, top), (right, bottom) = corners[0].center, corners[1].center
    return {
        "numrows": rows,
        "numcols": columns,
        "labels": labels,
        "selection_axis": axis,
        "bubble_shape": "circle",
        "bubble_diameter_mm": min(corners[0].w, corners[0].h),
        "x_mm": left,
        "y_mm": top,
        "width_mm": right - left,
        "height_mm": bottom - top,
    }
