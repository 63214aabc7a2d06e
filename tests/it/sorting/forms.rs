//! Twenty form sides in one stack, near-twins among them, and forms that no library knows.

use std::sync::Arc;

use hagaki::form::{Form, Library, ready};

use super::draft::{Draft, Row};
use Row::{Boxes, Digits, Free, Gap, Line, Words};

const CARD: (f64, f64) = (100.0, 148.0);
const WIDE_CARD: (f64, f64) = (148.0, 100.0);
const A5: (f64, f64) = (148.0, 210.0);
const A4: (f64, f64) = (210.0, 297.0);

/// The rows of the intention card.
const INTENT: [Row; 5] = [
    Boxes(
        "１　接種の希望（□に✓を記入）",
        &["希望する", "希望しない", "未定"],
    ),
    Words("２　会場への送迎（○で囲む）", &["有", "無"]),
    Digits("３　日中に連絡のつく電話番号", 11),
    Line("４　お名前（自署）"),
    Free("連絡事項", 22.0),
];
/// The same frame with other words.
const BUS: [Row; 5] = [
    Boxes(
        "１　無料乗車券の交付（□に✓）",
        &["申請する", "申請しない", "返納"],
    ),
    Words("２　写真の同封（○で囲む）", &["済", "未"]),
    Digits("３　乗車証の番号（十一けた）", 11),
    Line("４　申請者の氏名"),
    Free("備考欄", 22.0),
];
const CLUB: [Row; 5] = [
    Boxes(
        "１　敬老会への出席（□に✓）",
        &["出席する", "欠席する", "検討中"],
    ),
    Words("２　付き添いの方（○で囲む）", &["要", "否"]),
    Digits("３　ご自宅の電話番号（右づめ）", 11),
    Line("４　出席される方のお名前"),
    Free("ご要望", 22.0),
];
const SURVEY: [Row; 4] = [
    Boxes("問１　お住まいの地区", &["東", "西", "南", "北", "中央"]),
    Boxes(
        "問２　市の広報をどこで見ますか",
        &["広報紙", "ホームページ", "回覧板"],
    ),
    Boxes(
        "問３　住みやすさ",
        &["満足", "やや満足", "やや不満", "不満"],
    ),
    Free("ご意見", 14.0),
];
const BENEFIT: [Row; 9] = [
    Line("申請者の氏名"),
    Line("ふりがな"),
    Digits("生年月日（西暦八けた）", 8),
    Digits("電話番号", 11),
    Boxes(
        "世帯の種類",
        &["単身", "夫婦のみ", "親と子", "三世代", "その他"],
    ),
    Boxes("給付金の受け取り", &["希望する", "希望しない"]),
    Line("金融機関と支店の名前"),
    Digits("口座番号", 7),
    Free("申し立て", 30.0),
];

fn sheet(id: &str, edition: u32, size: (f64, f64), (title, note): (&str, &str)) -> Draft {
    let mut draft = Draft::new(id, edition, size);
    draft.title(title, note);
    draft
}

fn rows(mut draft: Draft, rows: &[Row]) -> Draft {
    for row in rows {
        draft.row(*row);
    }
    draft
}

/// With `row` put in before the one of that number.
fn with(rows: &[Row], at: usize, row: Row) -> Vec<Row> {
    let mut all = rows.to_vec();
    all.insert(at, row);
    all
}

fn replaced(rows: &[Row], at: usize, row: Row) -> Vec<Row> {
    let mut all = rows.to_vec();
    all[at] = row;
    all
}

const INTENT_HEAD: (&str, &str) = (
    "接種の意向確認はがき",
    "太枠の中を記入し、このまま投函してください。",
);
const SURVEY_HEAD: (&str, &str) = (
    "市民アンケート",
    "回答は統計にだけ使います。濃い鉛筆で記入してください。",
);
const CLUB_HEAD: (&str, &str) = (
    "敬老会の出欠はがき",
    "人数の都合がありますので月末までにお送りください。",
);
const LEAVE_HEAD: (&str, &str) = ("保育所の休みの届け", "前日の夕方までに出してください。");
const LEAVE: [Row; 3] = [
    Line("児童の氏名"),
    Digits("休む日（月日）", 4),
    Free("くわしく", 40.0),
];
const BENEFIT_HEAD: (&str, &str) = (
    "住民給付金の申請書",
    "黒のボールペンで記入し、返信用封筒に入れてください。",
);

/// Twenty sides: four editions of a card that differ by a question added, a row moved by 6 mm and
/// an option more; cards with the same frame and other words; address sides; landscape cards; A5
/// and A4 sheets with editions of their own.
pub(crate) fn twenty() -> Library {
    Library::new(
        [cards(), wide_cards(), sheets()]
            .concat()
            .iter()
            .map(Draft::form)
            .collect(),
    )
}

