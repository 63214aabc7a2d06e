//! What is wrong with a form file, said so that its author can mend it.

use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::Serialize;

use super::told::told;
use crate::lang::Lang;

/// One fault of a form file. `line` and `column` count from 1 (columns in characters); 0 means
/// that the fault belongs to the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// A sentence without capital and full stop.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of the whole file.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
            hint: None,
        }
    }
}

impl Fault {
    /// The place, what is wrong and the hint, in words for a person.
    pub fn told(&self, lang: Lang) -> String {
        let place = match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}:{}", self.file, self.column),
        };
        let mut text = format!("{place}: {}", told(&self.message, lang));
        if let Some(hint) = &self.hint {
            let mark = match lang {
                Lang::Ja => "次に",
                Lang::En => "hint",
            };
            let _ = write!(text, "\n  {mark}: {}", told(hint, lang));
        }
        text
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

/// Shows faults with the line of the source that each is about and a caret under the place.
pub fn explain(faults: &[Fault], source: &str) -> String {
    let show = |fault: &Fault| {
        let text = fault.to_string();
        let (head, hint) = text
            .split_once('\n')
            .map_or((text.as_str(), None), |(h, t)| (h, Some(t)));
        let line = fault
            .line
            .checked_sub(1)
            .and_then(|n| source.lines().nth(n));
        let mut parts = vec![head.to_owned()];
        if let Some(line) = line {
            let gutter = fault.line.to_string();
            let before: String = line
                .chars()
                .take(fault.column - 1)
                .map(blank_like)
                .collect();
            parts.push(format!("  {gutter} | {}", line.trim_end()));
            parts.push(format!("  {} | {before}^", " ".repeat(gutter.len())));
        }
        parts.extend(hint.map(str::to_owned));
        parts.join("\n")
    };
    faults.iter().map(show).collect::<Vec<_>>().join("\n\n")
}

/// A blank as wide as the character on a terminal: full-width ones take two columns.
fn blank_like(c: char) -> &'static str {
    match c {
        '\t' => "\t",
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' => "  ",
        _ => " ",
    }
}

/// Gathers the faults of one source text.
pub(super) struct Faults<'a> {
    file: &'a str,
    source: &'a str,
    found: Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(file: &'a str, source: &'a str) -> Self {
        Self {
            file,
            source,
            found: Vec::new(),
        }
    }

    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    pub(super) fn add(&mut self, span: &Range<usize>, message: impl Into<String>) {
        self.push(span.start, message.into(), None);
    }

    pub(super) fn add_hint(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(span.start, message.into(), Some(hint.into()));
    }

    fn push(&mut self, at: usize, message: String, hint: Option<String>) {
        let (line, column) = position(self.source, at);
        self.found.push(Fault {
            file: self.file.to_owned(),
            line,
            column,
            message,
            hint,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|a| (a.line, a.column));
        self.found.dedup();
        self.found
    }
}

/// Line and column, from 1, of a byte offset; columns count characters.
fn position(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    (line, before[start..].chars().count() + 1)
}

/// The name of `known` that `word` was probably meant to be: at most two slips away.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let scored = known.into_iter().map(|k| (slips(word, k), k));
    let (distance, best) = scored.min_by_key(|(d, _)| *d)?;
    (distance <= 2 && distance < best.chars().count()).then_some(best)
}

/// Levenshtein distance in characters; words over 64 characters are never near.
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = "a = 1\n希望 = 2";
        let at = source.find('=').expect("first") + "= 1\n希望 ".len();
        assert_eq!(position(source, at), (2, 4));
        assert_eq!(position(source, 10_000), (2, 7));
    }

    #[test]
    fn a_caret_stands_under_the_place() {
        let source = "a = 1\ntitle = \"はがき\", edition = 0\n";
        let fault = Fault {
            file: "form.toml".into(),
            line: 2,
            column: 26,
            message: "editions count from 1".into(),
            hint: Some("write 1".into()),
        };
        let expected = "form.toml:2:26: editions count from 1\n  2 | title = \"はがき\", edition = 0\n    \
                        |                             ^\n  hint: write 1";
        assert_eq!(explain(&[fault], source), expected);
        let whole = Fault::of_file("forms", "there is no form here");
        assert_eq!(explain(&[whole], source), "forms: there is no form here");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_near() {
        assert_eq!(nearest("lable", ["label", "line"]), Some("label"));
        assert_eq!(nearest("xyz", ["label", "line"]), None);
    }
}
