//! What a page draws, found by walking its operators without drawing: where pictures are placed,
//! and whether anything else leaves ink. Invisible text (the OCR layer of a searchable scan) does not.

use hayro::hayro_syntax::content::{Instruction, UntypedIter};
use hayro::hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro::hayro_syntax::page::{Page, Resources};

use crate::ingest::IngestError;

/// Operators of a page with all its forms; a dense drawing has 100,000. More is a page that would
/// be drawn for minutes.
const MAX_OPERATORS: u32 = 3_000_000;
/// Pictures of a page; each is verified before drawing.
const MAX_IMAGES: usize = 20_000;
/// Forms inside forms.
const MAX_DEPTH: u32 = 16;
/// Saved graphics states that are kept.
const MAX_SAVED: usize = 10_000;
/// A matrix whose smaller part is below this share of the larger is parallel to the page.
const PARALLEL: f64 = 1e-3;
/// Share of the page from which an opaque picture hides all that was drawn before it.
const HIDES_ALL: f64 = 0.995;

/// a b c d e f of PDF: x' = a x + c y + e, y' = b x + d y + f.
type Matrix = [f64; 6];

/// A picture on the page.
pub(super) struct Placed<'a> {
    pub(super) stream: Stream<'a>,
    /// From the unit square to points of the displayed page, y downwards.
    matrix: Matrix,
    /// Stencils are painted in black.
    pub(super) ink_is_black: bool,
    /// Painted through transparency or with a blend.
    pub(super) veiled: bool,
}

impl Placed<'_> {
    /// Left, top, right and bottom in points of the displayed page.
    pub(super) fn bounds(&self) -> (f64, f64, f64, f64) {
        let [a, b, c, d, e, f] = self.matrix;
        let (left, right) = (e + a.min(0.0) + c.min(0.0), e + a.max(0.0) + c.max(0.0));
        let (top, bottom) = (f + b.min(0.0) + d.min(0.0), f + b.max(0.0) + d.max(0.0));
        (left, top, right, bottom)
    }

    /// The EXIF orientation that the placement amounts to; `None` when it is skewed or flat.
    pub(super) fn orientation(&self) -> Option<u16> {
        // Stored rows run along (a, b) and go down along -(c, d).
        let [a, b, c, d, ..] = self.matrix;
        let straight = b.abs() <= a.abs() * PARALLEL && c.abs() <= d.abs() * PARALLEL;
        let turned = a.abs() <= b.abs() * PARALLEL && d.abs() <= c.abs() * PARALLEL;
        let whole = (a * d - b * c).abs() > 1.0;
        match (straight && whole, turned && whole) {
            (true, _) => Some(match (a > 0.0, d < 0.0) {
                (true, true) => 1,
                (false, true) => 2,
                (false, false) => 3,
                (true, false) => 4,
            }),
            (_, true) => Some(match (b > 0.0, c < 0.0) {
                (true, true) => 5,
                (true, false) => 6,
                (false, false) => 7,
                (false, true) => 8,
            }),
            _ => None,
        }
    }

    /// Resolution at which the picture is placed, in dots an inch, of the denser axis.
    pub(super) fn dpi(&self) -> Option<f64> {
        let [a, b, c, d, ..] = self.matrix;
        let side = |key: &str| self.stream.dict().get::<Number>(key).map(|n| n.as_f64());
        let across = side("Width")? * 72.0 / a.hypot(b);
        let down = side("Height")? * 72.0 / c.hypot(d);
        Some(across.max(down)).filter(|dpi| dpi.is_finite() && *dpi > 0.0)
    }
}

