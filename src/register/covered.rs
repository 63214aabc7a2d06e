//! Print under a mark: a ring round a short word, a thick pen through it. Correlation takes the added
//! ink for bad print; where the print still lies dark under it, the ink beside the print is taken out
//! of the page and the rest is compared.

use image::{GrayImage, Luma};

use super::mask;
use crate::form::Blank;
use crate::geom::{Mm, Rect};
use crate::stats::quantile;

/// How far from the blank's print the page is kept, mm: what registration may be off by, and so much of
/// the ink beside it that a black patch over everything does not look like the print under it.
const KEPT: f64 = 0.5;

/// Grey levels below paper from which a pixel of the blank is print, and one of the page is ink.
const PRINT: u8 = 24;
const INK: u8 = 40;

/// Where more of the paper beside the print is inked, nothing is seen through it.
const MOST_INKED: f64 = 0.4;

/// The cut-out `page` of `area` without the ink that stands away from the blank's print; `None` where
/// too much of it does.
pub(super) fn without_ink(
    page: &GrayImage,
    blank: &Blank,
    (area, px_per_mm): (Rect<Mm>, f64),
) -> Option<GrayImage> {
    let print = mask::cut_blank(blank, area, px_per_mm);
    let kept = near_print(&print, (KEPT * px_per_mm).round().max(1.0) as u32);
    let beside: Vec<u8> = page
        .iter()
        .zip(&kept)
        .filter(|p| !*p.1)
        .map(|p| *p.0)
        .collect();
    let paper = paper(&beside)?;
    let inked = beside
        .iter()
        .filter(|g| **g < paper.saturating_sub(INK))
        .count();
    if inked as f64 > MOST_INKED * beside.len() as f64 {
        return None;
    }
    let mut bare = page.clone();
    for (pixel, kept) in bare.pixels_mut().zip(&kept) {
        if !kept {
            *pixel = Luma([paper]);
        }
    }
    Some(bare)
}

/// The pixels within `reach` of the blank's print, row by row.
fn near_print(print: &GrayImage, reach: u32) -> Vec<bool> {
    let (w, h) = print.dimensions();
    let white = paper(print.as_raw()).unwrap_or(u8::MAX);
    let mut near = vec![false; (w * h) as usize];
    for (x, y, p) in print.enumerate_pixels() {
        if p[0] >= white.saturating_sub(PRINT) {
            continue;
        }
        for ny in y.saturating_sub(reach)..(y + reach + 1).min(h) {
            let row = (ny * w) as usize;
            near[row + x.saturating_sub(reach) as usize..row + (x + reach + 1).min(w) as usize]
                .fill(true);
        }
    }
    near
}

/// The tone of the paper: a quarter of the pixels are lighter. `None` of nothing.
fn paper(tones: &[u8]) -> Option<u8> {
    quantile(tones.iter().copied().map(f64::from), 0.75).map(|tone| tone as u8)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::raster::Pattern;

    const SCALE: f64 = 4.0;
    const AREA: Rect<Mm> = Rect::new(0.0, 0.0, 10.0, 10.0);

    /// Paper with dark rectangles, px.
    fn picture(ink: &[[u32; 4]]) -> GrayImage {
        GrayImage::from_fn(40, 40, |x, y| {
            let dark = ink
                .iter()
                .any(|[l, t, w, h]| (*l..l + w).contains(&x) && (*t..t + h).contains(&y));
            Luma([if dark { 40 } else { 230 }])
        })
    }

    const WORD: [[u32; 4]; 3] = [[14, 14, 12, 2], [19, 12, 2, 16], [14, 24, 12, 2]];

    /// How well the page with this ink shows the word, once the ink beside it is out.
    fn score(ink: &[[u32; 4]]) -> Option<f64> {
        let blank = Blank {
            gray: Arc::new(picture(&WORD)),
            px_per_mm: SCALE,
        };
        let pattern = Pattern::new(&blank.gray, |_, _| true).unwrap();
        let bare = without_ink(&picture(ink), &blank, (AREA, SCALE))?;
        pattern.score(&bare, 0, 0)
    }

    #[test]
    fn a_word_is_seen_under_a_ring_and_nowhere_else() {
        let ring = [[5, 5, 30, 4], [5, 31, 30, 4], [5, 5, 4, 30], [31, 5, 4, 30]];
        let both = [&WORD[..], &ring].concat();
        assert!(score(&both).unwrap() > 0.95);
        assert!(score(&ring).unwrap_or(0.0) < 0.3);
        let moved: Vec<[u32; 4]> = WORD
            .iter()
            .map(|[x, y, w, h]| [*x, y + 5, *w, *h])
            .collect();
        assert!(score(&[&moved[..], &ring].concat()).unwrap_or(0.0) < 0.5);
    }

    #[test]
    fn nothing_is_seen_through_black() {
        assert!(score(&[[0, 0, 40, 40]]).unwrap_or(0.0) < 0.3);
        assert_eq!(score(&[[0, 0, 26, 40]]), None);
    }
}
