//! Folding of written text into search keys, and the few character maps that parsers need.
//!
//! Keys are for comparing, never for storing or exporting: a stored name is never normalised.
//! Bare NFC or NFKC is not used anywhere, because both change the CJK compatibility ideographs
//! (U+F929, U+FA10-FA2D) that stand in people's names: U+FA19 becomes U+795E, and the letter goes
//! out with a stranger's name. The maps below are tables for that reason.

/// Hyphen-like signs that people and recognizers put for a hyphen or a long mark.
const HYPHENS: &str = "-‐‑‒–—―−－─━ｰー~〜～";

/// Full-width ASCII and the ideographic space to half width; everything else stays.
pub fn narrow(text: &str) -> String {
    text.chars().map(narrow_char).collect()
}

fn narrow_char(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Whether `c` may stand for a hyphen or a long mark.
pub fn is_hyphen(c: char) -> bool {
    HYPHENS.contains(c)
}

/// [`narrow`], with every hyphen-like sign as `-`.
pub fn narrow_hyphens(text: &str) -> String {
    text.chars()
        .map(|c| if is_hyphen(c) { '-' } else { narrow_char(c) })
        .collect()
}

/// The value of a digit in any of its forms: ASCII, full-width, kanji (〇 to 九), circled.
/// Letters that look like digits are not digits.
pub fn digit_of(c: char) -> Option<u8> {
    let kanji = "〇一二三四五六七八九".chars().position(|k| k == c);
    let value = match c {
        '0'..='9' => c as u32 - '0' as u32,
        '０'..='９' => c as u32 - '０' as u32,
        '①'..='⑨' => c as u32 - '①' as u32 + 1,
        '⓪' => 0,
        _ => u32::try_from(kanji?).ok()?,
    };
    u8::try_from(value).ok()
}

/// [`narrow_hyphens`], with digits of all forms as ASCII.
pub fn digits(text: &str) -> String {
    let to_ascii = |c| digit_of(c).map_or(c, |d| char::from(b'0' + d));
    text.chars()
        .map(to_ascii)
        .map(|c| if is_hyphen(c) { '-' } else { narrow_char(c) })
        .collect()
}

/// The text without blanks, but for one where a blank parts two digits: `3 月 1 5` is no 15.
pub fn without_blanks(text: &str) -> String {
    let digit = |c: char| digit_of(c).is_some() || matches!(c, '十' | '元');
    let (mut out, mut blank) = (String::new(), false);
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && digit(c) && out.ends_with(digit) {
            out.push(' ');
        }
        out.push(c);
        blank = false;
    }
    out
}

const HALF: &str = "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
const FULL: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Half-width katakana to full width, voice marks composed; a lone mark becomes `゛` or `゜`
/// (not the combining mark that NFKC makes of it).
pub fn widen_kana(text: &str) -> String {
    let mut out: Vec<char> = Vec::new();
    for c in text.chars() {
        let mark = match c {
            'ﾞ' | '\u{3099}' | '゛' => '゛',
            'ﾟ' | '\u{309A}' | '゜' => '゜',
            _ => {
                out.push(widen_char(c));
                continue;
            }
        };
        match out.last().and_then(|&base| voiced(base, mark)) {
            Some(composed) => *out.last_mut().expect("has a last character") = composed,
            None => out.push(mark),
        }
    }
    out.into_iter().collect()
}

fn widen_char(c: char) -> char {
    let at = HALF.chars().position(|h| h == c);
    at.and_then(|i| FULL.chars().nth(i)).unwrap_or(match c {
        '･' => '・',
        '｡' => '。',
        '､' => '、',
        '｢' => '「',
        '｣' => '」',
        _ => c,
    })
}

/// The katakana with its voice mark, if there is one.
fn voiced(base: char, mark: char) -> Option<char> {
    let (plain, marked) = match mark {
        '゛' => (
            "ウカキクケコサシスセソタチツテトハヒフヘホワヲかきくけこさしすせそたちつてとはひふへほ",
            "ヴガギグゲゴザジズゼゾダヂヅデドバビブベボヷヺがぎぐげござじずぜぞだぢづでどばびぶべぼ",
        ),
        _ => ("ハヒフヘホはひふへほ", "パピプペポぱぴぷぺぽ"),
    };
    plain
        .chars()
        .position(|c| c == base)
        .and_then(|i| marked.chars().nth(i))
}

