//! The number on a batch header against the cards that came in under it.
//!
//! Why: two cards that go through the scanner together leave one picture, and nothing in it need show
//! the other. Only a count by hand tells, so who fills in the header counts the stack, and a lot that
//! holds another number of cards is on hold until the two agree.
//!
//! **What is a card**: pages of one form with one key are as many cards as their commonest side has
//! pages; so are pages without a key. How many cards there are is therefore known between two bounds:
//! a page without a key may be the other side of one that has a key, and a page that could not be read
//! may be a card or a side of one. The lot is on hold where the header's number lies outside both, and
//! is compared again whenever people have answered.
//!
//! **A person releases it** by answering the header's number, or by setting the header aside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::store::{HeaderCount, LotCards, LotId, LotRow, PageId, Store, StoreError};

/// A lot that does not hold the number of cards that its header names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderAlarm {
    pub lot: LotRow,
    /// By the header.
    pub expected: u64,
    /// Cards that came in, at least and at most.
    pub least: u64,
    pub most: u64,
    /// Where the header is.
    pub file: String,
    pub page: u32,
}

pub(super) fn alarms(
    store: &Store,
    lots: &BTreeMap<LotId, LotRow>,
) -> Result<Vec<HeaderAlarm>, StoreError> {
    let row = |(header, [expected, least, most]): (HeaderCount, [u64; 3])| {
        Some(HeaderAlarm {
            lot: lots.get(&header.lot)?.clone(),
            expected,
            least,
            most,
            file: header.file,
            page: header.page,
        })
    };
    Ok(differing(store)?.into_iter().filter_map(row).collect())
}

/// The pages of lots on hold.
pub fn held_pages(store: &Store) -> Result<BTreeSet<PageId>, StoreError> {
    let differing = differing(store)?;
    let lots: Vec<LotId> = differing.iter().map(|(header, _)| header.lot).collect();
    store.pages_of_lots(&lots)
}

/// Headers whose number lies outside of what came in: with the number and both bounds.
fn differing(store: &Store) -> Result<Vec<(HeaderCount, [u64; 3])>, StoreError> {
    let mut out = Vec::new();
    for header in store.header_counts()? {
        let Ok(expected) = header.value.parse::<u64>() else {
            continue;
        };
        let (least, most) = bounds(&store.lot_cards(header.lot)?);
        if !(least..=most).contains(&expected) {
            out.push((header, [expected, least, most]));
        }
    }
    Ok(out)
}

/// How many cards these are, at least and at most.
fn bounds(pages: &[LotCards]) -> (u64, u64) {
    let mut forms: BTreeMap<&Option<String>, FormPages<'_>> = BTreeMap::new();
    let mut perhaps = 0;
    for row in pages {
        if row.surely {
            forms.entry(&row.form).or_default().add(row);
        } else {
            perhaps += row.pages;
        }
    }
    let (mut least, mut most) = (0, perhaps);
    for form in forms.values() {
        let keyed: u64 = form.by_key.values().map(commonest).sum();
        least += keyed.max(commonest(&form.all));
        most += keyed + commonest(&form.keyless);
    }
    (least, most)
}

/// Pages a side.
type Sides<'a> = BTreeMap<&'a Option<String>, u64>;

#[derive(Default)]
struct FormPages<'a> {
    all: Sides<'a>,
    by_key: BTreeMap<&'a str, Sides<'a>>,
    keyless: Sides<'a>,
}

impl<'a> FormPages<'a> {
    fn add(&mut self, row: &'a LotCards) {
        let key = row.key.as_deref().filter(|key| !key.is_empty());
        let sides = match key {
            Some(key) => self.by_key.entry(key).or_default(),
            None => &mut self.keyless,
        };
        for sides in [sides, &mut self.all] {
            *sides.entry(&row.side).or_default() += row.pages;
        }
    }
}

fn commonest(sides: &Sides<'_>) -> u64 {
    sides.values().copied().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Side, key, pages; without a side a page that could not be read.
    fn check(pages: &[(&str, &str, u64)], wanted: (u64, u64)) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let row = |(side, key, pages): &(&str, &str, u64)| LotCards {
            form: (!side.is_empty()).then(|| "wish".into()),
            side: some(side),
            key: some(key),
            surely: !side.is_empty(),
            pages: *pages,
        };
        let rows: Vec<LotCards> = pages.iter().map(row).collect();
        assert_eq!(bounds(&rows), wanted, "{pages:?}");
    }

    #[test]
    fn sides_make_cards_by_their_keys() {
        check(&[], (0, 0));
        check(
            &[("front", "1", 1), ("back", "1", 1), ("front", "2", 1)],
            (2, 2),
        );
        // Each lacks its other side.
        check(&[("front", "1", 1), ("back", "2", 1)], (2, 2));
        // One person's second card.
        check(&[("front", "1", 2), ("back", "1", 1)], (2, 2));
        // A form without keys.
        check(&[("front", "", 100), ("back", "", 98)], (100, 100));
    }

    #[test]
    fn what_is_not_known_leaves_room() {
        check(&[("front", "1", 1), ("back", "", 1)], (1, 2));
        check(&[("front", "1", 1), ("", "", 2)], (1, 3));
        check(&[("front", "1", 1), ("front", "", 1)], (2, 2));
    }
}
