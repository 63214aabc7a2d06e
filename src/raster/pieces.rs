//! Connected pieces of ink.

/// One 8-connected piece: its pixel count and its box (right and bottom exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub area: usize,
    pub x0: usize,
    pub y0: usize,
    pub x1: usize,
    pub y1: usize,
}

/// The pieces of a mask, and for each pixel the piece it belongs to.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// For each pixel, row by row: 0 is background, `k` is `all[k - 1]`.
    pub labels: Vec<u32>,
    /// In the order of their first pixel.
    pub all: Vec<Piece>,
}

/// Labels the set pixels of `mask` (row by row, `width` a row) by 8-connectivity.
pub fn pieces(mask: &[bool], width: usize) -> Pieces {
    let mut labels = vec![0u32; mask.len()];
    let mut all = Vec::new();
    let mut open = Vec::new();
    for start in 0..mask.len() {
        if !mask[start] || labels[start] != 0 {
            continue;
        }
        let label = all.len() as u32 + 1;
        labels[start] = label;
        open.push(start);
        all.push(flood(mask, width, label, &mut labels, &mut open));
    }
    Pieces { labels, all }
}

/// Grows one piece from the pixels in `open`, which carry `label` already.
fn flood(
    mask: &[bool],
    width: usize,
    label: u32,
    labels: &mut [u32],
    open: &mut Vec<usize>,
) -> Piece {
    let height = mask.len() / width;
    let mut piece = Piece {
        area: 0,
        x0: width,
        y0: height,
        x1: 0,
        y1: 0,
    };
    while let Some(at) = open.pop() {
        let (x, y) = (at % width, at / width);
        piece.area += 1;
        piece.x0 = piece.x0.min(x);
        piece.y0 = piece.y0.min(y);
        piece.x1 = piece.x1.max(x + 1);
        piece.y1 = piece.y1.max(y + 1);
        for ny in y.saturating_sub(1)..(y + 2).min(height) {
            for nx in x.saturating_sub(1)..(x + 2).min(width) {
                let next = ny * width + nx;
                if mask[next] && labels[next] == 0 {
                    labels[next] = label;
                    open.push(next);
                }
            }
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonal_neighbours_join_and_a_gap_parts() {
        let picture = ["#..##", ".#...", "....#", "#...#"];
        let mask: Vec<bool> = picture
            .iter()
            .flat_map(|r| r.chars().map(|c| c == '#'))
            .collect();
        let found = pieces(&mask, 5);
        let areas: Vec<usize> = found.all.iter().map(|p| p.area).collect();
        assert_eq!(areas, [2, 2, 2, 1]);
        assert_eq!(
            found.all[0],
            Piece {
                area: 2,
                x0: 0,
                y0: 0,
                x1: 2,
                y1: 2
            }
        );
        assert_eq!(found.labels[6], 1);
        assert_eq!(found.labels[2], 0);
    }

    #[test]
    fn a_large_full_mask_is_one_piece() {
        let found = pieces(&vec![true; 400 * 300], 400);
        assert_eq!(
            found.all,
            [Piece {
                area: 120_000,
                x0: 0,
                y0: 0,
                x1: 400,
                y1: 300
            }]
        );
    }
}
