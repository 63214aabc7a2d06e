//! The one integration-test binary: a module a subject.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

/// Who may import whom.
mod layers;
/// Real scans with truth, where the shared cases are present.
mod cases;
/// Barcodes of other programs' test sets.
mod barcodes;
/// Decoding of real and hostile files.
mod ingest;
/// Decoding in processes that may die.
mod apart;
/// Runs the binary.
mod program;
/// The exit codes of the contract.
mod exit_codes;
/// Names that come again, forms that are gone, options that say nothing.
mod wrong_use;
/// Documents against the program.
mod documents;
/// The whole journey on the samples.
mod journey;
/// What a run leaves to the next one.
mod left;
/// Verdicts by today's rules, without pixels.
mod redecide;
/// Random checks of accepted fields, and the chain of what was done.
mod audit;
/// Thresholds learnt from decisions.
mod calibrate;
/// Lots that are unlike the ones before them.
mod lots;
/// Thousands of questions from a few scans.
mod copies;
/// People who sign in, and who proves who he is.
mod people;
/// The mailing list beside questions.
mod recipients;
/// Whose card it is.
mod keys;
/// Pages laid by hand.
mod repair;
/// The review page in a real browser.
mod browser;
/// Many reviewers at once, and a server that is killed.
mod load;
/// A full disk.
mod disk;
/// Accuracy floors.
mod samples;
/// The line recognizer on real print, where it is installed.
mod lines;
/// Skew of real pages.
mod deskew;
/// Own networks on real and drawn handwriting.
mod characters;
/// Whole files through the journey, in memory.
mod pages;
/// Marked pages of other programs, with truth.
mod omr;
/// Cards with handwriting in boxes, with truth.
mod hand;
/// Cards with handwriting on lines.
mod hand_lines;
/// Marks of every kind under every wear.
mod marks;
/// What drawn marks and digits mean together.
mod decisions;
/// Pages in bad light and through a streaked glass.
mod restored;
/// Registration against the truth of drawn pages.
mod registration;
/// A blank picture from filled scans.
mod learn;
/// Many forms in one stack, without barcodes.
mod sorting;
