//! Postal codes with the places that they stand for, from Japan Post's `utf_ken_all.csv`.
//!
//! Of its columns count the code, prefecture, city and town. What stands in
//! parentheses behind a town (parts of it, floors of a building) is left out, and so are notes that
//! are no town. Codes of large offices come from a list of their own and have no town.

use std::collections::BTreeMap;

use super::Lexicon;

/// Where a postal code delivers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub prefecture: String,
    pub city: String,
    /// Empty: the whole city, or one office in it.
    pub town: String,
}

/// All postal codes and addresses.
#[derive(Clone, Debug)]
pub struct Places {
    by_code: BTreeMap<u32, Vec<Place>>,
    /// Addresses as far as the town, as people begin them.
    starts: Lexicon,
}

/// How a postal code and an address go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The address begins with a place of the code.
    Town,
    /// Only its city does.
    City,
    Mismatch,
    /// There is no such code.
    Unknown,
}

impl Places {
    /// `rows`: a code of seven digits with its place; anything else is left out.
    pub fn new(rows: impl IntoIterator<Item = (String, Place)>) -> Self {
        let mut by_code: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
        for (code, place) in rows {
            if let Some(code) = number_of(&code) {
                by_code.entry(code).or_default().push(place);
            }
        }
        for places in by_code.values_mut() {
            places.sort_unstable();
            places.dedup();
        }
        let all = by_code.values().flatten().flat_map(begun);
        let starts = Lexicon::new(all, true);
        Self { by_code, starts }
    }

    /// Reads rows `code, prefecture, city, town` separated by tabs, as [`Self::table`] writes them.
    pub fn from_table(table: &str) -> Self {
        Self::new(table.lines().filter_map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let code = parts.next()?;
            let place = Place {
                prefecture: parts.next()?,
                city: parts.next()?,
                town: parts.next()?,
            };
            Some((code, place))
        }))
    }

    pub fn table(&self) -> String {
        let lines = self.by_code.iter().flat_map(|(code, places)| {
            let line =
                move |p: &Place| format!("{code:07}\t{}\t{}\t{}\n", p.prefecture, p.city, p.town);
            places.iter().map(line)
        });
        lines.collect()
    }

    pub fn codes(&self) -> usize {
        self.by_code.len()
    }

    /// Whether there is such a postal code: seven digits.
    pub fn knows(&self, code: &str) -> bool {
        number_of(code).is_some_and(|n| self.by_code.contains_key(&n))
    }

    /// The places of a code; none for an unknown one.
    pub fn of(&self, code: &str) -> &[Place] {
        number_of(code)
            .and_then(|n| self.by_code.get(&n))
            .map_or(&[], Vec::as_slice)
    }

    /// Addresses as far as the town: with and without prefecture, with and without county.
    pub fn starts(&self) -> &Lexicon {
        &self.starts
    }

    pub fn agreement(&self, code: &str, address: &str) -> Agreement {
        let places = self.of(code);
        if places.is_empty() {
            return Agreement::Unknown;
        }
        let address = folded(address);
        let begins = |start: &str| !start.is_empty() && address.starts_with(&folded(start));
        let town = |p: &&Place| begun(p).iter().any(|start| begins(start));
        if places.iter().any(|p| town(&p)) {
            return Agreement::Town;
        }
        let city = |p: &Place| {
            let whole = Place {
                town: String::new(),
                ..p.clone()
            };
            begun(&whole).iter().any(|start| begins(start))
        };
        if places.iter().any(city) {
            Agreement::City
        } else {
            Agreement::Mismatch
        }
    }
}

fn number_of(code: &str) -> Option<u32> {
    let seven = code.len() == 7 && code.bytes().all(|b| b.is_ascii_digit());
    seven.then(|| code.parse().ok()).flatten()
}

/// The ways in which people begin an address.
fn begun(place: &Place) -> Vec<String> {
    let mut cities = vec![place.city.as_str()];
    // `日高郡みなべ町`: the county is often left out. `郡` may end a city's name (`郡山市`) but not
    // begin what follows a county.
    if let Some((county, rest)) = place.city.split_once('郡')
        && !county.is_empty()
        && (rest.ends_with('町') || rest.ends_with('村'))
    {
        cities.push(rest);
    }
    let mut towns = vec![place.town.as_str()];
    towns.extend(place.town.strip_prefix("大字"));
    towns.extend(place.town.strip_prefix('字'));
    let mut all = Vec::new();
    for city in cities {
        for town in &towns {
            all.push(format!("{}{city}{town}", place.prefecture));
            all.push(format!("{city}{town}"));
        }
    }
    all
}

