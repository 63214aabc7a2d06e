//! The page's words in both languages.

use crate::lang::Lang;

macro_rules! words {
    ($($name:ident $ja:literal $en:literal),+ $(,)?) => {
        #[derive(Debug)]
        pub(super) struct Words {
            /// For `<html lang>`.
            pub(super) code: &'static str,
            $(pub(super) $name: &'static str),+
        }

        static JA: Words = Words { code: "ja", $($name: $ja),+ };
        static EN: Words = Words { code: "en", $($name: $en),+ };
    };
}

words! {
    title "確認" "Review",
    waiting "確認待ち" "Waiting",
    done_here "この画面での回答" "Answered here",
    seconds "平均秒数" "Seconds each",
    user "担当" "Signed by",
    other_language "English" "日本語",
    reason "確認の理由" "Why this is asked",
    proposal "読み取り結果" "The machine reads",
    nothing_proposed "なし" "nothing",
    alternatives "ほかの候補" "It may also be",
    accept "この値で次へ" "Accept, next",
    record "記録して次へ" "Record, next",
    blank "空欄" "Blank",
    illegible "判読不能" "Illegible",
    hold "保留" "Hold",
    back "前へ" "Back",
    undo "取り消し" "Undo",
    card "カード全体" "Whole card",
    close "閉じる" "Close",
    insist "入力のまま記録" "Record as typed",
    suggestion "候補" "Perhaps",
    refused "この値は記録できません" "This value was not recorded",
    nothing_typed "値を入力するか、空欄なら F4 を押してください" "Type a value, or press F4 if the field is blank",
    taken_back "時間が過ぎたため、この質問はほかの人に渡りました。回答は記録されていません" "This question went to somebody else after a while without action. Nothing was recorded",
    meanwhile "この質問にはほかの人が先に回答しました。上書きしていません" "Somebody answered this question first. Nothing was overwritten",
    no_undo "取り消せる回答がありません" "There is nothing to take back",
    undone "取り消しました。もう一度回答してください" "Taken back. Please answer again",
    was_answered "回答済みです。変える場合だけ回答してください" "Already answered. Answer again only to change it",
    store_failed "保存できませんでした。もう一度押してください" "Nothing was saved. Press the key again",
    server_gone "サーバーに届きません。回答は記録されていません" "The server cannot be reached. Nothing was recorded",
    picture_missing "画像が見つかりません。F2 でカード全体を見るか、保留にしてください" "The picture is missing. Press F2 for the whole card, or hold",
    card_missing "カード全体の画像は保存されていません" "No picture of the whole card was kept",
    picture_of "記入の画像" "Picture of the entry",
    all_done "確認待ちはありません" "Nothing is waiting",
    all_given "残りはほかの人が確認中です" "Other people have what is left",
    some_held "保留" "On hold",
    look_again "もう一度調べる" "Look again",
    show_held "保留を確認する" "Show what is on hold",
    key_label "番号" "Key",
    page_label "ページ全体" "Whole page",
    present "記入あり" "Present",
    attachment "同封物" "Enclosure",
    blank_page "白紙" "Blank page",
    returned "返送郵便" "Returned mail",
    duplicate "重複" "Duplicate",
    page_right "このまま使う" "Right as it was read",
    not_found "ページがありません" "There is no such page",
    value "値" "Value",
    script_needed "このページには JavaScript が必要です" "This page needs JavaScript",
    keys "キー操作" "Keys",
}

impl Words {
    pub(super) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ja => &JA,
            Lang::En => &EN,
        }
    }
}
