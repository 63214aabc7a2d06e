use image::{GrayImage, Luma, imageops};

use super::drawn::zone;
use super::*;

const TEXTS: [(Symbology, &str); 14] = [
    (Symbology::Codabar, "A0123456789-$:/.+B"),
    (Symbology::Code39, "BATCH-20240531-012"),
    (Symbology::Code93, "HAGAKI93"),
    (Symbology::Code128, "HG-2024/00012345"),
    (Symbology::Itf, "0012345678"),
    (Symbology::Ean13, "4901234567894"),
    (Symbology::Ean8, "49123456"),
    (Symbology::UpcA, "0023942431015"),
    (Symbology::UpcE, "00123457"),
    (Symbology::Qr, "https://example.jp/?id=1"),
    (Symbology::MicroQr, "12345"),
    (Symbology::DataMatrix, "HG-0000012345"),
    (Symbology::Pdf417, "HAGAKI PDF417 0012345678"),
    (Symbology::Aztec, "HAGAKI AZTEC"),
];

#[test]
fn every_symbology_reads_back_from_a_drawn_zone() {
    for (symbology, text) in TEXTS {
        // 0.33 mm at 300 dpi is 3.9 pixels a module.
        let found = Readers.read_zone(&zone(symbology, text, 3.9), &[symbology]);
        assert_eq!(found.len(), 1, "{}", symbology.name());
        assert_eq!(found[0].symbology, symbology);
        // UPC-E is delivered as the EAN-13 that it stands for.
        let whole = if symbology == Symbology::UpcE {
            "0001234000057"
        } else {
            text
        };
        assert_eq!(found[0].text, whole, "{}", symbology.name());
    }
}

#[test]
fn corners_begin_at_the_symbols_own_top_left_in_all_turns() {
    type Turned = (GrayImage, fn(f64, f64, f64, f64) -> (f64, f64));
    for symbology in [
        Symbology::Codabar,
        Symbology::Code128,
        Symbology::Itf,
        Symbology::Qr,
    ] {
        let text = TEXTS
            .iter()
            .find(|(s, _)| *s == symbology)
            .map_or("", |(_, t)| t);
        let upright = zone(symbology, text, 4.0);
        let (w, h) = (f64::from(upright.width()), f64::from(upright.height()));
        let turns: [Turned; 4] = [
            (upright.clone(), |x, y, _, _| (x, y)),
            (imageops::rotate90(&upright), |x, y, _, h| (h - y, x)),
            (imageops::rotate180(&upright), |x, y, w, h| (w - x, h - y)),
            (imageops::rotate270(&upright), |x, y, w, _| (y, w - x)),
        ];
        for (turned, place) in turns {
            let found = Readers.read_zone(&turned, &[symbology]);
            assert_eq!(found[0].text, text);
            let expected = place(40.0, h / 2.0, w, h);
            let [top_left, top_right, ..] = found[0].corners;
            let start = top_left.distance(Point::new(expected.0, expected.1));
            let end = top_right.distance(Point::new(expected.0, expected.1));
            assert!(start < end, "{} is read from its end", symbology.name());
        }
    }
}

#[test]
fn fine_bars_at_200_dpi_need_the_ladder() {
    let mut read = [0; 2];
    for number in 0..10u32 {
        let text = format!(
            "A{:010}B",
            1_234_567_890u32.wrapping_mul(number + 3) % 1_000_000_000
        );
        // 0.25 mm at 200 dpi.
        let fine = zone(Symbology::Codabar, &text, 1.97);
        let dusty = GrayImage::from_fn(fine.width(), fine.height(), |x, y| {
            let noise = (x * 7919 + y * 104_729 + number * 31) % 61;
            Luma([fine.get_pixel(x, y)[0].saturating_sub(noise as u8)])
        });
        let plain = zxing::read(&dusty, &[Symbology::Codabar], Effort::Zone);
        let ladder = Readers.read_zone(&dusty, &[Symbology::Codabar]);
        read[0] += usize::from(plain.iter().any(|b| b.text == text));
        read[1] += usize::from(ladder.iter().any(|b| b.text == text));
        assert!(ladder.iter().all(|b| b.text == text));
    }
    assert!(read[1] >= 9, "{read:?}");
    assert!(read[1] >= read[0]);
}

#[test]
fn a_symbol_on_a_big_page_is_found_once_and_in_its_place() {
    let mut page = GrayImage::from_pixel(2480, 3508, Luma([245]));
    let code = zone(Symbology::Code128, "HG-2024/00012345", 3.9);
    let qr = zone(Symbology::Qr, "12345678901", 5.0);
    imageops::replace(&mut page, &code, 1500, 300);
    imageops::replace(&mut page, &qr, 200, 3000);
    let mut found = Readers.read_page(&page, &[Symbology::Code128, Symbology::Qr]);
    found.sort_by(|a, b| a.text.cmp(&b.text));
    let texts: Vec<&str> = found.iter().map(|b| b.text.as_str()).collect();
    assert_eq!(texts, ["12345678901", "HG-2024/00012345"]);
    let place = bounds(&found[1]).unwrap();
    assert!((place.x - 1539.0).abs() < 8.0 && place.y > 300.0 && place.bottom() < 450.0);
}

#[test]
fn nothing_is_asked_for_and_nothing_is_there() {
    let code = zone(Symbology::Codabar, "A0012345678A", 3.9);
    assert_eq!(Readers.read_zone(&code, &[]), []);
    assert_eq!(Readers.read_page(&code, &[]), []);
    let all: Vec<Symbology> = Symbology::ALL.iter().map(|(_, s)| *s).collect();
    for bare in [
        GrayImage::from_pixel(300, 100, Luma([250])),
        GrayImage::new(0, 0),
        GrayImage::new(1, 1),
    ] {
        assert_eq!(Readers.read_zone(&bare, &all), []);
        assert_eq!(Readers.read_page(&bare, &all), []);
    }
}
