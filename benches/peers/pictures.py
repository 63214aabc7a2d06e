"""The sets that every reader gets: one picture a page, the blank form, the truth.

Real scans come from the folder of cases, made cards from `hagaki synth`. JPEG and PNG files are
handed on byte by byte; pages of TIFF and PDF files become PNG files, for the peers take no others.
"""

import csv
import dataclasses
import pathlib
import shutil
import subprocess

import cv2
import numpy
import pymupdf
from PIL import Image

import forms

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What a mark says; the rest of the truth (texts, barcodes, ranks) is not for these readers.
TYPES = {"single", "multi", "grid"}
BLANK_DPI = 300


@dataclasses.dataclass(frozen=True)
class Page:
    picture: pathlib.Path
    file: str
    number: int


@dataclasses.dataclass
class Task:
    """One set: pages of one side of one form, and what is true on them."""

    name: str
    form: pathlib.Path
    # The folders that hagaki may choose from: the whole family, as in a campaign.
    library: pathlib.Path
    side: forms.Side
    blank: pathlib.Path
    pages: list
    truth: list


# Real sets: name, form, files (the first folder is the family), where the empty form is.
SHEET_75 = "multiple_choice_sheet_75q.pdf"
SHEET_150 = "multiple_choice_sheet_150q.pdf"
REAL = [
    ("openmcr 75q", "openmcr-75q", "openmcr/75q-core-1/", SHEET_75),
    ("openmcr 150q", "openmcr-150q", "openmcr/150q-core/", SHEET_150),
    ("openmcr turned", "openmcr-150q", "openmcr/rotation/", SHEET_150),
    ("mcq_composite", "mcq-composite", "mcq_composite/", None),
    ("formscanner questionnaire", "formscanner-questionnaire", "formscanner/Questionnaire/",
     "Questionnaire/Questionnaire.pdf"),
    ("formscanner test", "formscanner-test", "formscanner/Test/", "Test/Test.pdf"),
    ("sdaps page 1", "sdaps-ex1", "sdaps/", "blank_ex1.png"),
    ("sdaps page 2", "sdaps-ex2", "sdaps/", "blank_ex2.png"),
]
# Made sets: form folder, side, kinds of marks. "plain" are ticks, filled boxes and rings, which every
# reader is made for; "all" has strike-outs, numbers, seals and remarks among them.
MADE = [
    (HERE / "answer-card", "front", "plain"),
    (HERE / "answer-card", "front", "all"),
    (ROOT / "form-templates" / "resident-survey", "answer", "all"),
    (ROOT / "form-templates" / "vaccine-intent", "answer", "all"),
]


def real(cases, folder, wanted):
    """The sets of real scans whose name holds `wanted`."""
    truth = _table(cases / "truth.csv")
    tasks = []
    for name, form, prefix, blank in REAL:
        if wanted not in name:
            continue
        family = prefix.split("/")[0]
        lines = [line for line in truth if line["file"].startswith(prefix)]
        if family == "sdaps":
            lines = _of_template(lines, form)
        where = ROOT / "tests" / "cases" / family
        out = folder / name.replace(" ", "-")
        side = forms.read(where / form)
        pages = _pages(cases, lines, out / "pages")
        source = cases / family / blank if blank else None
        picture = _blank(form, side, source, pages, out)
        tasks.append(Task(name, where / form, where, side, picture, pages, _marks(lines, side)))
    return tasks


def made(order, folder, hagaki, wanted):
    """The sets of made cards; `order` is how many a form, and the seed."""
    tasks = []
    for form, side_id, kinds in MADE:
        name = f"{form.name} (made, {kinds} marks)"
        if wanted not in name:
            continue
        out = folder / f"{form.name}-{kinds}"
        count, seed = (str(number) for number in order)
        command = [hagaki, "synth", form, "-n", count, "--seed", seed, "-o", out / "made", "-q"]
        # Under every kind of wear that the synthesiser knows.
        subprocess.run([*command, "--marks", kinds, "--wear", "all"], check=True)
        side = forms.read(form, side_id)
        lines = _marks(_table(out / "made" / "truth.csv"), side)
        pages = _pages(out, lines, out / "pages")
        picture = _drawn(form, side, out, hagaki)
        tasks.append(Task(name, form, form.parent, side, picture, pages, lines))
    return tasks


