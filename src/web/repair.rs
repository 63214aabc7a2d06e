//! Pages that the machine could not place: laid by hand, read again, or set aside.
//!
//! Who may answer a page's question may have it read again: the same lease, token and roles. The
//! picture is decoded as in a run, in a process that may die, one at a time, and holds up nobody's
//! questions.

use std::sync::{Arc, PoisonError};

use axum::Extension;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::desk::{failed, fresh, notice_of, or_failed, own, refused};
use super::gate::Visitor;
use super::once_more::OnceMore;
use super::pages::{html, page};
use super::repair_view::{Done, Laid, Page, Result as Shown};
use super::words::Words;
use super::{Site, secret};
use crate::lang::Lang;
use crate::review::repair::{self, Read, RepairError, Sheet};
use crate::review::{self, Hints, Reply, ReviewError, desk};
use crate::store::{
    Act, Answer, Bucket, Desk, Kind, May, NewDecision, Original, PageId, QuestionFilter,
    QuestionId, Store, StoreError, Subject, Wanted,
};

/// So many pictures are kept for a second look: each is a megabyte or two.
const MOST_SHEETS: usize = 4;

/// Pictures that were decoded lately.
pub(super) type Sheets = Vec<(PageId, Arc<Sheet>)>;

/// Which page a window wants.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    desk: String,
    /// This question, else the next one.
    question: Option<i64>,
    /// The page that was read again last, to be laid anew.
    page: Option<i64>,
    #[serde(default)]
    undo: bool,
}

/// How a page is to be read, or what it is.
#[derive(Debug, Deserialize)]
pub(super) struct Word {
    pub(super) desk: String,
    pub(super) lease: String,
    pub(super) question: i64,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    edition: String,
    #[serde(default)]
    side: String,
    #[serde(default)]
    turn: String,
    /// Eight shares, separated by blanks.
    #[serde(default)]
    corners: String,
    #[serde(default)]
    key: String,
    /// Four shares a part, separated by blanks.
    #[serde(default)]
    pub(super) parts: String,
}

impl Word {
    /// `None` for numbers that are none.
    pub(super) fn hints(&self) -> Option<Hints> {
        let given = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let number = |text: &str| given(text).map(|t| t.parse::<u32>().ok());
        let whole = |number: Option<Option<u32>>| match number {
            Some(None) => None,
            Some(Some(n)) => Some(Some(n)),
            None => Some(None),
        };
        Some(Hints {
            form: given(&self.form),
            edition: whole(number(&self.edition))?,
            side: given(&self.side),
            turn: whole(number(&self.turn))?,
            corners: match given(&self.corners) {
                Some(text) => Some(review::corners(&text)?),
                None => None,
            },
            key: given(&self.key),
        })
    }

    fn reply(&self, site: &Site, who: &str, may: May) -> Option<Reply> {
        Some(Reply {
            question: QuestionId(self.question),
            answer: match self.answer.as_str() {
                "attachment" => Answer::Attachment,
                "blank_page" => Answer::BlankPage,
                "returned" => Answer::Returned,
                "duplicate" => Answer::Duplicate,
                "accept" => Answer::Accept,
                "hold" => Answer::Hold,
                _ => return None,
            },
            act: Act {
                who: who.to_owned(),
                at: (site.clock.now)(),
            },
            why: String::new(),
            insist: false,
            today: (site.clock.today)(),
            may,
        })
    }
}

pub(super) fn desk_of(id: &str, visitor: &Visitor) -> Option<Desk> {
    secret::is_name(id).then(|| Desk {
        id: id.to_owned(),
        who: visitor.name().to_owned(),
    })
}

pub(super) async fn repair(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = query.unwrap_or_default();
    page(&site, &visitor, ("/repair", &wanted), |f| Page {
        f,
        wanted: &wanted,
    })
}

