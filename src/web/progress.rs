//! How far the work is: what waits, by form, field and reason; who answered how much.

use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::gate::Visitor;
use super::kinds::{encoded, form_title, label};
use super::pages::{Frame, page};
use super::words::Words;
use super::{Site, desk};
use crate::doubt::Reason;
use crate::lang::Lang;
use crate::store::{PersonRow, Store, StoreError, WaitingRow};

#[derive(Template)]
#[template(path = "progress.html")]
struct Progress {
    f: Frame,
    waiting: u32,
    held: u32,
    today: u32,
    lines: Vec<Line>,
    people: Vec<Person>,
    hours: Vec<Hour>,
}

/// Open questions of one field and reason.
struct Line {
    form: String,
    field: String,
    reason: String,
    waiting: u32,
    held: u32,
    href: String,
    /// Its share of the largest line, in percent, for a bar.
    share: u32,
}

struct Person {
    who: String,
    today: u32,
    all: u32,
    seconds: String,
}

/// A bar of the chart of the day.
struct Hour {
    label: String,
    count: u32,
    x: u32,
    y: f64,
    height: f64,
}

/// The chart's measures, in its own units.
const BAR_STEP: u32 = 30;
const CHART_HEIGHT: f64 = 120.0;

/// Office hours, always shown; others only where somebody worked.
const OFFICE: std::ops::RangeInclusive<usize> = 8..=18;

/// What the store says, read at one moment.
struct Seen {
    waiting: Vec<WaitingRow>,
    people: Vec<PersonRow>,
    hours: [u32; 24],
}

pub(super) async fn progress(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let lang = visitor.lang;
    let job = move |site: &Site, store: &mut Store| -> Result<Seen, StoreError> {
        let today = (site.clock.today)();
        store.steady(|store| {
            Ok(Seen {
                waiting: store.waiting_rows()?,
                people: store.person_rows(today)?,
                hours: store.decisions_by_hour(today)?,
            })
        })
    };
    let Some(Ok(seen)) = site.work(job).await else {
        return desk::failed(lang);
    };
    let most = seen.waiting.iter().map(|r| r.waiting).max().unwrap_or(1);
    let lines = seen.waiting.iter().map(|r| site.line(r, most, lang));
    let query = query.unwrap_or_default();
    page(&site, &visitor, ("/progress", &query), |f| Progress {
        f,
        waiting: seen.waiting.iter().map(|r| r.waiting).sum(),
        held: seen.waiting.iter().map(|r| r.held).sum(),
        today: seen.hours.iter().sum(),
        lines: lines.collect(),
        people: seen.people.into_iter().map(person).collect(),
        hours: chart(&seen.hours),
    })
}

impl Site {
    fn line(&self, row: &WaitingRow, most: u32, lang: Lang) -> Line {
        let w = Words::of(lang);
        let form = row.form.as_deref().unwrap_or_default();
        let reason: Option<Reason> = row.reason.parse().ok();
        let mut href = format!("/review?kind={}&reason={}", row.kind, encoded(&row.reason));
        for (name, value) in [("form", form), ("field", &row.field)] {
            if !value.is_empty() {
                let _ = write!(href, "&{name}={}", encoded(value));
            }
        }
        Line {
            form: if form.is_empty() {
                "–".to_owned()
            } else {
                form_title(&self.library, form, lang)
            },
            field: match row.kind.as_str() {
                "key" => w.key_label.to_owned(),
                "page" => w.page_label.to_owned(),
                _ => label(&self.library, form, &row.field, lang),
            },
            reason: reason.map_or_else(|| row.reason.clone(), |r| r.message(lang).to_owned()),
            waiting: row.waiting,
            held: row.held,
            href,
            share: (row.waiting * 100).div_ceil(most.max(1)),
        }
    }
}

fn person(row: PersonRow) -> Person {
    Person {
        who: row.who,
        today: row.today,
        all: row.all,
        seconds: row
            .seconds
            .map_or_else(|| "–".to_owned(), |s| format!("{s:.1}")),
    }
}

fn chart(hours: &[u32; 24]) -> Vec<Hour> {
    let most = f64::from(hours.iter().copied().max().unwrap_or(0).max(1));
    let first = hours.iter().position(|n| *n > 0).unwrap_or(*OFFICE.start());
    let last = hours.iter().rposition(|n| *n > 0).unwrap_or(*OFFICE.end());
    let shown = first.min(*OFFICE.start())..=last.max(*OFFICE.end());
    let bar = |(at, hour): (u32, usize)| {
        let height = f64::from(hours[hour]) / most * CHART_HEIGHT;
        Hour {
            label: hour.to_string(),
            count: hours[hour],
            x: at * BAR_STEP,
            y: CHART_HEIGHT - height,
            height,
        }
    };
    (0..).zip(shown).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_shows_office_hours_and_whoever_worked_outside() {
        let mut hours = [0; 24];
        assert_eq!(chart(&hours).len(), 11);
        hours[21] = 4;
        hours[9] = 2;
        let bars = chart(&hours);
        assert_eq!(bars.first().unwrap().label, "8");
        assert_eq!(bars.last().unwrap().label, "21");
        assert!((bars.last().unwrap().height - CHART_HEIGHT).abs() < 1e-9);
        assert!((bars[1].height - CHART_HEIGHT / 2.0).abs() < 1e-9);
    }
}
