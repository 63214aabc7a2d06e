//! A question under the pen: what a person does there, line by line.

use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::cancel;
use super::lines::{self, Line, Turn};
use super::question::{Ask, OptionTruth, Question, extent};
use super::{MarkKind, Marker, foreign};
use crate::form::{BoxShape, CrossMeans};
use crate::geom::{Mm, Point, Rect};
use crate::read::MarkState;
use crate::synth::hand::between;
use crate::synth::inks::Inks;
use crate::synth::nib::Nib;

/// Remarks that change what a choice means.
const REMARKS: [&str; 5] = [
    "医師と相談",
    "日時による",
    "要電話",
    "家族と決める",
    "来月から",
];

/// How much of a rubbed-out pencil mark stays.
const RUBBED: std::ops::Range<f64> = 0.06..0.24;

/// A question under the pen.
pub(super) struct Desk<'a> {
    pub(super) question: Question<'a>,
    pub(super) marker: Marker,
    pub(super) inks: &'a mut Inks,
    pub(super) options: Vec<OptionTruth>,
    pub(super) ask: Ask,
    pub(super) writing: Option<Rect<Mm>>,
}

impl Desk<'_> {
    pub(super) fn act(&mut self, kind: MarkKind, i: usize, rng: &mut ChaCha8Rng) {
        match kind {
            MarkKind::Blank => {}
            MarkKind::Cross => self.crossed(i, rng),
            MarkKind::Struck | MarkKind::Scribbled => {
                self.cancel(i, kind == MarkKind::Struck, rng);
                self.ask = Ask::May;
            }
            MarkKind::Correction => self.correct(i, rng),
            MarkKind::Ghost => self.ghost(i, rng),
            MarkKind::Underline => self.underline(i, rng),
            MarkKind::Stamp | MarkKind::Dirt | MarkKind::Remark | MarkKind::Stray => {
                self.foreign(kind, i, rng);
            }
            MarkKind::Number => self.number(i, rng),
            MarkKind::TwoMarks => self.two(i, rng),
            plain => {
                self.plain(plain, i, rng);
            }
        }
    }

    fn ink(&mut self, lines: &[Line], rng: &mut ChaCha8Rng) {
        for line in lines {
            self.inks
                .line(&line.points, (self.marker.nib, line.press), rng);
        }
    }

    /// A plain answer; where its ink is.
    fn plain(&mut self, kind: MarkKind, i: usize, rng: &mut ChaCha8Rng) -> Option<Rect<Mm>> {
        let lines = self.lines(kind, i, rng);
        self.ink(&lines, rng);
        let points: Vec<Point<Mm>> = lines.into_iter().flat_map(|l| l.points).collect();
        self.options[i] = OptionTruth {
            state: state_of(kind),
            selected: true,
            written: false,
        };
        Rect::around(&points)
    }

    /// The lines of a plain mark at option `i`.
    fn lines(&self, kind: MarkKind, i: usize, rng: &mut ChaCha8Rng) -> Vec<Line> {
        let option = self.question.option(i);
        let (m, whole) = (&self.marker, extent(option));
        let cell = option.boxed.unwrap_or(whole);
        match kind {
            MarkKind::LongTick => lines::long_tick(cell, m, rng),
            MarkKind::Fill => lines::fill(cell, m, rng),
            MarkKind::SmallRing => lines::small_ring(cell, m, rng),
            MarkKind::Cross => lines::cross(cell, m, rng),
            MarkKind::CircleWord => {
                let word = option.word.unwrap_or(whole);
                vec![self.circle(i, word, rng)]
            }
            MarkKind::CircleBoth => vec![self.circle(i, whole, rng)],
            _ => lines::tick(cell, m, rng),
        }
    }

    /// An outline round `area` that stays off the other options, as people mostly manage.
    fn circle(&self, i: usize, area: Rect<Mm>, rng: &mut ChaCha8Rng) -> Line {
        let others = (0..self.options.len()).filter(|k| *k != i);
        let gap = others
            .map(|k| gap(area, extent(self.question.option(k))))
            .fold(4.0, f64::min);
        let most = (0.75 * gap).clamp(0.5, 2.4);
        let room = between(rng, 0.35 * most, most);
        lines::round(area.inflate(room), Turn::any(rng), &self.marker, rng)
    }

    /// A kind that this person may answer option `i` with.
    fn usual(&self, i: usize, rng: &mut ChaCha8Rng) -> MarkKind {
        let option = self.question.option(i);
        if option.boxed.is_none() {
            return MarkKind::CircleWord;
        }
        let bubble = self.question.zone.shape != BoxShape::Square;
        match (bubble, option.word.is_some(), rng.random_range(0..20)) {
            (true, _, 0..15) | (false, _, 0..3) => MarkKind::Fill,
            (_, _, 15..17) => MarkKind::SmallRing,
            (false, true, 17..19) => MarkKind::CircleWord,
            (_, _, 19) => MarkKind::LongTick,
            _ => MarkKind::Tick,
        }
    }

    fn usually(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let kind = self.usual(i, rng);
        self.plain(kind, i, rng);
    }

    fn other(&self, i: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let all: Vec<usize> = (0..self.options.len()).filter(|k| *k != i).collect();
        all.choose(rng).copied()
    }

    /// Further answers where several may be given.
    pub(super) fn some_others(&mut self, subject: usize, rng: &mut ChaCha8Rng) {
        let free = self.options.len().min(self.question.zone.at_most) - 1;
        for _ in 0..rng.random_range(0..=free.min(2)) {
            if let Some(k) = self.other(subject, rng)
                && self.options[k] == OptionTruth::EMPTY
            {
                self.usually(k, rng);
            }
        }
    }

    fn crossed(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        self.plain(MarkKind::Cross, i, rng);
        match self.question.zone.cross_means {
            CrossMeans::Ask => self.ask = Ask::May,
            CrossMeans::Selected if self.question.consent => self.ask = Ask::May,
            CrossMeans::Selected => {}
            CrossMeans::No => self.options[i].selected = false,
        }
    }

    /// A mark (or only a word) that is taken back, by a double line or by a scrawl. What takes a filled
    /// box back leaves the fill on both sides, for otherwise nobody would know.
    fn cancel(&mut self, i: usize, lined: bool, rng: &mut ChaCha8Rng) {
        let mut fill = None;
        if rng.random_bool(0.85) || !lined {
            let kind = self.usual(i, rng);
            let ink = self.plain(kind, i, rng);
            fill = ink.filter(|_| kind == MarkKind::Fill);
        }
        let option = self.question.option(i);
        let whole = extent(option);
        let area = match (option.boxed, option.word) {
            (Some(cell), Some(word)) => *[cell, word, whole, whole].choose(rng).unwrap_or(&whole),
            _ => whole,
        };
        let (lines, state) = if lined {
            let area = fill.map_or(area, |fill| {
                let (whole, over) = (area.union(fill), between(rng, 0.8, 2.5));
                Rect::new(whole.x - over, area.y, whole.w + 2.0 * over, area.h)
            });
            (cancel::strike(area, &self.marker, rng), MarkState::Struck)
        } else {
            let part = option.boxed.unwrap_or(area);
            let part = fill.map_or(part, |fill| {
                part.union(fill).inflate(between(rng, 0.4, 1.2))
            });
            (
                cancel::scribble(part, &self.marker, rng),
                MarkState::ScribbledOut,
            )
        };
        self.ink(&lines, rng);
        if lined && rng.random_bool(0.25) {
            let at = Point::new(
                area.center().x + between(rng, -0.5, 0.5) * area.w,
                area.center().y + between(rng, -2.0, 2.0),
            );
            let size = between(rng, 4.0, 6.5);
            foreign::seal(self.inks, at, size, rng);
        }
        self.options[i] = OptionTruth {
            state,
            selected: false,
            written: false,
        };
    }

    fn correct(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let Some(k) = self.other(i, rng) else { return };
        let lined = rng.random_bool(0.7);
        self.cancel(k, lined, rng);
        self.usually(i, rng);
        self.ask = Ask::May;
    }

    /// Rubbed out, or under correction fluid; three in five answer otherwise beside it.
    fn ghost(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let kind = self.usual(i, rng);
        let lines = self.lines(kind, i, rng);
        if rng.random_bool(0.65) {
            let left = between(rng, RUBBED.start, RUBBED.end);
            let nib = Nib::soft_pencil(rng).paler(left).wider(1.2);
            for line in &lines {
                self.inks.line(&line.points, (nib, line.press), rng);
            }
        } else {
            for line in &lines {
                self.inks
                    .line_under(&line.points, (self.marker.nib, line.press), rng);
            }
            let points: Vec<Point<Mm>> = lines.into_iter().flat_map(|l| l.points).collect();
            if let Some(area) = Rect::around(&points) {
                self.inks.cover(area.inflate(between(rng, -0.2, 0.5)), rng);
            }
        }
        self.options[i].state = MarkState::Ghost;
        self.ask = Ask::May;
        if rng.random_bool(0.6)
            && let Some(k) = self.other(i, rng)
        {
            self.usually(k, rng);
        }
    }

    fn underline(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let option = self.question.option(i);
        let word = option.word.unwrap_or_else(|| extent(option));
        let lines = cancel::underline(word, &self.marker, rng);
        self.ink(&lines, rng);
        self.options[i] = OptionTruth {
            state: MarkState::Foreign,
            selected: true,
            written: false,
        };
        self.ask = Ask::May;
    }

    /// Ink that is no answer, beside a plain one or alone.
    fn foreign(&mut self, kind: MarkKind, i: usize, rng: &mut ChaCha8Rng) {
        let area = extent(self.question.option(i));
        let alone = rng.random_bool(if kind == MarkKind::Remark { 0.0 } else { 0.25 });
        self.ask = Ask::May;
        match kind {
            MarkKind::Stamp => {
                let c = area.center();
                let (dx, dy) = (between(rng, -6.0, 6.0), between(rng, -5.0, 5.0));
                foreign::stamp(self.inks, Point::new(c.x + dx, c.y + dy), rng);
            }
            MarkKind::Dirt => foreign::dirt(self.inks, area, rng),
            MarkKind::Stray => {
                let lines = cancel::slip(area, rng);
                self.ink(&lines, rng);
            }
            _ => self.remark(i, rng),
        }
        self.options[i].state = MarkState::Foreign;
        if alone {
            return;
        }
        // Mostly at another option; the remark belongs to its own.
        let at = if kind == MarkKind::Remark || rng.random_bool(0.4) {
            Some(i)
        } else {
            self.other(i, rng)
        };
        if let Some(k) = at {
            self.usually(k, rng);
        }
    }

    /// Words right of the option or below it.
    fn remark(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let area = extent(self.question.option(i));
        let text = REMARKS.choose(rng).copied().unwrap_or(REMARKS[0]);
        let size = between(rng, 2.6, 4.2);
        let width = size * text.chars().count() as f64;
        let (x, y) = (between(rng, 0.8, 3.0), between(rng, 0.3, 1.5));
        let at = |x: f64, y: f64| Rect::new(x, y, width, size);
        let places = vec![
            at(area.right() + x, area.y),
            at(area.x, area.bottom() + y),
            at(area.x, area.y - size - y),
            at(area.x - width - x, area.y),
        ];
        let Some(place) = self.question.room.best(places, rng) else {
            return;
        };
        let lines = lines::letters(text, place, rng);
        self.ink(&lines, rng);
        self.writing = Some(place);
    }

    /// The option's number, beside the question's first option or after its last.
    fn number(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let count = self.options.len();
        let size = between(rng, 3.5, 6.0);
        let (first, last) = (
            extent(self.question.option(0)),
            extent(self.question.option(count - 1)),
        );
        let gap = between(rng, 0.8, 2.5);
        let at = |x: f64, y: f64| Rect::new(x, y, size, size);
        let places = vec![
            at(first.x - size - gap, first.y - 0.3),
            at(last.right() + gap, last.y - 0.3),
            at(first.x, first.y - size - 0.3),
            at(last.x, last.bottom() + 0.3),
        ];
        let Some(place) = self.question.room.best(places, rng) else {
            return;
        };
        let lines = lines::letters(&(i + 1).to_string(), place, rng);
        self.ink(&lines, rng);
        self.writing = Some(place);
        self.options[i].selected = true;
        self.ask = Ask::May;
    }

    fn two(&mut self, i: usize, rng: &mut ChaCha8Rng) {
        let Some(k) = self.other(i, rng) else { return };
        self.usually(i, rng);
        self.usually(k, rng);
        if self.question.zone.at_most == 1 {
            self.ask = Ask::Must;
        }
    }
}

fn state_of(kind: MarkKind) -> MarkState {
    match kind {
        MarkKind::Fill => MarkState::Filled,
        MarkKind::CircleWord | MarkKind::CircleBoth => MarkState::Circled,
        MarkKind::Cross => MarkState::Crossed,
        _ => MarkState::Tick,
    }
}

/// Distance between two rectangles, 0 where they meet.
fn gap(a: Rect<Mm>, b: Rect<Mm>) -> f64 {
    let dx = (b.x - a.right()).max(a.x - b.right()).max(0.0);
    let dy = (b.y - a.bottom()).max(a.y - b.bottom()).max(0.0);
    dx.max(dy)
}
