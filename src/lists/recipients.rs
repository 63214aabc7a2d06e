//! The people who got a card: what is known of the one behind a key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Lexicon;

/// The mailing list, one row a key.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    columns: Vec<String>,
    rows: BTreeMap<String, Vec<String>>,
}

/// One column of the mailing list.
#[derive(Clone, Debug)]
pub struct Column {
    by_key: BTreeMap<String, String>,
    words: Lexicon,
}

/// Who is on the mailing list at all, by key.
#[derive(Clone, Debug)]
pub struct Keys(BTreeSet<String>);

impl Recipients {
    /// `columns`: names of the columns besides the key.
    pub fn new(
        columns: Vec<String>,
        rows: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Self {
        Self {
            columns,
            rows: rows.into_iter().collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Everybody's key; `None` where nobody is listed, and so nobody is missing.
    pub fn keys(&self) -> Option<Arc<Keys>> {
        let all = self.rows.keys().cloned().collect();
        (!self.rows.is_empty()).then(|| Arc::new(Keys(all)))
    }

    /// The column of that name; `None` when there is none.
    pub fn column(&self, name: &str) -> Option<Arc<Column>> {
        let at = self.columns.iter().position(|c| c == name)?;
        let cell = |(key, row): (&String, &Vec<String>)| {
            let word = row.get(at).filter(|w| !w.trim().is_empty())?;
            Some((key.clone(), word.trim().to_owned()))
        };
        let by_key: BTreeMap<String, String> = self.rows.iter().filter_map(cell).collect();
        let words = Lexicon::new(by_key.values().cloned(), false);
        Some(Arc::new(Column { by_key, words }))
    }
}

impl Keys {
    pub fn holds(&self, key: &str) -> bool {
        self.0.contains(key)
    }
}

impl Column {
    /// What the list says of the person with that key.
    pub fn of(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }

    /// What it says of all.
    pub fn words(&self) -> &Lexicon {
        &self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_knows_its_people() {
        let row = |key: &str, name: &str| (key.to_owned(), vec![name.to_owned(), "x".into()]);
        let list = Recipients::new(
            vec!["name".into(), "zip".into()],
            [row("1", "山田 花子"), row("2", " "), row("3", "佐藤一郎")],
        );
        let names = list.column("name").expect("a column");
        assert_eq!(names.of("1"), Some("山田 花子"));
        assert_eq!((names.of("2"), names.of("9")), (None, None));
        assert!(names.words().contains("山田花子") && !names.words().contains("x"));
        assert!(list.column("phone").is_none());
        assert_eq!(list.len(), 3);
        let keys = list.keys().expect("somebody is listed");
        assert!(keys.holds("2") && !keys.holds("9"));
        assert!(Recipients::default().keys().is_none());
    }
}
