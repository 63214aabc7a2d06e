//! Reads the output of a line network (connectionist temporal classification): a row of class
//! probabilities for each time step, the first class meaning "no new character".
//!
//! Only the field's characters may be decoded. Full-width forms count for their half-width
//! character where the field knows only that, so their probabilities are added. What remains of a
//! step is scaled to 1 for the search; the score is taken before scaling, so that a character
//! forced against the network's own view scores low.

mod beam;
mod guided;
mod listed;
mod shaped;

use std::collections::{BTreeMap, BTreeSet};

use super::{Expected, LineCharacter};
use crate::charset::{Charset, is_dash};

/// Characters of a step that the search follows.
const FOLLOWED: usize = 6;
/// Characters below this share of a step are not followed.
const NEGLIGIBLE: f64 = 1e-4;
/// Readings that are returned besides the best.
const ALTERNATIVES: usize = 4;
/// Characters that are told for each step.
const TOLD: usize = 5;
/// The network's own choice, outside the field's characters, from which a forced character is
/// doubtful; and what the forced one may have at most.
const FOREIGN: f32 = 0.5;
const FORCED: f32 = 0.05;
/// From here on a space between two characters is set.
const SPACE: f64 = 0.5;

/// Which classes may be decoded, and as which characters. Class 0 is the blank.
pub(super) struct Mask {
    classes: Vec<(usize, char)>,
    /// Spaces of any width: they count as "no new character", since people and engines set them as
    /// they like, and are set back where the network is sure of one.
    spaces: Vec<usize>,
    /// The space that the field's characters hold, if any.
    space: Option<char>,
    /// Whether the field may hold kanji, of which the alphabet lacks some.
    kanji: bool,
    /// Which classes a character has.
    of_char: BTreeMap<char, Vec<usize>>,
}

impl Mask {
    /// `alphabet[i]` is the character of class `i + 1`.
    pub(super) fn new(alphabet: &[char], charset: &Charset) -> Self {
        let decoded = |c: char| {
            if charset.contains(c) {
                Some(c)
            } else {
                half_width(c).filter(|h| charset.contains(*h))
            }
        };
        let classes = alphabet
            .iter()
            .zip(1..)
            .filter(|(c, _)| !c.is_whitespace())
            .filter_map(|(c, i)| Some((i, decoded(*c)?)));
        let spaces = alphabet
            .iter()
            .zip(1..)
            .filter(|(c, _)| c.is_whitespace())
            .map(|(_, i)| i);
        let classes: Vec<(usize, char)> = classes.collect();
        let kanji = classes.iter().any(|(_, c)| matches!(c, '一'..='鿿'));
        let mut of_char: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for (class, c) in &classes {
            of_char.entry(*c).or_default().push(*class);
        }
        Self {
            classes,
            spaces: spaces.collect(),
            space: [' ', '\u{3000}'].into_iter().find(|c| charset.contains(*c)),
            kanji,
            of_char,
        }
    }

    /// The probability that a step says nothing, and that of a space in it.
    fn none_of(&self, row: &[f32]) -> (f64, f64) {
        let space: f64 = self.spaces.iter().map(|k| f64::from(row[*k])).sum();
        (f64::from(row[0]) + space, space)
    }

    /// The classes that it looks at, in order, and the mask for rows that hold these alone.
    pub(super) fn narrowed(&self) -> (Vec<usize>, Self) {
        let decoded = self.classes.iter().map(|(class, _)| *class);
        let looked_at: BTreeSet<usize> = decoded.chain(self.spaces.iter().copied()).collect();
        let looked_at: Vec<usize> = std::iter::once(0).chain(looked_at).collect();
        let place: BTreeMap<usize, usize> = looked_at.iter().copied().zip(0..).collect();
        let placed = |classes: &[usize]| classes.iter().map(|k| place[k]).collect();
        let of_char = self.of_char.iter();
        let narrow = Self {
            classes: self.classes.iter().map(|(k, c)| (place[k], *c)).collect(),
            spaces: placed(&self.spaces),
            space: self.space,
            kanji: self.kanji,
            of_char: of_char.map(|(c, classes)| (*c, placed(classes))).collect(),
        };
        (looked_at, narrow)
    }

