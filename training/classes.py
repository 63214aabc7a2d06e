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

BY_NAME = {"digits": DIGITS, "kana": KANA}


def script(c):
    """'h', 'k', or '' for what stands in either or in none."""
    if c in (BLANK, REJECT, "ー") or c.isdigit():
        return ""
    return "h" if unicodedata.name(c).startswith("HIRAGANA") else "k"
