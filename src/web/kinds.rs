//! By kind: the same field of many cards as a grid of crops, those that the machine reads alike side
//! by side. A person takes out the wrong ones and confirms the rest with one key.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::gate::Visitor;
use super::pages::{Frame, page};
use super::words::Words;
use super::{Site, desk, pages, secret};
use crate::form::{FieldId, Library, Zone};
use crate::lang::Lang;
use crate::review::desk::{term, undo};
use crate::review::group::{Confirmed, confirm};
use crate::review::{self, ReviewError};
use crate::store::{Act, Desk, Group, GroupField, QuestionId, Store, StoreError};

/// As many as one key confirms. They need not fit on the window: the key shows each before it records.
const SCREEN: usize = 60;

/// More than a screen in one reply can only be made up.
const MOST_IN_ONE: usize = 4 * SCREEN;

/// The choice of a field.
#[derive(Template)]
#[template(path = "kinds.html")]
struct Kinds {
    f: Frame,
    fields: Vec<Choice>,
    form: String,
    field: String,
    label: String,
}

struct Choice {
    label: String,
    form_title: String,
    href: String,
    row: GroupField,
}

/// A screen of crops.
#[derive(Template)]
#[template(path = "grid.html")]
struct Grid {
    w: &'static Words,
    groups: Vec<Alike>,
    /// Handwriting of some length, which is not read in a small tile.
    wide: bool,
    waiting: u32,
    done: usize,
    refused: usize,
    gone: usize,
    /// Numbers of what was just confirmed, to take it back.
    last: String,
}

/// Crops that the machine reads alike.
struct Alike {
    shown: String,
    tiles: Vec<Tile>,
}

struct Tile {
    lease: String,
    question: i64,
    number: usize,
}

/// Which field a person wants to see.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    form: String,
    #[serde(default)]
    field: String,
}

/// What a screen says: which leases are right, which questions it has seen to be wrong.
#[derive(Debug, Deserialize)]
pub(super) struct Screen {
    desk: String,
    form: String,
    field: String,
    #[serde(default)]
    right: String,
    #[serde(default)]
    but: String,
    #[serde(default)]
    undo: String,
}

impl Screen {
    fn desk(&self, visitor: &Visitor) -> Option<Desk> {
        secret::is_name(&self.desk).then(|| Desk {
            id: self.desk.clone(),
            who: visitor.name().to_owned(),
        })
    }

    fn group(&self) -> Group {
        Group {
            form: self.form.clone(),
            field: self.field.clone(),
            but: numbers(&self.but),
        }
    }
}

/// `1,2,3`; what is no number is left out.
fn numbers(text: &str) -> Vec<QuestionId> {
    text.split(',').filter_map(|n| n.parse().ok()).collect()
}

pub(super) async fn kinds(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
    Form(wish): Form<Wish>,
) -> Response {
    let lang = visitor.lang;
    let job = move |_: &Site, store: &mut Store| store.group_fields();
    let Some(Ok(fields)) = site.work(job).await else {
        return desk::failed(lang);
    };
    let query = query.unwrap_or_default();
    let label = label(&site.library, &wish.form, &wish.field, lang);
    let choice = |row: GroupField| Choice {
        label: self::label(&site.library, &row.form, &row.field, lang),
        form_title: form_title(&site.library, &row.form, lang),
        href: format!(
            "/kinds?form={}&field={}",
            encoded(&row.form),
            encoded(&row.field)
        ),
        row,
    };
    let fields: Vec<Choice> = fields
        .into_iter()
        .filter(|f| f.groupable > 0)
        .map(choice)
        .collect();
    page(&site, &visitor, ("/kinds", &query), |f| Kinds {
        f,
        fields,
        form: wish.form,
        field: wish.field,
        label,
    })
}

