//! `hagaki review list|show|set`: the questions, from a terminal.

use super::args::{ReviewCommand, SetArgs};
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::status::{open_existing, open_to_look};
use super::words::{both, no_form, pick, shown};
use super::{Here, clock, password};
use crate::doubt::Reason;
use crate::ingest::detail_of;
use crate::lang::Lang;
use crate::people;
use crate::review::{self, Named, PlaceError, Reply, ReviewError, Shown};
use crate::store::{
    Act, May, QuestionFilter, QuestionId, QuestionRow, QuestionState, Role, Spoken, Store, Subject,
};

pub(super) fn review(here: &Here, command: &ReviewCommand) -> Outcome {
    match command {
        ReviewCommand::List {
            form,
            field,
            reason,
        } => {
            let reason = reason.as_deref().map(|code| {
                code.parse().map_err(|e: String| {
                    Failure::usage(both(format!("理由コード `{code}` はありません"), e))
                        .hint("docs/reasons.md")
                })
            });
            let filter = QuestionFilter {
                form: form.clone(),
                field: field.clone(),
                reason: reason.transpose()?,
                ..QuestionFilter::default()
            };
            list(here, &filter)
        }
        ReviewCommand::Show { id } => show(here, QuestionId(*id)),
        ReviewCommand::Set(args) => set(here, args),
    }
}

fn list(here: &Here, filter: &QuestionFilter) -> Outcome {
    let campaign = here.campaign()?;
    let store = open_to_look(&campaign)?;
    if let Some(form) = &filter.form {
        known_form(&campaign, &store, form)?;
    }
    let questions = review::list(&store, filter).map_err(|e| store_failure(&e))?;
    if here.everywhere.json {
        for question in &questions {
            outln!("{}", json(question)?);
        }
        return Ok(Exit::Done);
    }
    for question in &questions {
        outln!("{}", line(question, here.lang));
    }
    here.say(&match here.lang {
        Lang::Ja => format!(
            "確認待ち {} 件。回答: hagaki review set 番号 値",
            questions.len()
        ),
        Lang::En => format!(
            "{} waiting. To answer: hagaki review set ID VALUE",
            questions.len()
        ),
    });
    Ok(Exit::Done)
}

/// Refuses a form that neither lies in `forms/` nor was ever read: nothing waiting would look like all
/// done.
fn known_form(campaign: &Campaign, store: &Store, form: &str) -> Result<(), Failure> {
    let mut known = store.forms().map_err(|e| store_failure(&e))?;
    if known.iter().any(|id| id.0 == form) {
        return Ok(());
    }
    known.extend(campaign.library()?.forms().iter().map(|f| f.id.clone()));
    known.sort();
    known.dedup();
    if known.iter().any(|id| id.0 == form) {
        return Ok(());
    }
    Err(no_form(form, &known))
}

/// One question in one line: number, place, field, proposal, reasons.
fn line(question: &QuestionRow, lang: Lang) -> String {
    let what = match &question.subject {
        Subject::Field(id) => id.0.as_str(),
        Subject::Key => pick(lang, "[番号]", "[key]"),
        Subject::Page => pick(lang, "[ページ]", "[page]"),
    };
    let form = question.form.as_deref().unwrap_or("-");
    let proposal = question
        .proposal
        .as_deref()
        .filter(|p| !p.is_empty())
        .unwrap_or("-");
    let reasons: Vec<&str> = question.doubts.iter().map(|d| d.reason.code()).collect();
    format!(
        "{:>6}  {form}  {what}  {proposal}  {}  {}[{}]",
        question.id.0,
        reasons.join(" "),
        shown(&question.file),
        question.page
    )
}

fn show(here: &Here, id: QuestionId) -> Outcome {
    let campaign = here.campaign()?;
    let store = open_existing(&campaign)?;
    let library = campaign.library()?;
    let about = review::show(&store, &library, id).map_err(|e| no_such(&e))?;
    if here.everywhere.json {
        outln!("{}", json(&about)?);
    } else {
        print_shown(&about, here.lang);
    }
    Ok(Exit::Done)
}

