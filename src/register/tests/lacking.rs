//! Boxes that a page does not show: of another sheet of the family, or hidden by what people filled.

use super::bent::rows;
use super::*;

/// Whether a page with the form's boxes, changed so, lacks boxes.
fn lacks(form: &Arc<Form>, raster: &GrayImage) -> bool {
    let (scan, _) = scan(raster, &CLEAN);
    let page = normalize(&scan);
    let candidate = candidate(form, CLEAN.turn);
    let done = register(&page, &candidate).unwrap_or_else(|why| panic!("{}", why.detail));
    lacks_boxes(&done)
}

#[test]
fn a_sister_sheet_lacks_boxes_and_a_filled_one_does_not() {
    let card = rows(30.0);
    let (form, own) = (card.form(None), card.raster());
    let mut sister = rows(30.0);
    sister.boxes.drain(..9);
    let mut filled = own.clone();
    for area in &card.boxes[..9] {
        let px = |mm: f64| (mm * 16.0).round() as u32;
        for y in px(area.y)..px(area.bottom()) {
            for x in px(area.x)..px(area.right()) {
                filled.put_pixel(x, y, image::Luma([40]));
            }
        }
    }
    assert!(!lacks(&form, &own));
    assert!(!lacks(&form, &filled));
    assert!(lacks(&form, &sister.raster()));
}
