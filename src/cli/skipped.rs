//! What stood among the scans and was not read, so that nothing is passed over without a word.

use super::Here;
use crate::ingest::{SkipReason, Skipped};
use crate::lang::{Lang, shown};

/// Says one line a reason; whether an operator must look. Hidden files, lists and settings are what
/// offices keep beside scans, and a file that was named twice is read once: no word of those.
pub(super) fn tell(here: &Here, skipped: &[Skipped]) -> bool {
    let lines = lines(skipped, here.lang);
    for line in &lines {
        here.say(line);
    }
    !lines.is_empty()
}

const TOLD: [(SkipReason, [&str; 2]); 3] = [
    (
        SkipReason::Symlink,
        [
            "リンクの先は読んでいません。実際のフォルダーを指定してください",
            "links were not followed; name the folder itself",
        ],
    ),
    (
        SkipReason::Special,
        [
            "パイプなど、通常のファイルでないものは読んでいません",
            "pipes and devices were not read",
        ],
    ),
    (
        SkipReason::NotAScan,
        [
            "圧縮ファイル・文書・ショートカットなどは読んでいません。スキャン画像があれば取り出してください",
            "archives, documents and shortcuts were not read; take scans out of them",
        ],
    ),
];

fn lines(skipped: &[Skipped], lang: Lang) -> Vec<String> {
    let of = |reason: &SkipReason| -> Vec<&Skipped> {
        skipped.iter().filter(|s| s.reason == *reason).collect()
    };
    let line = |(reason, [ja, en]): &(SkipReason, [&str; 2])| {
        let all = of(reason);
        let first = shown(&all.first()?.name);
        let count = all.len();
        Some(match lang {
            Lang::Ja => format!(
                "{ja}（{count} 件: {first}{}）",
                if count > 1 { " など" } else { "" }
            ),
            Lang::En => format!(
                "{en} ({count}: {first}{})",
                if count > 1 { ", ..." } else { "" }
            ),
        })
    };
    TOLD.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(name: &str, reason: SkipReason) -> Skipped {
        Skipped {
            path: name.into(),
            name: name.into(),
            reason,
        }
    }

    #[test]
    fn one_line_a_reason_says_how_many_and_an_example() {
        let all = [
            skipped("in/.DS_Store", SkipReason::Hidden),
            skipped("in/a.zip", SkipReason::NotAScan),
            skipped("in/b.dat", SkipReason::NotAScan),
            skipped("in/index.csv", SkipReason::Sidecar),
            skipped("in/scanner", SkipReason::Symlink),
        ];
        let said = lines(&all, Lang::En);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].ends_with("(1: in/scanner)"), "{said:?}");
        assert!(said[1].ends_with("(2: in/a.zip, ...)"), "{said:?}");
        let said = lines(&all, Lang::Ja);
        assert!(said[1].ends_with("（2 件: in/a.zip など）"), "{said:?}");
        assert!(lines(&all[3..4], Lang::En).is_empty());
    }
}
