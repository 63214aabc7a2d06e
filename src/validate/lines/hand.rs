//! Decides a handwritten line by what is independent of the line recognizer: the networks that look
//! at its characters one by one, the lists that the field knows, the mailing list behind the key.
//!
//! Either the characters or a list may vouch for the answer; where the mailing list has an answer of
//! this person and it is another one, a person is asked and sees both.

use super::super::fuse::{self, Pool};
use super::super::names::{self, Said};
use super::super::parse::{self, Parsed, Setting};
use super::super::places;
use super::super::search::{self, Slot};
use super::super::{Context, Verdict, boxes, small};
use super::house;
use crate::charset::{Charset, alike, bare, large_kana};
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, LineZone};
use crate::lists::Lexicon;
use crate::read::{CellReading, TextReading};

/// What the words outside a list weigh against the best of it, were both as probable by the ink.
const OUTSIDE: f64 = 1e-3;
/// The same where the card's postal code is certain: of its own place, against what stands in no list and against
/// another place that exists, for people write the code of where they moved from.
const OUTSIDE_OF_CODE: f64 = 1e-5;
const ELSEWHERE: f64 = 0.005;
/// What a network leaves to a character that it does not name.
const UNNAMED: f64 = 0.01;
/// A word of a list that is less likely than this is not what was written: who is on no list is not
/// proposed to be somebody else.
const PLAUSIBLE: f64 = 0.05;
/// What the mailing list says of this very person settles a reading that is as sure as this.
const CONFIRMED: f64 = 0.5;

pub(super) fn decide(
    field: &Field,
    zone: &LineZone,
    (first, noticed): (&TextReading, &[Doubt]),
    setting: &Setting,
    context: &Context<'_>,
) -> Verdict {
    let line = Line::of(zone, first);
    let least = boxes::least_confidence(field);
    let (by_characters, against) = line.by_characters(field, setting);
    let listed = line.by_code(field).or_else(|| line.by_list(field));
    let named = line.by_names(field, least);
    let (text, sure) = line.likeliest(by_characters, listed.as_ref(), named.as_ref());
    let parsed = parse::parse(field, &text, setting);
    let known = context
        .key
        .and_then(|key| field.lists.column.as_ref()?.of(key));
    let same = known.map(|known| bare(known) == bare(&text));
    let key = context.key.is_some_and(|k| k == parsed.value);
    let (sure, vouched) = match same {
        Some(true) if sure >= CONFIRMED => (sure.max(least), true),
        _ if key => (sure.max(least), true),
        _ => {
            let by_list = listed.as_ref().is_some_and(|l| l.sure >= least);
            (sure, by_list || matches!(named, Some(Said::Vouched(_))))
        }
    };
    let mut doubts: Vec<Doubt> = noticed.to_vec();
    doubts.extend(parsed.doubts);
    // What a list holds, or the ledger, is no character that the reader lacks, and says which kana
    // are small.
    if first.alphabet_doubt && !vouched {
        doubts.push(Reason::Alphabet.into());
    }
    if line.open && !vouched {
        doubts.push(Reason::LowConf.into());
    }
    let other = known.filter(|_| same == Some(false));
    doubts.extend(match other {
        Some(known) => Some(Doubt::with(Reason::LedgerMismatch, known.to_owned())),
        None if is_outside(field, &text) => Some(on_no_list(listed)),
        None if matches!(named, Some(Said::Rather(_))) => {
            Some(Doubt::with(Reason::Disagree, line.text.clone()))
        }
        None if sure < least => against.map(|other| Doubt::with(Reason::Disagree, other)),
        None if named == Some(Said::Nothing) => Some(Reason::LowConf.into()),
        None => None,
    });
    Verdict::decide_from(field, parsed.value, (Confidence::new(sure), least), doubts)
}

