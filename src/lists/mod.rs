//! What an answer is likely to be before anybody looks at the ink: lists of words, of names, of places
//! with their postal codes, of the people who got a card.
//!
//! A list never makes an answer: it says which readings of the ink exist.

mod lexicon;
mod names;
mod places;
mod recipients;

pub use lexicon::{Lexicon, Node};
pub use names::{Counted, Counterpart, Name, NameLists, NamePart, Names, Spelling};
pub use places::{Agreement, Place, Places};
pub use recipients::{Column, Keys, Recipients};
