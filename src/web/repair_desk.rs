//! Which page stands before whom, to be laid by hand.

use std::sync::Arc;

use axum::response::Response;

use super::Site;
use super::desk::{fresh, or_failed};
use super::pages::html;
use super::repair_view::{Done, Laid};
use super::repair_words::Wish;
use super::words::Words;
use crate::lang::Lang;
use crate::review::{Reply, ReviewError, desk, repair};
use crate::store::{
    Act, Answer, Desk, Kind, May, Original, PageId, QuestionFilter, QuestionId, Repaired, Store,
    StoreError, Timestamp, Wanted,
};

/// What stands before a desk.
pub(super) struct Given {
    lease: String,
    question: QuestionId,
    original: Original,
}

impl Site {
    /// Gives the desk a page; `None` when none waits.
    pub(super) fn give(
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
            (Some(question), _) => {
                Some(self.about_page(store, desk, (QuestionId(question), may))?)
            }
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

    /// The question about the page of that one, asked from now on where nobody did: who looks at a field
    /// may see that the page is no such card, or two.
    fn about_page(
        &self,
        store: &mut Store,
        desk: &Desk,
        (question, may): (QuestionId, May),
    ) -> Result<QuestionId, ReviewError> {
        if store.question(question)?.subject.kind() == Kind::Page {
            return Ok(question);
        }
        let now = (self.clock.now)();
        if !store.is_at_hand(&desk.who, question, &now)? {
            return Err(ReviewError::Meanwhile);
        }
        repair::ask(store, &self.taking(question, desk, may))
    }

    /// A person whose own reading of a page was not right, or who separated what is one card, says so:
    /// the page waits again.
    fn ask_anew(
        &self,
        store: &mut Store,
        desk: &Desk,
        (page, now): (PageId, Timestamp),
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
        match store.ask_about_page(&act, page)? {
            Repaired::Done(_) => Ok(()),
            Repaired::TakenBack | Repaired::Meanwhile => Err(ReviewError::Meanwhile),
        }
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
    pub(super) async fn laid(
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
            let waiting = store.count_wanted(&wanted)?;
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
            let page = store.page(row.page_id)?;
            laid.painted = !store.covers(page.outcome, Some(&desk.who))?.is_empty();
            laid.whole = match page.part_of {
                Some(whole) => {
                    (store.separated_by(whole)?.as_ref() == Some(&desk.who)).then_some(whole.0)
                }
                None => None,
            };
            Ok(html(&laid))
        };
        or_failed(self.work(job).await, lang)
    }
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