fn print_shown(about: &Shown, lang: Lang) {
    let question = &about.question;
    outln!("{}", line(question, lang));
    if let Some(label) = &about.label {
        outln!("{}: {}", pick(lang, "項目", "field"), label.get(lang));
    }
    for doubt in &question.doubts {
        let detail = detail_of(doubt, lang)
            .map(|d| format!(" ({d})"))
            .unwrap_or_default();
        outln!(
            "{}: {}{detail}",
            pick(lang, "理由", "reason"),
            doubt.reason.message(lang)
        );
    }
    if question.covered {
        outln!(
            "{}",
            pick(
                lang,
                "画像と読み取り結果は隠しています。見るには: hagaki review",
                "picture and reading are covered; to look at them: hagaki review"
            )
        );
    }
    for entry in &about.differing {
        let said = entry.value.as_deref().unwrap_or(&entry.answer);
        outln!("{}: {said}", pick(lang, "食い違う回答", "they differ"));
    }
    for alternative in &about.alternatives {
        outln!(
            "{}: {}  {:.3}",
            pick(lang, "候補", "perhaps"),
            alternative.text,
            alternative.weight
        );
    }
    for (value, label) in &about.options {
        outln!("{}: {value}  {label}", pick(lang, "選択肢", "option"));
    }
    for (name, value) in &about.record {
        outln!("{}: {name} {value}", pick(lang, "送付先", "recipient"));
    }
    if let Some(picture) = &about.picture_file {
        outln!("{}: {}", pick(lang, "画像", "picture"), picture.display());
    }
}

/// The next step where a question's edition is gone, before the way around it.
const EDITION_KEPT: (&str, &str) = (
    "元の版の帳票フォルダーを forms/ に戻し、新しい版と並べてください。",
    "keep the old edition's folder in forms/ beside the new one; ",
);

/// The word that asks about a page as a whole.
const PAGE: &str = "@page";
/// The word that has a page read again.
const READ_AGAIN: &str = "@read-again";
/// The word that makes a page of every card in a picture, and the one that takes it back.
const SEPARATE: &str = "@separate";
const REJOIN: &str = "@rejoin";

fn set(here: &Here, args: &SetArgs) -> Outcome {
    fitting(args)?;
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    let (who, may) = signer(&store, args)?;
    let act = Act {
        who,
        at: clock::now(),
    };
    let answer = review::answer(&args.value);
    let of_page = [PAGE, READ_AGAIN, SEPARATE].contains(&args.value.as_str());
    let aside = answer.sets_aside();
    let about_page = of_page || aside;
    if about_page && !may.first {
        return Err(refused(&ReviewError::NotHis));
    }
    let mut reply = Reply {
        question: question(&mut store, args, (&act, about_page))?,
        answer,
        act,
        why: args.why.clone(),
        insist: args.insist,
        today: clock::today(),
        may,
    };
    if !(args.over || about_page || args.value == REJOIN) {
        nothing_overwritten(&store, &reply)?;
    }
    let (with, said) = ((&mut store, &library), (&reply, &args.again));
    match args.value.as_str() {
        PAGE => return super::repair::ask(here, &mut store, &reply),
        READ_AGAIN => return super::repair::read_again(here, &campaign, with, said),
        SEPARATE => return super::repair::separate(here, &campaign, with, said),
        REJOIN => return super::repair::rejoin(here, &mut store, &reply),
        _ if aside => {
            reply.question = super::repair::about_page(&mut store, &reply)?;
        }
        _ => {}
    }
    let spoken = review::set(&mut store, &library, &reply).map_err(|e| refused(&e))?;
    here.say(match spoken {
        Spoken::Decided(_) => pick(here.lang, "記録しました", "recorded"),
        Spoken::Entered => pick(
            here.lang,
            "記録しました。別の人の回答を待ちます",
            "recorded; another person's word is awaited",
        ),
    });
    Ok(Exit::Done)
}