/// The next screen; with `right` after confirming these, with `undo` after taking those back.
pub(super) async fn screen(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(said): Form<Screen>,
) -> Response {
    let lang = visitor.lang;
    let Some(desk) = said.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let right: Vec<String> = said.right.split(',').map(str::to_owned).collect();
    if right.len() > MOST_IN_ONE {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let job = move |site: &Site, store: &mut Store| {
        let mut confirmed = Confirmed::default();
        if !said.right.is_empty() {
            let act = Act {
                who: desk.who.clone(),
                at: (site.clock.now)(),
            };
            let word = (&act, (site.clock.today)());
            confirmed = confirm(store, &site.library, (&desk, &right), word)?;
        }
        store.end_leases(&desk)?;
        for question in numbers(&said.undo).into_iter().take(MOST_IN_ONE) {
            match undo(
                store,
                (&desk, &desk::fresh()?),
                question,
                (site.clock.now)(),
            ) {
                // Somebody spoke after him: his word is no longer the last one.
                Ok(()) | Err(ReviewError::Meanwhile | ReviewError::TakenBack) => {}
                Err(e) => return Err(e),
            }
        }
        store.end_leases(&desk)?;
        Ok(site.grid(store, &desk, (&said.group(), confirmed), lang)?)
    };
    match site.work(job).await {
        Some(Ok(grid)) => pages::html(&grid),
        Some(Err(e)) => desk::refused(&e, lang),
        None => desk::failed(lang),
    }
}

impl Site {
    fn grid(
        &self,
        store: &mut Store,
        desk: &Desk,
        (group, confirmed): (&Group, Confirmed),
        lang: Lang,
    ) -> Result<Grid, StoreError> {
        let tokens: Vec<String> = (0..SCREEN)
            .map(|_| desk::fresh())
            .collect::<Result<_, _>>()?;
        let mut group = group.clone();
        group.but.extend(&confirmed.refused);
        let term = term((self.clock.now)());
        let given = store.lease_group((desk, &tokens), &group, &term)?;
        let mut groups: Vec<Alike> = Vec::new();
        let mut last = None;
        for (number, (question, lease)) in given.into_iter().enumerate() {
            let shown = review::look(store, &self.library, store.question(question)?)?;
            let value = shown.question.proposal.clone().unwrap_or_default();
            if last.as_ref() != Some(&value) {
                groups.push(Alike {
                    shown: named(&value, &shown.options),
                    tiles: Vec::new(),
                });
                last = Some(value);
            }
            if let Some(alike) = groups.last_mut() {
                alike.tiles.push(Tile {
                    lease,
                    question: question.0,
                    number: number + 1,
                });
            }
        }
        let fields = store.group_fields()?;
        let own = |f: &&GroupField| f.form == group.form && f.field == group.field;
        let ids: Vec<String> = confirmed.done.iter().map(ToString::to_string).collect();
        Ok(Grid {
            w: Words::of(lang),
            groups,
            wide: is_wide(&self.library, group.form.as_str(), &group.field),
            waiting: fields.iter().find(own).map_or(0, |f| f.waiting),
            done: confirmed.done.len(),
            refused: confirmed.refused.len(),
            gone: confirmed.gone,
            last: ids.join(","),
        })
    }
}

/// Whether the field is a line or a row of cells, in any edition of the form.
fn is_wide(library: &Library, form: &str, field: &str) -> bool {
    let id = FieldId(field.to_owned());
    let forms = library.forms().iter().filter(|f| f.id.0 == form);
    let mut found = forms.filter_map(|f| f.field(&id));
    found.any(|(_, field)| matches!(field.zone, Zone::Line(_) | Zone::Comb(_)))
}

/// A value as it is printed on the form, where it is one of its options.
pub(super) fn named(value: &str, options: &[(String, String)]) -> String {
    let label = |one: &str| {
        let option = options
            .iter()
            .find(|(v, label)| v == one && !label.is_empty());
        option.map_or_else(|| one.to_owned(), |(_, label)| label.clone())
    };
    if options.is_empty() {
        return value.to_owned();
    }
    if value.contains('>') {
        let all: Vec<String> = value.split('>').map(label).collect();
        return all.join(" > ");
    }
    let all: Vec<String> = value.split('|').map(label).collect();
    all.join("・")
}

pub(super) fn label(library: &Library, form: &str, field: &str, lang: Lang) -> String {
    let id = FieldId(field.to_owned());
    let mut forms = library.forms().iter().rev().filter(|f| f.id.0 == form);
    let found = forms.find_map(|f| f.field(&id));
    found.map_or_else(|| field.to_owned(), |(_, f)| f.label.get(lang).to_owned())
}

pub(super) fn form_title(library: &Library, form: &str, lang: Lang) -> String {
    let mut forms = library.forms().iter().rev();
    let found = forms.find(|f| f.id.0 == form);
    let title = found.map(|f| f.title.get(lang)).filter(|t| !t.is_empty());
    title.unwrap_or(form).to_owned()
}

/// For a query: what is not plain stands as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let one = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(one).collect()
}
