"""Right, asked or silently wrong: the rule of the real cases, the same for every reader.

A field that a reader asks about goes to a person, whatever its value; so does every field of a
page that it said it cannot read. An accepted value is right when it is the true one (several
answers in any order), and silently wrong when it is not. Where the truth says that asking is the
right answer (`REVIEW`), a right value is right as well; where it says that nothing else is
(`ONLY_REVIEW`), an accepted value is wrong whatever it says.
"""

import collections
import re
import unicodedata


def tally(task, result):
    """Counts of one reader on one set."""
    counts = collections.Counter()
    wrong = []
    number = {(page.file, page.number): i for i, page in enumerate(task.pages)}
    for line in task.truth:
        if line["field"] in result.cannot:
            counts["cannot"] += 1
            continue
        page = number[line["file"], int(line["page"])]
        counts["fields"] += 1
        if page in result.refused:
            counts["refused"] += 1
            continue
        answer = result.answers.get((page, line["field"]))
        if answer is None:
            raise SystemExit(f"{task.name}: nothing was said about {line['field']}, page {page}")
        right = line["accept"] != "ONLY_REVIEW" and _same(line, answer.value)
        if answer.asked:
            counts["asked"] += 1
            if right and line["accept"] != "REVIEW":
                counts["needless blank" if not line["value"] else "needless"] += 1
        elif right:
            counts["right"] += 1
        else:
            counts["wrong"] += 1
            wrong.append((line["file"], line["page"], line["field"], line["value"], answer.value))
    return counts, wrong


def _same(line, value):
    if line["type"] in ("single", "multi"):
        if sorted(value.split("|")) == sorted(line["value"].split("|")):
            return True
    elif _plain(value) == _plain(line["value"]):
        return True
    others = [other.strip() for other in line["accept"].split("||")]
    return bool(line["accept"]) and value in others


def _plain(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
