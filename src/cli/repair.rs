//! `hagaki review set ID @read-again`: a page laid by hand, from a terminal.

use super::args::AgainArgs;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::review::refused;
use super::run::{chain, decoding, store_failure};
use super::words::{both, shown};
use super::{Here, engines};
use crate::form::Library;
use crate::ingest::{Limits, told};
use crate::lang::Lang;
use crate::review::repair::{self, Bench, RepairError};
use crate::review::{Hints, Reply, ReviewError, corners};
use crate::scan::Region;
use crate::store::{Act, Bucket, PageId, PageRow, QuestionId, Repaired, Store, StoreError};

/// What pages are read again with.
pub(super) fn bench(here: &Here, campaign: &Campaign) -> Result<Bench, Failure> {
    let program = concat!("hagaki ", env!("CARGO_PKG_VERSION"));
    let (here, campaign) = (here.clone(), campaign.clone());
    let load = move || {
        let loaded = engines::load(&here, &campaign);
        loaded.map_err(|failure| failure.message.get(here.lang).to_owned())
    };
    let decoding = (decoding()?, Limits::default());
    Ok(Bench::new(decoding, program, Box::new(load)))
}

/// Asks about the page of a question as a whole.
pub(super) fn ask(here: &Here, store: &mut Store, reply: &Reply) -> Outcome {
    let id = about_page(store, reply)?;
    here.say(&match here.lang {
        Lang::Ja => format!("ページ全体の確認にまわしました。質問 {id}"),
        Lang::En => format!("the page waits as question {id}"),
    });
    Ok(Exit::Done)
}

/// The question about the page as a whole of any question, opened where there is none.
pub(super) fn about_page(store: &mut Store, reply: &Reply) -> Result<QuestionId, Failure> {
    repair::ask(store, reply).map_err(|e| refused(&e))
}

/// The same for a page about which nobody asked anything yet.
pub(super) fn open_page(
    store: &mut Store,
    (act, page): (&Act, PageId),
) -> Result<QuestionId, Failure> {
    let asked = store.ask_about_page(act, page);
    match asked.map_err(|e| store_failure(&e))? {
        Repaired::Done(question) => Ok(question),
        Repaired::TakenBack | Repaired::Meanwhile => Err(refused(&ReviewError::Meanwhile)),
    }
}

pub(super) fn read_again(
    here: &Here,
    campaign: &Campaign,
    (store, library): (&mut Store, &Library),
    (reply, args): (&Reply, &AgainArgs),
) -> Outcome {
    let hints = hints(args)?;
    let bench = bench(here, campaign)?;
    let begun = repair::begin(store, library, (reply, &hints));
    let (original, hints) = begun.map_err(|e| failure(&e))?;
    let read = bench.read(&original, &hints, library);
    let read = read.map_err(|e| failure(&e))?;
    let new = (&read, bench.program.as_str());
    let reply = &on_page(store, reply)?;
    let page = repair::record(store, (reply, None), (&original, &hints), new);
    let page = page.map_err(|e| failure(&e))?;
    let row = store.page(page).map_err(|e| store_failure(&e))?;
    if row.bucket == Bucket::Rejected {
        let why = row.reason.map_or("", |r| r.message(here.lang));
        here.say(&match here.lang {
            Lang::Ja => format!("読み直しましたが、まだ読めません: {why}"),
            Lang::En => format!("read again, and it still does not fit: {why}"),
        });
        return Ok(Exit::Look);
    }
    let form = row.form.as_deref().unwrap_or("-");
    let open = row.questions_open;
    here.say(&match here.lang {
        Lang::Ja => format!("{form} として読みました。質問 {open} 件"),
        Lang::En => format!("read as {form}; {open} questions"),
    });
    Ok(Exit::Done)
}

pub(super) fn separate(
    here: &Here,
    campaign: &Campaign,
    (store, library): (&mut Store, &Library),
    (reply, args): (&Reply, &AgainArgs),
) -> Outcome {
    let parts = parts(args)?;
    let bench = bench(here, campaign)?;
    let original = repair::begin_separating(store, library, (reply, &parts));
    let original = original.map_err(|e| failure(&e))?;
    let read = bench.read_parts(&original, &parts, library);
    let read = read.map_err(|e| failure(&e))?;
    let new = (&read[..], bench.program.as_str());
    let reply = &on_page(store, reply)?;
    let pages = repair::record_parts(store, (reply, None), (&original, &parts), new);
    let mut exit = Exit::Done;
    for page in pages.map_err(|e| failure(&e))? {
        let row = store.page(page).map_err(|e| store_failure(&e))?;
        if row.bucket == Bucket::Rejected {
            exit = Exit::Look;
        }
        here.say(&part_line(&row, here.lang));
    }
    Ok(exit)
}