/// The next page that waits, or that one.
pub(super) async fn next(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(wish): Form<Wish>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let Some(desk) = desk_of(&wish.desk, &visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let given = site.work({
        let desk = desk.clone();
        move |site: &Site, store: &mut Store| site.give(store, &desk, (&wish, may))
    });
    match given.await {
        Some(Ok(given)) => site.laid(desk, given, ("", lang)).await,
        Some(Err(e)) => refused(&e, lang),
        None => failed(lang),
    }
}

/// Reads the page as it was laid.
pub(super) async fn read(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let w = Words::of(lang);
    let Some(desk) = desk_of(&word.desk, &visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(hints) = word.hints() else {
        return notice_of(StatusCode::UNPROCESSABLE_ENTITY, w.bad_corners, lang);
    };
    let (lease, question) = (word.lease.clone(), QuestionId(word.question));
    let reply = site.taking(question, &desk, may);
    match site
        .once_more((visitor, desk.clone()), (lease, reply), hints)
        .await
    {
        Ok(Again::Read(shown)) => html(&*shown),
        Ok(Again::Rejected(question)) => {
            let wish = Wish {
                desk: desk.id.clone(),
                question: Some(question.0),
                page: None,
                undo: false,
            };
            let given = site.work({
                let desk = desk.clone();
                move |site: &Site, store: &mut Store| site.give(store, &desk, (&wish, may))
            });
            match given.await {
                Some(Ok(given)) => site.laid(desk, given, (w.still_rejected, lang)).await,
                _ => failed(lang),
            }
        }
        Err(e) => refused_page(&e, lang),
    }
}

/// What the page is, if no card.
pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let reply = word.reply(&site, visitor.name(), may);
    let (Some(desk), Some(reply)) = (desk_of(&word.desk, &visitor), reply) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let given = site.work({
        let desk = desk.clone();
        move |site: &Site, store: &mut Store| {
            desk::answer(store, &site.library, &word.lease, &reply)?;
            let wish = Wish {
                desk: desk.id.clone(),
                question: None,
                page: None,
                undo: false,
            };
            site.give(store, &desk, (&wish, may))
        }
    });
    match given.await {
        Some(Ok(given)) => site.laid(desk, given, ("", lang)).await,
        Some(Err(e)) => refused(&e, lang),
        None => failed(lang),
    }
}

/// The page's own picture, of the question under that lease.
pub(super) async fn picture(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Path(lease): Path<String>,
) -> Response {
    let lang = visitor.lang;
    let job = move |_: &Site, store: &mut Store| {
        let Some(lease) = own(store, &lease, &visitor)? else {
            return Ok(None);
        };
        let page = store.question(lease.question)?.page_id;
        store.original(page)
    };
    match site.work(job).await {
        Some(Ok(Some(original))) => match site.sheet(original).await {
            Ok(sheet) => ([(CONTENT_TYPE, "image/png")], sheet.png.clone()).into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        Some(Ok(None)) => StatusCode::GONE.into_response(),
        Some(Err(_)) | None => or_failed(None, lang),
    }
}

/// What stands before a desk.
struct Given {
    lease: String,
    question: QuestionId,
    original: Original,
}

/// What became of a page that was read again.
pub(super) enum Again {
    Read(Box<Shown>),
    /// It does not fit; this question waits now.
    Rejected(QuestionId),
}

impl Site {
    /// Gives the desk a page; `None` when none waits.
    fn give(
        &self,
        store: &mut Store,
        desk: &Desk,
        (wish, may): (&Wish, May),
    ) -> Result<Option<Given>, ReviewError> {
        let (now, lease) = ((self.clock.now)(), fresh()?);
        if let Some(page) = wish.page.map(PageId) {
            self.ask_anew(store, desk, (page, now.clone()))?;
        }
        let wished = match (wish.question, wish.page) {
            (Some(question), _) => Some(QuestionId(question)),
            (None, Some(page)) => page_question(store, PageId(page))?,
            (None, None) => None,
        };
        let given = match wished {
            Some(question) if wish.undo => {
                desk::undo(store, (desk, &lease), question, now)?;
                Some(question)
            }
            Some(question) => {
                if !may.first {
                    return Err(ReviewError::NotHis);
                }
                let given = store.lease_this((desk, &lease), question, &desk::term(now))?;
                Some(given.ok_or(ReviewError::Meanwhile)?)
            }
            None => {
                let wanted = Wanted {
                    kind: Some(Kind::Page),
                    may,
                    ..Wanted::default()
                };
                desk::next(store, (desk, &lease), &wanted, now)?
            }
        };
        let Some(question) = given else {
            return Ok(None);
        };
        let page = store.question(question)?.page_id;
        let original = store.original(page)?.ok_or(ReviewError::Meanwhile)?;
        let act = Act {
            who: desk.who.clone(),
            at: (self.clock.now)(),
        };
        store.note_page_seen(&act, page)?;
        Ok(Some(Given {
            lease,
            question,
            original,
        }))
    }

    /// A person takes a page in hand, without a word on what it says.
    pub(super) fn taking(&self, question: QuestionId, desk: &Desk, may: May) -> Reply {
        Reply {
            question,
            answer: Answer::Accept,
            act: Act {
                who: desk.who.clone(),
                at: (self.clock.now)(),
            },
            why: String::new(),
            insist: false,
            today: (self.clock.today)(),
            may,
        }
    }

    /// A page to be laid, as it is shown.
    async fn laid(
        self: &Arc<Self>,
        desk: Desk,
        given: Option<Given>,
        (notice, lang): (&'static str, Lang),
    ) -> Response {
        let sheet = match &given {
            Some(given) => self.sheet(given.original.clone()).await.ok(),
            None => None,
        };
        let job = move |site: &Site, store: &mut Store| -> Result<Response, StoreError> {
            let wanted = Wanted {
                kind: Some(Kind::Page),
                ..Wanted::default()
            };
            let waiting = store.count_open(&wanted)?;
            let Some(given) = given else {
                let now = (site.clock.now)();
                return Ok(html(&Done {
                    w: Words::of(lang),
                    waiting: store.count_waiting(&desk, &wanted, &now)?,
                }));
            };
            let row = store.question(given.question)?;
            let library = &site.library;
            let mut laid = Laid::of((&row, &given.original), library, sheet.as_deref(), lang);
            laid.lease = given.lease;
            laid.waiting = waiting;
            laid.notice = notice;
            laid.whole = match store.page(row.page_id)?.part_of {
                Some(whole) => {
                    (store.separated_by(whole)?.as_ref() == Some(&desk.who)).then_some(whole.0)
                }
                None => None,
            };
            Ok(html(&laid))
        };
        or_failed(self.work(job).await, lang)
    }

    /// The page's picture, decoded once for a few looks.
    async fn sheet(self: &Arc<Self>, original: Original) -> Result<Arc<Sheet>, RepairError> {
        let gone = || RepairError::Broken("the server ends".into());
        let _turn = self.decoding.acquire().await.map_err(|_| gone())?;
        let page = original.page;
        if let Some(sheet) = self.sheets(|all| find(all, page)) {
            return Ok(sheet);
        }
        let site = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || site.bench.sheet(&original));
        let sheet = Arc::new(made.await.map_err(|_| gone())??);
        self.sheets(|all| {
            all.push((page, Arc::clone(&sheet)));
            if all.len() > MOST_SHEETS {
                all.remove(0);
            }
        });
        Ok(sheet)
    }

    fn sheets<T>(&self, with: impl FnOnce(&mut Sheets) -> T) -> T {
        with(&mut self.sheets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl OnceMore for Hints {
    type Read = Read;
    type Shown = Again;

    fn begin(&self, site: &Site, store: &Store, reply: &Reply) -> Result<Original, RepairError> {
        repair::begin(store, &site.library, (reply, self))
    }

    fn read(&self, site: &Site, original: &Original) -> Result<Read, RepairError> {
        site.bench.read(original, self, &site.library)
    }

    fn record(
        &self,
        (site, store): (&Site, &mut Store),
        by: (&Reply, Option<&str>),
        (original, read): (&Original, &Read),
        lang: Lang,
    ) -> Result<Again, RepairError> {
        let new = (read, &*site.bench.program);
        let page = repair::record(store, by, (original, self), new)?;
        let question = page_question(store, page)?;
        let rejected = store.page(page)?.bucket == Bucket::Rejected;
        if let Some(question) = question.filter(|_| rejected) {
            return Ok(Again::Rejected(question));
        }
        let shown = Shown::of(store, &site.library, (page, lang))?;
        Ok(Again::Read(Box::new(shown)))
    }
}

fn find(all: &Sheets, page: PageId) -> Option<Arc<Sheet>> {
    let found = all.iter().find(|(id, _)| *id == page);
    found.map(|(_, sheet)| Arc::clone(sheet))
}

/// The open question about a page as a whole.
pub(super) fn page_question(store: &Store, page: PageId) -> Result<Option<QuestionId>, StoreError> {
    let filter = QuestionFilter {
        page: Some(page),
        kind: Some(Kind::Page),
        ..QuestionFilter::default()
    };
    Ok(store.questions(&filter)?.first().map(|q| q.id))
}

impl Site {
    /// A person whose own reading of a page was not right, or who separated what is one card, says so:
    /// the page waits again.
    fn ask_anew(
        &self,
        store: &mut Store,
        desk: &Desk,
        (page, now): (PageId, crate::store::Timestamp),
    ) -> Result<(), ReviewError> {
        let act = Act {
            who: desk.who.clone(),
            at: now,
        };
        if store.separated_by(page)?.is_some() {
            let program = &self.bench.program;
            repair::rejoin(store, (&act, (self.clock.today)()), (page, program))?;
            return Ok(());
        }
        if store.repaired_by(page)?.as_deref() != Some(desk.who.as_str()) {
            return Err(ReviewError::NotHis);
        }
        if page_question(store, page)?.is_none() {
            let hold = NewDecision {
                page,
                subject: Subject::Page,
                answer: Answer::Hold,
                act,
                why: crate::store::UNDO.to_owned(),
                raises: Vec::new(),
            };
            store.decide(&[hold])?;
        }
        Ok(())
    }
}

pub(super) fn refused_page(error: &RepairError, lang: Lang) -> Response {
    let w = Words::of(lang);
    let (status, text) = match error {
        RepairError::Review(error) => return refused(error, lang),
        RepairError::Hint(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.bad_corners),
        RepairError::Nothing => (StatusCode::UNPROCESSABLE_ENTITY, w.nothing_said),
        RepairError::Parts => (StatusCode::UNPROCESSABLE_ENTITY, w.bad_parts),
        RepairError::Picture(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.no_original),
        _ => (StatusCode::SERVICE_UNAVAILABLE, w.reading_failed),
    };
    notice_of(status, text, lang)
}
