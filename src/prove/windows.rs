//! How much a page is like a print, window by window.
//!
//! The page and the print are compared in windows of 3.5 mm that overlap by half, each about a
//! character: the correlation of darkness at the best of 25 shifts of up to half a millimetre
//! (paper bends). A character in another one's place correlates with 0.2 to 0.5, also where both
//! are dense, and the right one with 0.9 to 1.0 on a clean scan and 0.7 on a fax; so what counts is
//! the window's correlation against the page's own typical one. Ink beside the print lowers the
//! correlation too and is told apart by its amount. Cells where answers may be are left out.
//!
//! Cost: sums over blocks of 7 x 7 cells, only where something is printed; 3 ms a postcard.

use super::print::{INK, Print, Seen};

/// Side of a window and distance of two, cells.
pub(super) const SIDE: usize = 14;
pub(super) const STEP: usize = SIDE / 2;
/// Shifts that are tried, cells.
pub(super) const PLAY: usize = 2;
pub(super) const SHIFTS: usize = (2 * PLAY + 1) * (2 * PLAY + 1);
/// A window with fewer printed cells says nothing; a hair line across it has 14.
const LEAST_PRINT: u32 = 12;
/// A window with fewer cells free of answers says nothing.
const LEAST_OPEN: u32 = (SIDE * SIDE * 2 / 5) as u32;
/// Darkness of ordinary print.
pub(super) const TYPICAL: u8 = 180;
/// Of a picture whose ordinary print is 1.0, so many levels are that print.
pub(super) const UNIT: f64 = 196.0;
/// Least spread of a window's darkness, in units of print, summed over its cells: noise is less.
const LEAST_SPREAD: (f64, f64) = (0.001, 0.1);

/// A print as it should be seen on a page: darkness and which cells may be compared.
pub(super) struct Face {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dark: Vec<u8>,
    pub(super) open: Vec<bool>,
}

impl Face {
    /// The print's own face on a page.
    pub(super) fn of(print: &Print, seen: &Seen) -> Self {
        let open = print.hidden.iter().zip(&seen.on_paper);
        Self {
            width: print.width,
            height: print.height,
            dark: print.dark.clone(),
            open: open.map(|(hidden, on)| !hidden && *on).collect(),
        }
    }

    /// Strokes as thick as a copier or a dark scan makes them: so much of the cells round each stroke
    /// is added as makes `ink` times the print's. `near`: the darkest of each cell and those round it.
    pub(super) fn thicken(&mut self, near: &[u8], ink: f64) {
        let open = self.open.iter().zip(self.dark.iter().zip(near));
        let (mut print, mut round) = (0u64, 0u64);
        for (_, (dark, near)) in open.filter(|(open, _)| **open) {
            print += u64::from(*dark);
            round += u64::from(near.saturating_sub(*dark));
        }
        let share = ((ink - 1.0) * print as f64 / round.max(1) as f64).clamp(0.0, 1.0);
        for (dark, near) in self.dark.iter_mut().zip(near) {
            *dark += (share * f64::from(near.saturating_sub(*dark))) as u8;
        }
    }
}

/// One window of a print on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    /// Column and row among the windows.
    pub(super) at: (usize, usize),
    /// Printed cells.
    pub(super) print: u32,
    /// Correlation with the page at the best shift, -1 to 1.
    pub(super) like: f64,
    /// At every shift.
    pub(super) likes: [f32; SHIFTS],
    /// The page's ink against the print's, in units of each one's ordinary print.
    pub(super) ink: f64,
    /// The page's darkness where the print is, as a share of the print's: what is added beside it
    /// leaves it as it is, and what covers it lowers it to what is there by chance, 0.2 to 0.5.
    pub(super) shown: f64,
    /// Share of the page's ink that lies on the print: 1 also where a part of the print is away,
    /// by chance as `shown`.
    pub(super) own: f64,
}

/// Darkness of ordinary print on this page: the print's at the median of what the page shows of it,
/// between a faint pencil's and full black.
pub(super) fn level(face: &Face, seen: &Seen) -> u8 {
    let mut counts = [0u32; 256];
    for ((dark, open), v) in face.dark.iter().zip(&face.open).zip(&seen.dark) {
        if *dark >= INK && *open {
            let share = u32::from(TYPICAL) * u32::from(*v) / u32::from(*dark);
            counts[share.min(255) as usize] += 1;
        }
    }
    let total: u32 = counts.iter().sum();
    let mut below = 0;
    let found = counts.iter().position(|c| {
        below += c;
        5 * below > 3 * total
    });
    (found.unwrap_or(0) as u8).clamp(70, TYPICAL)
}

/// The windows in which `face` prints anything.
pub(super) fn compare(face: &Face, seen: &Seen, level: u8) -> Vec<Window> {
    let grid = Grid::new(face);
    let at = grid.printed();
    grid.compare(&at, (face, &seen.dark), level)
}

/// Where `face` prints anything.
pub(super) fn printed(face: &Face) -> Vec<(usize, usize)> {
    Grid::new(face).printed()
}

