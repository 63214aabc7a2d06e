//! `hagaki init`: a campaign folder ready to run, from the binary alone.

use std::fs;
use std::path::Path;

use super::Here;
use super::args::InitArgs;
use super::campaign::CONFIG_FILE;
use super::exit::{Exit, Failure, Outcome};
use super::words::{both, pick, unwritable};
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

fn write_all(dir: &Path, forms: &[&EmbeddedForm]) -> std::io::Result<()> {
    fs::create_dir_all(dir.join("inbox"))?;
    fs::create_dir_all(dir.join("forms"))?;
    for form in forms {
        form.write_below(&dir.join("forms"))?;
    }
    fs::write(dir.join("recipients.csv"), RECIPIENTS)?;
    // Last: a folder without it is no campaign, so a half-made one can be made again.
    let name = dir
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let config = format!(
        "# キャンペーンの設定 / settings of this campaign\nname = {}\n\n[export]\n# utf8 | utf8bom | cp932 | excel\nprofile = \"utf8bom\"\n",
        toml::Value::String(name)
    );
    fs::write(dir.join(CONFIG_FILE), config)
}
