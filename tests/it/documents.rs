//! What the documents promise is what the program does.

use std::fs;
use std::path::Path;

use hagaki::doubt::Reason;
use hagaki::lang::Lang;

use crate::program;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_reason_stands_in_the_table_with_its_words() {
    let table = document("docs/reasons.md");
    for reason in Reason::ALL {
        let (ja, en) = (reason.message(Lang::Ja), reason.message(Lang::En));
        let row = format!("| `{}` | {ja} | {en} |", reason.code());
        assert!(table.contains(&row), "docs/reasons.md lacks: {row}");
    }
}

/// Every sentence in the sources of the journey that says why a page is rejected.
fn rejections() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let stages = [
        "normalize",
        "identify",
        "register",
        "prove",
        "read",
        "pipeline",
        "pipeline.rs",
        "batch",
    ];
    let files = stages
        .iter()
        .flat_map(|stage| walkdir::WalkDir::new(root.join(stage)).into_iter())
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let says = regex::Regex::new(
        r#"(?s)(?:refuse|no_scanner|undecodable|Rejection::new|let why =|Some)\(?\s*(?:Reason::\w+,\s*)?(?:format!\(\s*)?"([^"]+)""#,
    );
    let (says, gap) = (says.unwrap(), regex::Regex::new(r"\{[^}]*\}").unwrap());
    let mut all = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let text = crate::layers::without_tests(&text);
        let gate = path.ends_with("register/gate.rs");
        for found in says.captures_iter(&text) {
            let (whole, said) = (&found[0], &found[1]);
            let word = whole.starts_with("Some") || whole.starts_with("no_scanner");
            match (
                gate && word,
                whole.starts_with("Some"),
                said.contains("{why}"),
            ) {
                (true, ..) => all.push(format!("no scanner makes such a {said}")),
                (false, true, _) | (_, _, true) => {}
                _ => all.push(gap.replace_all(said, "1.25").into_owned()),
            }
        }
    }
    all
}

#[test]
fn every_rejection_is_told_in_japanese_too() {
    let all = rejections();
    assert!(all.len() > 15, "{all:?}");
    assert!(all.iter().any(|said| said.contains("1.25 mm")), "{all:?}");
    for said in all {
        let told = hagaki::ingest::told(&said, Lang::Ja);
        assert!(
            told.chars().any(|c| c > '\u{3000}'),
            "in English only: {said}"
        );
    }
}

#[test]
fn the_readme_names_every_command() {
    let help = program::said(program::program().arg("--help")).out;
    let readme = document("README.md");
    let commands = help
        .lines()
        .skip_while(|l| !l.starts_with("Commands:"))
        .skip(1);
    for line in commands.take_while(|l| l.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            assert!(
                readme.contains(&format!("hagaki {name}")),
                "README.md lacks `hagaki {name}`"
            );
        }
    }
}
