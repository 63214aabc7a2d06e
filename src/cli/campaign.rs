//! The campaign folder: where everything of one mailing lives.
//!
//! ```text
//! hagaki.toml   forms/   inbox/   recipients.csv      made by `hagaki init`
//! hagaki.db     store/   export/  report/   models/   made by use
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::exit::{Exit, Failure};
use super::words::{both, unwritable};
use crate::form::Library;

/// `hagaki.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// A name for people.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "the file may hold it; the program does not use it"
    )]
    pub name: String,
    #[serde(default)]
    pub export: ExportConfig,
    #[serde(default)]
    pub review: ReviewConfig,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewConfig {
    /// Host names and addresses by which other computers call the review page.
    #[serde(default)]
    pub names: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportConfig {
    /// The profile of `hagaki export` when none is named.
    pub profile: Option<String>,
}

/// An opened campaign folder.
#[derive(Clone, Debug)]
pub(super) struct Campaign {
    pub root: PathBuf,
    pub config: Config,
}

/// The file that makes a folder a campaign.
pub(super) const CONFIG_FILE: &str = "hagaki.toml";

impl Campaign {
    /// The folder named, or the nearest one upward from `here` that holds `hagaki.toml`.
    pub(super) fn find(named: Option<&Path>, here: &Path) -> Result<Self, Failure> {
        let root = match named {
            Some(dir) if dir.join(CONFIG_FILE).is_file() => dir.to_path_buf(),
            Some(dir) => {
                let shown = dir.display();
                let text = both(
                    format!(
                        "`{shown}` はキャンペーンのフォルダーではありません（{CONFIG_FILE} がありません）"
                    ),
                    format!("`{shown}` is not a campaign: it holds no {CONFIG_FILE}"),
                );
                return Err(Failure::usage(text).hint(format!("hagaki init {}", dir.display())));
            }
            None => {
                let found = here.ancestors().find(|dir| dir.join(CONFIG_FILE).is_file());
                let none = || {
                    Failure::usage(both(
                        format!("このフォルダーにも上のフォルダーにも {CONFIG_FILE} がありません"),
                        format!("no {CONFIG_FILE} here or above"),
                    ))
                    .hint(both(
                        "hagaki init フォルダー で作るか、--campaign フォルダー で指定してください",
                        "hagaki init DIR makes a campaign; --campaign DIR names one",
                    ))
                };
                found.ok_or_else(none)?.to_path_buf()
            }
        };
        let config = read_config(&root.join(CONFIG_FILE))?;
        Ok(Self { root, config })
    }

    pub(super) fn forms_dir(&self) -> PathBuf {
        self.root.join("forms")
    }

    pub(super) fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }

    /// Certificate and key of the review page.
    pub(super) fn tls_files(&self) -> (PathBuf, PathBuf) {
        let dir = self.root.join("tls");
        (dir.join("cert.pem"), dir.join("key.pem"))
    }

    pub(super) fn report_dir(&self) -> PathBuf {
        self.root.join("report")
    }

    /// Keeps a second run out until the returned file is dropped.
    pub(super) fn lock(&self) -> Result<fs::File, Failure> {
        let path = self.root.join("hagaki.lock");
        let open = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = open.map_err(|e| unwritable(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(_) => Err(Failure::new(
                Exit::Store,
                both(
                    "このキャンペーンは別の読み取りが実行中です",
                    "another run is at work in this campaign",
                ),
            )
            .hint(both(
                "終わるのを待ってから、もう一度実行してください",
                "wait for it to end, then run again",
            ))),
        }
    }

    /// Loads and checks every form; any fault stops before anything is done.
    pub(super) fn library(&self) -> Result<Library, Failure> {
        let library = Library::load(&self.forms_dir()).map_err(|e| {
            super::form::invalid(&e.0).hint(both(
                "帳票を直してから: hagaki form check",
                "mend the form, then: hagaki form check",
            ))
        })?;
        if library.forms().is_empty() {
            let shown = self.forms_dir();
            let shown = shown.display();
            let text = both(
                format!("`{shown}` に帳票がありません"),
                format!("`{shown}` holds no form"),
            );
            return Err(Failure::invalid(text).hint(both(
                "帳票のフォルダーをそこへ置くか: hagaki init フォルダー --form vaccine-intent",
                "copy a form folder there, or: hagaki init DIR --form vaccine-intent",
            )));
        }
        super::lists::attach(self, &library)
    }
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let text = fs::read_to_string(path).map_err(|e| invalid_config(path, &e))?;
    toml::from_str(&text).map_err(|e| invalid_config(path, &e.to_string().trim_end()))
}

fn invalid_config(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    let path = path.display();
    Failure::invalid(both(
        format!("設定ファイル `{path}` を使えません: {why}"),
        format!("`{path}` cannot be used: {why}"),
    ))
}
