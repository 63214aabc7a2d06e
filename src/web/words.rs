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
    pages "ページ" "Pages",
    by_kind "まとめて確認" "By kind",
    by_kind_lead "同じ項目の記入を、読み取り結果ごとに並べて確認します。違うものを外し、残りを Enter で一度に記録します。" "The entries of one field side by side, grouped by what the machine reads. Take out the wrong ones and record the rest with Enter.",
    progress "進み具合" "Progress",
    field "項目" "Field",
    form "帳票" "Form",
    kinds "値の種類" "Different values",
    other_field "ほかの項目" "Other fields",
    confirm_rest "残りを記録" "Confirm the rest",
    wrong_one "違う" "Wrong",
    wrong "違う" "wrong",
    move_hint "移動" "move",
    reads "読み取り結果" "The machine reads",
    left_refused "帳票の規則に合わないため、一問ずつの確認に残しました" "left to be looked at one by one: the form's rules refuse the value",
    left_gone "ほかの人が扱っているため、記録していません" "not recorded: other people have them",
    no_more_alike "この項目でまとめて確認できるものはもうありません。残りは一問ずつ:" "Nothing more of this field can be confirmed together. The rest one by one:",
    no_picture "画像がありません" "no picture",
    today "今日の回答" "Answered today",
    all_days "累計" "In all",
    people "担当者" "People",
    nobody_yet "まだ回答がありません" "Nobody answered yet",
    by_hour "今日の回答（時間別）" "Answers of the day, by hour",
    books "受付簿" "The books",
    sign_in "ログイン" "Sign in",
    sign_out "ログアウト" "Sign out",
    your_name "名前" "Name",
    password "パスワード" "Password",
    wrong_password "名前かパスワードが違います" "The name or the password is wrong",
    too_many_tries "続けて間違えたため、{} 秒待ってからもう一度ログインしてください" "Too many wrong tries. Wait {} seconds and sign in again",
    session_ended "時間が過ぎたか、アカウントが変わったため、ログアウトしました" "You were signed out: after a time without action, or because the account changed",
    page_too_old "画面が古くなっています。もう一度ログインしてください" "This page was too old. Please sign in again",
    not_allowed "この画面を使う権限がありません" "This page is not for your role",
    not_allowed_lead "必要な場合は、キャンペーンの管理者に役割を追加してもらってください。" "Ask whoever runs the campaign for the role if you need it.",
    blind_step "画像だけを見て入力してください。ほかの人の回答と照合します" "Enter what the picture shows; it is compared with another word",
    settle_step "回答が食い違っています。画像を見て決めてください:" "The words differ. Decide by the picture:",
    not_his "この質問には別の人が答えます。記録していません" "Another person must answer this. Nothing was recorded",
    for_others "ほかの人の確認が必要なもの" "For other people to look at",
    audit "監査記録" "Audit",
    chain_holds "記録の鎖は切れていません。件数" "The chain holds. Rows",
    chain_breaks "記録が書き換えられています。最初の行" "The record was tampered with, first at row",
    moment "日時 (UTC)" "When (UTC)",
    deed "内容" "What",
    deed_on "対象" "On what",
}

impl Words {
    pub(super) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ja => &JA,
            Lang::En => &EN,
        }
    }
}