/// Refuses what says how a page lies beside a word that looks at no page: it would change nothing.
fn fitting(args: &SetArgs) -> Result<(), Failure> {
    let again = &args.again;
    let (anew, parts) = (args.value == READ_AGAIN, args.value == SEPARATE);
    let given = [
        ("--form", again.form.is_some() && !anew && !parts),
        ("--turn", again.turn.is_some() && !anew && !parts),
        ("--corners", again.corners.is_some() && !anew),
        ("--key", again.key.is_some() && !anew),
        ("--part", !again.part.is_empty() && !parts),
    ];
    let Some((option, _)) = given.into_iter().find(|(_, ignored)| *ignored) else {
        return Ok(());
    };
    Err(Failure::usage(both(
        format!("この回答に {option} は使えません。何も記録していません"),
        format!("{option} says nothing beside this answer; nothing was recorded"),
    ))
    .hint(both(
        "読み直しは @read-again（--form --turn --corners --key）、切り分けは @separate（--part --form --turn）",
        "@read-again takes --form, --turn, --corners and --key; @separate takes --part, --form and --turn",
    )))
}

/// Refuses what would put a word over another person's without anybody's noticing.
fn nothing_overwritten(store: &Store, reply: &Reply) -> Result<(), Failure> {
    let other = review::answered_by_another(store, reply.question, &reply.act.who);
    match other.map_err(|e| no_such(&e))? {
        None => Ok(()),
        Some(other) => Err(Failure::usage(both(
            format!("この質問には `{other}` が回答しています。上書きしていません"),
            format!("`{other}` answered this question; nothing was overwritten"),
        ))
        .hint(both(
            "それでも変える場合は --over",
            "--over answers it anew",
        ))),
    }
}

/// The question that is meant: by its number, or the last one about the page at that place. Where
/// nobody asked anything about it and the word is one on a page, the page asks from now on.
fn question(
    store: &mut Store,
    args: &SetArgs,
    (act, about_page): (&Act, bool),
) -> Result<QuestionId, Failure> {
    if let Ok(number) = args.question.parse() {
        return Ok(QuestionId(number));
    }
    let page = review::page_at(store, &args.question).map_err(|e| misplaced(&e))?;
    let asked = review::question_of(store, page).map_err(|e| no_such(&e))?;
    let stands = |q: &QuestionRow| q.state != QuestionState::Superseded || args.value == REJOIN;
    match asked.filter(stands) {
        Some(question) => Ok(question.id),
        None if about_page => super::repair::open_page(store, (act, page)),
        None => Err(Failure::usage(both(
            format!("`{}` には質問がありません", shown(&args.question)),
            format!("nothing is asked about `{}`", shown(&args.question)),
        ))
        .hint(both(
            "ページについては @page, @separate, @read-again などが使えます",
            "of the page you can say @page, @separate, @read-again and the like",
        ))),
    }
}

/// A place that names no page, or several: nothing is answered for a card that may not be meant.
fn misplaced(error: &PlaceError) -> Failure {
    let (place, pages) = match error {
        PlaceError::Store(e) => return no_such(e),
        PlaceError::Several { place, pages } => (shown(place), pages),
    };
    let name = |page: &Named| {
        let id = page.question.map_or_else(
            || format!("page:{}", page.page),
            |question| question.to_string(),
        );
        format!("{id} ({})", page.bucket.name())
    };
    let ids: Vec<String> = pages.iter().map(name).collect();
    let (count, ids) = (pages.len(), ids.join(", "));
    Failure::usage(both(
        format!("`{place}` という場所のページは {count} 枚あります。何も記録していません"),
        format!("`{place}` is the place of {count} pages; nothing was recorded"),
    ))
    .hint(both(
        format!("番号で指定してください: {ids}（質問の内容は hagaki review show 番号）"),
        format!("name one by its number: {ids}; `hagaki review show ID` shows a question"),
    ))
}