/// Hiragana to katakana; everything else stays.
pub fn to_katakana(text: &str) -> String {
    text.chars().map(katakana).collect()
}

/// The same for one character.
pub(super) fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    }
}

/// The key under which two kana writings of one name meet: katakana, small kana large, ヴ to バ,
/// ヂヅヲヰヱ to ジズオイエ, no long marks, dots or spaces.
pub fn kana_key(text: &str) -> String {
    let katakana = to_katakana(&widen_kana(text));
    let mut out = String::new();
    let mut chars = katakana.chars().peekable();
    while let Some(c) = chars.next() {
        if c == 'ヴ' {
            let small = chars
                .peek()
                .and_then(|n| "ァィゥェォ".chars().position(|s| s == *n));
            if small.is_some() {
                chars.next();
            }
            out.extend("バビブベボ".chars().nth(small.unwrap_or(2)));
            continue;
        }
        if is_hyphen(c) || c == '一' || c.is_whitespace() || "・、,.".contains(c) {
            continue;
        }
        out.push(fold_kana(c));
    }
    out
}

fn fold_kana(c: char) -> char {
    const FROM: &str = "ァィゥェォャュョッヮヵヶヂヅヲヰヱ";
    const TO: &str = "アイウエオヤユヨツワカケジズオイエ";
    FROM.chars()
        .position(|f| f == c)
        .and_then(|i| TO.chars().nth(i))
        .unwrap_or(c)
}

/// Variant forms that name and address keys treat as one; first of each group is the key's.
const VARIANTS: &[&str] = &[
    "ケヶが",
    "ツッ",
    "ノ之の",
    "崎埼﨑",
    "桜櫻",
    "沢澤",
    "浜濵濱",
    "竜龍",
    "条條",
    "島嶋嶌",
    "高髙",
    "斎齋",
    "斉齊",
    "辺邊邉",
    "広廣",
    "国國",
    "吉𠮷",
    "富冨",
    "恵惠",
    "栄榮",
    "真眞",
    "関關",
    "塩鹽",
    "神\u{FA19}",
    "福\u{FA1B}",
    "晴\u{FA12}",
    "礼\u{FA18}禮",
    "都\u{FA26}",
    "朗\u{F929}",
    "隆\u{F9DC}",
    "塚\u{FA10}",
    "猪\u{FA16}",
    "益\u{FA17}",
    "祥\u{FA1A}",
    "靖\u{FA1C}",
    "精\u{FA1D}",
    "羽\u{FA1E}",
    "諸\u{FA22}",
    "逸\u{FA25}",
    "飯\u{FA2A}",
    "鶴\u{FA2D}",
];

fn fold_variant(c: char) -> char {
    VARIANTS
        .iter()
        .find(|g| g.contains(c))
        .and_then(|g| g.chars().next())
        .unwrap_or(c)
}

/// Variation selectors choose a glyph, not a character.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The key of a name: no spaces, variants of one kanji as one, kana as in [`kana_key`] only when
/// the whole name is kana.
pub fn name_key(text: &str) -> String {
    let wide = widen_kana(&narrow(text));
    let bare: String = wide
        .chars()
        .filter(|c| !c.is_whitespace() && !is_selector(*c) && *c != '・')
        .collect();
    if !bare.is_empty() && bare.chars().all(|c| matches!(c, 'ぁ'..='ヿ')) {
        return kana_key(&bare);
    }
    bare.chars().map(fold_variant).collect()
}

/// The key of an address: variants folded, 大字/字 dropped, kanji numbers before 丁目 as digits,
/// 丁目/番地/番/号/の between numbers as `-`, no spaces.
pub fn address_key(text: &str) -> String {
    let wide = widen_kana(&narrow_hyphens(text));
    let bare: String = wide
        .chars()
        .filter(|c| !c.is_whitespace() && !is_selector(*c))
        .collect();
    let bare = bare.replace("大字", "").replace('字', "");
    let folded: Vec<char> = bare.chars().map(fold_variant).collect();
    let numbered = kanji_block_numbers(&folded);
    let mut key = numbered;
    for word in ["丁目", "番地", "番", "号"] {
        key = join_numbers(&key, word);
    }
    let key = join_numbers(&key, "ノ");
    key.trim_end_matches('-').to_owned()
}

