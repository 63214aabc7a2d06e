//! Which pages show the same print, and how they lie: each of a few pages is tried as the first
//! frame, and all others are matched with it at one cell a millimetre, in all turns.

use std::sync::Arc;

use super::many::{Watch, each};
use super::share::{self, Placed};
use super::{BLANK_INK, DRAFT, Fit, LeftOut, Place};
use crate::form::{Blank, Side};
use crate::geom::QuarterTurn;
use crate::normalize::Upright;
use crate::normalize::layout::{Sketch, centered, match_sketch, scales};

/// Pages that are tried as the first frame.
const SEEDS: usize = 5;
/// Pages whose layout correlates less are another print: the same print with other writing
/// reaches 0.6, other forms of the same frame 0.4.
const LEAST_ALIKE: f64 = 0.35;

/// Pages laid onto one of them.
pub(super) struct Group {
    pub(super) places: Vec<Place>,
    /// The page that lends the frame.
    pub(super) picture: Blank,
    worth: f64,
}

/// The groups round a few pages, the one that agrees best first.
pub(super) fn find(pages: &[Upright<'_>], side: &Side, watch: Watch<'_>) -> Vec<Group> {
    let inked: Vec<usize> = (0..pages.len())
        .filter(|i| pages[*i].ink_share >= BLANK_INK)
        .collect();
    let step = inked.len().div_ceil(SEEDS).max(1);
    let quiet = Watch {
        tick: &|| (),
        ..watch
    };
    let mut groups: Vec<Group> = inked
        .iter()
        .step_by(step)
        .filter_map(|seed| around(*seed, (pages, side), quiet))
        .collect();
    for _ in pages {
        (watch.tick)();
    }
    groups.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    groups
}

fn around(seed: usize, (pages, side): (&[Upright<'_>], &Side), watch: Watch<'_>) -> Option<Group> {
    let page = &pages[seed];
    let turn = lies(page, side);
    let scale = *scales(page, side, turn).first()?;
    let to_px = centered(page, side, turn, scale);
    let alone = [Placed { page, to_px }];
    let picture = share::picture(&alone, side, (DRAFT, share::Pick::Print), watch.jobs);
    let like = Side {
        blank: Some(Blank {
            gray: Arc::clone(&picture.gray),
            px_per_mm: picture.px_per_mm,
        }),
        ..side.clone()
    };
    let sketch = Sketch::of(&like)?;
    let matched = each(pages, watch, |page| {
        if page.ink_share < BLANK_INK {
            return (0.0, Err(LeftOut::Blank));
        }
        let turns = QuarterTurn::ALL
            .into_iter()
            .filter_map(|turn| Some((turn, match_sketch(page, &sketch, &like, turn)?)));
        match turns.max_by(|a, b| a.1.score.total_cmp(&b.1.score)) {
            Some((turn, found)) if found.score >= LEAST_ALIKE => {
                let fit = Fit {
                    turn,
                    to_px: found.transform,
                    rms: 0.0,
                    max: 0.0,
                };
                (found.score, Ok(fit))
            }
            _ => (0.0, Err(LeftOut::OtherPrint)),
        }
    });
    Some(Group {
        worth: matched.iter().map(|m| m.0).sum(),
        places: matched.into_iter().map(|m| m.1).collect(),
        picture,
    })
}

/// The turn that fits the paper's proportions.
fn lies(page: &Upright<'_>, side: &Side) -> QuarterTurn {
    let wide = page.paper.w > page.paper.h;
    if wide == (side.size.w > side.size.h) {
        QuarterTurn::None
    } else {
        QuarterTurn::Cw90
    }
}
