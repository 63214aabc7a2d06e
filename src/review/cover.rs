//! What a person gets to see of a kept picture, while something on it may be a My Number.
//!
//! The field's own picture is kept back whole (`QuestionRow::covered`). On every other picture that shows the
//! field (the page, the page as it lies in its file, the crop of a neighbor) its place is painted over, before
//! the bytes leave the program. Where nothing tells the place, because the reading is older than places were
//! kept or another journey made the picture, all of a page is.

use image::{DynamicImage, ImageBuffer, Pixel};

use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::pipeline::CROP_MARGIN_MM;
use crate::raster::paint_over;
use crate::read::{png_of, png_of_color};
use crate::store::{Covers, PageRow, Picture, QuestionRow, Shows, Store, StoreError};

/// Round a field on the whole page. Its place is where its crop was cut, so this only has to hold what the
/// thumbnail blurs and a bent paper moves.
const MARGIN_MM: f64 = CROP_MARGIN_MM;

/// The picture of a question as this person may see it; `None` where there is none, or it is covered.
///
/// # Errors
/// When the store cannot be read, or lacks the picture.
pub fn picture(
    store: &Store,
    row: &QuestionRow,
    who: Option<&str>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(kept) = &row.picture else {
        return Ok(None);
    };
    let covers = store.covers(row.outcome, who)?;
    seen(store, kept, (&covers, row.shows)).map(Some)
}

/// The whole page as this person may see it; `None` where no picture was kept.
///
/// # Errors
/// As [`picture`].
pub fn page(
    store: &Store,
    page: &PageRow,
    who: Option<&str>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(kept) = &page.picture else {
        return Ok(None);
    };
    let covers = store.covers(page.outcome, who)?;
    seen(store, kept, (&covers, Shows::Page)).map(Some)
}

fn seen(
    store: &Store,
    kept: &Picture,
    (covers, shows): (&Covers, Shows),
) -> Result<Vec<u8>, StoreError> {
    let png = store.picture(kept)?;
    let place = |size| match shows {
        Shows::Page => on_side(covers, size),
        // A crop is its own field and a margin; what is not known to lie there does not.
        Shows::Field(own) => Some(own.map_or_else(Vec::new, |own| on_crop(covers, own, size))),
    };
    Ok(painted(png, covers, place))
}

/// The page's picture as it lies in its file, with what is covered painted over.
pub fn original(png: &[u8], covers: &Covers) -> Vec<u8> {
    painted(png.to_vec(), covers, |size| on_original(covers, size))
}

type Size = (u32, u32);
type Corners = [Point<Px>; 4];

/// The same picture with those places painted over, all of it where nobody knows them. What cannot be
/// decoded comes out empty.
fn painted(
    png: Vec<u8>,
    covers: &Covers,
    places: impl Fn(Size) -> Option<Vec<Corners>>,
) -> Vec<u8> {
    if covers.is_empty() {
        return png;
    }
    let decoded = image::load_from_memory_with_format(&png, image::ImageFormat::Png);
    let Ok(picture) = decoded else {
        return Vec::new();
    };
    let size = (picture.width(), picture.height());
    let places = places(size).unwrap_or_else(|| vec![whole(size)]);
    if places.is_empty() {
        return png;
    }
    match picture {
        DynamicImage::ImageLuma8(mut gray) => {
            paint_all(&mut gray, &places);
            png_of(&gray)
        }
        other => {
            let mut color = other.to_rgb8();
            paint_all(&mut color, &places);
            png_of_color(&color)
        }
    }
}

fn paint_all<P: Pixel<Subpixel = u8>>(picture: &mut ImageBuffer<P, Vec<u8>>, places: &[Corners]) {
    for corners in places {
        paint_over(picture, *corners);
    }
}

fn whole((width, height): Size) -> Corners {
    Rect::new(-1.0, -1.0, f64::from(width) + 1.0, f64::from(height) + 1.0).corners()
}

/// On a picture that shows a rectangle of the side from edge to edge.
fn laid(frame: Rect<Mm>, (width, height): Size) -> Transform<Mm, Px> {
    let (x, y) = (f64::from(width) / frame.w, f64::from(height) / frame.h);
    Transform::affine(x, 0.0, -0.5 - frame.x * x, 0.0, y, -0.5 - frame.y * y)
}

/// On the side, upright, as pages that are asked about are kept.
fn on_side(covers: &Covers, size: Size) -> Option<Vec<Corners>> {
    let place = covers.place.filter(|_| !covers.elsewhere)?;
    let side = Rect::new(0.0, 0.0, place.width_mm, place.height_mm);
    let lay = laid(side, size);
    all(covers, |area| area.inflate(MARGIN_MM), &lay)
}

/// On the page's picture in its file.
fn on_original(covers: &Covers, size: Size) -> Option<Vec<Corners>> {
    let place = covers.place?;
    let lay = place.on_picture(size)?;
    all(covers, |area| area.inflate(MARGIN_MM + place.bend_mm), &lay)
}

fn all(
    covers: &Covers,
    grown: impl Fn(Rect<Mm>) -> Rect<Mm>,
    lay: &Transform<Mm, Px>,
) -> Option<Vec<Corners>> {
    let corners = |area: &Option<Rect<Mm>>| {
        let corners = grown((*area)?).corners().map(|p| lay.apply(p));
        corners
            .iter()
            .all(|p| p.x.is_finite() && p.y.is_finite())
            .then_some(corners)
    };
    covers.areas.iter().map(corners).collect()
}

