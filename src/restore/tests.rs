//! Drawn pages under drawn light, through a drawn streak.

use image::{GrayImage, Luma, RgbImage};
use proptest::prelude::*;

use super::*;
use crate::scan::drawn;

const SIZE: (u32, u32) = (1180, 1750);
const PAPER: u8 = 240;

fn scan_of(gray: GrayImage) -> Scan {
    drawn(gray, Some(300.0))
}

/// Lines of short strokes, upright and slanted, within the margins.
fn page() -> GrayImage {
    GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let within = x > 90 && y > 90 && x < SIZE.0 - 90 && y < SIZE.1 - 90;
        let (row, column) = (y % 100, (x + y / 3) % 37);
        let ink = within && row < 40 && column < 6;
        Luma([if ink { 40 } else { PAPER }])
    })
}

fn lit(page: &GrayImage, light: impl Fn(f64, f64) -> f64) -> GrayImage {
    let (w, h) = (f64::from(page.width()), f64::from(page.height()));
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let share = light(f64::from(x) / w, f64::from(y) / h);
        Luma([(f64::from(page.get_pixel(x, y)[0]) * share).round() as u8])
    })
}

/// The mean and the greatest difference of two pictures.
fn off(a: &GrayImage, b: &GrayImage) -> (f64, u8) {
    let differences = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(a, b)| a.abs_diff(*b));
    let all: Vec<u8> = differences.collect();
    let sum: u64 = all.iter().map(|d| u64::from(*d)).sum();
    (
        sum as f64 / all.len() as f64,
        all.into_iter().max().unwrap_or(0),
    )
}

fn restored_gray(gray: GrayImage) -> Option<GrayImage> {
    let scan = scan_of(gray);
    match restore(&scan).scan {
        Cow::Owned(scan) => Some(scan.picture.gray),
        Cow::Borrowed(_) => None,
    }
}

#[test]
fn a_clean_page_is_left_as_it_is() {
    assert_eq!(restored_gray(page()), None);
    // A tenth less light at one side is what the local thresholds are for.
    assert_eq!(restored_gray(lit(&page(), |x, _| 1.0 - 0.1 * x)), None);
}

#[test]
fn light_that_falls_off_is_made_even() {
    type Light = fn(f64, f64) -> f64;
    let lights: [Light; 4] = [
        |x, y| 1.0 - 0.5 * (0.6 * x + 0.4 * y).powf(1.5),
        |x, _| 1.0 - 0.4 * x,
        |_, y| 0.6 + 0.4 * (1.0 - (2.0 * y - 1.0).powi(2)),
        |x, y| 1.0 - 0.45 * ((x - 0.3).powi(2) + (y - 0.6).powi(2)).min(0.8),
    ];
    for (k, light) in lights.into_iter().enumerate() {
        let even = restored_gray(lit(&page(), light)).expect("uneven");
        let (mean, _) = off(&even, &page());
        assert!(mean < 5.0, "light {k}: {mean} levels off");
    }
}

#[test]
fn color_is_lit_as_gray_is() {
    let mut scan = scan_of(lit(&page(), |x, _| 1.0 - 0.4 * x));
    let color = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let v = scan.picture.gray.get_pixel(x, y)[0];
        image::Rgb([v, v, v / 2])
    });
    scan.picture.color = Some(color);
    let restored = restore(&scan).scan;
    let color = restored.picture.color.as_ref().expect("kept");
    let right = color.get_pixel(SIZE.0 - 40, 40);
    assert!(
        right[0] > 225 && (110..125).contains(&right[2]),
        "{right:?}"
    );
}

#[test]
fn what_is_no_light_is_left_as_it_is() {
    // A tinted half and a dark heading end where light never does.
    let tinted = lit(&page(), |x, _| if x < 0.5 { 0.7 } else { 1.0 });
    assert_eq!(restored_gray(tinted), None);
    let heading = lit(&page(), |_, y| if y < 0.25 { 0.5 } else { 1.0 });
    assert_eq!(restored_gray(heading), None);
    let black = GrayImage::from_pixel(SIZE.0, SIZE.1, Luma([0]));
    assert_eq!(restored_gray(black), None);
}

#[test]
fn one_bit_a_pixel_has_no_light() {
    let mut scan = scan_of(lit(&page(), |x, _| 1.0 - 0.5 * x));
    scan.picture.bilevel = true;
    assert!(matches!(restore(&scan).scan, Cow::Borrowed(_)));
}

