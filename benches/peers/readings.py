"""What a reader said about one page, and how fields are put together from its questions."""

import dataclasses


@dataclasses.dataclass
class Answer:
    """A field's value as the long CSV writes it, and whether the reader asked about it."""

    value: str
    asked: bool = False


@dataclasses.dataclass
class Result:
    """One reader on one set.

    `answers` maps (page number, field) to an Answer. A page in `refused` was said to be unreadable.
    `cannot` maps a field to the reason why its place cannot be told to this reader.
    """

    answers: dict
    refused: set
    cpu_seconds: float
    cannot: dict = dataclasses.field(default_factory=dict)


def put(answers, page, question, picked, asked):
    """Adds what was picked for one question to its field; columns of a grid are strung together."""
    values = [question.places[i].value for i in picked]
    if question.several or len(values) > 1:
        text = "|".join(values)
    else:
        text = "".join(values)
    known = answers.setdefault((page, question.field), Answer(""))
    known.value += text
    known.asked = known.asked or asked
