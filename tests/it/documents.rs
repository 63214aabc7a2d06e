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
