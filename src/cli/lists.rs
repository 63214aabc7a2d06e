//! What a campaign knows of its answers beforehand: its mailing list (who got a card, and what they
//! repeat of it), and the postal codes and names that are installed here.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::campaign::Campaign;
use super::engines::roots;
use super::exit::Failure;
use super::run::chain;
use super::words::both;
use crate::form::{Library, Role};
use crate::ingest::{ListError, names, postal};
use crate::lists::Recipients;
use crate::validate::fold;

/// The mailing list of a campaign.
const RECIPIENTS: &str = "recipients.csv";
/// Its column that names the card.
const KEY: &str = "key";

/// The forms with the lists of this campaign and this computer.
pub(super) fn attach(campaign: &Campaign, library: &Library) -> Result<Library, Failure> {
    let roots = roots(Some(&campaign.root));
    let places = library.asks_places().then(|| postal::find(&roots));
    let places = places.transpose().map_err(|e| unusable(&e, &POSTAL))?;
    let names = library.asks_names().then(|| names::find(&roots));
    let names = names.transpose().map_err(|e| unusable(&e, &NAMES))?;
    let wanted: BTreeSet<&str> = library
        .sides()
        .flat_map(|(_, side)| &side.fields)
        .filter_map(|f| f.lists.recipient.as_deref())
        .chain(shown(library))
        .collect();
    let recipients = if wanted.is_empty() && !asks_keys(library) {
        Recipients::default()
    } else {
        mailing_list(&campaign.root.join(RECIPIENTS))?
    };
    if let Some(column) = wanted
        .iter()
        .find(|c| !recipients.is_empty() && !recipients.columns().iter().any(|k| k == *c))
    {
        return Err(Failure::invalid(both(
            format!("{RECIPIENTS} に、帳票が求める列 `{column}` がありません"),
            format!("{RECIPIENTS} has no column `{column}`, which a form asks for"),
        )));
    }
    let places = places.flatten().map(Arc::new);
    let names = names.flatten();
    Ok(library.listed((places.as_ref(), names.as_ref()), &recipients))
}

/// A list that is installed once for all campaigns.
struct Installed {
    ja: &'static str,
    en: &'static str,
    /// The command that installs it.
    again: &'static str,
}

const POSTAL: Installed = Installed {
    ja: "郵便番号データ",
    en: "the list of postal codes",
    again: "hagaki model install utf_ken_all.zip",
};
const NAMES: Installed = Installed {
    ja: "氏名データ",
    en: "the list of names",
    again: "hagaki model install japanese_personal_name_dataset-0.4.0-py3-none-any.whl",
};

fn unusable(error: &ListError, list: &Installed) -> Failure {
    Failure::invalid(both(
        format!("{}を使えません: {}", list.ja, chain(error)),
        format!("{} cannot be used: {}", list.en, chain(error)),
    ))
    .hint(both(
        format!("入れ直してください: {}", list.again),
        format!("install it again: {}", list.again),
    ))
}

/// The columns that people see beside a question.
fn shown(library: &Library) -> impl Iterator<Item = &str> {
    let keys = library.sides().filter_map(|(_, side)| side.key.as_ref());
    keys.flat_map(|key| &key.record)
        .map(|(name, _)| name.as_str())
}

/// Whether a reply names whose it is: the list says whether there is such a person.
fn asks_keys(library: &Library) -> bool {
    let mut sides = library.sides();
    sides.any(|(form, side)| form.role == Role::Reply && side.key.is_some())
}

/// Reads the mailing list; one that is not there, or holds nobody yet, is empty. No value of it
/// stands in a message.
fn mailing_list(path: &Path) -> Result<Recipients, Failure> {
    if !path.is_file() {
        return Ok(Recipients::default());
    }
    let refused = |why: &str, line: Option<u64>| {
        let at = line.map_or(String::new(), |n| format!(":{n}"));
        Failure::invalid(both(
            format!(
                "`{}`{at} を発送対象者として読めません: {why}",
                path.display()
            ),
            format!("`{}`{at} is no mailing list: {why}", path.display()),
        ))
        .hint(both(
            "UTF-8 の CSV で、1行目に列名、うち一つは key",
            "UTF-8 CSV whose first line names the columns, one of them `key`",
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|e| refused(&e.to_string(), None))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let head = rows.headers().map_err(|_| refused("head", Some(1)))?;
    let head: Vec<String> = head.iter().map(|c| c.trim().to_owned()).collect();
    let at = head.iter().position(|c| c == KEY);
    let at = at.ok_or_else(|| refused("no column `key`", Some(1)))?;
    let mut people = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|e| {
            let line = e.position().map(csv::Position::line);
            refused("a row has another number of columns", line)
        })?;
        let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
        let key = fold::narrow(&cells.remove(at)).trim().to_owned();
        // A row that names nobody is a line of a spreadsheet that was left empty.
        if !key.is_empty() {
            people.push((key, cells));
        }
    }
    let columns = head.into_iter().enumerate();
    let columns = columns.filter(|(i, _)| *i != at).map(|(_, c)| c).collect();
    Ok(Recipients::new(columns, people))
}
