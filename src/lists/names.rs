//! Surnames and given names, as they are written and in kana. No list holds all of them: of 126 million people
//! in Japan 99.6 million bear one of the 1,999 surnames that `japanese-personal-name-dataset` counts.

use std::fmt::Write as _;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Lexicon;
use crate::charset::katakana;

/// How names are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// In kanji, or as their bearers write them.
    #[default]
    Written,
    /// By their sound; kept in katakana.
    Kana,
}

/// What of a name a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamePart {
    /// Surname and given name.
    #[default]
    Whole,
    Family,
    Given,
}

/// The names that are known in one spelling, with what each counts.
#[derive(Clone, Debug, Default)]
pub struct Names {
    spelling: Spelling,
    family: Counted,
    given: Counted,
}

/// A name with what it counts and how it is read, where that is known.
#[derive(Clone, Debug)]
pub struct Name {
    pub name: String,
    pub count: u32,
    pub readings: Vec<String>,
}

impl Name {
    /// A name of which no reading is known.
    pub fn counted(name: impl Into<String>, count: u32) -> Self {
        Self {
            name: name.into(),
            count,
            readings: Vec::new(),
        }
    }
}

/// Names of one kind.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    names: Lexicon,
    /// In the lexicon's order.
    counts: Vec<u32>,
    all: f64,
    /// In katakana, with commas between them, in the lexicon's order.
    readings: Vec<String>,
}

impl Counted {
    /// What a name that comes twice counts is added up, and its readings are put together.
    fn new(spelling: Spelling, names: impl IntoIterator<Item = Name>) -> Self {
        let in_katakana = |text: &str| text.chars().map(katakana).collect::<String>();
        let mut all: Vec<Name> = names.into_iter().collect();
        if spelling == Spelling::Kana {
            for one in &mut all {
                one.name = in_katakana(&one.name);
            }
        }
        let names = Lexicon::new(all.iter().map(|n| n.name.clone()), false);
        let mut counts = vec![0u32; names.len()];
        let mut readings = vec![String::new(); names.len()];
        for one in &all {
            let Some(at) = names.position(&one.name) else {
                continue;
            };
            counts[at] = counts[at].saturating_add(one.count);
            for reading in one.readings.iter().map(|r| in_katakana(r)) {
                let known: &mut String = &mut readings[at];
                if known.split(',').all(|r| r != reading) {
                    known.push_str(if known.is_empty() { "" } else { "," });
                    known.push_str(&reading);
                }
            }
        }
        Self {
            all: counts.iter().map(|n| f64::from(*n)).sum::<f64>().max(1.0),
            names,
            counts,
            readings,
        }
    }

    /// How a name is read, in katakana; nothing for an unknown one.
    pub fn readings(&self, name: &str) -> impl Iterator<Item = &str> {
        let at = self.names.position(name);
        let known = at.map_or("", |at| &self.readings[at]);
        known.split(',').filter(|reading| !reading.is_empty())
    }

    pub fn names(&self) -> &Lexicon {
        &self.names
    }

    /// The share of all that this name has; 0 for an unknown one.
    pub fn share(&self, name: &str) -> f64 {
        let at = self.names.position(name);
        at.map_or(0.0, |at| f64::from(self.counts[at]) / self.all)
    }

    fn table(&self, kind: &str, out: &mut String) {
        for ((name, count), readings) in self.names.words().zip(&self.counts).zip(&self.readings) {
            let tab = if readings.is_empty() { "" } else { "\t" };
            // A string takes all that is written to it.
            let _ = writeln!(out, "{kind}\t{name}\t{count}{tab}{readings}");
        }
    }
}

impl Names {
    /// `family`: surnames with the people who bear them; `given`: given names with what they count. Kana may be
    /// of either script.
    pub fn new(
        spelling: Spelling,
        family: impl IntoIterator<Item = Name>,
        given: impl IntoIterator<Item = Name>,
    ) -> Self {
        Self {
            spelling,
            family: Counted::new(spelling, family),
            given: Counted::new(spelling, given),
        }
    }

    /// Whether one of the two kinds is missing: then nothing can be told.
    pub fn is_empty(&self) -> bool {
        self.family.names.is_empty() || self.given.names.is_empty()
    }

    /// How many surnames and given names there are.
    pub fn len(&self) -> usize {
        self.family.names.len() + self.given.names.len()
    }

    pub fn spelling(&self) -> Spelling {
        self.spelling
    }

    pub fn family(&self) -> &Counted {
        &self.family
    }

    pub fn given(&self) -> &Counted {
        &self.given
    }
}

