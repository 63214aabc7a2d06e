use super::*;
use crate::form::types::Symbology;
use crate::geom::Point;

const FORM: &str = r#"form = "card"
edition = 1
title = "見本"
[[side]]
id = "a"
size = [100, 60]
marks = [ { kind = "square", at = [6, 6], size = 4 }, { kind = "l-top-right", at = [97, 3], size = 6 },
  { kind = "disc", at = [6, 54], size = 4 }, { kind = "cross", at = [94, 54], size = 6 } ]
[[side.field]]
id = "wish"
marks = { options = [ { value = "yes", label = "有", box = [20, 20, 4, 4] }, { value = "no", label = "無", word = [40, 20, 6, 6] } ] }
[[side.field]]
id = "zip"
comb = { cells = 7, first = [20, 40, 5, 8], pitch = 6 }
[[side.print]]
barcode = { rect = [55, 20, 35, 8], symbology = "codabar", content = "A{key}A" }
[[side.print]]
text = { at = [55, 29], text = "No. {key}", size = 3 }
"#;

fn form() -> Form {
    let found = Form::parse(FORM, "form.toml", &|_| {
        Err(std::io::ErrorKind::NotFound.into())
    });
    found.expect("no fault")
}

fn dark(image: &GrayImage, area: Rect<Mm>) -> u32 {
    let k = f64::from(image.width()) / 100.0;
    let inside = |x: u32, y: u32| {
        area.contains(Point::new(
            (f64::from(x) + 0.5) / k,
            (f64::from(y) + 0.5) / k,
        ))
    };
    image
        .enumerate_pixels()
        .filter(|(x, y, p)| p[0] < 128 && inside(*x, *y))
        .count() as u32
}

#[test]
fn boxes_stand_where_the_form_says_and_their_insides_are_free() {
    let image = side(&form().sides[0], 10.0, &Values::default()).expect("drawn");
    assert_eq!(image.dimensions(), (1000, 600));
    let box_in = Rect::new(20.0, 20.0, 4.0, 4.0);
    assert_eq!(dark(&image, box_in), 0);
    assert!(dark(&image, box_in.inflate(0.25)) > 300);
    assert!(
        dark(&image, Rect::new(40.0, 20.0, 6.0, 6.0)) > 80,
        "the word to circle"
    );
    assert_eq!(dark(&image, Rect::new(50.0, 40.0, 5.0, 8.0)), 0);
    assert!(
        dark(&image, Rect::new(4.0, 4.0, 4.0, 4.0)) >= 1600,
        "the square"
    );
    assert!(
        dark(&image, Rect::new(91.0, 3.0, 6.0, 1.0)) > 500,
        "the corner's arm"
    );
    assert_eq!(
        dark(&image, Rect::new(97.2, 0.0, 2.8, 20.0)),
        0,
        "right of the corner"
    );
}

#[test]
fn the_blank_shows_no_recipient_and_a_print_shows_his() {
    let form = form();
    let place = Rect::new(54.0, 19.0, 40.0, 14.0);
    let none = side(&form.sides[0], 10.0, &Values::default()).expect("drawn");
    assert_eq!(dark(&none, place), 0);
    let own = side(&form.sides[0], 10.0, &Values::with_key("1234567890")).expect("drawn");
    assert!(dark(&own, place) > 5000);
    let only = personal(&form.sides[0], 10.0, &Values::with_key("1234567890")).expect("drawn");
    assert_eq!(dark(&only, place), dark(&own, place));
    assert_eq!(dark(&only, Rect::new(0.0, 0.0, 100.0, 18.0)), 0);
    let bad = side(&form.sides[0], 10.0, &Values::with_key("キー"));
    assert!(matches!(
        bad,
        Err(DrawError::Barcode {
            symbology: "codabar",
            ..
        })
    ));
}

#[test]
fn a_drawn_barcode_is_read_back() {
    struct Case(
        Symbology,
        &'static str,
        &'static str,
        zxingcpp::BarcodeFormat,
    );
    use zxingcpp::BarcodeFormat as F;
    let cases = [
        Case(
            Symbology::Codabar,
            "A1234567890A",
            "A1234567890A",
            F::Codabar,
        ),
        Case(
            Symbology::Code39,
            "BATCH-20240531-012",
            "BATCH-20240531-012",
            F::Code39,
        ),
        Case(Symbology::Code128, "V3/front", "V3/front", F::Code128),
        Case(Symbology::Itf, "1234567890", "1234567890", F::ITF),
        Case(Symbology::Qr, "hagaki 舞鶴", "hagaki 舞鶴", F::QRCode),
    ];
    for Case(symbology, text, expected, format) in cases {
        for k in [200.0 / 25.4, 300.0 / 25.4] {
            let mut canvas = Canvas::new(crate::geom::Size { w: 100.0, h: 30.0 }, k);
            let symbol = modules(symbology, text).expect("encodable");
            barcode::draw(&symbol, Rect::new(15.0, 5.0, 70.0, 16.0), &mut canvas);
            let image = canvas.into_image();
            let view = zxingcpp::ImageView::from_slice(
                image.as_raw(),
                image.width(),
                image.height(),
                zxingcpp::ImageFormat::Lum,
            );
            let found = zxingcpp::read()
                .formats([format])
                .from(view.expect("a view"));
            let texts: Vec<String> = found
                .expect("read")
                .iter()
                .map(zxingcpp::Barcode::text)
                .collect();
            assert_eq!(texts, [expected], "{symbology:?} at {k}");
        }
    }
}

#[test]
fn placeholders_are_filled_or_missed() {
    let values = Values(BTreeMap::from([
        ("key".into(), "7".into()),
        ("氏名".into(), "山田".into()),
    ]));
    assert_eq!(
        values.fill("A{key}A {氏名} 様").as_deref(),
        Some("A7A 山田 様")
    );
    assert_eq!(values.fill("{zip}"), None);
    assert_eq!(values.fill("open { brace").as_deref(), Some("open { brace"));
}

#[test]
fn the_postal_frame_has_the_official_measures() {
    let boxes = print::postal_boxes(Point::new(44.3, 12.0));
    let lefts: Vec<f64> = boxes.iter().map(|b| (b.x * 10.0).round() / 10.0).collect();
    assert_eq!(lefts, [44.3, 51.3, 58.3, 65.9, 72.7, 79.5, 86.3]);
    assert!((boxes[6].right() - 92.0).abs() < 1e-9);
}

#[test]
fn what_is_a_recipients_own_stands_in_the_personal_areas() {
    let form = form();
    let areas = personal_areas(&form.sides[0]);
    assert_eq!(areas.len(), 2);
    let own = personal(&form.sides[0], 10.0, &Values::with_key("1234567890")).expect("drawn");
    let inside = |p: Point<Mm>| areas.iter().any(|a| a.contains(p));
    for (x, y, pixel) in own.enumerate_pixels() {
        let at = Point::new((f64::from(x) + 0.5) / 10.0, (f64::from(y) + 0.5) / 10.0);
        assert!(pixel[0] == 255 || inside(at), "({x}, {y})");
    }
}
