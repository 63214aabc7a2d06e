//! What a person says of a page that the machine could not place: which way round it lies, which
//! form it is, where its corners are, whose it is.
//!
//! What he says narrows the search and proves nothing by itself. A page laid by his corners alone
//! asks about every field (`Registered::is_proved`), so no slip of the hand becomes an answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::form::{Form, Library};
use crate::geom::{Point, Px, QuarterTurn};

/// Corners may lie this far outside the picture, as a share of it: a card that is cut off.
const MOST_OUTSIDE: f64 = 0.5;
/// The corners enclose at least this share of the picture: a postcard on an A3 glass is 12 %.
const LEAST_AREA: f64 = 0.01;

/// A person's word on how to read a page; what is not given is found as ever.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The latest, where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<u32>,
    /// Any of the form's, where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// How far the page was turned clockwise from upright, as it lies in the file: 0, 90, 180, 270.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u32>,
    /// Where the side's corners are, clockwise from its own top left, as shares of the picture's
    /// width and height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corners: Option<[[f64; 2]; 4]>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// A word that no page can be read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HintFault {
    #[error("there is no such form, edition or side here")]
    NoSuchForm,
    #[error("corners need the form and the side that they are of")]
    CornersOfNothing,
    #[error("the corners cross, lie on one line or lie outside the picture")]
    CrossedCorners,
    #[error("a page is turned by 0, 90, 180 or 270 degrees")]
    OddTurn,
}

/// A form that a person names, with the sides that the page may be.
#[derive(Clone, Debug)]
pub struct Named {
    pub form: Arc<Form>,
    /// Indices into `form.sides`.
    pub sides: Vec<usize>,
}

impl Hints {
    /// Whether it says anything of how the page lies: everything but whose it is.
    pub fn lays(&self) -> bool {
        let Self { form, turn, .. } = self;
        form.is_some() || turn.is_some() || self.corners.is_some()
    }

    /// The form that is named; `None` where none is.
    ///
    /// # Errors
    /// When the word fits no page.
    pub fn named(&self, library: &Library) -> Result<Option<Named>, HintFault> {
        if self.turn.is_some_and(|degrees| quarter(degrees).is_none()) {
            return Err(HintFault::OddTurn);
        }
        if self.corners.is_some_and(|corners| !is_plausible(corners)) {
            return Err(HintFault::CrossedCorners);
        }
        let Some(id) = &self.form else {
            let of_nothing = self.corners.is_some();
            let homeless = self.edition.is_some() || self.side.is_some();
            return match (of_nothing, homeless) {
                (true, _) => Err(HintFault::CornersOfNothing),
                (_, true) => Err(HintFault::NoSuchForm),
                _ => Ok(None),
            };
        };
        let form = library.find(id, self.edition);
        let form = form.ok_or(HintFault::NoSuchForm)?;
        let fits = |at: &usize| self.side.as_ref().is_none_or(|s| form.sides[*at].id == *s);
        let sides: Vec<usize> = (0..form.sides.len()).filter(fits).collect();
        match (sides.len(), self.corners) {
            (0, _) => Err(HintFault::NoSuchForm),
            (2.., Some(_)) => Err(HintFault::CornersOfNothing),
            _ => Ok(Some(Named {
                form: Arc::clone(form),
                sides,
            })),
        }
    }

    /// The ways round that the page may lie. Corners say it themselves.
    pub fn turns(&self) -> Vec<QuarterTurn> {
        let said = match self.corners {
            Some([from, to, ..]) => Some(along(to[0] - from[0], to[1] - from[1])),
            None => self.turn.and_then(quarter),
        };
        said.map_or_else(|| QuarterTurn::ALL.to_vec(), |turn| vec![turn])
    }

    /// The corners in a picture of that size, in pixels.
    pub fn corners_in(&self, (width, height): (u32, u32)) -> Option<[Point<Px>; 4]> {
        let place = |[x, y]: [f64; 2]| {
            // The centre of the first pixel is the origin.
            Point::new(x * f64::from(width) - 0.5, y * f64::from(height) - 0.5)
        };
        Some(self.corners?.map(place))
    }
}

fn quarter(degrees: u32) -> Option<QuarterTurn> {
    QuarterTurn::ALL
        .into_iter()
        .find(|t| t.degrees() == degrees)
}