/// The places that a written address may begin with by its ink, with probabilities.
pub(in super::super) fn places_of(zone: &LineZone, readings: &[TextReading]) -> Vec<(String, f64)> {
    let Some(first) = readings.iter().find(|r| !r.text.trim().is_empty()) else {
        return Vec::new();
    };
    let line = Line::of(zone, first);
    let listed = &first.listed;
    let outside = listed
        .first()
        .map_or(0.0, |(text, _)| OUTSIDE * line.rather_own(text));
    let total = outside + listed.iter().map(|(_, score)| score.exp()).sum::<f64>();
    let share = |(text, score): &(String, f64)| (text.clone(), score.exp() / total);
    listed.iter().map(share).collect()
}

/// Whether the field has lists and none holds the text: however sure its characters are, it is for a
/// person to see.
fn is_outside(field: &Field, text: &str) -> bool {
    let lists = field.lists.lexicons();
    !lists.is_empty() && !lists.iter().any(|list| holds(list, text))
}

/// Whether the texts differ in nothing but characters that only their neighbors tell apart.
fn reads_alike(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| bare(text).chars().collect::<Vec<_>>());
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| is_alike(*a, *b))
}

fn is_alike(a: char, b: char) -> bool {
    a == b || alike(a).contains(b)
}

fn on_no_list(listed: Option<Listed>) -> Doubt {
    match listed.filter(|l| l.of_word >= PLAUSIBLE) {
        Some(listed) => Doubt::with(Reason::Disagree, listed.text),
        None => Reason::LowConf.into(),
    }
}

/// Whether a list holds the text, or its beginning where anything may follow.
fn holds(list: &Lexicon, text: &str) -> bool {
    let text = bare(text);
    list.contains(&text) || (list.is_open() && list.longest_start(&text).is_some())
}

/// A line as its readers say it.
struct Line<'a> {
    zone: &'a LineZone,
    reading: &'a TextReading,
    /// With small kana where they are small.
    text: String,
    /// Without spaces, one a cell.
    read: Vec<char>,
    cells: &'a [CellReading],
    /// A kana may be large or small.
    open: bool,
}

/// What a list says.
struct Listed {
    text: String,
    /// Of the word and of what follows it.
    sure: f64,
    /// Of the word alone.
    of_word: f64,
}

/// A word of a list, and all that may follow it.
struct Word<'t> {
    start: &'t str,
    /// By the ink, against the line's own reading as 1; of every reading that begins so.
    mass: f64,
    /// What follows, and how probable it is against the others, by the ink and as an address.
    tails: Vec<(&'t str, f64)>,
}

impl<'t> Word<'t> {
    /// What follows it most likely: rather nothing or a house number than anything else.
    fn tail(&self) -> &'t str {
        let best = self.tails.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or("", |(tail, _)| *tail)
    }

    fn whole(&self) -> String {
        format!("{}{}", self.start, self.tail())
    }

    /// How probable it is that what follows has so many characters.
    fn share_of_length(&self, length: usize) -> f64 {
        let weights = |of: &dyn Fn(usize) -> bool| -> f64 {
            let tails = self
                .tails
                .iter()
                .filter(|(tail, _)| of(tail.chars().count()));
            tails.map(|(_, weight)| weight).sum()
        };
        weights(&|n| n == length) / weights(&|_| true)
    }

    /// What is followed by anything but a number is rather another word, which no list holds.
    fn ends_or_is_numbered(&self) -> bool {
        let first = self.tail().chars().next();
        first.is_none_or(house::may_begin)
    }
}

impl<'a> Line<'a> {
    fn of(zone: &'a LineZone, reading: &'a TextReading) -> Self {
        let said: Vec<char> = reading
            .text
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let cells = if reading.characters.len() == said.len() {
            reading.characters.as_slice()
        } else {
            &[]
        };
        let (read, open) = if cells.is_empty() {
            (said, false)
        } else {
            small::settle(&said, cells)
        };
        let mut settled = read.iter();
        let text = reading
            .text
            .chars()
            .map(|c| {
                if c.is_whitespace() {
                    c
                } else {
                    settled.next().copied().unwrap_or(c)
                }
            })
            .collect();
        Self {
            zone,
            reading,
            text,
            read,
            cells,
            open,
        }
    }

