//! Skew on real pages whose levelling angle is known.

use hagaki::digest::Digest;
use hagaki::ingest::{self, Limits};
use hagaki::normalize::normalize;
use hagaki::scan::{Origin, Scan};

use crate::cases;

/// Pages within their own tolerance, of 22. On the other two every horizontal feature of the page
/// (base lines, and the corner marks measured by themselves) lies 0.08 to 0.11 degrees from the
/// stated angle, all on one side of it.
const FLOOR: usize = 20;
/// Degrees off at most, on any page: what the later stages rely on.
const WORST: f64 = 0.12;

#[test]
#[expect(clippy::print_stderr, reason = "a measurement is worth showing")]
fn real_pages_are_leveled() {
    let Some(dir) = cases::family("deskew") else {
        return;
    };
    let (mut within, mut worst) = (0, 0.0f64);
    for row in csv::Reader::from_path(dir.join("truth.csv"))
        .unwrap()
        .records()
    {
        let row = row.unwrap();
        let (level, tolerance): (f64, f64) = (row[2].parse().unwrap(), row[3].parse().unwrap());
        let page = ingest::open(&dir.join(&row[0]), &Limits::default())
            .unwrap()
            .page(0)
            .unwrap();
        let scan = Scan {
            half_rows: false,
            origin: Origin {
                file: row[0].to_owned(),
                file_sha256: Digest::of(b""),
                page: 0,
            },
            picture: page.picture,
            resolution: page.resolution,
        };
        let off = normalize(&scan).skew_cw_degrees - level;
        within += usize::from(off.abs() <= tolerance);
        worst = worst.max(off.abs());
        eprintln!(
            "{:32} {level:8.3} off {off:6.3} (tolerance {tolerance})",
            &row[0]
        );
    }
    assert!(
        within >= FLOOR,
        "{within} within tolerance, the floor is {FLOOR}"
    );
    assert!(worst <= WORST, "off by {worst:.3} degrees");
    if within > FLOOR {
        eprintln!("{within} within tolerance: raise the floor of {FLOOR}");
    }
}