/// `三丁目` -> `3丁目`, `十二丁目` -> `12丁目`.
fn kanji_block_numbers(text: &[char]) -> String {
    let mut out = String::new();
    let mut i = 0;
    while i < text.len() {
        let run = text[i..]
            .iter()
            .take_while(|c| "一二三四五六七八九十".contains(**c))
            .count();
        let before_block = text[i + run..].starts_with(&['丁']);
        match kanji_number(&text[i..i + run]) {
            Some(n) if run > 0 && before_block => {
                out.push_str(&n.to_string());
                i += run;
            }
            _ => {
                out.push(text[i]);
                i += 1;
            }
        }
    }
    out
}

/// The number a run of kanji digits means, with or without 十: 十 = 10, 二十三 = 23, 二〇 = 20,
/// 二〇二四 = 2024. `None` for an empty or impossible run.
pub fn kanji_number(run: &[char]) -> Option<u32> {
    if run.is_empty() || run.len() > 4 {
        return None;
    }
    let Some(ten) = run.iter().position(|&c| c == '十') else {
        return run
            .iter()
            .try_fold(0, |n, &c| Some(n * 10 + u32::from(digit_of(c)?)));
    };
    let part = |run: &[char], none: u32| match run {
        [] => Some(none),
        [c] => digit_of(*c).filter(|d| *d > 0).map(u32::from),
        _ => None,
    };
    Some(part(&run[..ten], 1)? * 10 + part(&run[ten + 1..], 0)?)
}

/// Replaces `word` after a digit by a hyphen (none where the text ends or no digit follows).
fn join_numbers(text: &str, word: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        out.push_str(before);
        let digit_before = out.ends_with(|c: char| c.is_ascii_digit());
        let stands_for_hyphen = digit_before && !after.starts_with('-');
        match (digit_before, stands_for_hyphen) {
            (_, true) => out.push('-'),
            (true, false) => {}
            (false, false) => out.push_str(word),
        }
        rest = after;
    }
    out + rest
}

/// Full-width kana as a bank record wants it: half width, small kana large, long mark as `-`,
/// ヲ as ｵ, voice marks as bytes of their own, capitals. `None` names the first character that a
/// record cannot hold.
pub fn zengin(text: &str) -> Result<String, char> {
    let wide = to_katakana(&widen_kana(&narrow(text)));
    let mut out = String::new();
    for c in wide.chars() {
        let (base, mark) = split_voice(c);
        let c = match base {
            'ヲ' => 'オ',
            'ー' => '-',
            '・' => '.',
            'ヰ' => 'イ',
            'ヱ' => 'エ',
            other => fold_zengin(other),
        };
        match FULL.chars().position(|f| f == c) {
            Some(i) => out.extend(HALF.chars().nth(i)),
            None if c.is_ascii_alphanumeric() || "()-./,\\ ".contains(c) => {
                out.push(c.to_ascii_uppercase());
            }
            None if c == '「' => out.push('｢'),
            None if c == '」' => out.push('｣'),
            None if is_hyphen(c) => out.push('-'),
            None => return Err(c),
        }
        out.extend(mark);
    }
    Ok(out.chars().take(30).collect())
}

fn fold_zengin(c: char) -> char {
    const FROM: &str = "ァィゥェォャュョッヮヵヶ";
    const TO: &str = "アイウエオヤユヨツワカケ";
    FROM.chars()
        .position(|f| f == c)
        .and_then(|i| TO.chars().nth(i))
        .unwrap_or(c)
}

