//! Drawn pages: lines and words of known slant, black wedges, faint pencil.

use image::{GrayImage, Luma};
use rand::{Rng, SeedableRng};

use super::*;
use crate::scan::drawn;

fn scan_of(gray: GrayImage, dpi: f64) -> Scan {
    drawn(gray, Some(dpi))
}

/// Words of random length on lines, the whole turned clockwise about the middle.
fn page(size: (u32, u32), cw_degrees: f64, contrast: f64) -> GrayImage {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let words: Vec<Vec<bool>> = (0..200)
        .map(|_| (0..200).map(|_| rng.random_bool(0.6)).collect())
        .collect();
    let (sin, cos) = cw_degrees.to_radians().sin_cos();
    let (cx, cy) = (f64::from(size.0) / 2.0, f64::from(size.1) / 2.0);
    GrayImage::from_fn(size.0, size.1, |px, py| {
        let mut sum = 0.0;
        for (ox, oy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let (dx, dy) = (f64::from(px) + ox - cx, f64::from(py) + oy - cy);
            let (x, y) = (dx * cos + dy * sin + cx, dy * cos - dx * sin + cy);
            let margin = 0.1 * f64::from(size.0);
            let on = x > margin
                && y > margin
                && x < f64::from(size.0) - margin
                && y < f64::from(size.1) - margin;
            let (line, letter) = ((y / 50.0) as usize % 200, (x / 11.0) as usize % 200);
            let stroke = (y % 50.0) > 20.0 && (y % 50.0) < 38.0 && (x % 11.0) < 5.0;
            sum += f64::from(u8::from(on && stroke && words[line][letter]));
        }
        Luma([(240.0 - contrast * 240.0 * sum / 4.0) as u8])
    })
}

#[test]
fn skew_is_measured_to_a_thirtieth_of_a_degree() {
    for truth in [-14.3, -8.0, -2.71, -0.4, 0.0, 0.13, 1.9, 5.55, 12.4] {
        let scan = scan_of(page((1180, 1748), truth, 0.8), 300.0);
        let found = normalize(&scan).skew_cw_degrees;
        assert!((found - truth).abs() < 0.03, "{truth}: {found}");
    }
}

#[test]
fn a_page_on_its_side_has_the_same_skew() {
    let scan = scan_of(
        image::imageops::rotate90(&page((1180, 1748), 2.2, 0.8)),
        300.0,
    );
    let found = normalize(&scan).skew_cw_degrees;
    assert!((found - 2.2).abs() < 0.03, "{found}");
}

#[test]
fn black_backing_is_neither_paper_nor_ink_nor_slant() {
    let inner = page((1000, 1500), 1.5, 0.8);
    let bare = normalize(&scan_of(inner.clone(), 300.0)).ink_share;
    // Paper laid straight between black borders with a wedge of 3 degrees at the left.
    let outer = GrayImage::from_fn(1200, 1600, |x, y| {
        let wedge = f64::from(x) < 100.0 + f64::from(y) * 0.05;
        let off = wedge || x >= 1100 || !(40..1540).contains(&y);
        if off {
            Luma([12])
        } else {
            *inner.get_pixel(x - 100, y - 40)
        }
    });
    let scan = scan_of(outer, 300.0);
    let found = normalize(&scan);
    assert!(
        (found.skew_cw_degrees - 1.5).abs() < 0.04,
        "{}",
        found.skew_cw_degrees
    );
    assert!((found.paper.x - 140.0).abs() < 45.0, "{:?}", found.paper);
    assert!(
        (found.paper.right() - 1100.0).abs() < 5.0,
        "{:?}",
        found.paper
    );
    assert!((found.paper.y - 40.0).abs() < 5.0 && (found.paper.bottom() - 1540.0).abs() < 5.0);
    assert!(
        (found.ink_share / bare - 1.0).abs() < 0.15,
        "{} {bare}",
        found.ink_share
    );
    assert!((found.levels.paper - 240.0).abs() < 3.0 && found.levels.ink < 90.0);
}

#[test]
fn a_blank_page_has_no_ink_and_faint_pencil_has_some() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
    let mut grain = |v: f64| (v + rng.random_range(-8.0..8.0)).clamp(0.0, 255.0) as u8;
    let blank = GrayImage::from_fn(1180, 1748, |_, _| Luma([grain(238.0)]));
    let blank = scan_of(blank, 300.0);
    let empty = normalize(&blank);
    assert!(empty.ink_share < 1e-4, "{}", empty.ink_share);
    assert!(empty.skew_cw_degrees.abs() < 1e-9);
    let faint = scan_of(page((1180, 1748), 0.0, 0.25), 300.0);
    assert!(normalize(&faint).ink_share > 0.01);
}

#[test]
fn a_picture_of_one_pixel_is_no_surprise() {
    let scan = scan_of(GrayImage::new(1, 1), 300.0);
    let found = normalize(&scan);
    assert!(found.paper.area() > 0.0 && found.skew_cw_degrees.abs() < 1e-9);
}
