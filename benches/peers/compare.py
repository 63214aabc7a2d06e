#!/usr/bin/env python3
"""Reads the same pictures with hagaki and with its peers, and prints one table.

Run it by `run.sh`, which installs the peers. Every reader runs on one processor core and is
scored by one rule (`scoring.py`); CPU seconds are user and system time of the reader's own
commands and their children, start-up included, over the set's pages.
"""

import argparse
import collections
import json
import pathlib
import shutil

import pictures
import scoring
import with_amc
import with_hagaki
import with_markshark
import with_marksense

READERS = {
    "hagaki": with_hagaki,
    "MarkShark": with_markshark,
    "AMC": with_amc,
    "marksense": with_marksense,
}

HEAD = """\
| set | pages | reader | fields | right | silently wrong | asked | needlessly, blank \
| needlessly, marked | page refused | CPU s a page |
|---|---|---|---|---|---|---|---|---|---|---|"""


def main():
    options = arguments()
    folder = options.output.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    programs = {
        "hagaki": options.hagaki.resolve(),
        "MarkShark": options.markshark,
        "AMC": "auto-multiple-choice",
        "marksense": options.marksense,
    }
    tasks = []
    if options.cases:
        tasks = pictures.real(options.cases.resolve() / "omr", folder / "pictures", options.only)
    order = options.cards, options.seed
    tasks += pictures.made(order, folder / "pictures", programs["hagaki"], options.only)
    readers = options.readers.split(",")
    print(HEAD)
    report = []
    for task in tasks:
        rows = []
        for name in readers:
            rows.append(read(name, task, folder, programs))
            print(line(task, *rows[-1]), flush=True)
        report.append((task, rows))
    print()
    for reason, fields in reasons(report).items():
        print(f"- {reason}: {', '.join(fields)}")
    (folder / "wrong.json").write_text(json.dumps(silently_wrong(report), indent=1))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hagaki", type=pathlib.Path, required=True, help="the release binary")
    parser.add_argument("--markshark", required=True, help="MarkShark's program")
    parser.add_argument("--marksense", required=True, help="marksense's program")
    parser.add_argument("--cases", type=pathlib.Path, help="the folder of real cases")
    parser.add_argument("--cards", type=int, default=60, help="made cards a form")
    parser.add_argument("--seed", type=int, default=2026, help="seed of the made cards")
    parser.add_argument("--only", default="", help="sets whose name holds this")
    parser.add_argument("--readers", default=",".join(READERS), help="these only")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="emptied first")
    return parser.parse_args()


def read(name, task, folder, programs):
    """One reader on one set: name, counts, silently wrong, seconds a page, what it cannot."""
    place = folder / name / task.name.replace(" ", "-")
    place.mkdir(parents=True)
    result = READERS[name].read(task, place, programs[name])
    counts, wrong = scoring.tally(task, result)
    return name, counts, wrong, result.cpu_seconds / len(task.pages), result.cannot


def line(task, name, counts, _, seconds, __):
    """A row of the table."""
    head = f"| {task.name} | {len(task.pages)} | {name} |"
    if not counts["fields"]:
        return f"{head} cannot | | | | | | | |"
    names = ["fields", "right", "wrong", "asked", "needless blank", "needless", "refused"]
    cells = [*(counts[name] for name in names), f"{seconds:.2f}"]
    return " ".join([head, *(f"{cell} |" for cell in cells)])


def reasons(report):
    """What could not be told to whom, and why."""
    found = collections.defaultdict(list)
    for task, rows in report:
        for name, _, _, _, cannot in rows:
            for reason in sorted(set(cannot.values())):
                fields = sorted(field for field, why in cannot.items() if why == reason)
                shown = ", ".join(fields) if len(fields) <= 3 else f"all {len(fields)} fields"
                found[f"{name} {reason}"].append(f"{task.name} ({shown})")
    return found


def silently_wrong(report):
    return [
        {"set": task.name, "reader": name, "wrong": wrong}
        for task, rows in report
        for name, _, wrong, _, _ in rows
    ]


if __name__ == "__main__":
    main()