/// On the crop of another field: only what is the covered field's own, or a neighbor would lose its edge.
fn on_crop(covers: &Covers, own: Rect<Mm>, size: Size) -> Vec<Corners> {
    let frame = own.inflate(CROP_MARGIN_MM);
    let lay = laid(frame, size);
    let shared = covers
        .areas
        .iter()
        .flatten()
        .filter_map(|area| area.intersection(frame));
    shared
        .map(|area| area.corners().map(|p| lay.apply(p)))
        .collect()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, RgbImage};

    use super::*;
    use crate::register::Place;

    /// Paper 100 by 50 mm, upright in the middle of a picture twice as large, or turned by 180 degrees there.
    fn covers(turned: bool) -> Covers {
        let mut corners = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]];
        if turned {
            corners.rotate_left(2);
        }
        Covers {
            place: Some(Place {
                width_mm: 100.0,
                height_mm: 50.0,
                corners,
                bend_mm: 0.0,
            }),
            elsewhere: false,
            areas: vec![Some(Rect::new(60.0, 30.0, 20.0, 10.0))],
        }
    }

    fn white(width: u32, height: u32) -> Vec<u8> {
        png_of(&GrayImage::from_pixel(width, height, Luma([255])))
    }

    /// Left, top, right and bottom of what is painted over.
    fn gray_box(png: &[u8]) -> Option<(u32, u32, u32, u32)> {
        let picture = image::load_from_memory(png).unwrap().to_luma8();
        let gray = picture.enumerate_pixels().filter(|(_, _, p)| p[0] != 255);
        gray.fold(None, |seen, (x, y, _)| {
            let (l, t, r, b) = seen.unwrap_or((x, y, x, y));
            Some((l.min(x), t.min(y), r.max(x), b.max(y)))
        })
    }

    fn on_page(covers: &Covers) -> Option<(u32, u32, u32, u32)> {
        gray_box(&painted(white(400, 200), covers, |size| {
            on_side(covers, size)
        }))
    }

    #[test]
    fn a_field_is_painted_over_on_the_page_with_its_margin() {
        // 4 px a millimetre.
        assert_eq!(on_page(&covers(false)), Some((232, 112, 327, 167)));
    }

    #[test]
    fn nothing_is_touched_where_nothing_is_covered() {
        let png = white(4, 4);
        assert_eq!(original(&png, &Covers::default()), png);
        assert_eq!(
            painted(b"no picture".to_vec(), &Covers::default(), |_| None),
            b"no picture"
        );
    }

    #[test]
    fn a_page_whose_places_nobody_knows_is_painted_over_whole() {
        let unknown = Covers {
            areas: vec![None],
            ..covers(false)
        };
        let elsewhere = Covers {
            elsewhere: true,
            ..covers(false)
        };
        let placeless = Covers {
            place: None,
            ..covers(false)
        };
        for covers in [&unknown, &elsewhere, &placeless] {
            assert_eq!(on_page(covers), Some((0, 0, 399, 199)), "{covers:?}");
        }
        for covers in [&unknown, &placeless] {
            assert_eq!(
                gray_box(&original(&white(40, 20), covers)),
                Some((0, 0, 39, 19))
            );
        }
        assert_eq!(original(b"no picture", &placeless), b"");
    }

    #[test]
    fn on_the_file_s_own_picture_the_field_is_found_whichever_way_it_lies() {
        // 2 px a millimetre; the margin is 2 mm.
        assert_eq!(
            gray_box(&original(&white(400, 200), &covers(false))),
            Some((216, 106, 263, 133))
        );
        assert_eq!(
            gray_box(&original(&white(400, 200), &covers(true))),
            Some((136, 66, 183, 93))
        );
    }

    #[test]
    fn a_neighbor_s_crop_keeps_all_but_what_is_the_covered_field_s() {
        let covers = covers(false);
        let crop = |own: Rect<Mm>| {
            let size = (
                own.inflate(CROP_MARGIN_MM).w as u32,
                own.inflate(CROP_MARGIN_MM).h as u32,
            );
            let png = white(10 * size.0, 10 * size.1);
            gray_box(&painted(png, &covers, |size| {
                Some(on_crop(&covers, own, size))
            }))
        };
        // It ends 1 mm above: the last millimetre of its margin is the other field's.
        assert_eq!(
            crop(Rect::new(60.0, 19.0, 20.0, 10.0)),
            Some((20, 130, 219, 139))
        );
        assert_eq!(crop(Rect::new(60.0, 10.0, 20.0, 10.0)), None);
    }

    #[test]
    fn a_picture_in_color_stays_in_color() {
        let red = RgbImage::from_pixel(40, 20, image::Rgb([200, 30, 30]));
        let covers = covers(false);
        let png = painted(png_of_color(&red), &covers, |size| on_side(&covers, size));
        let seen = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(seen.get_pixel(1, 1), &image::Rgb([200, 30, 30]));
        let [r, g, b] = seen.get_pixel(28, 14).0;
        assert_eq!((r, g), (g, b));
    }
}
