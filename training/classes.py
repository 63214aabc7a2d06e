"""The classes of each network, in the order of its outputs."""

import unicodedata

from styles import SEMIVOICED, VOICED

BLANK, REJECT = "blank", "reject"
HIRAGANA_BASE = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
KATAKANA_BASE = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"


def with_marks(base):
    marked = [VOICED[c] for c in base if c in VOICED] + [SEMIVOICED[c] for c in base if c in SEMIVOICED]
    return list(base) + marked


HIRAGANA = with_marks(HIRAGANA_BASE)
KATAKANA = with_marks(KATAKANA_BASE) + ["ー"]
DIGITS = list("0123456789") + [BLANK, REJECT]
KANA = HIRAGANA + KATAKANA + [BLANK, REJECT]

# Everything of the charset `jis1` that is one shape by itself.
KANJI = [c for c in (bytes([r, k]).decode("euc_jp", "ignore") for r in range(0xB0, 0xD0) for k in range(0xA1, 0xFF)) if len(c) == 1]
JIS1 = KANJI + list("々〇○×") + HIRAGANA + KATAKANA + list("0123456789") + [chr(c) for c in range(65, 91)] + [BLANK, REJECT]

BY_NAME = {"digits": DIGITS, "kana": KANA, "jis1": JIS1}
SIDE = {"digits": 32, "kana": 32, "jis1": 48}  # of the network's input, pixels


def alphabets(name):
    """Indices whose masks a class without script meets by turns: one of each alphabet of `kana`."""
    return [BY_NAME[name].index(c) for c in "あア"] if name == "kana" else [0]


def script(c):
    """'h', 'k', or '' for what stands in either or in none."""
    if c in (BLANK, REJECT, "ー") or c.isdigit():
        return ""
    return "h" if unicodedata.name(c).startswith("HIRAGANA") else "k"


SMALL = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
LARGE = str.maketrans(SMALL, "あいうえおつやゆよわアイウエオツヤユヨワ")


def katakana(text):
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def hiragana(text):
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
