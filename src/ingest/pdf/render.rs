//! Draws a page that is more than one picture, at the resolution of its largest picture.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::walk::{Placed, Walk};
use crate::ingest::pixels::{self, Layout};
use crate::ingest::{DecodedPage, IngestError, Limits, resolution};

/// Dots an inch of a page without a picture, and the bounds for one with.
const USUAL_DPI: f64 = 300.0;
const DPI_RANGE: (f64, f64) = (100.0, 400.0);
/// Pictures smaller than this share of the page (logos, stamps) do not decide.
const DECISIVE_SHARE: f64 = 0.05;
/// Pixels of a drawn page: A3 at 400 dpi has 31 million. Drawing holds about 12 bytes a pixel.
const MAX_PIXELS: f64 = 40e6;
/// The engine counts in 16 bits.
const MAX_SIDE: f64 = 32_000.0;
/// A page below this is a line, not a page.
const MIN_SIDE_POINTS: f64 = 1.0;

pub(super) fn draw(
    page: &Page<'_>,
    walk: &Walk<'_>,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    let (width_points, height_points) = super::page_size(page);
    if width_points < MIN_SIDE_POINTS || height_points < MIN_SIDE_POINTS {
        return Err(IngestError::NoPixels);
    }
    let inch = 72.0 / walk.user_unit;
    let area = width_points * height_points;
    let wanted = decisive_dpi(walk, area).unwrap_or(USUAL_DPI);
    let most = (MAX_PIXELS.min(limits.page_pixels as f64) / area).sqrt();
    let side = MAX_SIDE.min(f64::from(limits.side_pixels)) / width_points.max(height_points);
    let scale = (wanted / inch).min(most).min(side);
    // A page at a bound is not rounded beyond it.
    let whole = if scale < wanted / inch {
        f64::floor
    } else {
        f64::round
    };
    let width = whole(width_points * scale).max(1.0) as u16;
    let height = whole(height_points * scale).max(1.0) as u16;
    let size = (u32::from(width), u32::from(height));
    let rgba = pixels_of(page, width, height, scale);
    let picture = pixels::picture(size, rgba, Layout::Rgba)?;
    let dpi = scale * inch;
    Ok(DecodedPage {
        picture,
        resolution: resolution::credible(dpi, dpi),
    })
}

fn decisive_dpi(walk: &Walk<'_>, page_area: f64) -> Option<f64> {
    let decisive = walk.images.iter().filter(|image| {
        let (left, top, right, bottom) = image.bounds();
        (right - left) * (bottom - top) >= page_area * DECISIVE_SHARE
    });
    let highest = decisive.filter_map(Placed::dpi).fold(0.0, f64::max);
    (highest > 0.0).then(|| (highest / walk.user_unit).clamp(DPI_RANGE.0, DPI_RANGE.1))
}

fn pixels_of(page: &Page<'_>, width: u16, height: u16, scale: f64) -> Vec<u8> {
    let mut context = RenderContext::new(width, height);
    let to_pixels = Affine::scale(scale) * Affine::new(page.initial_transform(true).as_coeffs());
    let settings = InterpreterSettings::default();
    render_into(
        page,
        &RenderCache::new(),
        &settings,
        &RenderSettings::default(),
        &mut context,
        to_pixels,
    );
    context.flush();
    let mut canvas = Pixmap::new(width, height);
    let on_white = RasterizerSettings {
        target_init: TargetInit::Clear(WHITE),
        ..RasterizerSettings::default()
    };
    context.render_with(&mut canvas, &mut Resources::default(), on_white);
    canvas.data_as_u8_slice().to_vec()
}
