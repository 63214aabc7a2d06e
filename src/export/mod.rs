//! Finished rows as files that a ledger system imports: CSV beside a manifest, numbered, never
//! the same name twice, and the very same bytes again on demand.
//!
//! Only what the machine vouches for or a person decided leaves. The export is recorded, with its
//! bytes, before its file is written: whatever left the house is known here.

mod cards;
mod encode;
mod lists;
mod long;
mod manifest;
mod profile;
mod send;
mod table;
mod withheld;

#[cfg(test)]
mod tests;

pub use cards::{Card, Cards, WithheldCard, reply_forms, withheld};
pub use encode::{Encoded, Unmappable, encode};
pub use long::{LongRow, long_rows, write_long};
pub use manifest::Manifest;
pub use profile::{Encoding, Profile};
pub use send::{ExportError, Request, Sent, export, resend};
pub use withheld::Withheld;