/// The windows at the given places, printed or not.
pub(super) fn compare_at(
    at: &[(usize, usize)],
    face: &Face,
    (dark, level): (&[u8], u8),
) -> Vec<Window> {
    Grid::new(face).compare(at, (face, dark), level)
}

/// The same windows by another face of the same print.
pub(super) fn again(found: &[Window], face: &Face, page: (&[u8], u8)) -> Vec<Window> {
    let at: Vec<(usize, usize)> = found.iter().map(|w| w.at).collect();
    let mut out = compare_at(&at, face, page);
    for (new, old) in out.iter_mut().zip(found) {
        new.print = old.print;
    }
    out
}

/// The cells of a window of a print of this width and height, and those `around` it.
pub(super) fn cells(
    (width, height): (usize, usize),
    at: (usize, usize),
    around: usize,
) -> impl Iterator<Item = usize> + use<> {
    let span = |at: usize, most: usize| {
        let from = at * STEP;
        from.saturating_sub(around)..(from + SIDE + around).min(most)
    };
    let columns = span(at.0, width);
    span(at.1, height).flat_map(move |y| columns.clone().map(move |x| y * width + x))
}

/// Sums over a block that do not depend on the page.
#[derive(Clone, Copy, Default)]
struct Block {
    open: u32,
    printed: u32,
    sum: u32,
    squares: u32,
}

impl Block {
    fn and(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            printed: self.printed + other.printed,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
        }
    }
}

/// Sums over a block of the page for one shift.
#[derive(Clone, Copy, Default)]
struct Shifted {
    sum: u32,
    squares: u32,
    product: u32,
}

struct Grid {
    columns: usize,
    rows: usize,
    blocks: Vec<Block>,
    /// Darkness of the print in units, 0 where it may not be compared.
    print: Vec<u8>,
}

pub(super) fn in_units(dark: u8, level: u8) -> u8 {
    (f64::from(dark) * UNIT / f64::from(level)).min(255.0) as u8
}

impl Grid {
    fn new(face: &Face) -> Self {
        let (columns, rows) = (face.width / STEP, face.height / STEP);
        let cells = face.dark.iter().zip(&face.open);
        let print: Vec<u8> = cells
            .map(|(dark, open)| if *open { in_units(*dark, TYPICAL) } else { 0 })
            .collect();
        let mut blocks = vec![Block::default(); columns * rows];
        for y in 0..rows * STEP {
            for x in 0..columns * STEP {
                let i = y * face.width + x;
                if !face.open[i] {
                    continue;
                }
                let (block, v) = (&mut blocks[y / STEP * columns + x / STEP], print[i]);
                block.open += 1;
                block.printed += u32::from(face.dark[i] >= INK);
                block.sum += u32::from(v);
                block.squares += u32::from(v) * u32::from(v);
            }
        }
        Self {
            columns,
            rows,
            blocks,
            print,
        }
    }

    /// The four blocks of a window.
    fn blocks_of(&self, (x, y): (usize, usize)) -> [usize; 4] {
        let first = y * self.columns + x;
        [
            first,
            first + 1,
            first + self.columns,
            first + self.columns + 1,
        ]
    }

    fn window(&self, at: (usize, usize)) -> Block {
        let blocks = self.blocks_of(at).map(|i| self.blocks[i]);
        blocks.into_iter().fold(Block::default(), Block::and)
    }

    fn printed(&self) -> Vec<(usize, usize)> {
        let (columns, rows) = (self.columns.max(1) - 1, self.rows.max(1) - 1);
        let all = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        all.filter(|at| {
            let window = self.window(*at);
            window.printed >= LEAST_PRINT && window.open >= LEAST_OPEN
        })
        .collect()
    }

    fn compare(
        &self,
        at: &[(usize, usize)],
        (face, dark): (&Face, &[u8]),
        level: u8,
    ) -> Vec<Window> {
        let page = padded(dark, face, level);
        let mut kept: Vec<Option<Box<[Shifted; SHIFTS]>>> = vec![None; self.blocks.len()];
        let mut out = Vec::with_capacity(at.len());
        for at in at {
            let four = self.blocks_of(*at);
            for i in four {
                kept[i].get_or_insert_with(|| self.shifted(i, (face, &page)));
            }
            let sums = four.map(|i| {
                kept[i].as_deref().unwrap_or(
                    &[Shifted {
                        sum: 0,
                        squares: 0,
                        product: 0,
                    }; SHIFTS],
                )
            });
            out.push(best(*at, self.window(*at), sums));
        }
        out
    }

    /// A block's sums for every shift.
    fn shifted(&self, block: usize, (face, page): (&Face, &[u8])) -> Box<[Shifted; SHIFTS]> {
        let (left, top) = (block % self.columns * STEP, block / self.columns * STEP);
        let stride = face.width + 2 * PLAY;
        let mut all = Box::new([Shifted::default(); SHIFTS]);
        for (shift, sums) in all.iter_mut().enumerate() {
            let (dx, dy) = (shift % (2 * PLAY + 1), shift / (2 * PLAY + 1));
            for y in top..top + STEP {
                let cells = y * face.width + left..y * face.width + left + STEP;
                let from = (y + dy) * stride + left + dx;
                let seen = &page[from..from + STEP];
                let print = self.print[cells.clone()].iter().zip(&face.open[cells]);
                for ((print, open), seen) in print.zip(seen) {
                    let (p, s) = (u32::from(*print), u32::from(*seen) * u32::from(*open));
                    sums.sum += s;
                    sums.squares += s * s;
                    sums.product += p * s;
                }
            }
        }
        all
    }
}