/// The bare kana and its half-width voice mark.
fn split_voice(c: char) -> (char, Option<char>) {
    for (mark, half) in [('゛', 'ﾞ'), ('゜', 'ﾟ')] {
        let bare = FULL.chars().find(|&b| voiced(b, mark) == Some(c));
        if let Some(bare) = bare {
            return (bare, Some(half));
        }
    }
    (c, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(fold: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
        for (written, key) in cases {
            assert_eq!(fold(written), *key, "`{written}`");
        }
    }

    #[test]
    fn digits_of_all_forms_become_ascii_and_letters_stay() {
        check(
            digits,
            &[
                ("０９０", "090"),
                ("二〇二四", "2024"),
                ("①②", "12"),
                ("Ol", "Ol"),
                ("1−2", "1-2"),
            ],
        );
    }

    #[test]
    fn half_width_kana_is_composed_by_table() {
        check(
            widen_kana,
            &[
                ("ｶﾞｷﾞ", "ガギ"),
                ("ﾊﾟﾝ", "パン"),
                ("ﾞ", "゛"),
                ("ｳﾞｧ", "ヴァ"),
                ("ｰ･", "ー・"),
            ],
        );
    }

    #[test]
    fn kana_writings_of_one_name_meet() {
        check(
            kana_key,
            &[
                ("しょうこ", "シヨウコ"),
                ("ｼｮｳｺ", "シヨウコ"),
                ("ヴァイオレット", "バイオレツト"),
                ("ヴ", "ブ"),
                ("みづほ", "ミズホ"),
                ("ミズホ", "ミズホ"),
                ("かをり", "カオリ"),
                ("ローラ", "ロラ"),
                ("ロ−ラ", "ロラ"),
                ("ロ一ラ", "ロラ"),
                ("ヤマダ・タロウ ", "ヤマダタロウ"),
                ("はわ", "ハワ"),
            ],
        );
    }

    #[test]
    fn compatibility_ideographs_are_never_touched_outside_a_key() {
        let name = "\u{FA19}田\u{FA1B}";
        assert_eq!(narrow(name), name);
        assert_eq!(widen_kana(name), name);
        assert_eq!(name_key(name), name_key("神田福"));
    }

    #[test]
    fn name_keys_fold_variants_spaces_and_selectors() {
        check(
            name_key,
            &[
                ("髙橋 太郎", "高橋太郎"),
                ("渡邉", "渡辺"),
                ("葛\u{E0100}城", "葛城"),
                ("ヤマダ　タロウ", "ヤマダタロウ"),
            ],
        );
    }

    #[test]
    fn address_keys_meet() {
        let one = address_key("東京都千代田区霞が関一丁目３番２号");
        assert_eq!(one, "東京都千代田区霞ケ関1-3-2");
        assert_eq!(address_key("東京都 千代田区霞ヶ関1−3−2"), one);
        assert_eq!(address_key("霞ケ関十二丁目3の4"), "霞ケ関12-3-4");
        assert_eq!(address_key("舞鶴市大字北吸1044番地"), "舞鶴市北吸1044");
        assert_eq!(address_key("三田市"), "三田市");
    }

    #[test]
    fn kanji_numbers() {
        let n = |s: &str| kanji_number(&s.chars().collect::<Vec<_>>());
        assert_eq!(n("十"), Some(10));
        assert_eq!(n("二十"), Some(20));
        assert_eq!(n("二十三"), Some(23));
        assert_eq!(n("〇一"), Some(1));
        assert_eq!(n("二〇二四"), Some(2024));
        assert_eq!(n("十十"), None);
        assert_eq!(n(""), None);
    }

    #[test]
    fn zengin_kana_follows_the_bank_record() {
        assert_eq!(zengin("ヤマダ タロー").as_deref(), Ok("ﾔﾏﾀﾞ ﾀﾛ-"));
        assert_eq!(zengin("キャッシュ").as_deref(), Ok("ｷﾔﾂｼﾕ"));
        assert_eq!(zengin("パン・ヲ").as_deref(), Ok("ﾊﾟﾝ.ｵ"));
        assert_eq!(zengin("ｶ)abc").as_deref(), Ok("ｶ)ABC"));
        assert_eq!(zengin("山田"), Err('山'));
        assert_eq!(zengin(&"ガ".repeat(20)).map(|s| s.chars().count()), Ok(30));
    }

    #[test]
    fn a_blank_stays_only_between_two_digits() {
        check(
            without_blanks,
            &[
                (" 令和 6 年 2 月 29 日 ", "令和6年2月29日"),
                ("2011 1  15", "2011 1 15"),
                ("元\u{3000}5 十 二", "元 5 十 二"),
                ("1, 234 円", "1,234円"),
            ],
        );
    }

    proptest! {
        #[test]
        fn folding_never_panics_and_keys_are_stable(text in "\\PC{0,40}") {
            for fold in [kana_key, name_key, address_key, digits, narrow, widen_kana] {
                let once = fold(&text);
                prop_assert_eq!(fold(&once).len() <= once.len() * 4 + 4, true);
            }
            let _ = zengin(&text);
            prop_assert_eq!(kana_key(&kana_key(&text)), kana_key(&text));
        }
    }
}
