//! Pages that are no form at all: letters, lined paper, tables, backs, photos of text.

use hagaki::geom::{Mm, Point, Rect, Size};
use hagaki::raster::{Canvas, Lettering};
use image::GrayImage;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

const CARD: Size = Size { w: 100.0, h: 148.0 };
const WIDE_CARD: Size = Size { w: 148.0, h: 100.0 };
const A4: Size = Size { w: 210.0, h: 297.0 };

const SENTENCES: [&str; 8] = [
    "このたびはお手数をおかけしますがよろしくお願いいたします。",
    "先日の件について窓口でうかがいましたが、まだ返事がありません。",
    "母は足が悪く、会場まで一人で行くことができません。",
    "同封の書類は写しですので、返していただかなくてけっこうです。",
    "次の号では市の水道と道路の工事についてお知らせします。",
    "集合は午前九時、雨の日は中止です。昼食は各自でお持ちください。",
    "問い合わせは平日の八時半から五時までにお願いします。",
    "お預かりした書類は五年のあいだ保管し、その後に処分します。",
];

/// How many kinds there are.
pub(crate) const KINDS: usize = 12;

/// A page of that kind: the print at `px_per_mm`, and its size.
pub(crate) fn page(kind: usize, px_per_mm: f64, rng: &mut ChaCha8Rng) -> (GrayImage, Size) {
    let size = match kind % KINDS {
        2 | 5 | 8 => A4,
        4 | 9 => WIDE_CARD,
        _ => CARD,
    };
    let mut canvas = Canvas::new(size, px_per_mm);
    match kind % KINDS {
        0 | 2 => letter(&mut canvas, size, rng),
        1 => lined(&mut canvas, size, 8.0),
        3 | 5 => table(&mut canvas, size, rng),
        4 => columns(&mut canvas, size, rng),
        // A blank back with a stamp's worth of print at its foot.
        6 => canvas.text(
            "見本印刷株式会社製",
            Point::new(60.0, 140.0),
            Lettering::regular(2.4, 60),
        ),
        7 => boxes(&mut canvas, size, rng),
        8 => photo_of_text(&mut canvas, size, rng),
        9 => lined(&mut canvas, size, 10.0),
        10 => vertical_letter(&mut canvas, size, rng),
        _ => grid_paper(&mut canvas, size),
    }
    let mut image = canvas.into_image();
    if kind % KINDS == 8 {
        shade(&mut image);
    }
    (image, size)
}

fn sentence(rng: &mut ChaCha8Rng) -> &'static str {
    SENTENCES[rng.random_range(0..SENTENCES.len())]
}

fn letter(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    let em = if size.w > 150.0 { 4.2 } else { 2.8 };
    let mut y = rng.random_range(10.0..25.0);
    while y < size.h - rng.random_range(15.0..40.0) {
        canvas.text(
            sentence(rng),
            Point::new(10.0, y),
            Lettering::regular(em, 20),
        );
        y += em * 1.8;
    }
}

fn vertical_letter(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    let mut x = size.w - 16.0;
    while x > 14.0 {
        canvas.column(
            sentence(rng),
            Point::new(x, 12.0),
            Lettering::regular(3.6, 20),
        );
        x -= 7.5;
    }
}

fn lined(canvas: &mut Canvas, size: Size, pitch: f64) {
    let mut y = 15.0;
    while y < size.h - 8.0 {
        canvas.line(Point::new(8.0, y), Point::new(size.w - 8.0, y), 0.25, 60);
        y += pitch;
    }
}

fn grid_paper(canvas: &mut Canvas, size: Size) {
    lined(canvas, size, 5.0);
    let mut x = 8.0;
    while x < size.w - 8.0 {
        canvas.line(Point::new(x, 15.0), Point::new(x, size.h - 8.0), 0.2, 60);
        x += 5.0;
    }
}

fn table(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    let (columns, pitch) = (rng.random_range(3..6), rng.random_range(7.0..12.0));
    let width = (size.w - 16.0) / f64::from(columns);
    let mut y = 16.0;
    while y + pitch < size.h - 10.0 {
        for c in 0..columns {
            let cell = Rect::<Mm>::new(8.0 + f64::from(c) * width, y, width, pitch);
            canvas.frame(cell, 0.25, 20);
            let words: String = sentence(rng).chars().take((width / 4.0) as usize).collect();
            canvas.text(
                &words,
                Point::new(cell.x + 1.0, cell.y + 2.0),
                Lettering::regular(2.8, 20),
            );
        }
        y += pitch;
    }
}

fn columns(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    canvas.text(
        "市からのお知らせ",
        Point::new(8.0, 6.0),
        Lettering::regular(7.0, 0),
    );
    for column in 0..2 {
        let mut y = 18.0;
        while y < size.h - 8.0 {
            let words: String = sentence(rng).chars().take(22).collect();
            let x = 8.0 + f64::from(column) * size.w / 2.0;
            canvas.text(&words, Point::new(x, y), Lettering::regular(2.8, 10));
            y += 4.6;
        }
    }
}

/// Questions with boxes, as any office prints them, in no order that a library knows.
fn boxes(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    let mut y = rng.random_range(8.0..20.0);
    while y < size.h - 20.0 {
        let words: String = sentence(rng).chars().take(16).collect();
        canvas.text(&words, Point::new(6.0, y), Lettering::regular(3.0, 0));
        for i in 0..rng.random_range(2..5) {
            let x = 8.0 + f64::from(i) * rng.random_range(18.0..24.0);
            canvas.frame(Rect::new(x, y + 5.0, 4.0, 4.0), 0.3, 0);
        }
        y += rng.random_range(11.0..17.0);
    }
}

fn photo_of_text(canvas: &mut Canvas, size: Size, rng: &mut ChaCha8Rng) {
    canvas.fill(Rect::new(0.0, 0.0, size.w, size.h), 205);
    letter(canvas, size, rng);
}

/// The light of a lamp: dark towards one corner.
fn shade(image: &mut GrayImage) {
    let (w, h) = (f64::from(image.width()), f64::from(image.height()));
    for (x, y, p) in image.enumerate_pixels_mut() {
        let far = f64::midpoint(f64::from(x) / w, f64::from(y) / h);
        p[0] = (f64::from(p[0]) * (1.0 - 0.45 * far)) as u8;
    }
}
