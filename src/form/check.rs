//! Raw text -> [`Form`], or every fault at once. What passes here is never checked again.

mod anchors;
mod cells;
mod check_digit;
mod fields;
mod place;
mod print;
mod rules;
mod side;
mod values;
mod zones;

use std::collections::BTreeSet;
use std::io;

use crate::digest::Digest;
use crate::lang::Text;

use super::fault::{Fault, Faults};
use super::raw::{self, RawForm, RawText};
use super::types::{Form, FormId, Role, Side};

/// Hands over the bytes of a picture that lies beside the form file, by its name.
pub type PictureLoader<'a> = &'a dyn Fn(&str) -> io::Result<Vec<u8>>;

impl Form {
    /// Checks the text of a form file wholly. `file` is the name that faults are reported under.
    pub fn parse(
        source: &str,
        file: &str,
        pictures: PictureLoader<'_>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new(file, source);
        let form = check(&mut faults, pictures);
        match form {
            Some(form) if faults.is_empty() => Ok(form),
            _ => Err(faults.into_sorted()),
        }
    }
}

fn check(faults: &mut Faults<'_>, pictures: PictureLoader<'_>) -> Option<Form> {
    let pieces = raw::parse(faults)?;
    let head = pieces.form.as_ref();
    if let Some(head) = head {
        check_head(head, faults);
        if pieces.sides.is_empty() {
            faults.add_hint(
                &head.form.span,
                "a form needs at least one side",
                "add a `[[side]]`",
            );
        }
    }
    let mut ids = Ids::default();
    let mut digested = vec![faults.source().as_bytes().to_vec()];
    let mut sides: Vec<Side> = Vec::new();
    for piece in &pieces.sides {
        let mut context = side::Context {
            ids: &mut ids,
            pictures,
            digested: &mut digested,
        };
        sides.extend(side::check(piece, &mut context, faults));
    }
    rules::check(&pieces, &mut sides, faults);
    let head = head?;
    Some(Form {
        id: FormId(head.form.value.clone()),
        edition: head.edition.value,
        title: text(&head.title),
        role: head.role.unwrap_or(Role::Reply),
        sides,
        digest: Digest::of_parts(digested.iter().map(Vec::as_slice)),
    })
}

/// Names that must be unique in the form.
#[derive(Default)]
struct Ids {
    sides: BTreeSet<String>,
    fields: BTreeSet<String>,
}

fn check_head(head: &RawForm, faults: &mut Faults<'_>) {
    if !is_form_id(&head.form) {
        let message = format!("`{}` is no name for a form", head.form.value);
        let hint = "small letters, digits and hyphens, beginning with a letter or digit";
        faults.add_hint(&head.form.span, message, hint);
    }
    if head.edition.value == 0 {
        faults.add(&head.edition.span, "editions count from 1");
    }
}

/// `[a-z0-9][a-z0-9-]*`, at most 64 characters.
fn is_form_id(id: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && id.len() <= 64 && !id.starts_with('-') && id.chars().all(legal)
}

/// A text in both languages; one that is missing is taken from the other.
fn text(raw: &RawText) -> Text {
    match raw {
        RawText::Plain(same) => Text {
            ja: same.clone(),
            en: same.clone(),
        },
        RawText::Both(both) => {
            let or_other = |own: &Option<String>, other: &Option<String>| {
                own.clone().or_else(|| other.clone()).unwrap_or_default()
            };
            Text {
                ja: or_other(&both.ja, &both.en),
                en: or_other(&both.en, &both.ja),
            }
        }
    }
}

#[cfg(test)]
mod tests;
