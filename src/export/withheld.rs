//! Why a card stays here, and what there is to do about it.

use serde::Serialize;

use crate::doubt::Reason;
use crate::lang::Lang;

/// Why a card is not exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// A question is open.
    Question,
    /// The form asks for a key and the card has none.
    NoKey,
    /// Cards with one key and different answers.
    KeyDuplicate,
    /// A side with fields is not there.
    SideMissing,
    /// The form of that edition is not at hand: nothing says which sides and fields belong to the card.
    EditionUnknown,
    /// Its lot is on hold: the header names another number of cards.
    Batch,
    /// A character that the encoding lacks.
    Unmappable,
}

impl Withheld {
    /// The reason's stable code; `None` where a question says why.
    pub fn reason(self) -> Option<Reason> {
        Some(match self {
            Self::Question => return None,
            Self::NoKey => Reason::KeyUnreadable,
            Self::KeyDuplicate => Reason::KeyDuplicate,
            Self::SideMissing => Reason::SideMissing,
            Self::EditionUnknown => Reason::EditionUnknown,
            Self::Batch => Reason::BatchCount,
            Self::Unmappable => Reason::Unmappable,
        })
    }

    /// Nobody is asked about such a card, so somebody must look.
    pub fn wants_an_operator(self) -> bool {
        self != Self::Question
    }

    /// What to do next, where one step mends it.
    pub fn next_step(self, lang: Lang) -> Option<&'static str> {
        let (ja, en) = match self {
            Self::Question | Self::Unmappable => return None,
            Self::NoKey => (
                "番号が分かれば: hagaki review set 'ファイル[ページ]' @read-again --key 番号",
                "where the key is known: hagaki review set 'FILE[PAGE]' @read-again --key KEY",
            ),
            Self::KeyDuplicate => (
                "使わないほうのカードを除いてください: hagaki review set 'ファイル[ページ]' @duplicate",
                "set the card aside that does not count: hagaki review set 'FILE[PAGE]' @duplicate",
            ),
            Self::SideMissing => (
                "もう片方の面を読み取ってください（hagaki run）。カードでなければ: hagaki review set 'ファイル[ページ]' @attachment",
                "scan the other side (hagaki run); what is no card: hagaki review set 'FILE[PAGE]' @attachment",
            ),
            Self::EditionUnknown => (
                "元の版の帳票フォルダーを forms/ に戻し、新しい版と並べてから、もう一度 hagaki export",
                "keep the old edition's folder in forms/ beside the new one, then: hagaki export",
            ),
            Self::Batch => (
                "束の枚数を数え直してください（警告を参照: hagaki status）",
                "count the batch again (see the alarms: hagaki status)",
            ),
        };
        Some(match lang {
            Lang::Ja => ja,
            Lang::En => en,
        })
    }
}