/// A streak of that level over the columns.
fn streaked(page: &GrayImage, columns: std::ops::Range<u32>, level: u8) -> GrayImage {
    let mut out = page.clone();
    for (x, _, pixel) in out.enumerate_pixels_mut() {
        if columns.contains(&x) {
            pixel[0] = pixel[0].min(level);
        }
    }
    out
}

#[test]
fn a_streak_is_wiped_and_the_ink_it_crosses_is_kept() {
    for (columns, level) in [
        (400..402, 90),
        (613..614, 150),
        (800..804, 60),
        (321..324, 200),
    ] {
        let wiped = restored_gray(streaked(&page(), columns.clone(), level));
        let wiped = wiped.unwrap_or_else(|| panic!("{columns:?} at {level} is seen"));
        let (mean, _) = off(&wiped, &page());
        assert!(mean < 0.2, "{columns:?} at {level}: {mean}");
    }
}

#[test]
fn a_streak_of_a_turned_picture_is_wiped() {
    let turned = image::imageops::rotate90(&page());
    let dirty = image::imageops::rotate90(&streaked(&page(), 400..402, 90));
    let (mean, _) = off(&restored_gray(dirty).expect("seen"), &turned);
    assert!(mean < 0.2, "{mean}");
}

#[test]
fn where_a_streak_lay_is_told_in_mm_of_the_picture() {
    let at_300_dpi = |gray: GrayImage| restore(&drawn(gray, Some(300.0))).streaks;
    let dirty = streaked(&page(), 590..592, 90);
    let found = at_300_dpi(dirty.clone());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].along, Along::Columns);
    assert!((found[0].at_mm - 591.0 / 300.0 * 25.4).abs() < 0.05);
    let turned = at_300_dpi(image::imageops::rotate90(&dirty));
    assert_eq!((turned.len(), turned[0].along), (1, Along::Rows));
    assert!((turned[0].at_mm - found[0].at_mm).abs() < 1e-9);
    // Of a picture without a resolution the shorter side is a postcard's.
    let unknown = restore(&drawn(dirty, None)).streaks[0].at_mm;
    assert!((unknown - 591.0 / f64::from(SIZE.0.min(SIZE.1)) * 100.0).abs() < 0.05);
    assert_eq!(at_300_dpi(page()), []);
}

#[test]
fn a_pens_line_under_a_pale_streak_stays() {
    let mut drawn = page();
    for y in 700..900 {
        for x in 500..506 {
            drawn.put_pixel(x, y, Luma([30]));
        }
    }
    let wiped = restored_gray(streaked(&drawn, 502..504, 130)).expect("seen");
    assert!((700..900).all(|y| (500..506).all(|x| wiped.get_pixel(x, y)[0] < 60)));
}

#[test]
fn lines_that_a_form_prints_are_no_streaks() {
    let line = |columns: std::ops::Range<u32>, rows: std::ops::Range<u32>| {
        let mut out = page();
        for y in rows {
            for x in columns.clone() {
                out.put_pixel(x, y, Luma([60]));
            }
        }
        out
    };
    // It ends at the margin, has a gap, is a bar, is the paper's own edge.
    assert_eq!(restored_gray(line(400..403, 90..SIZE.1 - 90)), None);
    let mut gap = line(400..403, 0..800);
    for (x, y, pixel) in line(400..403, 950..SIZE.1).enumerate_pixels() {
        let darker = gap.get_pixel(x, y)[0].min(pixel[0]);
        gap.put_pixel(x, y, Luma([darker]));
    }
    assert_eq!(restored_gray(gap), None);
    assert_eq!(restored_gray(line(400..412, 0..SIZE.1)), None);
    assert_eq!(restored_gray(line(3..6, 0..SIZE.1)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_picture_is_taken(w in 1u32..90, h in 1u32..90, seed in any::<u64>(), flat in any::<bool>()) {
        use rand::{Rng, SeedableRng};
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let gray = GrayImage::from_fn(w, h, |_, _| Luma([if flat { 7 } else { rng.random() }]));
        for dpi in [None, Some(300.0), Some(50.0)] {
            let scan = drawn(gray.clone(), dpi);
            prop_assert_eq!(restore(&scan).scan.picture.gray.dimensions(), (w, h));
        }
    }
}
