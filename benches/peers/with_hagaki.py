"""hagaki: a campaign with the family's forms, `hagaki run`, `hagaki export --profile long`."""

import csv
import shutil

import readings
import work


def read(task, folder, program):
    """Reads a set's pages."""
    campaign = folder / "campaign"
    work.run([program, "init", campaign, "--no-forms", "-q"], folder / "log.txt")
    for form in task.library.glob("*/form.toml"):
        shutil.copytree(form.parent, campaign / "forms" / form.parent.name)
    pages = task.pages[0].picture.parent
    # Exit 1 says that an operator must look at something: a page refused.
    command = [program, "--campaign", campaign, "--jobs", "1", "--no-progress", "run", pages]
    seconds = work.run([*command, "--received", "2026-04-01"], folder / "log.txt", accept=(0, 1))
    table = folder / "long.csv"
    export = [program, "--campaign", campaign, "export", "--profile", "long", "-o", table]
    seconds += work.run(export, folder / "log.txt", accept=(0, 1))
    answers = {}
    number = {f"{pages.name}/{page.picture.name}": i for i, page in enumerate(task.pages)}
    with open(table, encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = number[row["file"]], row["field"]
            answers[key] = readings.Answer(row["value"], row["review"] == "1")
    read_pages = {page for page, _ in answers}
    refused = set(range(len(task.pages))) - read_pages
    return readings.Result(answers, refused, seconds)