/// The turn of a page whose upper edge runs that way. The picture's proportions do not matter: the
/// nearest axis is the same unless the page is turned by about 45 degrees.
fn along(dx: f64, dy: f64) -> QuarterTurn {
    match (dx.abs() >= dy.abs(), dx >= 0.0, dy >= 0.0) {
        (true, true, _) => QuarterTurn::None,
        (true, false, _) => QuarterTurn::Half,
        (false, _, true) => QuarterTurn::Cw90,
        (false, _, false) => QuarterTurn::Cw270,
    }
}

/// Whether four corners are those of a sheet of paper that is seen from its printed side.
fn is_plausible(corners: [[f64; 2]; 4]) -> bool {
    let inside = |v: f64| (-MOST_OUTSIDE..=1.0 + MOST_OUTSIDE).contains(&v);
    let area =
        |[a, b, c]: [[f64; 2]; 3]| (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
    let turns = [0, 1, 2, 3].map(|i| area([0, 1, 2].map(|k| corners[(i + k) % 4])));
    corners.iter().flatten().all(|v| inside(*v)) && turns.iter().all(|t| *t > LEAST_AREA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::fixtures;

    const SQUARE: [[f64; 2]; 4] = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];

    fn hints(form: &str, side: &str, corners: Option<[[f64; 2]; 4]>) -> Hints {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Hints {
            form: given(form),
            side: given(side),
            corners,
            ..Hints::default()
        }
    }

    #[test]
    fn a_word_names_sides_or_is_refused() {
        let library = fixtures::two_sided(&["wish"], &["memo"]);
        let named = |hints: &Hints| {
            let named = hints.named(&library);
            named.map(|found| found.map_or_else(Vec::new, |n| n.sides))
        };
        let odd = Hints {
            turn: Some(45),
            ..Hints::default()
        };
        let crossed = [SQUARE[1], SQUARE[0], SQUARE[2], SQUARE[3]];
        let backwards = [SQUARE[3], SQUARE[2], SQUARE[1], SQUARE[0]];
        let cases = [
            (Hints::default(), Ok(vec![])),
            (hints("wish", "", None), Ok(vec![0, 1])),
            (hints("wish", "back", None), Ok(vec![1])),
            (hints("wish", "front", None), Err(HintFault::NoSuchForm)),
            (hints("hope", "", None), Err(HintFault::NoSuchForm)),
            (hints("", "back", None), Err(HintFault::NoSuchForm)),
            (hints("wish", "back", Some(SQUARE)), Ok(vec![1])),
            (
                hints("wish", "", Some(SQUARE)),
                Err(HintFault::CornersOfNothing),
            ),
            (
                hints("", "", Some(SQUARE)),
                Err(HintFault::CornersOfNothing),
            ),
            (
                hints("wish", "back", Some(crossed)),
                Err(HintFault::CrossedCorners),
            ),
            (
                hints("wish", "back", Some(backwards)),
                Err(HintFault::CrossedCorners),
            ),
            (odd, Err(HintFault::OddTurn)),
        ];
        for (said, wanted) in cases {
            assert_eq!(named(&said), wanted, "{said:?}");
        }
        let nowhere = [[f64::NAN; 2], SQUARE[1], SQUARE[2], SQUARE[3]];
        let said = hints("wish", "back", Some(nowhere));
        assert_eq!(named(&said), Err(HintFault::CrossedCorners));
    }

    #[test]
    fn corners_say_which_way_round_the_page_lies() {
        let wanted = [
            QuarterTurn::None,
            QuarterTurn::Cw90,
            QuarterTurn::Half,
            QuarterTurn::Cw270,
        ];
        for (first, turn) in wanted.into_iter().enumerate() {
            let corners = [0, 1, 2, 3].map(|k| SQUARE[(first + k) % 4]);
            let said = hints("wish", "back", Some(corners));
            assert_eq!(said.turns(), [turn], "from corner {first}");
        }
        assert_eq!(Hints::default().turns().len(), 4);
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back(turn in 0u32..4, x in -0.4f64..1.4, key in "[0-9]{0,10}") {
            let mut said = hints("wish", "back", Some(SQUARE));
            said.turn = Some(turn * 90);
            said.key = Some(key);
            said.corners = said.corners.map(|mut c| { c[0][0] = x; c });
            let text = serde_json::to_string(&said).unwrap();
            prop_assert_eq!(serde_json::from_str::<Hints>(&text).unwrap(), said);
        }
    }
}