    fn classes_of(&self, c: char) -> &[usize] {
        self.of_char.get(&c).map_or(&[], Vec::as_slice)
    }

    /// Whether no character can be decoded at all.
    pub(super) fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

fn half_width(c: char) -> Option<char> {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0),
        '\u{3000}' => Some(' '),
        _ => None,
    }
}

/// What a line says.
pub(super) struct Decoded {
    pub(super) text: String,
    /// The least certain character, 0 to 1.
    pub(super) score: f64,
    /// Other readings with their share of what the search found.
    pub(super) alternatives: Vec<(String, f64)>,
    pub(super) alphabet_doubt: bool,
    /// Words of the lists that fit best, with the logarithm of their probability against the text's.
    pub(super) listed: Vec<(String, f64)>,
    /// The same of what the code's shape allows; empty where the text itself fits it.
    pub(super) shaped: Vec<(String, f64)>,
    /// One a character of `text`; empty where the best path says another text.
    pub(super) characters: Vec<LineCharacter>,
}

/// The characters that the steps of one box may say, once and alone: the sum over all paths
/// `blank* c+ blank*` (the forward algorithm of Graves et al. 2006 for a label of one character).
/// Each step is scaled to the mask: what the network gives to a Chinese form is worth nothing here.
pub(super) fn single(rows: &[f32], classes: usize, mask: &Mask) -> Vec<(char, f64)> {
    let steps: Vec<&[f32]> = rows.chunks_exact(classes).collect();
    let scales: Vec<f64> = steps
        .iter()
        .map(|row| {
            let known = mask.classes.iter().map(|(k, _)| f64::from(row[*k]));
            1.0 / (mask.none_of(row).0 + known.sum::<f64>() + f64::EPSILON)
        })
        .collect();
    let mut seen: BTreeMap<char, Vec<f64>> = BTreeMap::new();
    for &(class, c) in &mask.classes {
        let of_steps = || {
            steps
                .iter()
                .zip(&scales)
                .map(|(row, s)| f64::from(row[class]) * s)
        };
        if of_steps().any(|p| p > NEGLIGIBLE) {
            let sums = seen.entry(c).or_insert_with(|| vec![0.0; steps.len()]);
            sums.iter_mut()
                .zip(of_steps())
                .for_each(|(sum, p)| *sum += p);
        }
    }
    let none: Vec<f64> = steps
        .iter()
        .zip(&scales)
        .map(|(row, s)| mask.none_of(row).0 * s)
        .collect();
    let mut read: Vec<(char, f64)> = seen.iter().map(|(c, p)| (*c, alone(p, &none))).collect();
    read.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    read.truncate(TOLD);
    read
}

/// Probability that steps of which each says a character with `said` and none with `none` say it
/// once.
fn alone(said: &[f64], none: &[f64]) -> f64 {
    let (mut before, mut within, mut after) = (1.0, 0.0, 0.0);
    for (said, none) in said.iter().zip(none) {
        after = (after + within) * none;
        within = (within + before) * said;
        before *= none;
    }
    within + after
}

/// One step under the mask.
struct Step {
    /// What the probabilities were multiplied with, so that they add up to 1.
    scale: f64,
    blank: f64,
    /// Best first, scaled, without what is negligible.
    chars: Vec<(char, f64)>,
    /// Unscaled probabilities of the best character, of none, and of a space among that.
    peak: f64,
    none: f64,
    space: f64,
    /// The network sees a character that the field does not know.
    foreign: bool,
}

