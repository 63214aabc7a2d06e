//! Why something waits for a person: stable reason codes with words in both languages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::lang::Lang;

macro_rules! reasons {
    ($($variant:ident $code:literal $ja:literal $en:literal),+ $(,)?) => {
        /// A stable reason code. Codes are part of the contract: they stand in the database, in
        /// JSON lines and in exports, and are never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($variant),+ }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// One plain sentence for a person.
            pub fn message(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, Lang::Ja) => $ja, (Self::$variant, Lang::En) => $en),+
                }
            }
        }
    };
}

reasons! {
    // The page and its key.
    KeyUnreadable "KEY_UNREADABLE" "バーコードが読めません" "The barcode cannot be read",
    KeyUnknown "KEY_UNKNOWN" "発送対象者にない番号です" "The number is not on the mailing list",
    KeyDuplicate "KEY_DUPLICATE" "同じ番号のカードがほかにあります" "Another card has the same number",
    KeyCheckFail "KEY_CHECK_FAIL" "番号のチェックデジットが合いません" "The number's check digit is wrong",
    KeyAmbiguous "KEY_AMBIGUOUS" "番号の合うバーコードが二つ以上あります" "More than one barcode fits the key",
    KeyTextMismatch "KEY_TEXT_MISMATCH" "バーコードと印字番号が違います" "The barcode and the printed number differ",
    UnknownForm "UNKNOWN_FORM" "登録されていない帳票です" "The form is not known",
    RegResidual "REG_RESIDUAL" "帳票の位置合わせができません" "The page does not fit its form",
    BlankPage "BLANK_PAGE" "白紙です" "The page is blank",
    SideMissing "SIDE_MISSING" "片面がありません" "The other side is missing",
    EditionUnknown "EDITION_UNKNOWN" "この版の帳票が forms/ にありません" "This edition of the form is not in forms/",
    SealOn "SEAL_ON" "目隠しシールが貼られたままです" "The privacy seal is still on",
    Attachment "ATTACHMENT" "帳票ではない同封物です" "An enclosure, not a form",
    DoubleFeedSuspect "DOUBLE_FEED_SUSPECT" "重送の疑いがあります" "Two cards may have been fed together",
    Separated "SEPARATED" "一枚の画像を何枚かに切り分けました" "The picture was separated into several cards",
    BatchCount "BATCH_COUNT" "束の枚数が見出しと合いません" "The batch and its header differ in the number of cards",
    PictureTooSmall "PICTURE_TOO_SMALL" "画像が小さすぎて読めません" "The picture is too small to read",
    Unreadable "UNREADABLE" "画像を開けません" "The picture cannot be decoded",
    // Any field.
    LowConf "LOW_CONF" "読み取りに自信がありません" "The reading is not sure",
    NoEngine "NO_ENGINE" "読み取りエンジンが入っていません" "The reader for this field is not installed",
    PictureOnly "PICTURE_ONLY" "画像で確認する項目です" "This field is kept as a picture",
    LocalResidual "LOCAL_RESIDUAL" "項目の位置が帳票とずれているか、印刷が読めません" "The field has moved against its form, or its print cannot be told",
    OutOfPicture "OUT_OF_PICTURE" "項目が画像からはみ出しています" "The field is partly outside the picture",
    Required "REQUIRED" "必須項目が空です" "A required field is blank",
    ByPolicy "BY_POLICY" "帳票の設定により人が確認する項目です" "The form asks for a person here",
    ManualHold "MANUAL_HOLD" "担当者が保留または確認にまわしました" "Put on hold, or sent here, by a person",
    // Marks.
    Faint "FAINT" "記入が薄すぎます" "The mark is faint",
    MultiMark "MULTI_MARK" "複数の選択肢に記入があります" "More than one choice is marked",
    NoMark "NO_MARK" "記入がありません" "Nothing is marked",
    XMark "X_MARK" "×印は選択か否定か分かりません" "A cross may mean yes or no",
    Corrected "CORRECTED" "訂正されています" "The answer was corrected",
    Overwrite "OVERWRITE" "重ね書きされています" "Written over",
    Tape "TAPE" "修正テープ・修正液の跡があります" "Correction tape or fluid was used",
    Struck "STRUCK" "消し線が引かれています" "Struck out",
    Ghost "GHOST" "消し跡があります" "An erased mark is still visible",
    Overflow "OVERFLOW" "記入が欄からはみ出しています" "The writing reaches over the edge of a field",
    MarginNote "MARGIN_NOTE" "欄外に書き込みがあります" "Something is written in the margin",
    AboveField "ABOVE_FIELD" "欄の上に書き直しがあります" "Something is written above the field",
    FrameTouch "FRAME_TOUCH" "文字が枠線に重なっています" "The writing lies on the frame",
    StampOverlap "STAMP_OVERLAP" "印影が重なっています" "A stamp lies over the field",
    Ditto "DITTO" "「同上」の記号です" "A ditto mark",
    // Characters and values.
    BoxCount "BOX_COUNT" "マスの数と文字数が合いません" "The number of characters does not fit the boxes",
    TwoInBox "TWO_IN_BOX" "一マスに二文字あります" "Two characters in one box",
    Alphabet "ALPHABET" "読み取り器が知らない文字の恐れがあります" "A character outside the reader's alphabet",
    Disagree "DISAGREE" "二つの読み取り結果が違います" "Two readers disagree",
    Length "LENGTH" "桁数が違います" "The length is wrong",
    Range "RANGE" "範囲の外です" "Out of range",
    Pattern "PATTERN" "形式が違います" "The format is wrong",
    CheckDigit "CHECK_DIGIT" "チェックデジットが合いません" "The check digit is wrong",
    RankRepeat "RANK_REPEAT" "同じ順位が二つあります" "A rank is given twice",
    RankGap "RANK_GAP" "順位が抜けています" "A rank is left out",
    EraMissing "ERA_MISSING" "元号がありません" "The era is missing",
    EraOverrun "ERA_OVERRUN" "その元号の期間の外です" "The date is outside its era",
    EraOverlap "ERA_OVERLAP" "改元の日です" "A day that belongs to two eras",
    DateInvalid "DATE_INVALID" "存在しない日付です" "The date does not exist",
    DateFuture "DATE_FUTURE" "未来の日付です" "The date lies in the future",
    AgeOffByOne "AGE_OFF_BY_ONE" "年齢と生年月日が1歳ずれています" "Age and birth date differ by one",
    ZipUnknown "ZIP_UNKNOWN" "存在しない郵便番号です" "The postal code does not exist",
    ZipAddrMismatch "ZIP_ADDR_MISMATCH" "郵便番号と住所が合いません" "Postal code and address differ",
    AreaCodeAdded "AREA_CODE_ADDED" "市外局番を補いました" "The area code was added",
    PhoneFormat "PHONE_FORMAT" "電話番号の形式が違います" "Not a telephone number",
    ZeroPadded "ZERO_PADDED" "先頭に0を補いました" "Zeros were added in front",
    MynumberSuspect "MYNUMBER_SUSPECT" "マイナンバーの恐れがあります" "This may be a My Number",
    KanaMixed "KANA_MIXED" "かな以外の文字があります" "Characters other than kana",
    CrossField "CROSS_FIELD" "ほかの項目と矛盾します" "Contradicts another field",
    NoneStated "NONE_STATED" "「なし」と書かれています" "Stated as none",
    // The campaign.
    Late "LATE" "期限後に届きました" "Received after the deadline",
    ContradictsEarlier "CONTRADICTS_EARLIER" "以前の回答と違います" "Differs from an earlier reply",
    LedgerMismatch "LEDGER_MISMATCH" "台帳と違います" "Differs from the ledger",
    Unmappable "UNMAPPABLE" "出力の文字コードにない文字です" "A character that the encoding lacks",
    IvsDropped "IVS_DROPPED" "異体字セレクタを落としました" "A variation selector was dropped",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|r| r.code() == s);
        found.ok_or_else(|| format!("`{s}` is not a reason code"))
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        code.parse().map_err(de::Error::custom)
    }
}

/// One reason why a field is a question. `detail` helps the reviewer (a suggestion, a count); it
/// is stored with the field and never logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    pub reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Doubt {
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
        }
    }

    pub fn with(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: Some(detail.into()),
        }
    }
}

impl From<Reason> for Doubt {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_parses_back_and_is_unique() {
        for r in Reason::ALL {
            assert_eq!(r.code().parse(), Ok(*r));
        }
        assert!("HELLO".parse::<Reason>().is_err());
    }
}
