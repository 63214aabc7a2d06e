//! `truth.csv`: `file,page,field,type,value,accept,note,trust`, what `hagaki score` compares with.

use std::fs;
use std::io;
use std::path::Path;

use crate::form::{Field, Zone};

/// One line of the truth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) file: &'a str,
    pub(super) page: u32,
    pub(super) field: &'a Field,
    pub(super) value: &'a str,
    /// `REVIEW`: asking is right. `ONLY_REVIEW`: nothing else is.
    pub(super) accept: &'a str,
    pub(super) note: &'a str,
}

/// The open file.
pub(super) struct Truth(csv::Writer<fs::File>);

impl Truth {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let new = !path.exists();
        let file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?;
        let mut writer = csv::Writer::from_writer(file);
        if new {
            writer.write_record([
                "file", "page", "field", "type", "value", "accept", "note", "trust",
            ])?;
        }
        Ok(Self(writer))
    }

    pub(super) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let page = row.page.to_string();
        self.0.write_record([
            row.file,
            &page,
            &row.field.id.0,
            kind_of(row.field),
            row.value,
            row.accept,
            row.note,
            "A",
        ])?;
        Ok(())
    }

    pub(super) fn close(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The folder as it stands before a file's name in the truth.
pub(super) fn folder_name(dir: &Path) -> String {
    dir.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn kind_of(field: &Field) -> &'static str {
    match &field.zone {
        Zone::Marks(zone) if zone.at_most == 1 => "single",
        Zone::Marks(_) => "multi",
        Zone::Grid(_) => "grid",
        Zone::Rank(_) => "rank",
        Zone::Barcode(_) => "barcode",
        Zone::Line(zone) if zone.printed => "text_print",
        Zone::Ink(_) => "presence",
        Zone::Comb(_) | Zone::Line(_) | Zone::Picture(_) => "text_hand",
    }
}
