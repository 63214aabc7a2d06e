//! Systems of linear equations.

/// Solves `matrix · x = right` by Gauss-Jordan elimination with the largest pivot of each column; `None`
/// where a pivot is smaller than `least`: the equations do not tell all unknowns.
pub fn solve<const N: usize>(
    mut matrix: [[f64; N]; N],
    mut right: [f64; N],
    least: f64,
) -> Option<[f64; N]> {
    for k in 0..N {
        let size = |row: usize| matrix[row][k].abs();
        let pivot = (k..N).max_by(|a, b| size(*a).total_cmp(&size(*b)))?;
        matrix.swap(k, pivot);
        right.swap(k, pivot);
        if matrix[k][k].abs() < least {
            return None;
        }
        let (row, value) = (matrix[k], right[k]);
        for (i, (other, target)) in matrix.iter_mut().zip(&mut right).enumerate() {
            if i != k {
                let factor = other[k] / row[k];
                for (v, r) in other.iter_mut().zip(&row).skip(k) {
                    *v -= factor * r;
                }
                *target -= factor * value;
            }
        }
    }
    Some(std::array::from_fn(|k| right[k] / matrix[k][k]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_whatever_their_order() {
        // x + 2y = 5, 3x - y = 1, and z alone, with a zero where the first pivot would stand.
        let matrix = [[0.0, 0.0, 4.0], [1.0, 2.0, 0.0], [3.0, -1.0, 0.0]];
        let found = solve(matrix, [8.0, 5.0, 1.0], 1e-12).expect("regular");
        for (got, wanted) in found.into_iter().zip([1.0, 2.0, 2.0]) {
            assert!((got - wanted).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn equations_that_say_the_same_twice_have_no_one_solution() {
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0], 1e-12), None);
    }
}
