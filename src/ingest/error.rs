//! Why a file or one of its pages cannot be decoded.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::lang::Lang;

/// A file or page that cannot be decoded. The batch goes on; the file is quarantined or the page
/// rejected with [`code`](Self::code) and the sentence of [`message`](Self::message).
#[derive(Debug, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IngestError {
    #[error("cannot read the file: {0}")]
    #[serde(skip)]
    Io(#[source] std::io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("not a regular file")]
    NotAFile,
    #[error("the file changed while it was read")]
    StillBeingWritten,
    #[error("the file is larger than {limit} bytes")]
    FileTooLarge { limit: u64 },
    #[error("not a picture or PDF that can be read")]
    NotAPicture,
    #[error("{kind} pictures are not supported; save them as TIFF, PDF, JPEG or PNG")]
    Unsupported { kind: String },
    #[error("the file holds no page")]
    NoPages,
    #[error("the file holds no page {page} (counted from 0)")]
    NoSuchPage { page: u32 },
    #[error("the file has more than {limit} pages")]
    TooManyPages { limit: u32 },
    #[error("the page has no pixels")]
    NoPixels,
    #[error("the page is too large to decode ({width} x {height} pixels)")]
    TooLarge { width: u64, height: u64 },
    #[error("the page unpacks to more data than allowed")]
    TooMuchData,
    #[error("the page is drawn by too many or too deeply nested operations")]
    TooComplex,
    #[error("the picture is cut off: {detail}")]
    Truncated { detail: String },
    #[error("the picture is damaged: {detail}")]
    Damaged { detail: String },
    #[error("the PDF needs a password")]
    Encrypted,
    #[error("the decoder broke on this page: {detail}")]
    DecoderPanic { detail: String },
    #[error("decoding took longer than {seconds} s of processor time and was ended")]
    TooSlow { seconds: u64 },
    #[error("the decoder crashed or ran out of memory on this file")]
    DecoderDied,
}

impl IngestError {
    /// The stable code, as stored.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Empty => "empty",
            Self::NotAFile => "not_a_file",
            Self::StillBeingWritten => "still_being_written",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::NotAPicture => "not_a_picture",
            Self::Unsupported { .. } => "unsupported",
            Self::NoPages => "no_pages",
            Self::NoSuchPage { .. } => "no_such_page",
            Self::TooManyPages { .. } => "too_many_pages",
            Self::NoPixels => "no_pixels",
            Self::TooLarge { .. } => "too_large",
            Self::TooMuchData => "too_much_data",
            Self::TooComplex => "too_complex",
            Self::Truncated { .. } => "truncated",
            Self::Damaged { .. } => "damaged",
            Self::Encrypted => "encrypted",
            Self::DecoderPanic { .. } => "decoder_panic",
            Self::TooSlow { .. } => "too_slow",
            Self::DecoderDied => "decoder_died",
        }
    }

    /// Whether the rest of a file that is still being written could mend it.
    pub fn may_be_unfinished(&self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::StillBeingWritten
                | Self::NotAPicture
                | Self::NoPages
                | Self::NoPixels
                | Self::Truncated { .. }
                | Self::Damaged { .. }
                | Self::DecoderPanic { .. }
        )
    }

    /// One plain sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => japanese(self.code()).unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::Damaged {
            detail: clean(&detail.to_string()),
        }
    }

    pub(super) fn decoder_panic(detail: impl std::fmt::Display) -> Self {
        Self::DecoderPanic {
            detail: clean(&detail.to_string()),
        }
    }

    pub(super) fn truncated(detail: impl std::fmt::Display) -> Self {
        Self::Truncated {
            detail: clean(&detail.to_string()),
        }
    }
}

/// The sentence of a code.
pub(super) fn japanese(code: &str) -> Option<&'static str> {
    Some(match code {
        "io" => "ファイルを読めません",
        "empty" => "ファイルが空です",
        "not_a_file" => "通常のファイルではありません",
        "still_being_written" => "ファイルがまだ書き込み中です",
        "file_too_large" => "ファイルが大きすぎます",
        "not_a_picture" => "読み取れる画像・PDFではありません",
        "unsupported" => "対応していない形式です。TIFF・PDF・JPEG・PNGで保存してください",
        "no_pages" => "ページがありません",
        "no_such_page" => "そのページはありません",
        "too_many_pages" => "ページ数が多すぎます",
        "no_pixels" => "画素のないページです",
        "too_large" => "画像の縦横が大きすぎます",
        "too_much_data" => "展開後のデータが大きすぎます",
        "too_complex" => "ページの描画命令が多すぎるか、深すぎます",
        "truncated" => "画像が途中で切れています",
        "damaged" => "画像が壊れています",
        "encrypted" => "パスワードの必要なPDFです",
        "decoder_panic" => "このページの展開処理が失敗しました",
        "too_slow" => "展開に時間がかかりすぎるため打ち切りました",
        "decoder_died" => "展開処理が異常終了したか、メモリが足りません",
        _ => return None,
    })
}

/// One short line without control characters: a decoder's words may quote the file.
fn clean(detail: &str) -> String {
    detail
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(160)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_one_short_line() {
        let error = IngestError::damaged(format!("a\nb\u{7}{}", "x".repeat(500)));
        let message = error.message(Lang::En);
        assert!(message.len() < 220 && !message.contains('\n') && !message.contains('\u{7}'));
        assert_eq!(error.code(), "damaged");
        assert_eq!(error.message(Lang::Ja), "画像が壊れています");
    }
}