/// Spellings of one place that people mix: `ヶ` and `が`, old and new kanji, the `大字` that is
/// left out.
fn folded(text: &str) -> String {
    const SAME: [(&str, char); 8] = [
        ("ヶケがガ", 'ケ'),
        ("ツッつっ", 'ツ'),
        ("之のノ", 'ノ'),
        ("埼崎﨑", '崎'),
        ("櫻桜", '桜'),
        ("澤沢", '沢'),
        ("濵濱浜", '浜'),
        ("龍竜", '竜'),
    ];
    let plain = |c: char| {
        let same = SAME.iter().find(|(all, _)| all.contains(c));
        same.map_or(c, |(_, one)| *one)
    };
    text.replace("大字", "")
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(plain)
        .collect()
}

/// The town of a row of Japan Post's file, without what is no name of a town.
pub(super) fn town(listed: &str) -> &str {
    let town = listed.split(['（', '(']).next().unwrap_or_default();
    let note = town == "以下に掲載がない場合" || town.ends_with("の次に番地がくる場合");
    // 一円 is a town itself in 滋賀県犬上郡多賀町.
    let all = town.len() > "一円".len() && town.ends_with("一円");
    if note || all { "" } else { town }
}

impl Place {
    /// Of the prefecture, city and town columns of Japan Post's file.
    pub fn listed(prefecture: &str, city: &str, listed: &str) -> Self {
        Self {
            prefecture: prefecture.to_owned(),
            city: city.to_owned(),
            town: town(listed).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let row = |code: &str, p: &str, c: &str, t: &str| (code.to_owned(), Place::listed(p, c, t));
        Places::new([
            row("6240853", "京都府", "舞鶴市", "南田辺"),
            row("6240000", "京都府", "舞鶴市", "以下に掲載がない場合"),
            row("6450206", "和歌山県", "日高郡みなべ町", "土井"),
            row("9630101", "福島県", "郡山市", "安積町（１～３丁目）"),
            row("0640941", "北海道", "札幌市中央区", "旭ケ丘"),
            row("522", "滋賀県", "彦根市", "x"),
        ])
    }

    #[test]
    fn codes_exist_or_not() {
        let places = places();
        assert_eq!(places.codes(), 5);
        assert!(places.knows("6240853"));
        for code in ["6240854", "624085", "624085a", "", "62408533"] {
            assert!(!places.knows(code), "`{code}`");
        }
        assert_eq!(places.of("6240000")[0].town, "");
        assert_eq!(Places::from_table(&places.table()).table(), places.table());
    }

    #[test]
    fn an_address_goes_with_its_code() {
        let places = places();
        for (code, address, expected) in [
            ("6240853", "京都府舞鶴市南田辺1-2", Agreement::Town),
            ("6240853", "舞鶴市南田辺", Agreement::Town),
            ("6240853", "京都府 舞鶴市 北吸", Agreement::City),
            ("6240853", "京都府綾部市", Agreement::Mismatch),
            ("6450206", "みなべ町土井5", Agreement::Town),
            ("6450206", "和歌山県日高郡みなべ町土井5", Agreement::Town),
            ("0640941", "北海道札幌市中央区旭ヶ丘", Agreement::Town),
            ("9630101", "福島県郡山市安積町", Agreement::Town),
            ("9999999", "京都府舞鶴市", Agreement::Unknown),
        ] {
            assert_eq!(
                places.agreement(code, address),
                expected,
                "{code} {address}"
            );
        }
    }

    #[test]
    fn notes_are_no_towns() {
        for (listed, expected) in [
            ("以下に掲載がない場合", ""),
            ("土浦市の次に番地がくる場合", ""),
            ("三宅島三宅村一円", ""),
            ("一円", "一円"),
            ("大通西（１～１９丁目）", "大通西"),
        ] {
            assert_eq!(town(listed), expected);
        }
    }
}