/// The page in units, with bare cells round it for the shifts.
fn padded(dark: &[u8], face: &Face, level: u8) -> Vec<u8> {
    let table: Vec<u8> = (0..=255).map(|v| in_units(v, level)).collect();
    let stride = face.width + 2 * PLAY;
    let mut out = vec![0; stride * (face.height + 2 * PLAY)];
    for (y, row) in dark.chunks_exact(face.width).enumerate() {
        let from = (y + PLAY) * stride + PLAY;
        for (to, v) in out[from..from + face.width].iter_mut().zip(row) {
            *to = table[usize::from(*v)];
        }
    }
    out
}

/// The window at its best shift.
fn best(at: (usize, usize), print: Block, sums: [&[Shifted; SHIFTS]; 4]) -> Window {
    let n = f64::from(print.open.max(1));
    let unit = |v: u32| f64::from(v) / UNIT;
    let of_print = spread(unit(print.sum), unit(print.squares) / UNIT, n).max(LEAST_SPREAD.0);
    let mut likes = [0.0; SHIFTS];
    let (mut like, mut ink, mut shown, mut own) = (f64::MIN, 0.0, 0.0, 0.0);
    for shift in 0..SHIFTS {
        let add = |f: fn(&Shifted) -> u32| sums.iter().map(|s| f(&s[shift])).sum::<u32>();
        let (sum, squares) = (unit(add(|s| s.sum)), unit(add(|s| s.squares)) / UNIT);
        let product = unit(add(|s| s.product)) / UNIT;
        let together = product - sum * unit(print.sum) / n;
        let of_page = spread(sum, squares, n).max(LEAST_SPREAD.1);
        let found = together / (of_print * of_page).sqrt();
        likes[shift] = found as f32;
        if found > like {
            (like, ink, shown) = (found, sum, product);
            own = product / squares.max(0.001);
        }
    }
    Window {
        at,
        print: print.printed,
        like,
        likes,
        own,
        ink: ink / unit(print.sum).max(0.001),
        shown: shown / (unit(print.squares) / UNIT).max(0.001),
    }
}

fn spread(sum: f64, squares: f64, n: f64) -> f64 {
    squares - sum * sum / n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{letters, print, seen};

    fn likes(page: &dyn Fn(usize, usize) -> bool, dark: u8) -> Vec<f64> {
        let print = print(&letters(1));
        let seen = seen(dark, page);
        let face = Face::of(&print, &seen);
        let level = level(&face, &seen);
        let all = compare(&face, &seen, level);
        assert!(all.len() > 300, "{}", all.len());
        all.iter().map(|w| w.like).collect()
    }

    #[test]
    fn the_same_print_is_alike_however_faint_and_a_little_moved() {
        let form = letters(1);
        let moved = |x: usize, y: usize| x > 0 && y > 1 && form(x - 1, y - 2);
        for dark in [60, 120, 250] {
            assert!(likes(&form, dark).iter().all(|l| *l > 0.95), "{dark}");
            let inner = likes(&moved, dark);
            let alike = inner.iter().filter(|l| **l > 0.9).count();
            assert!(10 * alike > 9 * inner.len(), "{alike} of {}", inner.len());
        }
    }

    #[test]
    fn thick_strokes_are_as_alike_as_thin_ones() {
        let form = letters(1);
        // Half a cell more on each side, which shows as a paler cell.
        let mut page = seen(200, &form);
        let thin = page.dark.clone();
        for i in 0..thin.len() - 1 {
            page.dark[i] = thin[i]
                .max(thin[i + 1] / 2)
                .max(thin[i.saturating_sub(1)] / 2);
        }
        let print = print(&form);
        let mut face = Face::of(&print, &page);
        let level = level(&face, &page);
        let mean = |all: &[Window]| all.iter().map(|w| w.like).sum::<f64>() / all.len() as f64;
        let before = compare(&face, &page, level);
        let ink = before.iter().map(|w| w.ink).sum::<f64>() / before.len() as f64;
        face.thicken(&print.near, ink);
        let after = again(&before, &face, (&page.dark, level));
        assert!(
            mean(&after) > mean(&before) + 0.02,
            "{} {}",
            mean(&after),
            mean(&before)
        );
        assert!(after.iter().zip(&before).all(|(a, b)| a.print == b.print));
    }

    #[test]
    fn another_print_is_not() {
        let mut all = likes(&letters(5), 200);
        all.sort_by(f64::total_cmp);
        assert!(all[all.len() / 2] < 0.6, "{}", all[all.len() / 2]);
        assert!(likes(&|_, _| false, 200).iter().all(|l| *l < 0.3));
    }
}
