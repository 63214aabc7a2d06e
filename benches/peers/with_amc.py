"""Auto Multiple Choice: a layout database in pixels, `auto-multiple-choice analyse`.

Its own LaTeX source is not needed: the layout database that it would be compiled to takes any
corner marks and boxes. A page is found by four printed corner marks of one size (three will do),
and named by small squares that are black or white; where a form has none, places of its print
that are black stand for them, so that a page that lies upside down is noticed, and where there is
no such place the form has one name only. A box is ticked when the share of black in it reaches
the threshold that its manual names: 0.15, or 0.5 where letters stand inside the boxes.

Its signs of doubt, all of which count as asked: a question without tick or with too many, which
its window marks in color, and a box whose darkness is so near the threshold that its
`sensitivity` is above 8, which its list shows in red.
"""

import shutil
import sqlite3

import readings
import work

DPI = 300
THRESHOLD = 0.15
THRESHOLD_LETTERS = 0.5
SENSITIVITY = 8.0
# Squared deviation of the corners above which its list shows a page in red.
MSE = 3.0
# A corner mark may miss the wanted size by this share.
TOLERANCE = 0.2
LETTERS_INSIDE = {"openmcr-75q", "openmcr-150q"}
# "If the boxes are printed in red": its option that looks at the red channel only.
RED_BOXES = {"mcq-composite"}
# A corner mark is a filled piece: rings and thin angles were not found in a single scan.
FILLED = {"square", "disc"}
RINGS = {"formscanner-test"}
# Where student, page and checksum stand as bits, in mm: the squares of the answer card; on other
# forms an arm of the L in one corner, which is black, and white when the page is turned round.
OPENMCR_ARM = (17.2, 13.1, 2.6, 2.6)
NAMES = {
    "answer-card": [[(52, 11, 3, 3), (60, 11, 3, 3)], [(68, 11, 3, 3), (76, 11, 3, 3)],
                    [(84, 11, 3, 3), (92, 11, 3, 3)]],
    "openmcr-75q": [[OPENMCR_ARM]] * 3,
    "openmcr-150q": [[OPENMCR_ARM]] * 3,
}
# The numbers that these bits make.
NUMBERS = {"answer-card": (1, 1, 2)}
BOX_ROLE_ANSWER = 1
OVAL = 0x10
ZONE_BOX = 4
CORNERS = {"top-left": 1, "top-right": 2, "bottom-right": 3, "bottom-left": 4}


def read(task, folder, program):
    """Reads a set's pages."""
    marks = _corners(task.side)
    reason = _why_not(task, marks)
    if reason:
        fields = {question.field for question in task.side.questions}
        return readings.Result({}, set(), 0.0, dict.fromkeys(fields, reason))
    scans = _project(task, folder)
    command = [program, "analyse", "--projet", folder, "--multiple", "--n-procs", "1"]
    command.append("--ignore-red" if task.form.name in RED_BOXES else "--no-ignore-red")
    # Asked for pages before there is a layout, it makes the databases with all their tables.
    work.run([*command, scans[0]], folder / "log.txt", accept=(0, 1))
    _write_layout(task, folder / "data" / "layout.sqlite", marks)
    seconds = work.run([*command, *scans], folder / "log.txt")
    answers, seen = _answers(task, folder / "data" / "capture.sqlite", scans)
    cannot = {
        question.field: "measures ink inside boxes, knows no circle round a word"
        for question in task.side.questions
        if question.kind == "word"
    }
    return readings.Result(answers, set(range(len(scans))) - seen, seconds, cannot)


def _project(task, folder):
    for name in ("data", "cr", "scans"):
        (folder / name).mkdir(parents=True)
    # It turns pages that lie upside down in place: these are its own copies.
    return [
        shutil.copyfile(page.picture, folder / "scans" / page.picture.name) for page in task.pages
    ]


