//! hagaki turns scanned reply postcards into rows that an office can trust.
//!
//! The modules stand in the order of a page's journey; a lower group never imports a higher one
//! (`tests/it/layers.rs` enforces it). `ARCHITECTURE.md` is the map.

// Ground: knows nothing of forms.
pub mod geom;
pub mod charset;
pub mod raster;
pub mod stats;
pub mod linear;

// Words that the stages share.
pub mod lang;
pub mod digest;
pub mod scan;
pub mod doubt;
pub mod rejection;
pub mod confidence;
pub mod calendar;
pub mod lists;

// The template and the seams to the engines.
pub mod form;
pub mod engine;

// The journey of one page: pure, no file, clock, database or network.
pub mod restore;
pub mod normalize;
pub mod identify;
pub mod register;
pub mod prove;
pub mod learn;
pub mod read;
pub mod validate;
pub mod pipeline;

// What is kept, and who may touch it.
pub mod ingest;
pub mod store;
pub mod lots;
pub mod audit;
pub mod calibrate;
pub mod batch;
pub mod books;
pub mod people;
pub mod review;
pub mod export;
pub mod score;

// Edges.
pub mod report;
pub mod synth;
pub mod web;
pub mod cli;
