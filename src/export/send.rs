//! Making an export: which rows go, recorded first, then written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::manifest::choice_fields;
use super::table::{Refused, Table};
use super::{Card, Cards, Manifest, Profile, Unmappable, Withheld, WithheldCard, lists};
use crate::calendar::Day;
use crate::digest::Digest;
use crate::form::{FormId, Library};
use crate::store::{
    Act, ExportKind, ExportSeq, LastExport, NewExport, Operation, RowMark, Store, StoreError,
    write_new,
};

/// An export could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Recorded, but its file could not be written: the export can be sent again.
    #[error("export {seq} is recorded, but its file could not be written")]
    Unwritten {
        seq: ExportSeq,
        #[source]
        source: StoreError,
    },
    #[error("the field names of form `{form}` cannot be written in this encoding")]
    Header { form: String },
    #[error("the lines could not be written")]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to export.
#[derive(Clone, Debug)]
pub struct Request {
    pub form: FormId,
    pub profile: Profile,
    /// Everything, or what changed.
    pub delta: bool,
    pub act: Act,
    /// The day in the file's name.
    pub day: Day,
    /// Name and version.
    pub program: String,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Sent {
    /// `None` when there was nothing to send and nothing to look at.
    pub path: Option<PathBuf>,
    pub seq: Option<ExportSeq>,
    pub rows: usize,
    /// Rows that wait, by reason; see [`Withheld::wants_an_operator`].
    pub withheld: BTreeMap<Withheld, usize>,
    /// The list of cards that an operator must look at.
    pub withheld_list: Option<PathBuf>,
    /// The list of characters that the encoding lacks.
    pub unmappable: Option<PathBuf>,
    /// Cells that left as they are and that a spreadsheet would take for a formula.
    pub formulas: usize,
}

impl Sent {
    fn nothing(withheld: BTreeMap<Withheld, usize>) -> Self {
        Self {
            path: None,
            seq: None,
            rows: 0,
            withheld,
            withheld_list: None,
            unmappable: None,
            formulas: 0,
        }
    }
}

/// Writes a form's finished rows below `campaign/export`. Where no row goes but one waits for an
/// operator, the file has its header only: its manifest and the lists beside it say so.
pub fn export(
    store: &mut Store,
    library: &Library,
    campaign: &Path,
    request: &Request,
) -> Result<Sent, ExportError> {
    // Number, rows and what left before are of one moment: a second export waits for this one.
    let mut store = store.alone()?;
    let cards = store.steady(|s| Cards::of(s, library, &request.form))?;
    let last = store.last_exported(&request.form.0, &request.profile.name)?;
    let seq = store.next_export()?;
    let kind = if request.delta {
        ExportKind::Delta
    } else {
        ExportKind::Full
    };
    let name = file_name(&request.form.0, kind, request.day, seq);
    let picked = Picked::of(&cards, &last, request)?;
    let withheld = picked.withheld(&cards);
    let must_look = withheld.keys().any(|why| why.wants_an_operator());
    if picked.marks.is_empty() && !must_look {
        return Ok(Sent::nothing(withheld));
    }
    let manifest = picked.manifest(&cards, library, request, (&name, seq, &withheld));
    let json = serde_json::to_string_pretty(&manifest)
        .map_err(|e| csv::Error::from(std::io::Error::from(e)))?;
    store.record_export(&NewExport {
        seq,
        act: &request.act,
        form: &request.form.0,
        profile: &request.profile.name,
        kind,
        resend_of: None,
        name: &name,
        bytes: &picked.bytes,
        manifest: &json,
        rows: &picked.marks,
    })?;
    store.keep()?;
    let folder = campaign.join("export");
    let unwritten = |source| ExportError::Unwritten { seq, source };
    let path = write_files(&folder, &name, (&picked.bytes, &json)).map_err(unwritten)?;
    let waiting = lists::withheld(picked.all_withheld(&cards));
    let unmappable = lists::unmappable(&picked.refused);
    let guarded = request.profile.guards_formulas;
    Ok(Sent {
        path: Some(path),
        seq: Some(seq),
        rows: picked.marks.len(),
        withheld,
        withheld_list: waiting.write(&folder, &name).map_err(unwritten)?,
        unmappable: unmappable.write(&folder, &name).map_err(unwritten)?,
        formulas: if guarded { 0 } else { picked.noticed.formulas },
    })
}

/// Writes the very bytes of an earlier export again, under a new number.
pub fn resend(
    store: &mut Store,
    campaign: &Path,
    of: ExportSeq,
    (act, day): (&Act, Day),
) -> Result<Sent, ExportError> {
    let mut store = store.alone()?;
    let before = store.export(of)?;
    let bytes = store.export_bytes(&before)?;
    let seq = store.next_export()?;
    let name = file_name(&before.form, ExportKind::Resend, day, seq);
    store.record_export(&NewExport {
        seq,
        act,
        form: &before.form,
        profile: &before.profile,
        kind: ExportKind::Resend,
        resend_of: Some(of),
        name: &name,
        bytes: &bytes,
        manifest: &before.manifest,
        rows: &[],
    })?;
    store.keep()?;
    let path = write_files(&campaign.join("export"), &name, (&bytes, &before.manifest))
        .map_err(|source| ExportError::Unwritten { seq, source })?;
    let rows = bytes
        .windows(2)
        .filter(|w| w == b"\r\n")
        .count()
        .saturating_sub(1);
    Ok(Sent {
        path: Some(path),
        seq: Some(seq),
        rows,
        ..Sent::nothing(BTreeMap::new())
    })
}

/// `vaccine-intent_full_20240501_007.csv`
fn file_name(form: &str, kind: ExportKind, day: Day, seq: ExportSeq) -> String {
    let day = day.to_string().replace('-', "");
    format!("{form}_{}_{day}_{:03}.csv", kind.name(), seq.0)
}

fn write_files(
    folder: &Path,
    name: &str,
    (bytes, manifest): (&[u8], &str),
) -> Result<PathBuf, StoreError> {
    let path = folder.join(name);
    write_new(&path, bytes)?;
    write_new(
        &folder.join(format!("{name}.manifest.json")),
        manifest.as_bytes(),
    )?;
    Ok(path)
}

/// Rows that go, encoded.
struct Picked {
    bytes: Vec<u8>,
    marks: Vec<RowMark>,
    /// The cards behind the marks, without those that are gone.
    sent: Vec<Card>,
    refused: Vec<Refused>,
    /// The same as cards that wait.
    unencoded: Vec<WithheldCard>,
    noticed: super::table::Noticed,
}

impl Picked {
    fn of(
        cards: &Cards,
        last: &BTreeMap<String, LastExport>,
        request: &Request,
    ) -> Result<Self, ExportError> {
        let mut table = Table::new(&request.profile, &cards.columns, request.delta).map_err(
            |Unmappable(_)| ExportError::Header {
                form: request.form.0.clone(),
            },
        )?;
        let (mut marks, mut sent, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for card in &cards.finished {
            let (mark, changed) = mark(card, value_digest(cards, card), last.get(&card.row));
            if request.delta && !changed {
                continue;
            }
            match table.add(card, &mark) {
                Ok(()) => {
                    marks.push(mark);
                    sent.push(card.clone());
                }
                Err(row) => refused.push(row),
            }
        }
        if request.delta {
            for (card, mark) in gone(cards, last) {
                if table.add(&card, &mark).is_ok() {
                    marks.push(mark);
                }
            }
        }
        let unencoded = refused.iter().map(|row| WithheldCard {
            row: row.card.row.clone(),
            key: row.card.key.clone(),
            sides: row.card.sides.clone(),
            why: Withheld::Unmappable,
        });
        Ok(Self {
            bytes: table.bytes,
            marks,
            sent,
            unencoded: unencoded.collect(),
            refused,
            noticed: table.noticed,
        })
    }

    /// Cards that wait, and those that could not be encoded.
    fn all_withheld<'a>(&'a self, cards: &'a Cards) -> impl Iterator<Item = &'a WithheldCard> {
        cards.withheld.iter().chain(&self.unencoded)
    }

    fn withheld(&self, cards: &Cards) -> BTreeMap<Withheld, usize> {
        let mut counts = BTreeMap::new();
        for card in self.all_withheld(cards) {
            *counts.entry(card.why).or_default() += 1;
        }
        counts
    }

    fn manifest(
        &self,
        cards: &Cards,
        library: &Library,
        request: &Request,
        (name, seq, withheld): (&str, ExportSeq, &BTreeMap<Withheld, usize>),
    ) -> Manifest {
        let mut operations = BTreeMap::new();
        if request.delta {
            self.marks
                .iter()
                .for_each(|m| *operations.entry(m.op.name()).or_default() += 1);
        }
        let mut manifest = Manifest {
            file: name.to_owned(),
            form: request.form.0.clone(),
            editions: cards.editions.clone(),
            profile: request.profile.name.clone(),
            encoding: request.profile.encoding.name(),
            kind: if request.delta {
                ExportKind::Delta
            } else {
                ExportKind::Full
            },
            sequence: seq,
            created_at: request.act.at.to_string(),
            created_by: request.act.who.clone(),
            program: request.program.clone(),
            rows: self.marks.len(),
            operations,
            withheld: withheld.clone(),
            merged: cards.merged,
            unreadable: 0,
            formulas: 0,
            line_breaks_joined: 0,
            selectors_dropped: 0,
            choices: BTreeMap::new(),
            key_total: 0,
            key_least: None,
            key_greatest: None,
            sha256: Digest::of(&self.bytes),
        };
        manifest.notice(self.noticed);
        manifest.count(
            &choice_fields(library, &request.form),
            (&cards.columns, &request.profile.unreadable),
            &self.sent,
        );
        manifest
    }
}

/// Of what the row says, by field name, so that a new empty column is no change.
fn value_digest(cards: &Cards, card: &Card) -> Digest {
    let mut parts = vec![card.key.as_bytes()];
    for (column, value) in cards.columns.iter().zip(&card.values) {
        match value.as_deref() {
            Some("") => {}
            Some(text) => parts.extend([column.0.as_bytes(), b"=", text.as_bytes()]),
            None => parts.extend([column.0.as_bytes(), b"?"]),
        }
    }
    Digest::of_parts(parts)
}

/// The row's mark, and whether it says something new.
fn mark(card: &Card, value: Digest, last: Option<&LastExport>) -> (RowMark, bool) {
    let (op, revision, changed) = match last {
        None => (Operation::Add, 1, true),
        Some(l) if l.op == Operation::Delete => (Operation::Add, l.revision + 1, true),
        Some(l) if l.value != value => (Operation::Update, l.revision + 1, true),
        Some(l) => (Operation::Update, l.revision, false),
    };
    (
        RowMark {
            row: card.row.clone(),
            op,
            revision,
            value,
        },
        changed,
    )
}

/// Rows that left once and are no longer there: neither finished nor waiting.
fn gone(cards: &Cards, last: &BTreeMap<String, LastExport>) -> Vec<(Card, RowMark)> {
    let there: BTreeSet<&String> = cards
        .finished
        .iter()
        .map(|c| &c.row)
        .chain(cards.withheld.iter().map(|c| &c.row))
        .collect();
    let lost = last
        .iter()
        .filter(|(row, l)| l.op != Operation::Delete && !there.contains(row));
    lost.map(|(row, l)| {
        let key = row.strip_prefix("key:").unwrap_or_default().to_owned();
        let card = Card {
            row: row.clone(),
            key,
            sides: Vec::new(),
            values: Vec::new(),
        };
        let revision = l.revision + 1;
        (
            card,
            RowMark {
                row: row.clone(),
                op: Operation::Delete,
                revision,
                value: l.value,
            },
        )
    })
    .collect()
}