/// Who signs. Where the campaign has people it is one of them, and he proves it.
fn signer(store: &Store, args: &SetArgs) -> Result<(String, May), Failure> {
    let named = args.by.clone().unwrap_or_else(clock::user);
    if !store.has_people().map_err(|e| store_failure(&e))? {
        return Ok((named, May::default()));
    }
    let name = people::name(&named).unwrap_or_default();
    let person = store.person(&name).map_err(|e| store_failure(&e))?;
    let hash = store.password_hash(&name).map_err(|e| store_failure(&e))?;
    let password = password::ask(both(
        format!("{named} のパスワード"),
        format!("password of {named}"),
    ))?;
    let right = people::is_right(&password, hash.as_deref());
    let person = person.filter(|p| right && p.active).ok_or_else(|| {
        Failure::usage(both(
            "名前かパスワードが違います",
            "the name or the password is wrong",
        ))
        .hint(both("--by 名前", "--by NAME"))
    })?;
    let answers = [Role::Reviewer, Role::Verifier];
    if !answers.iter().any(|role| person.roles.contains(role)) {
        return Err(Failure::usage(both(
            format!("`{name}` には質問に答える役割がありません"),
            format!("`{name}` has no role that answers questions"),
        ))
        .hint("hagaki people roles"));
    }
    Ok((name, May::of(&person.roles)))
}

pub(super) fn refused(error: &ReviewError) -> Failure {
    match error {
        ReviewError::Store(e) => no_such(e),
        ReviewError::Invalid { doubts, suggestion } => {
            let words = |lang| {
                let all: Vec<&str> = doubts.iter().map(|d| d.reason.message(lang)).collect();
                all.join("; ")
            };
            let failure = Failure::usage(both(
                format!("この値は使えません: {}", words(Lang::Ja)),
                format!("the value is not valid: {}", words(Lang::En)),
            ));
            let asked = suggestion
                .as_ref()
                .map_or_else(String::new, |text| format!("`{text}`? "));
            let gone = doubts.iter().any(|d| d.reason == Reason::EditionUnknown);
            let (keep_ja, keep_en) = if gone { EDITION_KEPT } else { ("", "") };
            failure.hint(both(
                format!("{asked}{keep_ja}入力のまま記録するには --insist を付けてください"),
                format!("{asked}{keep_en}--insist takes it as typed"),
            ))
        }
        ReviewError::NotAnAnswer { takes } => {
            let typed: Vec<&str> = takes.iter().map(|name| review::typed(name)).collect();
            let all = typed.join(", ");
            Failure::usage(both(
                format!("この質問にはその回答はできません。使えるもの: {all}"),
                format!("this question cannot be answered that way; it takes {all}"),
            ))
        }
        ReviewError::Superseded(id) => Failure::usage(both(
            format!("質問 {id} は、そのページが読み直されたため無効です"),
            chain(error),
        ))
        .hint("hagaki review list"),
        ReviewError::NotHis => {
            Failure::usage(both("この質問には別の役割の人が答えます", chain(error)))
                .hint("hagaki people roles")
        }
        ReviewError::KeyWanted => Failure::usage(both(
            "この帳票には番号が必要です。番号なしでは、カードが出力されないまま残ります",
            "the form wants a key; without one the card would never be exported",
        ))
        .hint(both(
            "番号を入力してください: hagaki review set 質問 番号。今は分からなければ @hold、カードでなければ @attachment",
            "type the key: hagaki review set ID KEY. Where it is not known yet: @hold; what is no card: @attachment",
        )),
        ReviewError::TakenBack | ReviewError::Meanwhile => {
            Failure::usage(both("この質問はほかの人が扱っています", chain(error)))
        }
        ReviewError::Nameless => Failure::usage(both("誰が決めたかの名前が必要です", chain(error)))
            .hint(both("--by 名前", "--by NAME")),
    }
}

/// A question that is not there is wrong use; everything else is the store.
fn no_such(error: &crate::store::StoreError) -> Failure {
    match error {
        crate::store::StoreError::SamePerson { .. } => {
            Failure::usage(both(error.message(Lang::Ja), chain(error)))
        }
        crate::store::StoreError::NoSuch { .. } => {
            Failure::usage(both(error.message(Lang::Ja), chain(error))).hint("hagaki review list")
        }
        _ => store_failure(error),
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|e| Failure::new(Exit::Store, chain(&e)))
}