#[expect(clippy::too_many_lines, reason = "a list of forms")]
fn cards() -> Vec<Draft> {
    let intent = |edition| sheet("intent", edition, CARD, INTENT_HEAD);
    let mut all = vec![
        rows(intent(1), &INTENT),
        rows(
            intent(2),
            &with(
                &INTENT[..4],
                4,
                Boxes("５　副反応の経験", &["有", "無", "わからない"]),
            ),
        ),
        rows(intent(3), &with(&INTENT, 2, Gap(6.0))),
        rows(
            intent(4),
            &replaced(
                &INTENT,
                1,
                Words("２　会場への送迎（○で囲む）", &["有", "無", "未定"]),
            ),
        ),
        rows(
            sheet(
                "bus",
                1,
                CARD,
                (
                    "敬老乗車券の申請はがき",
                    "太枠の中を記入し、切手を貼って投函してください。",
                ),
            ),
            &BUS,
        ),
        rows(sheet("club", 1, CARD, CLUB_HEAD), &CLUB),
        rows(
            sheet(
                "order",
                1,
                CARD,
                ("健診の申込はがき", "希望する日を選んで記入してください。"),
            ),
            &[
                Digits("一　受診券番号", 10),
                Line("二　氏名"),
                Words("三　希望", &["午前", "午後"]),
                Free("四　連絡", 30.0),
            ],
        ),
        // The same rows in another order.
        rows(
            sheet(
                "order",
                2,
                CARD,
                ("健診の申込はがき", "希望する日を選んで記入してください。"),
            ),
            &[
                Line("一　氏名"),
                Digits("二　受診券番号", 10),
                Words("三　希望", &["午前", "午後"]),
                Free("四　連絡", 30.0),
            ],
        ),
    ];
    for (edition, office, section) in [
        (1, "見本県見本市役所", "健康推進課"),
        (2, "見本県見本市役所", "福祉給付課"),
        (3, "試行県試行町役場", "住民税務課"),
    ] {
        let mut address = Draft::new("address", edition, CARD);
        address.address_side(office, section);
        all.push(address);
    }
    all
}

fn wide_cards() -> Vec<Draft> {
    let survey = |edition| sheet("survey", edition, WIDE_CARD, SURVEY_HEAD);
    vec![
        rows(survey(1), &SURVEY),
        // One word of one option is another.
        rows(
            survey(2),
            &replaced(
                &SURVEY,
                1,
                Boxes(
                    "問２　市の広報をどこで見ますか",
                    &["広報紙", "ホームページ", "掲示板"],
                ),
            ),
        ),
        rows(survey(3), &with(&SURVEY, 3, Gap(6.0))),
    ]
}

#[expect(clippy::too_many_lines, reason = "a list of forms")]
fn sheets() -> Vec<Draft> {
    let benefit = |edition, size| sheet("benefit", edition, size, BENEFIT_HEAD);
    let matrix = |id: &str, head, words: &'static [&'static str]| {
        let mut draft = sheet(id, 1, A4, head);
        for question in [
            "１　防災と消防",
            "２　子育てと教育",
            "３　高齢者の福祉",
            "４　バスと道路",
            "５　ごみと環境",
            "６　商店街と仕事",
            "７　公園と緑",
            "８　図書館",
            "９　役所の窓口",
            "１０　水道と下水",
            "１１　病院と健康",
            "１２　祭りと行事",
            "１３　防犯と街灯",
            "１４　空き家",
        ] {
            draft.row(Boxes(question, words));
        }
        draft
    };
    vec![
        rows(benefit(1, A4), &BENEFIT),
        rows(
            benefit(2, A4),
            &with(
                &BENEFIT,
                6,
                Boxes("代理の方の申請", &["配偶者", "親族", "法定代理人"]),
            ),
        ),
        rows(benefit(3, A4), &with(&BENEFIT, 4, Gap(6.0))),
        matrix(
            "matrix",
            ("まちづくり調査票", "それぞれひとつ選んでください。"),
            &["満足", "普通", "不満", "不明"],
        ),
        rows(
            sheet(
                "leave",
                1,
                A5,
                ("保育所の休みの届け", "前日の夕方までに出してください。"),
            ),
            &[
                Line("児童の氏名"),
                Digits("休む日（月日）", 4),
                Boxes("理由", &["発熱", "通院", "家の都合"]),
                Free("くわしく", 40.0),
            ],
        ),
        rows(
            sheet(
                "leave",
                2,
                A5,
                ("保育所の休みの届け", "前日の夕方までに出してください。"),
            ),
            &[
                Line("児童の氏名"),
                Digits("休む日（月日）", 4),
                Boxes("理由", &["発熱", "通院", "家の都合"]),
                Boxes("給食", &["要る", "要らない"]),
                Free("くわしく", 40.0),
            ],
        ),
    ]
}