/// What the same person wrote in the other spelling, for certain.
#[derive(Clone, Debug)]
pub struct Counterpart {
    /// Without spaces.
    pub text: String,
    pub names: Arc<Names>,
}

/// The names that are known, in both spellings; either may be empty.
#[derive(Clone, Debug, Default)]
pub struct NameLists {
    pub written: Arc<Names>,
    pub kana: Arc<Names>,
}

/// The kinds of lines of a table: surnames and given names of each spelling.
const KINDS: [(Spelling, &str, &str); 2] = [
    (Spelling::Written, "family", "given"),
    (Spelling::Kana, "family-kana", "given-kana"),
];

impl NameLists {
    /// Reads lines `family, name, people, readings` and `given, name, count, readings` separated by tabs, and the
    /// same of `family-kana` and `given-kana`, as [`Self::table`] writes them. A name without a count counts once,
    /// readings may be missing; other lines count for nothing.
    pub fn from_table(table: &str) -> Self {
        let of = |(spelling, of_family, of_given): (Spelling, &str, &str)| {
            let of_kind = |kind: &str| -> Vec<Name> {
                let lines = table.lines();
                let cells = lines.map(|line| line.split('\t').collect::<Vec<_>>());
                cells.filter_map(|cells| named(kind, &cells)).collect()
            };
            Arc::new(Names::new(spelling, of_kind(of_family), of_kind(of_given)))
        };
        let [written, kana] = KINDS.map(of);
        Self { written, kana }
    }

    pub fn table(&self) -> String {
        let mut out = String::new();
        for ((_, of_family, of_given), names) in KINDS.iter().zip([&self.written, &self.kana]) {
            names.family.table(of_family, &mut out);
            names.given.table(of_given, &mut out);
        }
        out
    }

    /// How many names there are as they are written.
    pub fn len(&self) -> usize {
        self.written.len()
    }

    /// Whether there are none in either spelling.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.kana.is_empty()
    }
}

/// The name of a line of that kind.
fn named(kind: &str, cells: &[&str]) -> Option<Name> {
    let (name, rest) = match cells {
        [own, name, rest @ ..] if *own == kind => (*name, rest),
        _ => return None,
    };
    let readings = rest.get(1).map(|all| all.split(',').map(str::to_owned));
    Some(Name {
        name: name.to_owned(),
        count: rest.first().map_or(Some(1), |n| n.parse().ok())?,
        readings: readings.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_weigh_as_many_people_bear_them_and_a_table_keeps_all() {
        let counted = |names: &[(&str, u32)]| -> Vec<Name> {
            let each = names.iter();
            each.map(|(name, n)| Name::counted(*name, *n)).collect()
        };
        let family = counted(&[("佐藤", 300), ("渡辺", 50), ("渡辺", 50)]);
        let mut given = counted(&[("清", 1), ("花子", 3), ("清", 0)]);
        given[0].readings = vec!["きよし".into()];
        given[2].readings = vec!["せい".into(), "キヨシ".into()];
        let names = Names::new(Spelling::Written, family, given);
        assert_eq!(names.len(), 4);
        assert!((names.family().share("佐藤") - 0.75).abs() < 1e-9);
        assert!((names.family().share("渡辺") - 0.25).abs() < 1e-9);
        assert!(names.family().share("波辺").abs() < 1e-9);
        assert!((names.given().share("花子") - 0.75).abs() < 1e-9);
        let (family, given) = (counted(&[("さとう", 300)]), counted(&[("きよし", 1)]));
        let kana = Names::new(Spelling::Kana, family, given);
        assert!((kana.family().share("サトウ") - 1.0).abs() < 1e-9);
        let lists = NameLists {
            written: Arc::new(names),
            kana: Arc::new(kana),
        };
        let again = NameLists::from_table(&lists.table());
        assert_eq!(again.table(), lists.table());
        assert!((again.written.family().share("佐藤") - 0.75).abs() < 1e-9);
        assert!(again.kana.given().names().contains("キヨシ"));
        let read = again.written.given().readings("清");
        assert_eq!(read.collect::<Vec<_>>(), ["キヨシ", "セイ"]);
        assert_eq!(again.written.given().readings("花子").count(), 0);
        // As an earlier version kept it.
        let earlier = NameLists::from_table("family\t佐藤\t1\ngiven\t清\n");
        assert!(!earlier.written.is_empty() && earlier.kana.is_empty() && !earlier.is_empty());
        assert!(NameLists::from_table("family\t佐藤\t1\n").is_empty());
        assert!(NameLists::from_table("cut").is_empty());
    }
}
