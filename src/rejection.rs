//! A page that cannot be read: a value that is stored, never an error that stops a batch.

use serde::Serialize;

use crate::doubt::Reason;

/// Why a page was not read. `detail` is for an operator and holds no value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    pub reason: Reason,
    pub detail: String,
}

impl Rejection {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}
