//! The template: what a form asks, where on the paper, and what an answer may be.
//!
//! `form.toml` -> [`raw`] (a mirror of the text) -> [`check`] (all faults at once) -> [`Form`].
//! After that no stage checks a form again. Everything is in millimetres from the top-left corner
//! of the upright page; no pixels, no resolution.

pub mod types;
mod policy;
pub mod checks;
pub mod fault;
mod told;
pub mod raw;
pub mod condition;
pub mod check;
pub mod draw;
pub mod preview;
pub mod print;
pub mod kept;
pub mod library;
pub mod ready;
pub mod schema;
mod shape;

pub use check::PictureLoader;
pub use fault::{Fault, explain};
pub use library::{EmbeddedForm, Library, LibraryError, load_form};
pub use policy::Policy;
pub use preview::{overlay, preview};
pub use ready::READY;
pub use schema::json_schema;
pub use shape::{Shape, Spelled, Speller};
pub use types::*;
