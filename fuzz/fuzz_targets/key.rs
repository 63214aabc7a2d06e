//! The text of a barcode: into the key by the patterns of the ready forms, and through every check
//! digit.
#![no_main]

use std::sync::LazyLock;

use hagaki::engine::Barcode;
use hagaki::form::checks::{compute, verify};
use hagaki::form::ready::READY;
use hagaki::form::{CheckDigit, Form, Symbology};
use hagaki::geom::Point;
use hagaki::identify::{captures, is_proven};
use libfuzzer_sys::fuzz_target;

static FORMS: LazyLock<Vec<Form>> =
    LazyLock::new(|| READY.iter().filter_map(|f| f.load().ok()).collect());

fn checks() -> [CheckDigit; 17] {
    let eleven = |map0, map1| CheckDigit::M11 {
        weights: vec![2, 3, 4, 5, 6, 7],
        map0,
        map1,
    };
    [
        CheckDigit::M10W3,
        CheckDigit::M10W2Split,
        CheckDigit::M10W2Lump,
        CheckDigit::SevenDr,
        CheckDigit::SevenDsr { zero: 7 },
        CheckDigit::SevenDsr { zero: 0 },
        CheckDigit::NineDr,
        CheckDigit::NineDsr { zero: 9 },
        eleven('0', '0'),
        eleven('0', '1'),
        CheckDigit::M16,
        CheckDigit::M43,
        CheckDigit::MyNumber,
        CheckDigit::Corporate,
        CheckDigit::ResidentCode,
        CheckDigit::Insurer,
        CheckDigit::Municipality,
    ]
}

fuzz_target!(|text: &str| {
    for check in checks() {
        let _ = (verify(&check, text), compute(&check, text));
    }
    for reader in ["zxing-cpp", "rxing"] {
        for (_, symbology) in Symbology::ALL {
            let barcode = Barcode {
                symbology,
                text: text.to_owned(),
                corners: [Point::new(0.0, 0.0); 4],
                reader,
            };
            for key in FORMS
                .iter()
                .flat_map(|f| &f.sides)
                .filter_map(|s| s.key.as_ref())
            {
                let proven = is_proven(&barcode, Some(&key.pattern), key.check.as_ref());
                if let Some((found, checked)) = captures(&key.pattern, &barcode) {
                    assert!(
                        text.to_ascii_lowercase()
                            .contains(&found.to_ascii_lowercase())
                    );
                    let _ = (proven, key.check.as_ref().map(|c| verify(c, &checked)));
                }
            }
        }
    }
});