    /// The reading that characters and lists together hold for likeliest, and how sure it is.
    fn likeliest(
        &self,
        by_characters: f64,
        listed: Option<&Listed>,
        named: Option<&Said>,
    ) -> (String, f64) {
        match (named, listed) {
            (Some(Said::Vouched(name)), _) => {
                return (names::in_place(&self.text, &name.text), name.share);
            }
            (Some(Said::Rather(name)), _) => return (name.clone(), 0.0),
            (_, Some(listed)) => {
                let same = bare(&listed.text) == bare(&self.text);
                let likelier = listed.sure >= by_characters && listed.of_word >= PLAUSIBLE;
                // How a word is spelled its list knows, where it knows one spelling.
                let spelled = listed.of_word > CONFIRMED && reads_alike(&listed.text, &self.text);
                if same || likelier || spelled {
                    return (listed.text.clone(), listed.sure.max(by_characters));
                }
            }
            _ => {}
        }
        (self.text.clone(), by_characters)
    }

    /// How sure the readers of each character together are of the text, and what they would rather
    /// read, if anything.
    fn by_characters(&self, field: &Field, setting: &Setting) -> (f64, Option<String>) {
        if self.cells.is_empty() {
            return (0.0, None);
        }
        let slots: Vec<Slot> = self.slots(0).collect();
        let found = search::choose(&slots, parse::pass_rate(field), |text| {
            parse::parse_boxes(field, &self.as_small(text), setting)
        });
        let own: Parsed = parse::parse(field, &self.text, setting);
        let same = bare(&found.parsed.value) == bare(&own.value);
        let contradicted = self.cells.iter().any(fuse::contradicted);
        let sure = if same && !contradicted {
            found.confidence.get()
        } else {
            0.0
        };
        let other = found.parsed.value;
        (sure, (!same || contradicted).then_some(other))
    }

    /// What the characters from the given one on may be.
    fn slots(&self, from: usize) -> impl Iterator<Item = Slot> {
        let cells = self.read.iter().zip(self.cells).skip(from);
        cells.map(|(c, cell)| self.pool(*c).slot(cell))
    }