/// The reply as one to the question about its page.
fn on_page(store: &mut Store, reply: &Reply) -> Result<Reply, Failure> {
    Ok(Reply {
        question: about_page(store, reply)?,
        ..reply.clone()
    })
}

fn part_line(row: &PageRow, lang: Lang) -> String {
    let (file, page, open) = (shown(&row.file), row.page, row.questions_open);
    let form = row.form.as_deref().unwrap_or("-");
    match (lang, row.bucket == Bucket::Rejected) {
        (Lang::Ja, true) => {
            let why = row.reason.map_or("", |r| r.message(lang));
            format!("{file}[{page}]: まだ読めません: {why}")
        }
        (Lang::En, true) => {
            let why = row.reason.map_or("", |r| r.message(lang));
            format!("{file}[{page}]: it does not fit yet: {why}")
        }
        (Lang::Ja, false) => format!("{file}[{page}]: {form} として読みました。質問 {open} 件"),
        (Lang::En, false) => format!("{file}[{page}]: read as {form}; {open} questions"),
    }
}

/// Takes back the separation of the page that the question is about, or is a part of.
pub(super) fn rejoin(here: &Here, store: &mut Store, reply: &Reply) -> Outcome {
    let program = concat!("hagaki ", env!("CARGO_PKG_VERSION"));
    let whole = |store: &Store| {
        let page = store.question(reply.question)?.page_id;
        Ok::<_, StoreError>(store.page(page)?.part_of.unwrap_or(page))
    };
    let page = whole(store).map_err(|e| failure(&e.into()))?;
    let with = (page, program);
    let question = repair::rejoin(store, (&reply.act, reply.today), with);
    let id = question.map_err(|e| failure(&e.into()))?;
    here.say(&match here.lang {
        Lang::Ja => format!("元の一枚に戻しました。質問 {id}"),
        Lang::En => format!("back to one picture; question {id}"),
    });
    Ok(Exit::Done)
}

fn parts(args: &AgainArgs) -> Result<Vec<(Region, Hints)>, Failure> {
    let said = Hints {
        corners: None,
        key: None,
        ..hints(args)?
    };
    let part = |text: &String| {
        let numbers = text.split([' ', ',']).filter(|part| !part.is_empty());
        let numbers: Vec<f64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
        let [left, top, right, bottom] = numbers.try_into().ok()?;
        Some((Region::new([left, top], [right, bottom])?, said.clone()))
    };
    let parts: Option<Vec<_>> = args.part.iter().map(part).collect();
    parts.ok_or_else(|| failure(&RepairError::Parts))
}

fn hints(args: &AgainArgs) -> Result<Hints, Failure> {
    let unreadable = || {
        failure(&RepairError::Hint(
            crate::pipeline::HintFault::CrossedCorners,
        ))
    };
    let given = args
        .corners
        .as_deref()
        .map(|text| corners(text).ok_or_else(unreadable));
    Ok(Hints {
        form: args.form.clone(),
        edition: args.edition,
        side: args.side.clone(),
        turn: args.turn,
        corners: given.transpose()?,
        key: args.key.clone().filter(|key| !key.trim().is_empty()),
    })
}

fn failure(error: &RepairError) -> Failure {
    match error {
        RepairError::Review(error) => refused(error),
        RepairError::Hint(fault) => Failure::usage(both(
            "この指定では読めません。帳票・版・面、向き（0, 90, 180, 270）、四隅を確かめてください",
            chain(fault),
        ))
        .hint("hagaki review set ID @read-again --form NAME --corners \"X,Y X,Y X,Y X,Y\""),
        RepairError::Nothing => Failure::usage(both(
            "向き、帳票、四隅、番号のどれかを指定してください",
            chain(error),
        ))
        .hint("--form, --turn, --corners, --key"),
        RepairError::Parts => Failure::usage(both(
            format!(
                "画像は 2〜{} の重ならない部分に切り分けます",
                repair::MOST_PARTS
            ),
            chain(error),
        ))
        .hint("hagaki review set ID @separate --part \"0,0 0.5,1\" --part \"0.5,0 1,1\""),
        RepairError::Picture(why) => {
            let detail = format!("{}: {why}", why.code());
            Failure::new(
                Exit::Look,
                both(
                    format!("元の画像を開けません: {}", told(&detail, Lang::Ja)),
                    chain(error),
                ),
            )
        }
        _ => Failure::new(
            Exit::Store,
            both(format!("読み取りに失敗しました: {error}"), chain(error)),
        ),
    }
}
