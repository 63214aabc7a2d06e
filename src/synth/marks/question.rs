//! One question answered in one way, and what a reader should make of it.

use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;

use super::desk::Desk;
use super::{MarkKind, Marker};
use crate::form::{MarkOption, MarkZone};
use crate::geom::{Mm, Rect};
use crate::read::MarkState;
use crate::synth::inks::Inks;

/// Whether a person must see the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Plain: a question about it is needless.
    Needless,
    /// Asking is right, and so is the value.
    May,
    /// Only asking is right: whatever is accepted is wrong.
    Must,
}

/// What was done at one option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionTruth {
    pub state: MarkState,
    /// The person means this option.
    pub selected: bool,
    /// A remark or a number stands on it or within 3.5 mm of it.
    pub written: bool,
}

impl OptionTruth {
    pub(in crate::synth) const EMPTY: Self = Self {
        state: MarkState::Empty,
        selected: false,
        written: false,
    };
}

/// A question as it was answered.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub kind: MarkKind,
    /// The options meant, joined with `|`; empty for none.
    pub value: String,
    pub ask: Ask,
    /// In the order of the form.
    pub options: Vec<OptionTruth>,
    /// Where words or a number were written beside the choice.
    pub writing: Option<Rect<Mm>>,
}

/// A question to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub zone: &'a MarkZone,
    /// A legal choice: no doubt may be accepted.
    pub consent: bool,
    /// The paper, all options and print on it: where words and numbers beside a choice find room.
    pub room: Room<'a>,
}

/// Free paper about the options and the print of a side.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    pub paper: Rect<Mm>,
    pub taken: &'a [Rect<Mm>],
}

impl Room<'_> {
    /// The place that covers least of any option or print, of those that lie on the paper.
    pub(super) fn best(&self, mut places: Vec<Rect<Mm>>, rng: &mut ChaCha8Rng) -> Option<Rect<Mm>> {
        let edge = self.paper.inflate(-1.0);
        places.retain(|p| {
            edge.intersection(*p)
                .is_some_and(|i| i.area() > 0.98 * p.area())
        });
        places.shuffle(rng);
        let covered = |p: &Rect<Mm>| -> f64 {
            let parts = self.taken.iter().filter_map(|t| t.intersection(*p));
            parts.map(Rect::area).sum()
        };
        places
            .into_iter()
            .min_by(|a, b| covered(a).total_cmp(&covered(b)))
    }
}

impl<'a> Question<'a> {
    /// Whether `kind` can be done here.
    pub fn takes(&self, kind: MarkKind) -> bool {
        let fitting = self.zone.options.iter().filter(|o| kind.fits(o)).count();
        fitting > usize::from(kind.needs_two())
    }

    pub(super) fn option(&self, i: usize) -> &'a MarkOption {
        &self.zone.options[i]
    }
}

/// The place of an option: box, word or both.
pub fn extent(option: &MarkOption) -> Rect<Mm> {
    let both = [option.boxed, option.word].into_iter().flatten();
    both.reduce(Rect::union)
        .unwrap_or(Rect::new(0.0, 0.0, 1.0, 1.0))
}

/// Does `kind` at the question. A kind that the question does not take leaves it blank.
pub fn draw(
    kind: MarkKind,
    question: &Question<'_>,
    marker: &Marker,
    inks: &mut Inks,
    rng: &mut ChaCha8Rng,
) -> Drawn {
    let count = question.zone.options.len();
    let fitting: Vec<usize> = (0..count)
        .filter(|i| kind.fits(question.option(*i)))
        .collect();
    let kind = if question.takes(kind) {
        kind
    } else {
        MarkKind::Blank
    };
    let subject = fitting.choose(rng).copied().unwrap_or(0);
    let mut desk = Desk {
        question: *question,
        marker: marker.once_more(rng),
        inks,
        options: vec![OptionTruth::EMPTY; count],
        ask: Ask::Needless,
        writing: None,
    };
    desk.act(kind, subject, rng);
    if question.zone.at_most > 1 && kind != MarkKind::Blank {
        desk.some_others(subject, rng);
    }
    if question.consent && desk.ask == Ask::May && is_doubtful(kind) {
        desk.ask = Ask::Must;
    }
    let meant = (0..count).filter(|i| desk.options[*i].selected);
    let value: Vec<&str> = meant.map(|i| question.option(i).value.as_str()).collect();
    Drawn {
        kind,
        value: value.join("|"),
        ask: desk.ask,
        options: desk.options,
        writing: desk.writing,
    }
}

/// What the law wants a person to see wherever it can be seen at all. A ghost, a stamp's edge or
/// dirt may be invisible on the picture.
fn is_doubtful(kind: MarkKind) -> bool {
    matches!(
        kind,
        MarkKind::Struck
            | MarkKind::Scribbled
            | MarkKind::Correction
            | MarkKind::Cross
            | MarkKind::Remark
            | MarkKind::TwoMarks
    )
}
