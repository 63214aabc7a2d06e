//! Surnames and given names. No list holds all of them: of 126 million people in Japan 99.6 million
//! bear one of the 1,999 surnames that `japanese-personal-name-dataset` counts.

use super::Lexicon;

/// The names that are known, surnames with the share of people who bear them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    family: Lexicon,
    /// Of each surname in the lexicon's order; they add up to 1.
    shares: Vec<f64>,
    people: Vec<u32>,
    given: Lexicon,
}

impl Names {
    /// `family`: surnames with the people who bear them; a name that comes twice counts once more.
    pub fn new(
        family: impl IntoIterator<Item = (String, u32)>,
        given: impl IntoIterator<Item = String>,
    ) -> Self {
        let family: Vec<(String, u32)> = family.into_iter().collect();
        let lexicon = Lexicon::new(family.iter().map(|(name, _)| name.clone()), false);
        let mut people = vec![0u32; lexicon.len()];
        for (name, number) in &family {
            if let Some(at) = lexicon.position(name) {
                people[at] = people[at].saturating_add(*number);
            }
        }
        let all: f64 = people.iter().map(|n| f64::from(*n)).sum();
        Self {
            family: lexicon,
            shares: people
                .iter()
                .map(|n| f64::from(*n) / all.max(1.0))
                .collect(),
            people,
            given: Lexicon::new(given, false),
        }
    }

    /// Reads lines `family, name, people` and `given, name` separated by tabs, as [`Self::table`]
    /// writes them; other lines count for nothing.
    pub fn from_table(table: &str) -> Self {
        let (mut family, mut given) = (Vec::new(), Vec::new());
        for line in table.lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            match cells.as_slice() {
                ["family", name, people] => {
                    family.extend(people.parse().ok().map(|n| ((*name).to_owned(), n)));
                }
                ["given", name] => given.push((*name).to_owned()),
                _ => {}
            }
        }
        Self::new(family, given)
    }

    pub fn table(&self) -> String {
        let family = self.family.words().zip(&self.people);
        let family = family.map(|(name, people)| format!("family\t{name}\t{people}\n"));
        let given = self.given.words().map(|name| format!("given\t{name}\n"));
        family.chain(given).collect()
    }

    /// Whether one of the two kinds is missing: then nothing can be told.
    pub fn is_empty(&self) -> bool {
        self.family.is_empty() || self.given.is_empty()
    }

    /// How many surnames and given names there are.
    pub fn len(&self) -> usize {
        self.family.len() + self.given.len()
    }

    pub fn family(&self) -> &Lexicon {
        &self.family
    }

    pub fn given(&self) -> &Lexicon {
        &self.given
    }

    /// The share of people with a known surname who bear this one; 0 for an unknown one.
    pub fn share(&self, family: &str) -> f64 {
        let at = self.family.position(family);
        at.map_or(0.0, |at| self.shares[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_weigh_as_many_people_bear_them_and_a_table_keeps_all() {
        let family = [("佐藤", 300), ("渡辺", 50), ("渡辺", 50)];
        let family = family.map(|(name, n)| (name.to_owned(), n));
        let names = Names::new(family, ["清".to_owned(), "花子".to_owned()]);
        assert_eq!((names.family().len(), names.given().len()), (2, 2));
        assert!((names.share("佐藤") - 0.75).abs() < 1e-9);
        assert!((names.share("渡辺") - 0.25).abs() < 1e-9);
        assert!(names.share("波辺").abs() < 1e-9);
        let again = Names::from_table(&names.table());
        assert_eq!(again.table(), names.table());
        assert!((again.share("佐藤") - 0.75).abs() < 1e-9);
        assert!(Names::from_table("family\t佐藤\t1\n").is_empty());
        assert!(Names::from_table("cut").is_empty());
    }
}
