//! What batch headers say, and the pages that came under them.

use std::collections::BTreeSet;

use super::{LotId, PageId, Store, StoreError};

/// The number of cards that a batch header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderCount {
    pub lot: LotId,
    /// As accepted, or as a person answered.
    pub value: String,
    /// Where the header is.
    pub file: String,
    pub page: u32,
}

/// Pages of a lot that are cards or sides of cards, or may be; one row a form, side and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LotCards {
    /// `None` for what could not be read.
    pub form: Option<String>,
    pub side: Option<String>,
    pub key: Option<String>,
    /// A card was read, and no person said that it is no card of its own.
    pub surely: bool,
    pub pages: u64,
}

impl Store {
    /// The numbers that count: of headers that were read, are not set aside and whose number is settled.
    pub fn header_counts(&self) -> Result<Vec<HeaderCount>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/header_counts.sql"))?;
            let rows = all.query_map([], |r| {
                Ok(HeaderCount {
                    lot: r.get("lot_id")?,
                    value: r.get("value")?,
                    file: r.get("file")?,
                    page: r.get("page")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The pages of a lot that are to be counted as cards. Blank pages, enclosures, separators and
    /// pictures that were there already are none.
    pub fn lot_cards(&self, lot: LotId) -> Result<Vec<LotCards>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lot_cards.sql"))?;
            let rows = all.query_map([lot], |r| {
                Ok(LotCards {
                    form: r.get("form")?,
                    side: r.get("side")?,
                    key: r.get("key")?,
                    surely: r.get("surely")?,
                    pages: r.get::<_, u32>("n")?.into(),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Every page of these lots.
    pub fn pages_of_lots(&self, lots: &[LotId]) -> Result<BTreeSet<PageId>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached("SELECT id FROM pages WHERE lot_id = ?1")?;
            let mut pages = BTreeSet::new();
            for lot in lots {
                for page in one.query_map([lot], |r| r.get(0))? {
                    pages.insert(page?);
                }
            }
            Ok(pages)
        })
    }
}
