//! Marks that the scanner lost: a threshold between pencil and paper leaves nothing of some.
//!
//! The same machine scans the sheet with and without the ink; where the two pictures are alike, no
//! reader and no person can see the mark, and the truth says so.

use image::GrayImage;

use super::degrade::{Scanned, on_picture};
use super::marks::page::{FieldDrawn, places};
use super::marks::question::{Ask, OptionTruth};
use crate::form::{Side, Zone};
use crate::geom::{Mm, Rect};
use crate::read::MarkState;

/// Levels of 255 by which a pixel with ink differs from the same without.
const DIFFERENCE: u8 = 12;

/// How far round an option its marks lie, in mm.
const AROUND: f64 = 3.5;

/// Less visible ink than this is none, mm2: three pixels at 200 dpi. Less than the other is so
/// little that a person may be asked: a short tick of a fine pen covers 1.5 mm2.
const NOTHING: f64 = 0.1;
const LITTLE: f64 = 1.0;

/// Corrects the truth of a side by what can be seen of its marks.
pub(super) fn forget(side: &Side, fields: &mut [FieldDrawn], scanned: &Scanned, bare: &Scanned) {
    let (with, without) = (scanned.gray(), bare.gray());
    if with.dimensions() != without.dimensions() {
        return;
    }
    for field in fields {
        let zone = &side.fields[field.field];
        let seen: Vec<f64> = places(zone)
            .into_iter()
            .map(|p| ink_area((&with, &without), scanned, p.inflate(AROUND)))
            .collect();
        let drawn = &mut field.drawn;
        let marked =
            |o: &OptionTruth| o.state != MarkState::Empty && o.state != MarkState::Overflow;
        let pairs = drawn.options.iter_mut().zip(&seen);
        let (mut lost, mut little) = (false, false);
        for (option, area) in pairs.filter(|(o, _)| marked(o)) {
            little |= *area < LITTLE;
            if *area < NOTHING {
                *option = OptionTruth::EMPTY;
                lost = true;
            }
        }
        if lost || little {
            drawn.ask = drawn.ask.max(Ask::May);
        }
        if let (true, Zone::Marks(zone)) = (lost, &zone.zone) {
            let meant = drawn.options.iter().zip(&zone.options);
            let meant = meant.filter(|(o, _)| o.selected);
            let values: Vec<&str> = meant.map(|(_, o)| o.value.as_str()).collect();
            drawn.value = values.join("|");
            drawn.ask = Ask::May;
        }
    }
}

/// Area in mm2 of the pixels round `place` that the ink changed.
fn ink_area((with, without): (&GrayImage, &GrayImage), scanned: &Scanned, place: Rect<Mm>) -> f64 {
    let r = on_picture(&scanned.to_px, place);
    let clip = |v: f64, most: u32| v.round().clamp(0.0, f64::from(most)) as u32;
    let (x0, x1) = (clip(r.x, with.width()), clip(r.right(), with.width()));
    let (y0, y1) = (clip(r.y, with.height()), clip(r.bottom(), with.height()));
    let differs =
        |x: u32, y: u32| with.get_pixel(x, y)[0].abs_diff(without.get_pixel(x, y)[0]) >= DIFFERENCE;
    let count = (y0..y1)
        .map(|y| (x0..x1).filter(|x| differs(*x, y)).count())
        .sum::<usize>();
    let scale = scanned.to_px.scale_at(place.center());
    count as f64 / (scale * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Size;
    use crate::synth::card_rng;
    use crate::synth::degrade::{Degradation, Sheet};
    use crate::synth::inks::{Inks, PAPER};
    use crate::synth::nib::{Nib, Press};
    use image::{GrayImage, Luma, RgbImage};

    /// A pen stroke of this strength, faxed, against the same sheet without it.
    fn seen(strength: f64) -> f64 {
        let (size, k) = (Size { w: 40.0, h: 30.0 }, 300.0 / 25.4);
        let print = GrayImage::from_pixel(472, 354, Luma([255]));
        let nib = Nib {
            rgb: [60, 60, 64],
            width: 0.5,
            strength,
            tooth: 0.0,
            skips: 0.0,
        };
        let mut inks = Inks::new(size, k);
        let mut rng = card_rng(4, 0);
        let line = [
            crate::geom::Point::new(12.0, 18.0),
            crate::geom::Point::new(20.0, 12.0),
        ];
        inks.line(&line, (nib, Press::STEADY), &mut rng);
        let wear = Degradation::Fax.wear(&mut rng);
        let scan = |paper: &RgbImage| {
            let sheet = Sheet {
                paper,
                px_per_mm: k,
                size,
                back: &print,
            };
            Degradation::Fax.scan(&sheet, &wear, &mut card_rng(5, 0))
        };
        let with = scan(&inks.onto(&print, [0; 3]));
        let without = scan(&RgbImage::from_pixel(472, 354, image::Rgb([PAPER; 3])));
        let place = Rect::new(12.0, 12.0, 8.0, 6.0);
        ink_area((&with.gray(), &without.gray()), &with, place)
    }

    #[test]
    fn a_fax_keeps_a_pen_and_loses_the_palest_pencil() {
        assert!(seen(0.95) > LITTLE, "{}", seen(0.95));
        assert!(seen(0.05) < NOTHING, "{}", seen(0.05));
    }
}