    /// How much the two readers count for a character: as for boxes with such characters.
    fn pool(&self, read: char) -> &'static Pool {
        match &self.zone.charset {
            Charset::Hiragana | Charset::Katakana | Charset::Kana => Pool::of(&self.zone.charset),
            _ if read.is_ascii_digit() => Pool::of_lone_digits(),
            other => Pool::of(other),
        }
    }

    /// The text with small kana where the line has them: the pool counts them as large.
    fn as_small(&self, text: &str) -> String {
        let small = |(c, read): (char, &char)| if large_kana(*read) == c { *read } else { c };
        text.chars().zip(&self.read).map(small).collect()
    }

    /// The word of the field's lists that fits best, and how sure it is: against the other words of
    /// the lists, against what stands in none, and for what follows a word by its characters.
    fn by_list(&self, field: &Field) -> Option<Listed> {
        let lists = field.lists.lexicons();
        let start = |text: &str| -> usize {
            let of_each = lists.iter().filter_map(|list| list.longest_start(text));
            of_each.map(str::len).max().unwrap_or(0)
        };
        let words = self.words(start);
        let best = words.iter().max_by(|a, b| a.mass.total_cmp(&b.mass))?;
        let total: f64 = words.iter().map(|w| w.mass).sum();
        let outside = OUTSIDE * self.rather_own(&best.whole());
        let mut listed = self.followed(best, best.mass / (total + outside));
        // A name keeps its space.
        if bare(&self.reading.text) == listed.text {
            listed.text.clone_from(&self.text);
        }
        Some(listed)
    }

    /// The place of the card's postal code, where the ink is rather this than anything else.
    fn by_code(&self, field: &Field) -> Option<Listed> {
        let (known, codes) = (field.lists.places.as_deref()?, &field.lists.paired);
        let of_code = |text: &str| places::support(codes, |code| places::agree(known, code, text));
        let start = |text: &str| known.starts().longest_start(text).map_or(0, str::len);
        let mut words = self.words(start);
        words.retain(|word| !word.start.is_empty() && word.ends_or_is_numbered());
        let weighed = words.iter().map(|word| {
            let own = of_code(word.start);
            (word, own, word.mass * (own + ELSEWHERE * (1.0 - own)))
        });
        let weighed: Vec<_> = weighed.collect();
        let own = weighed.iter().filter(|(_, own, _)| *own > ELSEWHERE);
        let (word, _, weight) = own.max_by(|a, b| a.2.total_cmp(&b.2))?;
        // The same place is spelled in several ways.
        let of_both = |code: &str, other: &str| {
            let both = [other, word.start];
            both.iter().all(|t| places::agree(known, code, t))
        };
        let of_another = |other: &str| !codes.iter().any(|(code, _)| of_both(code, other));
        let rivals = weighed.iter().filter(|(w, ..)| of_another(w.start));
        let rivals: f64 = rivals.map(|(.., weight)| weight).sum();
        let outside = OUTSIDE_OF_CODE * self.rather_own(&word.whole());
        let sure = weight / (weight + rivals + outside);
        // Code and place vouch for each other even where the characters are not known one by one.
        (sure >= CONFIRMED).then(|| match word.tail() {
            "" => Listed {
                text: word.start.to_owned(),
                sure,
                of_word: sure,
            },
            _ => self.followed(word, sure),
        })
    }

    /// The words of the lists that the ink may be, `start` being how many bytes of a text one of them is.
    fn words(&self, start: impl Fn(&str) -> usize) -> Vec<Word<'_>> {
        let mut words: Vec<Word<'_>> = Vec::new();
        for (text, score) in &self.reading.listed {
            let (start, tail) = text.split_at(start(text));
            let mass = score.exp();
            let known = tail.is_empty() || start.is_empty();
            let weight = if known { 1.0 } else { house::weight(tail) };
            let tail = (tail, mass * weight);
            match words.iter_mut().find(|word| word.start == start) {
                Some(word) => {
                    word.mass += mass;
                    word.tails.push(tail);
                }
                None => words.push(Word {
                    start,
                    mass,
                    tails: vec![tail],
                }),
            }
        }
        words
    }

    /// A word that is as sure as this with what follows it.
    fn followed(&self, word: &Word<'_>, of_word: f64) -> Listed {
        let (tail, sure) = self.tail_of(word);
        Listed {
            text: format!("{}{tail}", word.start),
            sure: of_word * sure,
            of_word,
        }
    }

    /// What follows a word, and how sure it is.
    fn tail_of(&self, word: &Word<'_>) -> (String, f64) {
        let tail: Vec<char> = word.tail().chars().collect();
        let Some(from) = self.cells.len().checked_sub(tail.len()) else {
            return (word.tail().to_owned(), 0.0);
        };
        let (word_ends, follows) = self.cells.split_at(from);
        let (text, sure) = match house::read(follows) {
            Some(house) => (house.text, house.sure * word.share_of_length(tail.len())),
            None => (word.tail().to_owned(), self.sure_of_tail(&tail)),
        };
        let lost = house::begins_within(word_ends, &tail);
        (text, if lost { 0.0 } else { sure })
    }

    /// What the list of names says.
    fn by_names(&self, field: &Field, least: f64) -> Option<Said> {
        if self.cells.is_empty() {
            return None;
        }
        let mut slots: Vec<Slot> = self.slots(0).collect();
        for (slot, read) in slots.iter_mut().zip(&self.read) {
            if let Some((c, _)) = slot.first_mut().filter(|(c, _)| *c == large_kana(*read)) {
                *c = *read;
            }
        }
        names::held_against(&slots, &field.lists, least)
    }

    /// How much more the networks that look at single characters hold of the line's own reading than
    /// of a word of the list as long as it.
    fn rather_own(&self, text: &str) -> f64 {
        if text.chars().count() != self.cells.len() {
            return 1.0;
        }
        let said = |cell: &CellReading, c: char| {
            let named = cell.alternatives.iter().find(|(d, _)| *d == large_kana(c));
            named.map_or(0.0, |(_, p)| *p) + UNNAMED
        };
        let each = text.chars().zip(&self.read).zip(self.cells);
        // Of characters that only their neighbors tell apart they name the one that they have learnt.
        each.filter(|((listed, own), _)| !is_alike(*listed, **own))
            .map(|((listed, own), cell)| said(cell, *own) / said(cell, listed))
            .product()
    }

    /// How sure the characters at the line's end are these.
    fn sure_of_tail(&self, tail: &[char]) -> f64 {
        let Some(from) = self.cells.len().checked_sub(tail.len()) else {
            return 0.0;
        };
        if self.read[from..] != *tail || (self.cells.is_empty() && !tail.is_empty()) {
            return 0.0;
        }
        let contradicted = self.cells[from..].iter().any(fuse::contradicted);
        let of = |(slot, c): (Slot, &char)| {
            let said = slot.iter().find(|(d, _)| *d == large_kana(*c));
            said.map_or(0.0, |(_, p)| *p)
        };
        let sure: f64 = self.slots(from).zip(tail).map(of).product();
        if contradicted { 0.0 } else { sure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::form::{ValueKind, Zone};
    use crate::lists::{Name, Names, Place, Places, Recipients, Spelling};
    use crate::read::Content;
    use crate::validate::{Status, fixtures};
    use std::sync::Arc;

    /// A line whose characters both readers see alike, but for those in `unsure`.
    fn reading(text: &str, unsure: &[usize]) -> TextReading {
        let cell = |(i, c): (usize, char)| {
            let p = if unsure.contains(&i) { 0.3 } else { 0.9999 };
            CellReading {
                alternatives: vec![(large_kana(c), p)],
                witness: vec![(c, p)],
                reject: 1.0 - p,
                extent: if large_kana(c) == c { 0.8 } else { 0.45 },
                ..fixtures::cells("1", 1.0).remove(0)
            }
        };
        let written = text.chars().filter(|c| !c.is_whitespace());
        TextReading {
            characters: written.enumerate().map(cell).collect(),
            ..fixtures::text(text, 0.9)
        }
    }

    fn name() -> Field {
        fixtures::line(ValueKind::Name, false, Charset::Jis2)
    }

    #[track_caller]
    fn check(
        field: &Field,
        reading: TextReading,
        key: Option<&str>,
        (status, value, reason): (Status, &str, Option<Reason>),
    ) {
        let Zone::Line(zone) = &field.zone else {
            panic!("a line zone")
        };
        let content = Content::Text {
            readings: vec![reading],
        };
        let reading = fixtures::reading(field, content);
        let context = Context {
            key,
            ..fixtures::context()
        };
        let verdict = super::super::decide(field, zone, &reading, &fixtures::setting(), &context);
        let first = verdict.doubts.first().map(|d| d.reason);
        assert_eq!(
            (verdict.status, verdict.value.as_str(), first),
            (status, value, reason),
            "{verdict:?}"
        );
    }

    #[test]
    fn both_readers_of_each_character_vouch_for_a_line() {
        let sure = (Status::Accepted, "山田 太郎", None);
        check(&name(), reading("山田 太郎", &[]), None, sure);
        let unsure = (Status::Question, "山田太郎", Some(Reason::LowConf));
        check(&name(), reading("山田太郎", &[2]), None, unsure);
        let mut contradicted = reading("山田太郎", &[]);
        contradicted.characters[2].alternatives = vec![('大', 0.99)];
        let asked = (Status::Question, "山田太郎", Some(Reason::Disagree));
        check(&name(), contradicted, None, asked);
        // Fewer characters than the text has are of another reading.
        let mut cut = reading("山田太郎", &[]);
        cut.characters.pop();
        check(&name(), cut, None, unsure);
    }

    #[test]
    fn a_list_of_names_vouches_for_names_and_asks_the_others() {
        let mut field = name();
        let family = ["山田", "渡辺"].map(|name| Name::counted(name, 1000));
        let given = ["太郎", "清"].map(|name| Name::counted(name, 1));
        field.lists.names = Some(Arc::new(Names::new(Spelling::Written, family, given)));
        let sure = (Status::Accepted, "山田 太郎", None);
        check(&field, reading("山田 太郎", &[]), None, sure);
        let unknown = (Status::Question, "山田 勉", Some(Reason::LowConf));
        check(&field, reading("山田 勉", &[]), None, unknown);
        let mut thick = reading("波辺清", &[]);
        thick.characters[0].alternatives = vec![('波', 0.93), ('渡', 0.06)];
        thick.characters[0].witness = vec![('波', 0.93), ('渡', 0.06)];
        let rather = (Status::Question, "渡辺清", Some(Reason::Disagree));
        check(&field, thick, None, rather);
        // The line recognizer takes a look-alike, the networks and the list do not.
        let mut other = reading("渡辺淸", &[]);
        other.characters[2].alternatives = vec![('清', 0.9999)];
        other.characters[2].witness = vec![('清', 0.4), ('淸', 0.5)];
        let listed = (Status::Accepted, "渡辺清", None);
        check(&field, other, None, listed);
    }

    #[test]
    fn who_is_on_no_list_is_not_proposed_to_be_somebody_else() {
        let mut field = name();
        field.lists.words = Some(Arc::new(Lexicon::new(["遠藤明美".to_owned()], false)));
        let mut stranger = reading("伊藤久美子", &[1]);
        stranger.listed = vec![("遠藤明美".to_owned(), -20.0)];
        let asked = (Status::Question, "伊藤久美子", Some(Reason::LowConf));
        check(&field, stranger, None, asked);
    }

    #[test]
    fn a_list_vouches_where_the_characters_do_not() {
        let mut field = name();
        field.lists.words = Some(Arc::new(Lexicon::new(
            ["東町".to_owned(), "西町".to_owned()],
            false,
        )));
        let listed = |score: f64, other: f64| {
            let mut own = reading("束町", &[0]);
            own.characters[0].alternatives.push(('東', 0.3));
            TextReading {
                listed: vec![("東町".into(), score), ("西町".into(), other)],
                ..own
            }
        };
        check(
            &field,
            listed(-0.5, -12.0),
            None,
            (Status::Accepted, "東町", None),
        );
        // Another word of the list is as likely, or none of them is.
        let asked = (Status::Question, "東町", Some(Reason::LowConf));
        check(&field, listed(-0.5, -1.0), None, asked);
        let asked = (Status::Question, "束町", Some(Reason::Disagree));
        check(&field, listed(-9.0, -30.0), None, asked);
        // What is on no list is asked, however sure its characters are.
        let asked = (Status::Question, "北町", Some(Reason::LowConf));
        check(&field, reading("北町", &[]), None, asked);
        // The network that sees single characters is sure of the line's own reading.
        let mut own = listed(-0.5, -12.0);
        own.characters[0].alternatives = vec![('束', 0.9)];
        let asked = (Status::Question, "東町", Some(Reason::LowConf));
        check(&field, own, None, asked);
    }

    #[test]
    fn a_certain_postal_code_says_which_place_the_ink_is() {
        let row = |code: &str, city: &str, town: &str| {
            (code.to_owned(), Place::listed("鳥取県", city, town))
        };
        let mut field = fixtures::line(ValueKind::Address, false, Charset::Jis2);
        field.lists.places = Some(Arc::new(Places::new([
            row("6800722", "若桜町", "浅井"),
            row("6800723", "若桜町", "茗荷谷"),
            row("6800724", "若桜町", "浅丼"),
            row("6800700", "若桜町", ""),
        ])));
        // The ink is rather a place that does not exist.
        let written = |listed: &[(&str, f64)]| {
            let mut own = reading("鳥取県若桜町淺井", &[6]);
            own.characters[6].alternatives.push(('浅', 0.3));
            let listed = listed.iter().map(|(t, s)| ((*t).to_owned(), *s));
            TextReading {
                listed: listed.collect(),
                ..own
            }
        };
        let unlisted = ("鳥取県若桜町淺井", -1.0);
        let own = ("鳥取県若桜町浅井", -4.2);
        let mut by = |code: &str, listed: &[(&str, f64)], expected| {
            field.lists.paired = vec![(code.to_owned(), 1.0)];
            check(&field, written(listed), None, expected);
        };
        let accepted = (Status::Accepted, "鳥取県若桜町浅井", None);
        by("6800722", &[unlisted, own], accepted);
        // Another code, or that of the whole town, says nothing of this place.
        let asked = (Status::Question, "鳥取県若桜町淺井", Some(Reason::LowConf));
        by("6800723", &[unlisted, own], asked);
        by("6800700", &[unlisted, own], asked);
        // Another place that exists is as likely by the ink: the person may have written a wrong code.
        let rival = ("鳥取県若桜町浅丼", -4.0);
        let doubtful = (Status::Question, "鳥取県若桜町浅井", Some(Reason::LowConf));
        by("6800722", &[unlisted, rival, own], doubtful);
    }

    #[test]
    fn what_follows_a_word_is_vouched_for_by_its_characters() {
        let mut field = fixtures::line(ValueKind::Address, false, Charset::Jis2);
        field.lists.words = Some(Arc::new(Lexicon::new(["東町".to_owned()], true)));
        let listed = |unsure: &[usize]| TextReading {
            listed: vec![("東町12".into(), 0.0)],
            ..reading("東町12", unsure)
        };
        check(
            &field,
            listed(&[0]),
            None,
            (Status::Accepted, "東町12", None),
        );
        let asked = (Status::Question, "東町12", Some(Reason::LowConf));
        check(&field, listed(&[3]), None, asked);
    }

    #[test]
    fn a_word_is_spelled_as_its_list_has_it() {
        let towns = |all: &[&str]| {
            let mut field = fixtures::line(ValueKind::Address, false, Charset::Jis2);
            let all = all.iter().map(|town| (*town).to_owned());
            field.lists.words = Some(Arc::new(Lexicon::new(all, true)));
            field
        };
        let ink = |listed: &[(&str, f64)]| {
            let mut ink = reading("旭ヶ丘", &[]);
            ink.listed = listed.iter().map(|(t, s)| ((*t).to_owned(), *s)).collect();
            // What is surer than any list.
            for cell in &mut ink.characters {
                cell.alternatives[0].1 = 0.999_99;
                cell.witness[0].1 = 0.999_99;
            }
            ink
        };
        let accepted = (Status::Accepted, "旭ケ丘", None);
        let one = ink(&[("旭ケ丘", 0.0), ("旭丘", -9.0)]);
        check(&towns(&["旭", "旭ケ丘", "旭丘"]), one, None, accepted);
        // The networks name the one that they have learnt, which says nothing against the other.
        let mut torn = ink(&[("旭ケ丘", 0.0), ("旭丘", -9.0)]);
        torn.characters[1].witness = vec![('ヶ', 0.5), ('ケ', 0.49)];
        check(&towns(&["旭", "旭ケ丘", "旭丘"]), torn, None, accepted);
        let large = (Status::Accepted, "旭ヶ丘", None);
        let both = ink(&[("旭ヶ丘", 0.0), ("旭ケ丘", 0.0)]);
        check(&towns(&["旭ヶ丘", "旭ケ丘"]), both, None, large);
    }

    #[test]
    fn a_house_number_is_told_from_what_none_has() {
        let mut field = fixtures::line(ValueKind::Address, false, Charset::Jis2);
        let towns = ["東町", "西町"].map(str::to_owned);
        field.lists.words = Some(Arc::new(Lexicon::new(towns, true)));
        // The town is unsure by its characters.
        let listed = |own: &str, all: &[(&str, f64)]| TextReading {
            listed: all.iter().map(|(t, s)| ((*t).to_owned(), *s)).collect(),
            ..reading(own, &[0])
        };
        let accepted = (Status::Accepted, "東町12番地", None);
        // Ways to read the number are no other towns.
        let mut own = listed("東町12香地", &[("東町12香地", 0.0), ("東町12番地", -0.5)]);
        own.characters[4].alternatives = vec![('香', 0.6), ('番', 0.39)];
        own.characters[4].witness = vec![('番', 0.5), ('香', 0.5)];
        check(&field, own, None, accepted);
        let towns = listed("東町12番地", &[("東町12番地", 0.0), ("西町12番地", -1.0)]);
        let asked = (Status::Question, "東町12番地", Some(Reason::LowConf));
        check(&field, towns, None, asked);
        // One of another length is as likely.
        let longer = [("東町12番地", 0.0), ("東町112番地", -1.0)];
        check(&field, listed("東町12番地", &longer), None, asked);
        let longer = [("東町12番地", 0.0), ("東町1.2番地", -2.0)];
        check(&field, listed("東町12番地", &longer), None, accepted);
        // The first digit was lost.
        let lost = (Status::Question, "東町-2-1", Some(Reason::LowConf));
        check(&field, listed("東町-2-1", &[("東町-2-1", 0.0)]), None, lost);
    }

    #[test]
    fn the_mailing_list_confirms_or_contradicts() {
        let mut field = name();
        let row = |key: &str, name: &str| (key.to_owned(), vec![name.to_owned()]);
        let people = Recipients::new(
            vec!["name".into()],
            [row("1", "山田　太郎"), row("2", "山田次郎")],
        );
        field.lists.column = people.column("name");
        let unsure = || TextReading {
            listed: vec![("山田太郎".into(), -0.1), ("山田次郎".into(), -0.3)],
            ..reading("山田太郎", &[2])
        };
        check(
            &field,
            unsure(),
            Some("1"),
            (Status::Accepted, "山田太郎", None),
        );
        let asked = (Status::Question, "山田太郎", Some(Reason::LedgerMismatch));
        check(&field, unsure(), Some("2"), asked);
        check(&field, reading("山田太郎", &[]), Some("2"), asked);
        let asked = (Status::Question, "山田太郎", Some(Reason::LowConf));
        check(&field, unsure(), Some("9"), asked);
        let asked = (Status::Question, "山本一郎", Some(Reason::LowConf));
        check(&field, reading("山本一郎", &[]), Some("9"), asked);
    }

    #[test]
    fn small_kana_are_as_the_line_shows_them() {
        let kana = |charset| fixtures::line(ValueKind::Kana, false, charset);
        let hiragana = kana(Charset::Hiragana);
        check(
            &hiragana,
            reading("りょうた", &[]),
            None,
            (Status::Accepted, "りょうた", None),
        );
        // No small kana may stand there, whatever the line recognizer says.
        let mut small = reading("カサィ", &[]);
        small.characters[2].extent = 0.8;
        let expected = (Status::Accepted, "カサイ", None);
        check(&kana(Charset::Katakana), small, None, expected);
        // It may, and the size speaks against it.
        let mut large = reading("ミャザワ", &[]);
        large.characters[1].extent = 0.8;
        let asked = (Status::Question, "ミャザワ", Some(Reason::LowConf));
        check(&kana(Charset::Katakana), large, None, asked);
    }
}
