//! `hagaki init`: a campaign folder ready to run, from the binary alone.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::Here;
use super::args::InitArgs;
use super::campaign::CONFIG_FILE;
use super::exit::{Exit, Failure, Outcome};
use super::words::{both, pick, shown_path, unwritable};
use crate::form::library::EmbeddedForm;
use crate::form::ready::READY;

const RECIPIENTS: &str = "key,name,kana,postal,address,phone,birth\r\n";

pub(super) fn init(here: &Here, args: &InitArgs) -> Outcome {
    let dir = &args.dir;
    if dir.join(CONFIG_FILE).exists() {
        let shown = dir.display();
        let text = both(
            format!("`{shown}` はすでにキャンペーンのフォルダーです。何も変えていません"),
            format!("`{shown}` is a campaign already; nothing was changed"),
        );
        return Err(Failure::usage(text));
    }
    let forms = chosen(args)?;
    nothing_in_the_way(dir, &forms)?;
    write_all(dir, &forms).map_err(|e| unwritable(dir, &e))?;
    let names: Vec<&str> = forms.iter().map(|f| f.name).collect();
    here.say(&format!(
        "{}: {}\n{}: {}\n{}: hagaki --campaign {} run",
        pick(here.lang, "作成しました", "made"),
        dir.display(),
        pick(here.lang, "帳票", "forms"),
        if names.is_empty() {
            "-".to_owned()
        } else {
            names.join(", ")
        },
        pick(
            here.lang,
            "スキャン画像を inbox/ に置いて",
            "put scans into inbox/, then"
        ),
        dir.display(),
    ));
    Ok(Exit::Done)
}

fn chosen(args: &InitArgs) -> Result<Vec<&'static EmbeddedForm>, Failure> {
    if args.no_forms {
        return Ok(Vec::new());
    }
    if args.form.is_empty() {
        return Ok(READY.iter().collect());
    }
    let find = |name: &String| {
        READY.iter().find(|f| f.name == name).ok_or_else(|| {
            let known: Vec<&str> = READY.iter().map(|f| f.name).collect();
            Failure::usage(both(
                format!("内蔵の帳票 `{name}` はありません"),
                format!("there is no ready form `{name}`"),
            ))
            .hint(both(
                format!("次のどれか: {}", known.join(", ")),
                format!("one of: {}", known.join(", ")),
            ))
        })
    };
    args.form.iter().map(find).collect()
}

/// Refuses to put a ready form over another of its name. Nothing was made by then.
fn nothing_in_the_way(dir: &Path, forms: &[&EmbeddedForm]) -> Result<(), Failure> {
    let mut found: Vec<String> = Vec::new();
    for form in forms {
        let files = form.in_the_way(&dir.join("forms"));
        let files = files.map_err(|e| unwritable(dir, &e))?;
        found.extend(files.iter().map(|path| format!("`{}`", shown_path(path))));
    }
    if found.is_empty() {
        return Ok(());
    }
    let all = found.join(", ");
    let text = both(
        format!("{all} は内蔵の帳票と違います。何も変えていません"),
        format!("{all} differs from the ready form; nothing was changed"),
    );
    Err(Failure::usage(text).hint(both(
        "そのフォルダーを別の場所へ移すか、--form でほかの帳票を、または --no-forms を指定してください",
        "move that folder away, or name other forms with --form, or none with --no-forms",
    )))
}

fn write_all(dir: &Path, forms: &[&EmbeddedForm]) -> std::io::Result<()> {
    fs::create_dir_all(dir.join("inbox"))?;
    fs::create_dir_all(dir.join("forms"))?;
    for form in forms {
        form.write_below(&dir.join("forms"))?;
    }
    recipients(&dir.join("recipients.csv"))?;
    // Last: a folder without it is no campaign, so a half-made one can be made again.
    let name = dir
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let config = format!(
        "# キャンペーンの設定 / settings of this campaign\nname = {}\n\n[export]\n# utf8 | utf8bom | cp932 | excel\nprofile = \"utf8bom\"\n",
        toml::Value::String(name)
    );
    let file = dir.join(CONFIG_FILE);
    fs::write(&file, config).inspect_err(|_| _ = fs::remove_file(&file))
}

/// The list's head, where there is no list: one that lies here already is somebody's. What a full disk
/// let through of the head is no list.
fn recipients(path: &Path) -> std::io::Result<()> {
    let there = match fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    if RECIPIENTS.as_bytes().starts_with(&there) {
        fs::write(path, RECIPIENTS)?;
    }
    Ok(())
}
