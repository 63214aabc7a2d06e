//! Why a file or one of its pages cannot be decoded.

use thiserror::Error;

use crate::lang::Lang;

/// A file or page that cannot be decoded. The batch goes on; the file is quarantined or the page
/// rejected with [`code`](Self::code) and the sentence of [`message`](Self::message).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IngestError {
    #[error("cannot read the file: {0}")]
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
        }
    }

    /// One plain sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => self.japanese(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Self::Io(e) => format!("ファイルを読めません: {e}"),
            Self::Empty => "ファイルが空です".into(),
            Self::NotAFile => "通常のファイルではありません".into(),
            Self::StillBeingWritten => "ファイルがまだ書き込み中です".into(),
            Self::FileTooLarge { limit } => format!("ファイルが {limit} バイトを超えています"),
            Self::NotAPicture => "読み取れる画像・PDFではありません".into(),
            Self::Unsupported { kind } => {
                format!("{kind} には対応していません。TIFF・PDF・JPEG・PNGで保存してください")
            }
            Self::NoPages => "ページがありません".into(),
            Self::NoSuchPage { page } => format!("ページ {page}（0から数える）がありません"),
            Self::TooManyPages { limit } => format!("{limit} ページを超えています"),
            Self::NoPixels => "画素のないページです".into(),
            Self::TooLarge { width, height } => {
                format!("画像が大きすぎます（{width} x {height} 画素）")
            }
            Self::TooMuchData => "展開後のデータが大きすぎます".into(),
            Self::TooComplex => "ページの描画命令が多すぎるか、深すぎます".into(),
            Self::Truncated { detail } => format!("画像が途中で切れています: {detail}"),
            Self::Damaged { detail } => format!("画像が壊れています: {detail}"),
            Self::Encrypted => "パスワードの必要なPDFです".into(),
            Self::DecoderPanic { detail } => {
                format!("このページで復号処理が失敗しました: {detail}")
            }
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
        assert!(error.message(Lang::Ja).starts_with("画像が壊れています"));
    }
}