def _table(path):
    with open(path, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _of_template(lines, form):
    """The pages whose form the truth names so: both forms lie in one file."""
    pages = {line["page"] for line in lines if line["value"] == form}
    return [line for line in lines if line["page"] in pages]


def _marks(lines, side):
    fields = {question.field for question in side.questions}
    return [line for line in lines if line["type"] in TYPES and line["field"] in fields]


def _pages(root, lines, folder):
    """Every page that the truth names, as a picture of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    named = dict.fromkeys((line["file"], int(line["page"])) for line in lines)
    return [
        Page(_picture(root / file, number, folder / f"{index:04}"), file, number)
        for index, (file, number) in enumerate(named)
    ]


def _picture(source, number, target):
    kind = source.suffix.lower()
    if kind in (".jpg", ".png"):
        target = target.with_suffix(kind)
        shutil.copyfile(source, target)
        return target
    target = target.with_suffix(".png")
    if kind == ".pdf":
        _from_pdf(source, number, target)
        return target
    with Image.open(source) as image:
        image.seek(number)
        image.save(target, dpi=image.info.get("dpi"))
    return target


def _from_pdf(source, number, target):
    """The page's own picture, pixel by pixel."""
    with pymupdf.open(source) as document:
        page = document[number]
        picture = page.get_images()[0]
        pixels = pymupdf.Pixmap(document, picture[0])
        dpi = round(pixels.width / (page.rect.width / 72))
        pixels.set_dpi(dpi, dpi)
        pixels.save(target)


def _drawn(form, side, folder, hagaki):
    """The empty form as hagaki draws it."""
    subprocess.run([hagaki, "form", "draw", form, "-o", folder / "drawn", "-q"], check=True)
    return folder / "drawn" / f"blank-{side.id}.png"


def _blank(form, side, source, pages, folder):
    """The empty form in the form's own millimetres; learned from the scans where there is none."""
    target = folder / "blank.png"
    size = [round(mm / 25.4 * BLANK_DPI) for mm in side.size]
    if source is None:
        picture = cv2.resize(_shared_print(pages), size)
    elif form.startswith("formscanner"):
        scan = cv2.resize(cv2.imread(str(pages[0].picture), cv2.IMREAD_GRAYSCALE), size)
        picture = _laid_onto(_raster(source), scan)
    else:
        picture = cv2.resize(_raster(source), size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(target), picture)
    return target


def _shared_print(pages):
    """The second lightest value of every pixel: the print that sheets on one grid share."""
    lightest = second = numpy.zeros_like(cv2.imread(str(pages[0].picture)))
    for page in pages:
        scan = cv2.imread(str(page.picture))
        second = cv2.max(second, cv2.min(lightest, scan))
        lightest = cv2.max(lightest, scan)
    return second


def _raster(source):
    if source.suffix != ".pdf":
        return cv2.imread(str(source), cv2.IMREAD_GRAYSCALE)
    with pymupdf.open(source) as document:
        pixels = document[0].get_pixmap(dpi=BLANK_DPI, colorspace=pymupdf.csGRAY)
        shape = pixels.height, pixels.width
        return numpy.frombuffer(pixels.samples, numpy.uint8).reshape(shape)


def _laid_onto(blank, scan):
    """The empty form moved to where its print lies on a scan.

    These zones are given on a scan, not on the printable source: the two are matched by features,
    robustly, as one affine map.
    """
    orb = cv2.ORB_create(nfeatures=6000)
    near, far = orb.detectAndCompute(blank, None), orb.detectAndCompute(scan, None)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(near[1], far[1])
    source = numpy.float32([near[0][pair.queryIdx].pt for pair in pairs])
    target = numpy.float32([far[0][pair.trainIdx].pt for pair in pairs])
    affine, kept = cv2.estimateAffine2D(source, target, ransacReprojThreshold=3)
    if kept.sum() < 100:
        raise SystemExit("the empty form was not found on the scan")
    return cv2.warpAffine(blank, affine, scan.shape[::-1], borderValue=255)