/// The result of a walk.
pub(super) struct Walk<'a> {
    pub(super) images: Vec<Placed<'a>>,
    /// Something besides the pictures leaves ink.
    pub(super) painted: bool,
    /// Length of a page unit in points.
    pub(super) user_unit: f64,
    page_area: f64,
    operators: u32,
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    text_is_visible: bool,
    fill_is_black: bool,
    veiled: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn over(page: &'a Page<'a>) -> Result<Self, IngestError> {
        let unit = page
            .raw()
            .get::<Number>("UserUnit")
            .map_or(1.0, |n| n.as_f64());
        let (width, height) = super::page_size(page);
        let mut walk = Self {
            images: Vec::new(),
            painted: false,
            user_unit: if (1e-3..=1e4).contains(&unit) {
                unit
            } else {
                1.0
            },
            page_area: width * height,
            operators: 0,
        };
        let state = State {
            matrix: page.initial_transform(true).as_coeffs(),
            text_is_visible: true,
            fill_is_black: true,
            veiled: false,
        };
        if !contents_are_whole(page) {
            return Err(IngestError::truncated("the page's content is missing"));
        }
        let content = page.page_stream().unwrap_or_default();
        walk.content(content, page.resources(), state, 0)?;
        walk.painted |= has_visible_annotation(page.raw());
        Ok(walk)
    }

    fn content(
        &mut self,
        content: &[u8],
        resources: &Resources<'a>,
        mut state: State,
        depth: u32,
    ) -> Result<(), IngestError> {
        if depth > MAX_DEPTH {
            return Err(IngestError::TooComplex);
        }
        let mut saved: Vec<State> = Vec::new();
        let mut operators = UntypedIter::new(content);
        while let Some(instruction) = operators.next() {
            self.operators += 1;
            if self.operators > MAX_OPERATORS || self.images.len() > MAX_IMAGES {
                return Err(IngestError::TooComplex);
            }
            match &**instruction.operator {
                b"q" if saved.len() < MAX_SAVED => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"Do" => {
                    let name = instruction
                        .operands()
                        .next()
                        .cloned()
                        .and_then(Object::into_name);
                    let Some(name) = name else { continue };
                    match resources.get_x_object(&name) {
                        Some(stream) => self.object(stream, resources, &state, depth)?,
                        // Named and listed, but not in the file: it would be drawn as blank paper.
                        None if resources.x_objects.contains_key(&*name) => {
                            return Err(IngestError::truncated("a part of the page is missing"));
                        }
                        None => {}
                    }
                }
                b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sh" | b"BI" => {
                    self.painted = true;
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => self.painted |= state.text_is_visible,
                b"gs" => {
                    let name = instruction
                        .operands()
                        .next()
                        .cloned()
                        .and_then(Object::into_name);
                    let settings = name.and_then(|n| resources.get_ext_g_state(&n));
                    state.veiled |= settings.is_some_and(|s| veils(&s));
                }
                _ => state.change(&instruction),
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        stream: Stream<'a>,
        outer: &Resources<'a>,
        state: &State,
        depth: u32,
    ) -> Result<(), IngestError> {
        let dict = stream.dict().clone();
        match dict.get::<Name<'_>>("Subtype").as_ref().map(Name::as_str) {
            Some("Image") => self.image(stream, state),
            Some("Form") => {
                let mut inner = state.clone();
                let matrix = dict
                    .get::<Array<'_>>("Matrix")
                    .map(|m| numbers(m.iter::<Number>()));
                if let Some(Some(matrix)) = matrix {
                    inner.matrix = times(inner.matrix, matrix);
                }
                let own = dict.get::<Dict<'a>>("Resources").map(Resources::new);
                let content = stream.decoded_data().unwrap_or_default().into_owned();
                self.content(&content, own.as_ref().unwrap_or(outer), inner, depth + 1)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn image(&mut self, stream: Stream<'a>, state: &State) {
        let dict = stream.dict();
        let sees_through = ["SMask", "Mask"].iter().any(|key| dict.contains_key(key))
            || dict.get::<bool>("ImageMask").unwrap_or(false);
        let placed = Placed {
            matrix: state.matrix,
            ink_is_black: state.fill_is_black,
            veiled: state.veiled,
            stream,
        };
        let (left, top, right, bottom) = placed.bounds();
        let covers = (right - left) * (bottom - top) >= self.page_area * HIDES_ALL;
        if covers && !sees_through && !state.veiled && placed.orientation().is_some() {
            self.images.clear();
            self.painted = false;
        }
        self.images.push(placed);
    }
}

impl State {
    fn change(&mut self, instruction: &Instruction<'_, '_>) {
        let mode = || {
            let operand = instruction.operands().next()?;
            if let Object::Number(n) = operand {
                Some(n.as_i64())
            } else {
                None
            }
        };
        let all_zero = || {
            instruction
                .operands()
                .all(|o| matches!(o, Object::Number(n) if n.as_f64() == 0.0))
        };
        match &**instruction.operator {
            b"cm" => {
                let parts = instruction
                    .operands()
                    .cloned()
                    .filter_map(Object::into_number);
                if let Some(matrix) = numbers(parts) {
                    self.matrix = times(self.matrix, matrix);
                }
            }
            b"Tr" => self.text_is_visible = !matches!(mode(), Some(3 | 7)),
            b"g" | b"rg" | b"sc" | b"scn" => self.fill_is_black = all_zero(),
            b"k" => {
                let black = instruction
                    .operands()
                    .cloned()
                    .filter_map(Object::into_number)
                    .nth(3);
                self.fill_is_black = black.is_some_and(|k| k.as_f64() >= 1.0);
            }
            // A color space begins with its black; a color in it is not followed further.
            b"cs" => self.fill_is_black = true,
            _ => {}
        }
    }
}

/// Whether every content stream that the page names is in the file; a repaired file may have lost
/// its end, and the page would be drawn blank.
fn contents_are_whole(page: &Page<'_>) -> bool {
    let dict = page.raw();
    if !dict.contains_key("Contents") {
        return true;
    }
    match dict.get::<Object<'_>>("Contents") {
        Some(Object::Stream(_)) => page.page_stream().is_some(),
        Some(Object::Array(parts)) => {
            parts.raw_iter().count()
                == parts
                    .iter::<Object<'_>>()
                    .filter(|o| matches!(o, Object::Stream(_)))
                    .count()
        }
        Some(Object::Null(_)) => dict.get_ref("Contents").is_none(),
        _ => false,
    }
}

/// Whether a graphics state paints through transparency.
fn veils(settings: &Dict<'_>) -> bool {
    let opaque = settings
        .get::<Number>("ca")
        .is_none_or(|ca| ca.as_f64() >= 1.0);
    let masked = settings.get::<Dict<'_>>("SMask").is_some();
    let blend = settings.get::<Name<'_>>("BM");
    let normal = blend.is_none_or(|mode| matches!(mode.as_str(), "Normal" | "Compatible"));
    !opaque || masked || !normal
}

/// Whether a note, stamp or form field lies on the page; links and pop-ups have no ink.
fn has_visible_annotation(page: &Dict<'_>) -> bool {
    let Some(notes) = page.get::<Array<'_>>("Annots") else {
        return false;
    };
    notes.iter::<Dict<'_>>().take(1000).any(|note| {
        let kind = note.get::<Name<'_>>("Subtype");
        let inkless = kind.is_some_and(|k| matches!(k.as_str(), "Link" | "Popup"));
        !inkless && note.contains_key("AP")
    })
}

fn numbers(mut parts: impl Iterator<Item = Number>) -> Option<Matrix> {
    let mut next = || parts.next().map(|n| n.as_f64()).filter(|v| v.is_finite());
    Some([next()?, next()?, next()?, next()?, next()?, next()?])
}

/// `inner` first, then `outer`.
fn times(outer: Matrix, inner: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = outer;
    let [p, q, r, s, t, u] = inner;
    [
        a * p + c * q,
        b * p + d * q,
        a * r + c * s,
        b * r + d * s,
        a * t + c * u + e,
        b * t + d * u + f,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "small whole numbers are exact")]
    fn matrices_multiply_inner_first() {
        let shift = [1.0, 0.0, 0.0, 1.0, 10.0, 20.0];
        let double = [2.0, 0.0, 0.0, 2.0, 0.0, 0.0];
        assert_eq!(times(double, shift), [2.0, 0.0, 0.0, 2.0, 20.0, 40.0]);
        assert_eq!(times(shift, double), [2.0, 0.0, 0.0, 2.0, 10.0, 20.0]);
    }
}
