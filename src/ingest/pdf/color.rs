//! Color spaces of pictures, as far as a scan uses them; profiles are not applied.

use hayro::hayro_syntax::object::{Array, Number, Object, Stream};

use super::filters;
use crate::ingest::IngestError;
use crate::ingest::pixels::{self, Layout};
use crate::scan::Picture;

/// Bytes of the longest palette: 256 entries of 4 components.
const PALETTE_BYTES: usize = 256 * 4;
/// Color spaces inside each other beyond this are no color space.
const MAX_DEPTH: u32 = 6;

/// What the components of a pixel mean.
#[derive(Clone, Debug)]
pub(super) enum Space {
    Gray,
    /// One ink; 255 is full ink.
    Ink,
    Rgb,
    Cmyk,
    Indexed {
        base: Box<Space>,
        palette: Vec<u8>,
    },
}

impl Space {
    /// `None` when the space needs a color engine.
    pub(super) fn of(object: &Object<'_>) -> Option<Self> {
        Self::nested(object, 0)
    }

    fn nested(object: &Object<'_>, depth: u32) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        match object {
            Object::Name(name) => Self::named(name.as_str()),
            Object::Array(array) => Self::of_array(array, depth),
            _ => None,
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "DeviceGray" | "CalGray" | "G" => Some(Self::Gray),
            "DeviceRGB" | "CalRGB" | "RGB" => Some(Self::Rgb),
            "DeviceCMYK" | "CMYK" => Some(Self::Cmyk),
            _ => None,
        }
    }

    fn of_array(array: &Array<'_>, depth: u32) -> Option<Self> {
        let parts: Vec<Object<'_>> = array.iter::<Object<'_>>().take(5).collect();
        let Object::Name(family) = parts.first()? else {
            return None;
        };
        match (family.as_str(), parts.as_slice()) {
            ("ICCBased", [_, Object::Stream(profile), ..]) => Self::of_count(profile),
            ("Indexed" | "I", [_, base, _, palette]) => {
                let base = Self::nested(base, depth + 1)?;
                let palette = match palette {
                    Object::String(bytes) => bytes.as_bytes().to_vec(),
                    Object::Stream(stream) => palette_stream(stream)?,
                    _ => return None,
                };
                Some(Self::Indexed {
                    base: Box::new(base),
                    palette,
                })
            }
            ("Separation", [_, Object::Name(ink), ..])
                if matches!(ink.as_str(), "Black" | "All") =>
            {
                Some(Self::Ink)
            }
            (name, _) => Self::named(name),
        }
    }

    fn of_count(profile: &Stream<'_>) -> Option<Self> {
        match profile.dict().get::<i32>("N")? {
            1 => Some(Self::Gray),
            3 => Some(Self::Rgb),
            4 => Some(Self::Cmyk),
            _ => None,
        }
    }

    pub(super) fn components(&self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Cmyk => 4,
            _ => 1,
        }
    }

    /// Makes the picture of 8-bit components; of [`Space::Indexed`], the components are indices.
    pub(super) fn picture(
        &self,
        size: (u32, u32),
        mut components: Vec<u8>,
        bits: u8,
    ) -> Result<Picture, IngestError> {
        match self {
            Self::Gray => pixels::gray_picture(size.0, size.1, components, bits == 1),
            Self::Ink => {
                for v in &mut components {
                    *v = !*v;
                }
                pixels::gray_picture(size.0, size.1, components, bits == 1)
            }
            Self::Rgb => pixels::picture(size, components, Layout::Rgb),
            Self::Cmyk => pixels::picture(size, components, Layout::Cmyk),
            Self::Indexed { base, palette } => {
                let count = base.components();
                let entry = |index: u8| {
                    palette
                        .get(usize::from(index) * count..)
                        .and_then(|p| p.get(..count))
                };
                let blank = [0; 4];
                let spread = components
                    .iter()
                    .flat_map(|index| entry(*index).unwrap_or(&blank[..count]))
                    .copied()
                    .collect();
                let mut picture = base.picture(size, spread, 8)?;
                picture.bilevel = bits == 1 && picture.color.is_none();
                Ok(picture)
            }
        }
    }
}

fn palette_stream(stream: &Stream<'_>) -> Option<Vec<u8>> {
    let mut data = stream.raw_data().into_owned();
    for step in filters::steps(stream) {
        data = filters::undo(&step, &data, PALETTE_BYTES * 4).ok()?;
    }
    data.truncate(PALETTE_BYTES);
    Some(data)
}

/// The `Decode` array: where 0 and the top of each component are mapped to.
#[derive(Clone)]
pub(super) struct Decode(Vec<(f64, f64)>);

impl Decode {
    pub(super) fn of(array: Option<Array<'_>>) -> Self {
        let numbers: Vec<f64> = array
            .map(|a| a.iter::<Number>().take(8).map(|n| n.as_f64()).collect())
            .unwrap_or_default();
        Self(
            numbers
                .chunks_exact(2)
                .map(|pair| (pair[0], pair[1]))
                .collect(),
        )
    }

    /// Maps 8-bit components in place; of indices, only an inverted order is known.
    pub(super) fn apply(&self, components: &mut [u8], count: usize, bits: u8, indexed: bool) {
        if indexed {
            let top = if bits >= 8 { 255 } else { (1_u8 << bits) - 1 };
            if self.0.first().is_some_and(|(low, high)| low > high) {
                for v in components.iter_mut() {
                    *v = top.saturating_sub(*v);
                }
            }
            return;
        }
        for (channel, (low, high)) in self.0.iter().take(count).enumerate() {
            if (*low, *high) == (0.0, 1.0) {
                continue;
            }
            let table: Vec<u8> = (0..256)
                .map(|v| {
                    ((low + (high - low) * f64::from(v) / 255.0).clamp(0.0, 1.0) * 255.0).round()
                        as u8
                })
                .collect();
            components
                .iter_mut()
                .skip(channel)
                .step_by(count)
                .for_each(|v| *v = table[usize::from(*v)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_inverts_and_indices_turn_around() {
        let mut gray = [0, 100, 255];
        Decode(vec![(1.0, 0.0)]).apply(&mut gray, 1, 8, false);
        assert_eq!(gray, [255, 155, 0]);
        let mut indices = [0, 1];
        Decode(vec![(1.0, 0.0)]).apply(&mut indices, 1, 1, true);
        assert_eq!(indices, [1, 0]);
    }

    #[test]
    fn an_index_beyond_the_palette_is_black() {
        let space = Space::Indexed {
            base: Box::new(Space::Gray),
            palette: vec![200],
        };
        let picture = space.picture((2, 1), vec![0, 9], 8).unwrap();
        assert_eq!(picture.gray.as_raw(), &[200, 0]);
    }
}
