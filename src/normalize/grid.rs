//! Darkness at one cell a millimetre: what a side's own text says is printed, drawn coarsely.

use super::outline::{OutlineShape, outlines};
use crate::form::{AnchorMark, Anchors, MarkKind, PrintItem, Side, Zone};
use crate::geom::{Mm, Rect};

/// Width assumed for printed outlines, mm.
const LINE_WIDTH: f64 = 0.3;
/// Solid ink: this share of a square of 2 x 7 + 1 mm. Headings in white on black are 8-10 mm high.
const BLOB: usize = 7;
const SOLID: f64 = 0.7;

/// Darkness a cell of a square millimetre, 0 to 1.
pub(super) struct Grid {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dark: Vec<f32>,
}

impl Grid {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            dark: vec![0.0; width * height],
        }
    }

    /// Adds ink of `area` square millimetres at a point.
    fn add(&mut self, x: f64, y: f64, area: f64) {
        if x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height {
            let cell = &mut self.dark[y as usize * self.width + x as usize];
            *cell = (*cell + area as f32).min(1.0);
        }
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (length / 0.25).ceil().max(1.0);
        for i in 0..steps as u32 {
            let t = (f64::from(i) + 0.5) / steps;
            let (x, y) = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
            self.add(x, y, width * length / steps);
        }
    }

    fn frame(&mut self, r: Rect<Mm>, width: f64) {
        let c = r.corners();
        for i in 0..4 {
            let (a, b) = (c[i], c[(i + 1) % 4]);
            self.line((a.x, a.y), (b.x, b.y), width);
        }
    }

    fn bubble(&mut self, r: Rect<Mm>, width: f64) {
        let m = r.center();
        let point = |i: i32| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / 16.0).sin_cos();
            (m.x + r.w / 2.0 * cos, m.y + r.h / 2.0 * sin)
        };
        for i in 0..16 {
            self.line(point(i), point(i + 1), width);
        }
    }

    fn fill(&mut self, r: Rect<Mm>, share: f64) {
        let (nx, ny) = ((r.w / 0.25).ceil().max(1.0), (r.h / 0.25).ceil().max(1.0));
        let area = share * r.area() / (nx * ny);
        for j in 0..ny as u32 {
            for i in 0..nx as u32 {
                let (tx, ty) = ((f64::from(i) + 0.5) / nx, (f64::from(j) + 0.5) / ny);
                self.add(r.x + tx * r.w, r.y + ty * r.h, area);
            }
        }
    }

    /// Makes paper of what is solid ink over a larger area than any print: a pad of color, a patch
    /// somebody blacked out, cloth. It says nothing of the layout and outweighs all that does.
    pub(super) fn bleach_blobs(&mut self) {
        let (w, h) = (self.width, self.height);
        let stride = w + 1;
        let mut sums = vec![0.0; stride * (h + 1)];
        for y in 0..h {
            let mut run = 0.0;
            for x in 0..w {
                run += f64::from(self.dark[y * w + x]);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + run;
            }
        }
        for y in 0..h {
            for x in 0..w {
                let (x0, y0) = (x.saturating_sub(BLOB), y.saturating_sub(BLOB));
                let (x1, y1) = ((x + BLOB + 1).min(w), (y + BLOB + 1).min(h));
                let sum = sums[y1 * stride + x1] - sums[y0 * stride + x1] - sums[y1 * stride + x0]
                    + sums[y0 * stride + x0];
                if sum > SOLID * ((x1 - x0) * (y1 - y0)) as f64 {
                    self.dark[y * w + x] = 0.0;
                }
            }
        }
    }

    /// Each cell with a share of its neighbours (1 2 1 both ways), so that a millimetre of
    /// misfit still matches.
    pub(super) fn blurred(self) -> Self {
        let (w, h) = (self.width, self.height);
        let mut across = self.dark.clone();
        for (from, to) in self.dark.chunks_exact(w).zip(across.chunks_exact_mut(w)) {
            for x in 0..w {
                let (l, r) = (from[x.saturating_sub(1)], from[(x + 1).min(w - 1)]);
                to[x] = (l + 2.0 * from[x] + r) / 4.0;
            }
        }
        let mut out = across.clone();
        for y in 0..h {
            let (a, b) = (y.saturating_sub(1) * w, (y + 1).min(h - 1) * w);
            for x in 0..w {
                out[y * w + x] = (across[a + x] + 2.0 * across[y * w + x] + across[b + x]) / 4.0;
            }
        }
        Self {
            width: w,
            height: h,
            dark: out,
        }
    }
}

/// What the form's own text says is printed.
pub(super) fn draw(side: &Side, grid: &mut Grid) {
    if let Anchors::Marks(marks) = &side.anchors {
        for m in marks {
            draw_mark(m, grid);
        }
    }
    for field in &side.fields {
        for o in outlines(field) {
            match o.shape {
                OutlineShape::Frame => grid.frame(o.area, LINE_WIDTH),
                OutlineShape::Bubble => grid.bubble(o.area, LINE_WIDTH),
                OutlineShape::Below => {
                    let (y, r) = (o.area.bottom(), o.area.right());
                    grid.line((o.area.x, y), (r, y), LINE_WIDTH);
                }
            }
        }
        if let Zone::Marks(z) = &field.zone {
            for word in z.options.iter().filter_map(|o| o.word) {
                grid.fill(word, 0.2);
            }
        }
    }
    for item in &side.print {
        match item {
            PrintItem::Line { from, to, width } => {
                grid.line((from.x, from.y), (to.x, to.y), *width);
            }
            PrintItem::Box { rect, width, .. } => grid.frame(*rect, *width),
            _ => {}
        }
    }
}

fn draw_mark(mark: &AnchorMark, grid: &mut Grid) {
    let (at, size) = (mark.at, mark.size);
    let half = size / 2.0;
    let around = mark.around();
    let arm = |dx: f64, dy: f64, grid: &mut Grid| {
        grid.line((at.x, at.y), (at.x + dx, at.y), 0.6);
        grid.line((at.x, at.y), (at.x, at.y + dy), 0.6);
    };
    match mark.kind {
        MarkKind::Square | MarkKind::Bar => grid.fill(around, 1.0),
        MarkKind::Disc => grid.fill(around, 0.785),
        MarkKind::Cross => {
            grid.line((at.x - half, at.y), (at.x + half, at.y), 0.4);
            grid.line((at.x, at.y - half), (at.x, at.y + half), 0.4);
        }
        MarkKind::LTopLeft => arm(size, size, grid),
        MarkKind::LTopRight => arm(-size, size, grid),
        MarkKind::LBottomLeft => arm(size, -size, grid),
        MarkKind::LBottomRight => arm(-size, -size, grid),
    }
}
