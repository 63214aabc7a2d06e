//! Which millimetre is which: the form's own marks or boxes, found in the shared picture.
//!
//! Printed marks fix the picture as they fix any page. Else the boxes that the form's text names
//! are matched at a millimetre in all turns, and each field's outlines then say to a tenth of a
//! millimetre how far they are off; an affine transform of all fields carries the picture along. A
//! side without boxes keeps the paper's own edges, upright as most scans lie.

use crate::digest::Digest;
use crate::form::{Anchors, Blank, Form, FormId, Role, Side};
use crate::geom::{Dpi, Mm, Point, Px, QuarterTurn, Rect, Transform};
use crate::identify::Candidate;
use crate::lang::Text;
use crate::normalize::layout::match_layout;
use crate::normalize::outline::outlines;
use crate::normalize::{self, Upright};
use crate::register::edges::offsets;
use crate::register::fit::{Pair, robust_affine};
use crate::register::{self, Local, Registered, RegistrationReport, layout_score};
use crate::scan::{Origin, Picture, Resolution, Scan};

/// Share of the boxes' edges that must stand where the form says.
const LEAST_FOUND: f64 = 0.8;
/// Fields that agree to this, mm, and how many of them fix an affine transform.
const TOLERANCE: f64 = 0.4;
const LEAST_FIELDS: usize = 4;
/// Corrections are repeated: each reaches 1.5 mm.
const ROUNDS: usize = 3;

/// How the picture lies in the form's frame, and the way from the form's millimetres to the
/// picture's; `None` when the form's boxes are not in the picture.
pub(super) fn find(picture: &Blank, side: &Side) -> Option<(QuarterTurn, Transform<Mm, Mm>)> {
    let shown = shown(picture)?;
    let page = leveled(&shown);
    let bare = bare(side);
    let turns = QuarterTurn::ALL.into_iter();
    let found = turns.filter_map(|turn| Some((turn, place(&page, &bare, turn)?)));
    let best = found.max_by(|a, b| a.1.1.total_cmp(&b.1.1));
    match best {
        Some((turn, (to_px, _))) => Some((turn, in_mm(&to_px, picture))),
        None if has_boxes(side) => None,
        None => Some((QuarterTurn::None, Transform::scale(1.0))),
    }
}

/// The last small correction of a picture that already lies in the form's frame; `None` when there
/// is nothing to correct by.
pub(super) fn correction(picture: &Blank, side: &Side) -> Option<Transform<Mm, Mm>> {
    let shown = shown(picture)?;
    let page = leveled(&shown);
    let (to_px, _) = place(&page, &bare(side), QuarterTurn::None)?;
    Some(in_mm(&to_px, picture))
}

fn has_boxes(side: &Side) -> bool {
    matches!(side.anchors, Anchors::Marks(_)) || side.fields.iter().any(|f| !outlines(f).is_empty())
}

/// What the form's text alone says of the side.
fn bare(side: &Side) -> Side {
    Side {
        blank: None,
        print: Vec::new(),
        ..side.clone()
    }
}

/// The picture as if it were a scan.
fn shown(picture: &Blank) -> Option<Scan> {
    let dpi = Dpi::new(picture.px_per_mm * 25.4)?;
    Some(Scan {
        half_rows: false,
        origin: Origin {
            file: String::new(),
            file_sha256: Digest::of(b""),
            page: 0,
        },
        picture: Picture {
            gray: picture.gray.as_ref().clone(),
            color: None,
            bilevel: false,
        },
        resolution: Some(Resolution::square(dpi)),
    })
}

/// The picture is all paper, and level: its print must not be taken for edges of the paper.
fn leveled(shown: &Scan) -> Upright<'_> {
    let (w, h) = (f64::from(shown.width()), f64::from(shown.height()));
    Upright {
        paper: Rect::new(0.0, 0.0, w, h),
        border: None,
        skew_cw_degrees: 0.0,
        ..normalize::normalize(shown)
    }
}

/// The side on the picture lying that way, with how much of it is there.
fn place(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Option<(Transform<Mm, Px>, f64)> {
    if matches!(side.anchors, Anchors::Marks(_)) {
        return by_marks(page, side, turn);
    }
    let coarse = match_layout(page, side, turn)?.transform;
    let mut registered = Registered {
        scan: page.scan,
        side,
        to_px: coarse,
        levels: page.levels,
        local: Local::default(),
        report: report(turn),
    };
    for _ in 0..ROUNDS {
        let Some(next) = by_fields(&registered) else {
            break;
        };
        registered.to_px = next;
    }
    let score = layout_score(&registered);
    (score >= LEAST_FOUND).then_some((registered.to_px, score))
}

fn by_marks(
    page: &Upright<'_>,
    side: &Side,
    turn: QuarterTurn,
) -> Option<(Transform<Mm, Px>, f64)> {
    let form = Form {
        id: FormId(String::new()),
        edition: 1,
        title: Text::default(),
        role: Role::Reply,
        sides: vec![side.clone()],
        digest: Digest::of(b""),
    };
    let candidate = Candidate {
        form: form.into(),
        side: 0,
        turn,
        coarse: None,
        score: 0.0,
        by_key: false,
        by_barcode: false,
    };
    let found = register::register(page, &candidate).ok()?;
    Some((found.to_px, layout_score(&found)))
}

/// An affine transform through where the fields' outlines are.
fn by_fields(page: &Registered<'_>) -> Option<Transform<Mm, Px>> {
    let pairs: Vec<Pair> = offsets(page)
        .into_iter()
        .map(|(mm, (dx, dy))| Pair {
            mm,
            px: page.to_px.apply(Point::new(mm.x + dx, mm.y + dy)),
        })
        .collect();
    let least = LEAST_FIELDS.max(pairs.len() / 2);
    if pairs.len() >= LEAST_FIELDS
        && let Some((fit, _)) = robust_affine(&pairs, TOLERANCE, least)
    {
        return Some(fit);
    }
    shifted(page, &pairs)
}

/// All by the median shift: too few fields for more.
fn shifted(page: &Registered<'_>, pairs: &[Pair]) -> Option<Transform<Mm, Px>> {
    let off = |f: &dyn Fn(Point<Px>, Point<Px>) -> f64| {
        let all = pairs.iter().map(|p| f(p.px, page.to_px.apply(p.mm)));
        let mut all: Vec<f64> = all.collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let (dx, dy) = (off(&|a, b| a.x - b.x)?, off(&|a, b| a.y - b.y)?);
    let shift = Transform::<Px, Px>::affine(1.0, 0.0, dx, 0.0, 1.0, dy);
    Some(page.to_px.then(&shift))
}

fn in_mm(to_px: &Transform<Mm, Px>, picture: &Blank) -> Transform<Mm, Mm> {
    let k = 1.0 / picture.px_per_mm;
    to_px.then(&Transform::<Px, Mm>::affine(
        k,
        0.0,
        0.5 * k,
        0.0,
        k,
        0.5 * k,
    ))
}

fn report(turn: QuarterTurn) -> RegistrationReport {
    RegistrationReport {
        method: "boxes",
        turn_degrees: turn.degrees(),
        ..RegistrationReport::default()
    }
}