/// Forms that no library knows, among them some that resemble known ones.
#[expect(clippy::too_many_lines, reason = "a list of forms")]
pub(crate) fn unknown() -> Vec<Arc<Form>> {
    let intent = |edition| sheet("unknown-intent", edition, CARD, INTENT_HEAD);
    let drafts = vec![
        // The same card with two rows moved.
        rows(intent(1), &with(&with(&INTENT, 1, Gap(4.0)), 4, Gap(3.0))),
        // The same frame, other words.
        rows(
            sheet(
                "unknown-same-frame",
                1,
                CARD,
                ("図書館の利用はがき", "窓口でもお渡しいただけます。"),
            ),
            &[
                Boxes("１　貸出券の更新（□に✓）", &["更新する", "やめる", "相談"]),
                Words("２　宅配の利用（○で囲む）", &["可", "否"]),
                Digits("３　貸出券に書かれた番号", 11),
                Line("４　ご利用者の氏名"),
                Free("読みたい本", 22.0),
            ],
        ),
        // The rows of a known card in another order.
        rows(
            intent(2),
            &[INTENT[2], INTENT[0], INTENT[1], INTENT[3], INTENT[4]],
        ),
        // A question more than any known edition has.
        rows(
            intent(3),
            &with(&INTENT[..4], 4, Digits("５　接種券に書かれた番号", 10)),
        ),
        // All of a known card, and a question below it.
        rows(
            intent(4),
            &with(
                &INTENT,
                5,
                Boxes("６　かかりつけ医", &["ある", "ない", "以前"]),
            ),
        ),
        rows(
            sheet(
                "unknown-survey",
                1,
                WIDE_CARD,
                ("図書館アンケート", "ひとつだけ選んで記入してください。"),
            ),
            &[
                Boxes(
                    "問１　来館の回数",
                    &["毎日", "毎週", "毎月", "年に数回", "初めて"],
                ),
                Boxes("問２　主に借りるもの", &["本", "雑誌", "その他"]),
                Boxes(
                    "問３　開館の時間",
                    &["満足", "やや満足", "やや不満", "不満"],
                ),
                Free("ご要望", 14.0),
            ],
        ),
        rows(
            sheet(
                "unknown-benefit",
                1,
                A4,
                ("医療費の助成申請書", "領収書を添えて窓口に出してください。"),
            ),
            &[
                Line("受給者の氏名"),
                Line("住所"),
                Digits("受給者番号", 8),
                Digits("電話番号", 11),
                Boxes("診療の種類", &["入院", "通院", "調剤", "歯科", "その他"]),
                Boxes("保険", &["国保", "社保"]),
                Line("医療機関"),
                Digits("金額", 7),
                Free("備考", 30.0),
            ],
        ),
        rows(
            sheet(
                "unknown-leave",
                1,
                A5,
                ("学童クラブの届け", "当日の昼までに出してください。"),
            ),
            &[
                Line("児童の氏名"),
                Boxes("休む理由", &["病気", "用事"]),
                Free("連絡", 60.0),
            ],
        ),
        {
            let mut other = Draft::new("unknown-address", 1, CARD);
            other.address_side("別町別村役場本庁舎", "総務広報係");
            other
        },
    ];
    let all = drafts.into_iter().chain(near());
    all.map(|d| d.form()).chain(ready_sides()).collect()
}

/// Known forms with one thing changed.
fn near() -> Vec<Draft> {
    let mut noted = rows(sheet("unknown-club", 1, CARD, CLUB_HEAD), &CLUB);
    noted.text(
        (6.0, 139.0),
        2.7,
        "欠席の方には後日、記念の品を郵便でお送りします。",
    );
    vec![
        // A question less.
        rows(sheet("unknown-intent", 5, CARD, INTENT_HEAD), &INTENT[..4]),
        // A sentence more.
        noted,
        // One row of nine is another.
        rows(
            sheet("unknown-benefit", 2, A4, BENEFIT_HEAD),
            &replaced(&BENEFIT, 6, Line("振込先の口座の名義")),
        ),
        // The same questions to other people.
        rows(
            sheet(
                "unknown-survey",
                2,
                WIDE_CARD,
                (
                    "職員アンケート",
                    "回答は研修にだけ使います。濃い鉛筆で記入してください。",
                ),
            ),
            &SURVEY,
        ),
        rows(
            sheet("unknown-leave", 2, A5, LEAVE_HEAD),
            &[
                LEAVE[0],
                LEAVE[1],
                Boxes("迎えに来る人", &["父母", "祖父母", "そのほか"]),
                LEAVE[2],
            ],
        ),
    ]
}

/// The sides of the forms that come with the program.
fn ready_sides() -> Vec<Arc<Form>> {
    let names = ["vaccine-intent", "benefit-application", "resident-survey"];
    let mut all = Vec::new();
    for name in names {
        let form = ready::form(name).and_then(|f| f.load().ok());
        let form = form.expect("it comes with the program");
        for side in &form.sides {
            let mut one = form.clone();
            one.sides = vec![side.clone()];
            all.push(Arc::new(one));
        }
    }
    all
}
