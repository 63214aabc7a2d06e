//! How far a feeder slipped, on a page that its corner marks lay and whose blank is not known.
//!
//! A feeder that runs faster from somewhere on leaves both ends of the page in place, where the marks are,
//! and moves what lies between, most where it changed its speed: by 1.5 mm on A4 at 2 %. That is farther
//! than printed edges are looked for ([`super::edges`]), and boxes that stand closer than a centimeter are
//! taken for their neighbors. One slip has only two unknowns, where and how far, so all of them are tried,
//! along the page and across it, and the boxes vote (Hough 1962) with every pair of lines that may be their
//! edges.

use super::Registered;
use super::bend::Bend;
use super::edges;
use crate::form::{AnchorMark, Anchors};
use crate::geom::{Mm, Point};
use crate::normalize::outline::{Outline, outlines};

/// Boxes that vote.
const MOST: usize = 96;
const LEAST: usize = 12;
/// Where the speed changes is tried at so many places.
const PLACES: u32 = 9;
/// What lies there is moved by this at most, and in such steps, mm.
const REACH: f64 = 3.0;
const STEP: f64 = 0.2;
/// A box votes for a slip that brings it this near to its place, mm.
const NEAR: f64 = 0.35;
/// Share of the boxes that vote for the slip; and how many more than for none, as a share of all.
const LEAST_SHARE: f64 = 0.7;
const GAIN: f64 = 0.2;

/// The way that the page went through the feeder, on the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Along {
    Across,
    Down,
}

impl Along {
    fn of(self, p: Point<Mm>) -> f64 {
        match self {
            Self::Across => p.x,
            Self::Down => p.y,
        }
    }
}

/// One slip: what lies at `place` is moved by `most`, nothing beyond `from` and `to`; mm.
#[derive(Clone, Copy, Debug)]
struct Slip {
    along: Along,
    from: f64,
    place: f64,
    to: f64,
    most: f64,
}

impl Slip {
    fn at(&self, p: Point<Mm>) -> f64 {
        let v = self.along.of(p);
        let share = if v <= self.place {
            (v - self.from) / (self.place - self.from)
        } else {
            (self.to - v) / (self.to - self.place)
        };
        self.most * share.max(0.0)
    }

    fn bend(&self, page: &Registered<'_>) -> Bend {
        Bend::of(page.side.size, |p| match self.along {
            Along::Across => (self.at(p), 0.0),
            Along::Down => (0.0, self.at(p)),
        })
    }
}

/// The slip that the boxes of a flat page show; `None` where too few agree, or there is none.
pub(super) fn bend_of(flat: &Registered<'_>) -> Option<Bend> {
    let Anchors::Marks(marks) = &flat.side.anchors else {
        return None;
    };
    let all: Vec<Outline> = flat.side.fields.iter().flat_map(outlines).collect();
    let step = all.len().div_ceil(MOST).max(1);
    let boxes: Vec<Outline> = all.into_iter().step_by(step).collect();
    if boxes.len() < LEAST {
        return None;
    }
    let offs = boxes.iter().map(|o| edges::may_be_off(flat, o, REACH));
    let (across, down): (Vec<_>, Vec<_>) = offs.unzip();
    let mut best: Option<(f64, Slip)> = None;
    for (along, offs) in [(Along::Down, &down), (Along::Across, &across)] {
        let votes = |slip: Option<&Slip>| {
            let is_near = |(o, offs): &(&Outline, &Vec<f64>)| {
                let moved = slip.map_or(0.0, |slip| slip.at(o.area.center()));
                offs.iter().any(|off| (off - moved).abs() <= NEAR)
            };
            boxes.iter().zip(offs).filter(is_near).count() as f64 / boxes.len() as f64
        };
        let least = LEAST_SHARE.max(votes(None) + GAIN);
        for slip in slips(marks, along) {
            let share = votes(Some(&slip));
            if share >= least && best.is_none_or(|(most, _)| share > most) {
                best = Some((share, slip));
            }
        }
    }
    best.map(|(_, slip)| slip.bend(flat))
}

/// All that are tried between the outermost marks.
fn slips(marks: &[AnchorMark], along: Along) -> impl Iterator<Item = Slip> {
    let ends = marks.iter().map(|m| along.of(m.at));
    let (from, to) = ends.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    let steps = (REACH / STEP).round() as i32;
    (1..=PLACES).flat_map(move |i| {
        let place = from + (to - from) * f64::from(i) / f64::from(PLACES + 1);
        (-steps..=steps).map(move |k| Slip {
            along,
            from,
            place,
            to,
            most: f64::from(k) * STEP,
        })
    })
}
