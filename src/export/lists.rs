//! Lists for the clerk beside an exported file: which cards did not leave, and why. UTF-8 with a mark,
//! everything quoted.

use std::path::{Path, PathBuf};

use super::WithheldCard;
use super::table::Refused;
use crate::store::{StoreError, write_new};

/// Cards that wait and that nobody is asked about.
pub(super) fn withheld<'a>(cards: impl Iterator<Item = &'a WithheldCard>) -> List {
    let mut list = List::new("withheld", &["key", "file", "page", "reason"]);
    for card in cards {
        let Some(reason) = card.why.reason() else {
            continue;
        };
        for (file, page) in &card.sides {
            list.add(&[&card.key, file, &page.to_string(), reason.code()]);
        }
    }
    list
}

/// Which row, which column, which characters could not be encoded.
pub(super) fn unmappable(refused: &[Refused]) -> List {
    let columns = ["key", "file", "page", "column", "characters"];
    let mut list = List::new("unmappable", &columns);
    for row in refused {
        let (file, page) = row.card.sides.first().cloned().unwrap_or_default();
        for (column, lacking) in &row.cells {
            let codes: Vec<String> = lacking
                .iter()
                .map(|c| format!("U+{:04X}", u32::from(*c)))
                .collect();
            let page = page.to_string();
            list.add(&[&row.card.key, &file, &page, column, &codes.join(" ")]);
        }
    }
    list
}

pub(super) struct List {
    what: &'static str,
    text: String,
    lines: usize,
}

impl List {
    fn new(what: &'static str, columns: &[&str]) -> Self {
        let mut list = Self {
            what,
            text: "\u{FEFF}".to_owned(),
            lines: 0,
        };
        list.line(columns);
        list
    }

    fn add(&mut self, cells: &[&str]) {
        self.line(cells);
        self.lines += 1;
    }

    fn line(&mut self, cells: &[&str]) {
        let quoted: Vec<String> = cells
            .iter()
            .map(|c| format!("\"{}\"", c.replace('"', "\"\"")))
            .collect();
        self.text.push_str(&quoted.join(","));
        self.text.push_str("\r\n");
    }

    /// As `NAME_WHAT.csv` beside `NAME.csv`; nothing where there is nothing to say.
    pub(super) fn write(&self, folder: &Path, name: &str) -> Result<Option<PathBuf>, StoreError> {
        if self.lines == 0 {
            return Ok(None);
        }
        let path = folder.join(name.replace(".csv", &format!("_{}.csv", self.what)));
        write_new(&path, self.text.as_bytes())?;
        Ok(Some(path))
    }
}
