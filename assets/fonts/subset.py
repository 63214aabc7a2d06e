"""Makes the embedded font: python subset.py BIZUDGothic-Regular.ttf BIZUDGothic-Regular-subset.ttf

Keeps ASCII, half-width kana, JIS X 0208 and a few signs of forms; drops hinting and layout tables,
which the program does not use. Needs fontTools (made with 4.68.0).
"""

import sys

from fontTools import subset

SIGNS = "①②③④⑤⑥⑦⑧⑨⑩㊞℡〒☐☑✓－～∥￠￡￢―髙﨑¥"


def characters():
    found = set(range(0x20, 0x7F)) | set(range(0xFF61, 0xFFA0)) | {ord(c) for c in SIGNS}
    for high in range(0xA1, 0xF5):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([high, low]).decode("euc_jp")))
            except (UnicodeDecodeError, TypeError):
                pass
    return found


def main(source, target):
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += [
        "DSIG", "GSUB", "GPOS", "BASE", "STAT", "meta", "gasp", "PCLT", "vhea", "vmtx",
    ]
    font = subset.load_font(source, options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=characters())
    cut.subset(font)
    subset.save_font(font, target, options)


if __name__ == "__main__":
    main(*sys.argv[1:])
