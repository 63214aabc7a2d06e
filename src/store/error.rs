//! What can go wrong with the store: the machine or its settings, never what is on paper.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

use super::QuestionId;
use crate::lang::{Lang, Text};

/// The store cannot be used, or was asked for something it does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("there is no store at `{}`", path.display())]
    Missing { path: PathBuf },
    #[error("`{}` is in use by another program", path.display())]
    Locked { path: PathBuf },
    #[error("`{}` was written by a newer hagaki (schema {found}, this program knows {known})", path.display())]
    TooNew {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("`{}` is not a store of hagaki, or it is damaged", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: Option<rusqlite::Error>,
    },
    #[error("there is no room left to write `{}`", path.display())]
    Full { path: PathBuf },
    #[error("`{}` cannot be written to", path.display())]
    ReadOnly { path: PathBuf },
    #[error("`{}` cannot be read or written", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the database refused a statement")]
    Sql(#[source] rusqlite::Error),
    #[error("question `{id}` has this person's word already; somebody else must look")]
    SamePerson { id: QuestionId },
    #[error("the store holds no {what} `{id}`")]
    NoSuch { what: &'static str, id: String },
    #[error("the store holds `{found}` where {expected} belongs")]
    BadRow {
        expected: &'static str,
        found: String,
    },
}

impl StoreError {
    /// What a person can do about it, when there is something.
    pub fn hint(&self) -> Option<Text> {
        let (ja, en) = match self {
            Self::Missing { .. } => (
                "hagaki init フォルダー で作るか、--campaign フォルダー で指定してください",
                "run `hagaki init DIR`, or name the folder with `--campaign`",
            ),
            Self::Locked { .. } => (
                "もう一方の処理が終わるのを待ってから、もう一度実行してください",
                "wait for the other run to end, then run the command again",
            ),
            Self::TooNew { .. } => (
                "新しい方のプログラムを使ってください。このプログラムではデータを失う恐れがあります",
                "use the newer program; this one would lose data",
            ),
            Self::Damaged { .. } => (
                "バックアップからキャンペーンのフォルダーを戻してください",
                "restore the campaign folder from a backup",
            ),
            Self::Full { .. } => (
                "空きを作ってからもう一度実行してください。ここまでの結果は保存済みです",
                "free some space and run again: what was recorded is kept",
            ),
            Self::ReadOnly { .. } => (
                "フォルダーの権限を確認してください",
                "check the folder's permissions",
            ),
            _ => return None,
        };
        Some(Text::new(ja, en))
    }

    /// One plain sentence for a person, without the causes.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => self.japanese(),
        }
    }

    fn japanese(&self) -> String {
        let shown = |path: &Path| path.display().to_string();
        match self {
            Self::Missing { path } => format!("`{}` に保管庫がありません", shown(path)),
            Self::Locked { path } => format!("`{}` は別のプログラムが使用中です", shown(path)),
            Self::TooNew { path, found, known } => format!(
                "`{}` は新しい版の hagaki で作られています（データ版 {found}、このプログラムは {known} まで）",
                shown(path)
            ),
            Self::Damaged { path, .. } => {
                format!(
                    "`{}` は hagaki のデータではないか、壊れています",
                    shown(path)
                )
            }
            Self::Full { path } => format!("`{}` を書く空きがありません", shown(path)),
            Self::ReadOnly { path } => format!("`{}` に書き込めません", shown(path)),
            Self::Io { path, .. } => format!("`{}` を読み書きできません", shown(path)),
            Self::Sql(_) => "データベースが処理を受け付けませんでした".into(),
            Self::SamePerson { id } => {
                format!("質問 `{id}` にはすでに回答しています。別の人が確認する必要があります")
            }
            Self::NoSuch { what, id } => format!("保管庫に {what} `{id}` はありません"),
            Self::BadRow { expected, found } => {
                format!("保管庫の {expected} に `{found}` が入っています")
            }
        }
    }

    /// Sorts an SQLite error by what a person would do about it.
    pub(super) fn sql(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let rusqlite::Error::SqliteFailure(inner, _) = &source else {
            return Self::Sql(source);
        };
        match (inner.code, inner.extended_code) {
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Locked { path },
            (ErrorCode::DiskFull, _)
            | (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_FSYNC) => {
                Self::Full { path }
            }
            (ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen, _) => {
                Self::ReadOnly { path }
            }
            (ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt, _) => Self::Damaged {
                path,
                source: Some(source),
            },
            _ => Self::Sql(source),
        }
    }

    /// The same for files.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            _ => Self::Io { path, source },
        }
    }
}
