//! The contact sheet: everything that waits for a person, as pictures. Who may look here may look at
//! all of them, so this asks for a role of its own and the audit says who looked at which. Of a field
//! that is to be entered by somebody who has not seen the machine's word, the store gives no word; what may
//! be a My Number stays covered, whoever uncovered it: this is no place to look at one.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::desk::{or_failed, png};
use super::gate::Visitor;
use super::kinds::{form_title, label};
use super::pages::{Frame, page};
use super::view::{Why, why};
use super::words::Words;
use super::{Site, desk, rights};
use crate::lang::Lang;
use crate::review::{cover, field_of, options};
use crate::store::{
    Act, Kind, QuestionFilter, QuestionId, QuestionRow, QuestionState, Store, StoreError,
};

/// So many pictures are a screen that a browser likes.
const A_SCREEN: usize = 120;

#[derive(Template)]
#[template(path = "sheet.html")]
struct Sheet {
    f: Frame,
    groups: Vec<Group>,
    /// First and last of those shown, and how many there are.
    from: usize,
    to: usize,
    all: usize,
    earlier: Option<String>,
    later: Option<String>,
}

struct Group {
    heading: String,
    figures: Vec<Figure>,
}

struct Figure {
    id: i64,
    has_picture: bool,
    covered: bool,
    proposal: String,
    reasons: Vec<Why>,
    place: String,
    /// Where to lay the page by hand, for who may.
    repair: bool,
}

pub(super) async fn sheet(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let begin = query.split('&').find_map(|p| p.strip_prefix("from="));
    let begin: usize = begin.and_then(|n| n.parse().ok()).unwrap_or(0);
    let who = visitor.name().to_owned();
    let job = move |site: &Site, store: &mut Store| -> Result<_, StoreError> {
        let mut questions = store.questions(&QuestionFilter::default())?;
        // Whole pages first, then keys, then the fields of each form.
        questions.sort_by_cached_key(|q| {
            let kind = match q.subject.kind() {
                Kind::Page => 0,
                Kind::Key => 1,
                Kind::Field => 2,
            };
            (kind, q.form.clone(), q.subject.field().to_owned(), q.id.0)
        });
        let all = questions.len();
        let begin = if begin < all { begin } else { 0 };
        let shown: Vec<QuestionRow> = questions.into_iter().skip(begin).take(A_SCREEN).collect();
        if !shown.is_empty() {
            let ids: Vec<String> = shown.iter().map(|q| q.id.to_string()).collect();
            let act = Act {
                who,
                at: (site.clock.now)(),
            };
            store.note_entry(
                &act,
                "review.sheet",
                &format!("questions {}", ids.join(" ")),
            )?;
        }
        Ok((shown, begin, all))
    };
    let Some(Ok((shown, begin, all))) = site.work(job).await else {
        return desk::failed(visitor.lang);
    };
    let to = begin + shown.len();
    let may_repair = rights::may(visitor.roles(), "/repair");
    let groups = site.groups(&shown, may_repair, visitor.lang);
    let at = |from: usize| format!("/sheet?from={from}");
    page(&site, &visitor, ("/sheet", &query), |f| Sheet {
        f,
        groups,
        from: begin + usize::from(to > begin),
        to,
        all,
        earlier: (begin > 0).then(|| at(begin.saturating_sub(A_SCREEN))),
        later: (to < all).then(|| at(to)),
    })
}

/// The picture of a question that waits.
pub(super) async fn picture(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Path(question): Path<String>,
) -> Response {
    let Ok(question) = question.parse().map(QuestionId) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let job = move |_: &Site, store: &mut Store| match store.question(question) {
        Ok(row) if row.state == QuestionState::Open => Ok(png(cover::picture(store, &row, None))),
        Ok(_) | Err(StoreError::NoSuch { .. }) => Ok(StatusCode::NOT_FOUND.into_response()),
        Err(e) => Err(e),
    };
    or_failed(site.work(job).await, visitor.lang)
}

impl Site {
    fn groups(&self, shown: &[QuestionRow], may_repair: bool, lang: Lang) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for row in shown {
            let heading = self.heading(row, lang);
            if groups.last().is_none_or(|g| g.heading != heading) {
                groups.push(Group {
                    heading,
                    figures: Vec::new(),
                });
            }
            let options = field_of(&self.library, row).map_or_else(Vec::new, options);
            if let Some(group) = groups.last_mut() {
                group.figures.push(Figure {
                    id: row.id.0,
                    has_picture: row.picture.is_some(),
                    covered: row.covered,
                    proposal: row.proposal.clone().unwrap_or_default(),
                    reasons: row.doubts.iter().map(|d| why(d, &options, lang)).collect(),
                    place: format!("{} [{}]", row.file, row.page),
                    repair: may_repair,
                });
            }
        }
        groups
    }

    fn heading(&self, row: &QuestionRow, lang: Lang) -> String {
        let w = Words::of(lang);
        let form = row.form.as_deref().unwrap_or_default();
        let title = form_title(&self.library, form, lang);
        match row.subject.kind() {
            Kind::Page => w.whole_pages.to_owned(),
            Kind::Key => format!("{title}: {}", w.key_label),
            Kind::Field => {
                let field = label(&self.library, form, row.subject.field(), lang);
                format!("{title}: {field}")
            }
        }
    }
}
