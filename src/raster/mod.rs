//! Pure image operations. 8-bit grey, 0 black, 255 white.

pub mod components;
pub mod correlate;
pub mod integral;
pub mod canvas;
pub mod font;
pub mod paint;
pub mod pieces;
pub mod reduce;
pub mod sample;
pub mod threshold;

pub use canvas::{Canvas, Lettering};
pub use components::{Component, Components};
pub use correlate::{Pattern, Peak};
pub use integral::Integral;
pub use paint::paint_over;
pub use pieces::{Piece, Pieces, pieces};
pub use reduce::{Reduced, box_reduce, turned};
pub use sample::{sample_gray, sample_gray_bent, sample_rgb, sample_rgb_bent};
pub use threshold::{Ink, histogram, otsu, quantile};