/// Decodes rows of `classes` probabilities each. `to_share` turns a place in steps (the middle of
/// the first is 0.5) into one along the line, 0 to 1.
pub(super) fn decode(
    rows: &[f32],
    classes: usize,
    (mask, expected): (&Mask, &Expected<'_>),
    to_share: impl Fn(f64) -> f64,
) -> Decoded {
    let steps: Vec<Step> = rows
        .chunks_exact(classes)
        .map(|row| step(row, mask))
        .collect();
    let mut texts = beam::search(&steps);
    let path = walk(&steps);
    let total: f64 = texts.iter().map(|(_, p)| p).sum();
    for (_, p) in &mut texts {
        *p = if total > 0.0 { *p / total } else { 0.0 };
    }
    let (text, share) = texts.first().cloned().unwrap_or_default();
    let path = path.with_dashes(&text, share, &steps).unwrap_or(path);
    let on_path = text == path.text;
    let text = if on_path {
        path.spaced(mask.space)
    } else {
        text
    };
    let (score, runs) = if on_path {
        (path.score, path.runs)
    } else {
        (path.score.min(share), Vec::new())
    };
    let tell = |(run, (from, to)): (&(usize, usize), (usize, usize))| LineCharacter {
        at: to_share((run.0 + run.1 + 1) as f64 / 2.0),
        read: single(&rows[from * classes..to * classes], classes, mask),
    };
    let windows = windows(&runs, steps.len());
    let line = guided::Line {
        rows,
        classes,
        steps: &steps,
        mask,
    };
    let of_list = |list: &&_| line.guided(listed::Listed::new(list), &text);
    let listed = expected.lists.iter().flat_map(of_list).collect();
    let missed = expected.shape.filter(|shape| !shape.fits(&text));
    let speller = missed.and_then(|shape| shape.speller());
    let shaped = speller.map(|s| line.guided(shaped::Shaped::new(s, mask), &text));
    Decoded {
        text,
        score,
        alternatives: texts.into_iter().skip(1).take(ALTERNATIVES).collect(),
        alphabet_doubt: path.doubt && mask.kanji,
        listed,
        shaped: shaped.unwrap_or_default(),
        characters: runs.iter().zip(windows).map(tell).collect(),
    }
}

/// The steps of each character, from half-way to the one before it to half-way to the next: so that
/// each step is somebody's, and what is read between two characters counts against them.
fn windows(runs: &[(usize, usize)], steps: usize) -> Vec<(usize, usize)> {
    let half_way = |pair: &[(usize, usize)]| (pair[0].1 + pair[1].0).div_ceil(2);
    let mut edges = vec![0];
    edges.extend(runs.windows(2).map(half_way));
    edges.push(steps);
    edges.windows(2).map(|e| (e[0], e[1])).collect()
}

fn step(row: &[f32], mask: &Mask) -> Step {
    // Characters worth a look: anything else of some thousands is dust.
    let dust = (NEGLIGIBLE * 0.1) as f32;
    let mut found: BTreeMap<char, f32> = BTreeMap::new();
    let mut dust_sum = 0.0;
    for &(class, c) in &mask.classes {
        match row[class] {
            p if p > dust => *found.entry(c).or_default() += p,
            p => dust_sum += p,
        }
    }
    let mut chars: Vec<(char, f32)> = found.into_iter().collect();
    chars.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    // Never nothing: a step that holds none of the field's characters says "no new character".
    let (none, space) = mask.none_of(row);
    let none = none + f64::EPSILON;
    let told: f64 = chars.iter().map(|(_, p)| f64::from(*p)).sum();
    let scale = 1.0 / (none + f64::from(dust_sum) + told);
    let best = chars.first().map_or(0.0, |(_, p)| *p);
    let (own_class, own) = strongest_class(row);
    let foreign = own >= FOREIGN && best <= FORCED && !mask.spaces.contains(&own_class);
    Step {
        scale,
        blank: none * scale,
        chars: chars
            .into_iter()
            .map(|(c, p)| (c, f64::from(p) * scale))
            .collect(),
        peak: f64::from(best),
        none,
        space,
        foreign,
    }
}

/// The most probable character of the whole alphabet.
fn strongest_class(row: &[f32]) -> (usize, f32) {
    let better =
        |best: (usize, f32), (class, p): (usize, f32)| if p > best.1 { (class, p) } else { best };
    row.iter()
        .copied()
        .enumerate()
        .skip(1)
        .fold((0, 0.0), better)
}

/// The best class at each step.
struct Path {
    text: String,
    /// The weakest character.
    score: f64,
    /// The network saw a character outside the field's set.
    doubt: bool,
    /// First and last step of each character.
    runs: Vec<(usize, usize)>,
    /// Whether a space stands before each character.
    apart: Vec<bool>,
}

impl Path {
    /// The path that also takes the dashes of `text` that are nowhere the likeliest, but likelier than
    /// none over all steps together (`share`): each where it is likeliest between its neighbors, so that
    /// somebody may look for its ink. `None` where the text differs in more, or not at all.
    fn with_dashes(&self, text: &str, share: f64, steps: &[Step]) -> Option<Self> {
        let mut out = Self {
            text: text.to_owned(),
            score: self.score.min(share),
            doubt: self.doubt,
            runs: Vec::new(),
            apart: Vec::new(),
        };
        let mut own = self
            .text
            .chars()
            .zip(&self.runs)
            .zip(&self.apart)
            .peekable();
        for c in text.chars() {
            if let Some(((_, run), apart)) = own.next_if(|((d, _), _)| *d == c) {
                out.runs.push(*run);
                out.apart.push(*apart);
                continue;
            }
            if !is_dash(c) {
                return None;
            }
            let from = out.runs.last().map_or(0, |run| run.1 + 1);
            let to = own.peek().map_or(steps.len(), |((_, run), _)| run.0);
            let said = |i: &usize| {
                let found = steps[*i].chars.iter().find(|(d, _)| *d == c);
                found.map_or(0.0, |(_, p)| *p)
            };
            let place = (from..to).max_by(|a, b| said(a).total_cmp(&said(b)))?;
            out.runs.push((place, place));
            out.apart.push(false);
        }
        (own.next().is_none() && text != self.text).then_some(out)
    }

    /// The text with its spaces.
    fn spaced(&self, space: Option<char>) -> String {
        let before = |apart: &bool| space.filter(|_| *apart);
        let chars = self.text.chars().zip(&self.apart);
        chars
            .flat_map(|(c, a)| before(a).into_iter().chain([c]))
            .collect()
    }
}

/// Foreign characters before and behind the answer are a printed label or a unit; between its
/// characters one is a loss, and the score says so.
fn walk(steps: &[Step]) -> Path {
    let mut path = Path {
        text: String::new(),
        score: 1.0,
        doubt: false,
        runs: Vec::new(),
        apart: Vec::new(),
    };
    let mut lost = false;
    let mut space = 0.0f64;
    let mut open: Option<(char, f64)> = None;
    for (i, s) in steps.iter().enumerate() {
        path.doubt |= s.foreign;
        lost |= s.foreign && !path.text.is_empty();
        space = space.max(s.space);
        let best = s
            .chars
            .first()
            .filter(|(_, p)| *p > s.blank)
            .map(|(c, _)| *c);
        match (open, best) {
            (Some((c, peak)), Some(d)) if c == d => {
                open = Some((c, peak.max(s.peak)));
                path.runs.last_mut().into_iter().for_each(|run| run.1 = i);
            }
            (_, next) => {
                path.score = open.map_or(path.score, |(_, peak)| path.score.min(peak));
                if let Some(c) = next {
                    if lost {
                        path.score = path.score.min(f64::from(FORCED));
                    }
                    path.apart.push(space >= SPACE && !path.text.is_empty());
                    path.text.push(c);
                    path.runs.push((i, i));
                    space = 0.0;
                }
                open = next.map(|c| (c, s.peak));
            }
        }
    }
    path.score = open.map_or(path.score, |(_, peak)| path.score.min(peak));
    if path.text.is_empty() {
        path.score = steps.iter().map(|s| s.none).fold(1.0, f64::min);
    }
    path
}

#[cfg(test)]
mod tests;
