//! What a window says of a page to be laid by hand.

use serde::Deserialize;

use super::gate::Visitor;
use super::{Site, secret};
use crate::review::{self, Hints, Reply};
use crate::store::{Act, Answer, Desk, May, QuestionId};

/// Which page a window wants.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    pub(super) desk: String,
    /// This question, else the next one.
    pub(super) question: Option<i64>,
    /// The page that was read again last, to be laid anew.
    pub(super) page: Option<i64>,
    #[serde(default)]
    pub(super) undo: bool,
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
    /// Take the key as typed even where its form objects.
    #[serde(default)]
    pub(super) insist: bool,
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

    pub(super) fn reply(&self, site: &Site, who: &str, may: May) -> Option<Reply> {
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
