//! Rows to CSV: everything quoted, lines end with CR LF, a header first.

use std::collections::BTreeSet;

use super::encode::{Unmappable, encode};
use super::profile::{is_formula, on_one_line};
use super::{Card, Encoding, Profile};
use crate::form::FieldId;
use crate::store::{Operation, RowMark, free_name};

/// A row that could not be encoded.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub card: Card,
    /// The column's name and the characters.
    pub cells: Vec<(String, Vec<char>)>,
}

/// What encoding changed or noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Noticed {
    pub selectors_dropped: usize,
    pub formulas: usize,
    pub line_breaks_joined: usize,
    pub unreadable: usize,
}

/// Builds a file's bytes row by row.
pub(super) struct Table<'a> {
    profile: &'a Profile,
    names: Vec<String>,
    with_marks: bool,
    pub bytes: Vec<u8>,
    pub noticed: Noticed,
}

impl<'a> Table<'a> {
    /// `with_marks`: each row says whether it is new, changed or gone, and its revision.
    pub(super) fn new(
        profile: &'a Profile,
        columns: &[FieldId],
        with_marks: bool,
    ) -> Result<Self, Unmappable> {
        let own: &[&str] = if with_marks {
            &["key", "file", "page", "op", "revision"]
        } else {
            &["key", "file", "page"]
        };
        let mut taken: BTreeSet<String> = own.iter().map(|c| (*c).to_owned()).collect();
        let fields = columns.iter().map(|c| free_name(&mut taken, &c.0));
        let mut names = vec!["key".to_owned()];
        names.extend(fields);
        names.extend(own[1..].iter().map(|c| (*c).to_owned()));
        let bom = if profile.encoding == Encoding::Utf8Bom {
            &b"\xEF\xBB\xBF"[..]
        } else {
            b""
        };
        let noticed = Noticed::default();
        let mut table = Self {
            profile,
            names,
            with_marks,
            bytes: bom.to_vec(),
            noticed,
        };
        let header = table.names.clone();
        for name in &header {
            encode(name, profile.encoding)?;
        }
        let cells: Vec<Vec<u8>> = header
            .iter()
            .map(|n| Ok(encode(n, profile.encoding)?.bytes))
            .collect::<Result<_, _>>()?;
        table.line(&cells);
        Ok(table)
    }

    /// Adds a card, or says which characters of it the encoding lacks.
    pub(super) fn add(&mut self, card: &Card, mark: &RowMark) -> Result<(), Refused> {
        let mut noticed = self.noticed;
        let texts = self.texts(card, mark, &mut noticed);
        let mut cells = Vec::with_capacity(texts.len());
        let mut refused = Vec::new();
        for (name, text) in self.names.iter().zip(&texts) {
            match encode(text, self.profile.encoding) {
                Ok(done) => {
                    noticed.selectors_dropped += done.selectors_dropped;
                    cells.push(done.bytes);
                }
                Err(Unmappable(lacking)) => refused.push((name.clone(), lacking)),
            }
        }
        if !refused.is_empty() {
            return Err(Refused {
                card: card.clone(),
                cells: refused,
            });
        }
        self.noticed = noticed;
        self.line(&cells);
        Ok(())
    }

    fn texts(&self, card: &Card, mark: &RowMark, noticed: &mut Noticed) -> Vec<String> {
        let mut texts = vec![card.key.clone()];
        let gone = mark.op == Operation::Delete;
        for value in &card.values {
            noticed.unreadable += usize::from(value.is_none());
            texts.push(
                value
                    .clone()
                    .unwrap_or_else(|| self.profile.unreadable.clone()),
            );
        }
        // A row that is gone has no values to give.
        let missing = self.names.len() - 1 - if self.with_marks { 4 } else { 2 };
        texts.resize(1 + missing, String::new());
        let join = |parts: Vec<String>| parts.join(";");
        texts.push(join(
            card.sides.iter().map(|(file, _)| file.clone()).collect(),
        ));
        texts.push(join(
            card.sides
                .iter()
                .map(|(_, page)| page.to_string())
                .collect(),
        ));
        if self.with_marks {
            texts.push(mark.op.name().to_owned());
            texts.push(mark.revision.to_string());
        }
        if self.profile.joins_lines {
            for text in &mut texts {
                if let Some(joined) = on_one_line(text) {
                    noticed.line_breaks_joined += 1;
                    *text = joined;
                }
            }
        }
        for text in texts.iter_mut().filter(|t| !gone && is_formula(t)) {
            noticed.formulas += 1;
            if self.profile.guards_formulas {
                text.insert(0, '\'');
            }
        }
        texts
    }

    /// Quoting works on bytes: no trail byte of CP932 is a quote.
    fn line(&mut self, cells: &[Vec<u8>]) {
        for (at, cell) in cells.iter().enumerate() {
            self.bytes.extend(if at == 0 { &b"\""[..] } else { b",\"" });
            for byte in cell {
                if *byte == b'"' {
                    self.bytes.push(b'"');
                }
                self.bytes.push(*byte);
            }
            self.bytes.push(b'"');
        }
        self.bytes.extend(b"\r\n");
    }
}
