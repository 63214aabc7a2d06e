"""marksense: a template in pixels of the empty form, `marksense batch`.

Without weights (none are published) its density detector takes the darkest box of a question. Its
one sign of doubt, `multi_mark`, cannot come from that detector, which names one box a question.
"""

import csv
import json

from PIL import Image

import readings
import work

# Of the empty form, onto which every page is laid.
DPI = 200


def read(task, folder, program):
    """Reads a set's pages."""
    places = _template(task, folder)
    table = folder / "answers.csv"
    command = [program, "batch", task.pages[0].picture.parent]
    seconds = work.run(
        [*command, "-t", folder / "template.json", "-o", table], folder / "log.txt"
    )
    answers = {}
    number = {str(page.picture): i for i, page in enumerate(task.pages)}
    seen = set()
    with open(table, encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            page = number[row["source"]]
            seen.add(page)
            _put_page(answers, page, row, places)
    return readings.Result(answers, set(number.values()) - seen, seconds)


def _template(task, folder):
    """Writes the template; says which question and box each of its questions stands for."""
    size = [round(mm / 25.4 * DPI) for mm in task.side.size]
    with Image.open(task.blank) as blank:
        blank.convert("L").resize(size, Image.Resampling.BOX).save(folder / "blank.png")
    scale = DPI / 25.4
    questions, places = [], []
    for question in task.side.questions:
        # A choice of several is told box by box: a question has one answer there.
        groups = [[i] for i in range(len(question.places))] if question.several else None
        for group in groups or [list(range(len(question.places)))]:
            places.append((question, group))
            questions.append(_question(len(places), question, group, scale))
    page = {"canonical_size": size, "template_image": "blank.png", "questions": questions}
    template = {"form_type": "form", "canonical_dpi": DPI, "pages": {"1": page}}
    (folder / "template.json").write_text(json.dumps(template, indent=1), encoding="utf-8")
    return places


def _question(number, question, group, scale):
    mark = "circle" if question.kind == "word" else "check"
    options = []
    for index in group:
        place = question.places[index]
        roi = [round(v * scale) for v in (place.x, place.y, place.w, place.h)]
        option = {"option_index": index, "value": str(index), "roi": roi, "expected_mark": mark}
        options.append(option)
    return {"question_num": number, "options": options}


def _put_page(answers, page, row, places):
    several = {}
    for number, (question, _) in enumerate(places, start=1):
        text = row.get(f"Q{number}", "")
        picked = [int(text)] if text else []
        if question.several:
            several.setdefault(question, []).extend(picked)
        else:
            readings.put(answers, page, question, picked, False)
    for question, picked in several.items():
        readings.put(answers, page, question, picked, False)