def _corners(side):
    """Corner -> (middle x, middle y, size) in mm."""
    found = {}
    for kind, x, y, size in side.marks:
        vertical = "top" if y < side.size[1] / 2 else "bottom"
        across = "left" if x < side.size[0] / 2 else "right"
        if kind.startswith("l-"):
            # An L is told by its outer corner; a connected piece by the middle of its rectangle.
            x += size / 2 if across == "left" else -size / 2
            y += size / 2 if vertical == "top" else -size / 2
        found[f"{vertical}-{across}"] = (x, y, size)
    return found


def _why_not(task, marks):
    filled = sum(kind in FILLED for kind, *_ in task.side.marks)
    if len(marks) < len(CORNERS) or filled < 3 or task.form.name in RINGS:
        return "needs three or four filled marks of one size in the corners"
    return None


def _diameter(marks):
    """The size that most marks keep within the tolerance."""
    sizes = sorted(size for _, _, size in marks.values())
    candidates = [*sizes, (sizes[0] + sizes[-1]) / 2]

    def fitting(wanted):
        return sum(abs(size / wanted - 1) < TOLERANCE for size in sizes)

    return max(candidates, key=fitting)


def _write_layout(task, database, marks):
    px = DPI / 25.4
    width, height = task.side.size
    names = NAMES.get(task.form.name, [])
    student, page, check = NUMBERS.get(task.form.name, (1, 1, 1) if names else (0, 0, 0))
    with sqlite3.connect(database) as layout:
        layout.execute(
            "INSERT INTO layout_page"
            " (student, page, checksum, sourceid, subjectpage, dpi, width, height, markdiameter)"
            " VALUES (?, ?, ?, 1, 1, ?, ?, ?, ?)",
            (student, page, check, DPI, width * px, height * px, _diameter(marks) * px),
        )
        for corner, number in CORNERS.items():
            x, y, _ = marks[corner]
            layout.execute(
                "INSERT INTO layout_mark VALUES (?, ?, ?, ?, ?)",
                (student, page, number, x * px, y * px),
            )
        for number, bits in enumerate(names, start=1):
            for bit, (x, y, w, h) in enumerate(bits, start=1):
                layout.execute(
                    "INSERT INTO layout_digit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (student, page, number, bit, x * px, (x + w) * px, y * px, (y + h) * px),
                )
        for number, question in enumerate(task.side.questions, start=1):
            for answer, p in enumerate(question.places, start=1):
                box = (p.x * px, (p.x + p.w) * px, p.y * px, (p.y + p.h) * px)
                flags = OVAL if question.kind == "bubble" else 0
                layout.execute(
                    "INSERT INTO layout_box (student, page, role, question, answer,"
                    " xmin, xmax, ymin, ymax, flags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (student, page, BOX_ROLE_ANSWER, number, answer, *box, flags),
                )
            layout.execute("INSERT INTO layout_question VALUES (?, ?)", (number, str(number)))


def _answers(task, database, scans):
    threshold = THRESHOLD_LETTERS if task.form.name in LETTERS_INSIDE else THRESHOLD
    number = {scan.name: i for i, scan in enumerate(scans)}
    answers, seen = {}, set()
    with sqlite3.connect(database) as capture:
        pages = capture.execute("SELECT src, copy, mse FROM capture_page").fetchall()
        for source, copy, mse in pages:
            page = number[source.rsplit("/", 1)[-1]]
            zones = capture.execute(
                "SELECT id_a, id_b, total, black FROM capture_zone WHERE copy = ? AND type = ?",
                (copy, ZONE_BOX),
            )
            shares = {(a, b): black / total for a, b, total, black in zones if total > 0}
            if not shares:
                continue
            seen.add(page)
            doubtful_page = mse is not None and mse > MSE
            for index, question in enumerate(task.side.questions, start=1):
                row = [shares.get((index, i + 1), 0.0) for i in range(len(question.places))]
                picked = [i for i, share in enumerate(row) if share >= threshold]
                near = min(abs(share - threshold) for share in row)
                sensitivity = 10 * (threshold - near) / threshold
                odd = not picked or (len(picked) > 1 and not question.several)
                asked = odd or sensitivity > SENSITIVITY or doubtful_page
                readings.put(answers, page, question, picked, asked)
    return answers, seen
