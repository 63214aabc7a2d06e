//! What a run takes up, from the input and from what earlier runs left.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::doubt::Reason;
use crate::ingest::{Decoding, Limits, SkipReason, Skipped};
use crate::store::fixtures::*;
use crate::store::{NewFile, Quarantine};

/// A folder of scans beside a store.
struct Desk {
    dir: tempfile::TempDir,
    store: Store,
}

impl Desk {
    fn new() -> Self {
        let (dir, store) = store();
        fs::create_dir_all(dir.path().join("in/locked")).unwrap();
        Self { dir, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Written long ago.
    fn old(&self, name: &str, bytes: &[u8]) -> SourceFile {
        let file = self.fresh(name, bytes);
        let then = now() - Duration::from_hours(1);
        File::options()
            .write(true)
            .open(&file.path)
            .and_then(|f| f.set_modified(then))
            .unwrap();
        file
    }

    fn fresh(&self, name: &str, bytes: &[u8]) -> SourceFile {
        fs::write(self.path(name), bytes).unwrap();
        SourceFile {
            path: self.path(name),
            name: name.into(),
        }
    }

    /// A file of three pages, of which a run that was ended recorded the first.
    fn left_by_a_killed_run(&mut self, name: &str) -> Vec<u8> {
        let bytes = three_pages();
        let mut run = begin(&self.store, false);
        self.store.blobs().put(&bytes, BlobKind::Original).unwrap();
        let sha256 = Digest::of(&bytes);
        let file = NewFile {
            name,
            sha256,
            bytes: bytes.len() as u64,
            pages: 3,
        };
        self.store.record_file(&mut run, &file).unwrap();
        let first = Origin {
            file: name.into(),
            file_sha256: sha256,
            page: 0,
        };
        let page = card("1", &[("wish", "yes")]);
        let pixels = Digest::of(b"first");
        let recorded = self.store.record_page(&mut run, &first, &pixels, &page);
        recorded.unwrap();
        bytes
    }

    fn source<'a>(&self, input: &'a Input) -> Source<'a> {
        let decoder = Decoder::new(&Decoding::Here, Limits::default());
        Source::new(input, decoder, &self.store).unwrap()
    }

    fn steps(&self, source: &mut Source<'_>) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(step) = source.next(&self.store).unwrap() {
            said.push(words(&step));
        }
        said
    }

    fn steps_of(&self, files: Vec<SourceFile>) -> Vec<String> {
        let input = Input {
            files,
            ..Input::default()
        };
        self.steps(&mut self.source(&input))
    }
}

fn words(step: &Step) -> String {
    match step {
        Step::File { name, .. } => format!("file {name}"),
        Step::Copy { name, .. } => format!("copy {name}"),
        Step::Known { pages } => format!("known {pages}"),
        Step::KnownPage => "known page".into(),
        Step::Resumed => "resumed".into(),
        Step::Lost { name, code, .. } => format!("lost {name} {code}"),
        Step::Waiting { name } => format!("waiting {name}"),
        Step::SeenAgain { name } => format!("seen {name}"),
        Step::Quarantine {
            name,
            content,
            code,
            ..
        } => format!("quarantine {name} {code} {:?}", content.map(|(_, n)| n)),
        Step::Page { origin, .. } => format!("page {} {}", origin.file, origin.page),
    }
}

fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_luma8(30, 20)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn three_pages() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut encoder = ::tiff::encoder::TiffEncoder::new(&mut out).unwrap();
    for grey in 1..=3 {
        encoder
            .write_image::<::tiff::encoder::colortype::Gray8>(8, 4, &[grey * 60; 32])
            .unwrap();
    }
    out.into_inner()
}

fn half(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len() / 2]
}

const REST: [&str; 5] = [
    "resumed",
    "file in/a.tif",
    "known page",
    "page in/a.tif 1",
    "page in/a.tif 2",
];

#[test]
fn the_rest_of_an_ended_run_is_read_from_the_store_when_the_file_is_gone() {
    let mut desk = Desk::new();
    desk.left_by_a_killed_run("in/a.tif");
    let other = desk.old("in/b.png", &png());
    let steps = desk.steps_of(vec![other]);
    assert_eq!(steps[..5], REST);
    assert_eq!(steps[5..], ["file in/b.png", "page in/b.png 0"]);
}

#[test]
fn the_rest_is_read_from_the_input_when_the_file_is_there_and_from_the_store_when_it_is_another() {
    let mut desk = Desk::new();
    let bytes = desk.left_by_a_killed_run("in/a.tif");
    let same = desk.old("in/a.tif", &bytes);
    assert_eq!(desk.steps_of(vec![same.clone()]), REST[1..]);
    desk.old("in/a.tif", &png());
    let steps = desk.steps_of(vec![same]);
    assert_eq!(steps[..2], ["file in/a.tif", "page in/a.tif 0"]);
    assert_eq!(steps[2..], REST);
}

#[test]
fn a_rest_that_the_store_does_not_hold_any_more_is_told() {
    let mut desk = Desk::new();
    let bytes = desk.left_by_a_killed_run("in/a.tif");
    let kept = desk
        .store
        .blobs()
        .path(&Digest::of(&bytes), BlobKind::Original);
    fs::write(&kept, png()).unwrap();
    assert_eq!(desk.steps_of(Vec::new()), ["lost in/a.tif damaged"]);
    fs::remove_file(&kept).unwrap();
    assert_eq!(desk.steps_of(Vec::new()), ["lost in/a.tif io"]);
}

#[test]
fn a_file_that_nobody_can_read_is_kept_with_its_digest() {
    let desk = Desk::new();
    let bad = desk.old("in/a.jpg", b"no picture");
    let steps = desk.steps_of(vec![bad]);
    assert_eq!(steps, ["quarantine in/a.jpg not_a_picture Some(10)"]);
    let kept = desk
        .store
        .blobs()
        .read(&Digest::of(b"no picture"), BlobKind::Original);
    assert_eq!(kept.unwrap(), b"no picture");
}

/// Kept under its digest by a program that could not decode it.
#[test]
fn a_file_that_was_in_quarantine_is_read_once_it_can_be() {
    let mut desk = Desk::new();
    let mut run = begin(&desk.store, false);
    let bytes = png();
    let bad = Quarantine {
        name: "in/a.png",
        sha256: Some(Digest::of(&bytes)),
        bytes: Some(bytes.len() as u64),
        reason: Reason::Unreadable,
        detail: "",
    };
    desk.store.quarantine_file(&mut run, &bad).unwrap();
    let file = desk.old("in/a.png", &bytes);
    let steps = desk.steps_of(vec![file]);
    assert_eq!(steps, ["file in/a.png", "page in/a.png 0"]);
}

#[test]
fn what_could_not_be_looked_at_is_over_once_anything_below_it_is_looked_at() {
    let mut desk = Desk::new();
    let mut run = begin(&desk.store, false);
    for name in ["in/locked", "in/other", "in/loc"] {
        let locked = Quarantine {
            name,
            sha256: None,
            bytes: None,
            reason: Reason::Unreadable,
            detail: "permission denied",
        };
        desk.store.quarantine_file(&mut run, &locked).unwrap();
    }
    let inside = desk.old("in/locked/a.png", &png());
    let steps = desk.steps_of(vec![inside.clone()]);
    assert_eq!(
        steps,
        [
            "seen in/locked",
            "file in/locked/a.png",
            "page in/locked/a.png 0"
        ]
    );
    // Only in part: it is not over.
    let input = Input {
        files: vec![inside],
        blocked: vec![Skipped {
            path: desk.path("in/locked"),
            name: "in/locked".into(),
            reason: SkipReason::Unreadable("an error".into()),
        }],
        ..Input::default()
    };
    let steps = desk.steps(&mut desk.source(&input));
    assert!(!steps.contains(&"seen in/locked".to_owned()), "{steps:?}");
}

fn still_running() -> AtomicBool {
    AtomicBool::new(false)
}

#[test]
fn half_a_file_that_was_written_just_now_is_looked_at_again_and_read_when_it_is_whole() {
    let desk = Desk::new();
    let whole = three_pages();
    for (name, half, steps) in [
        ("in/slow.tif", half(&whole), 4),
        ("in/slow.png", half(&png()), 2),
        ("in/slow.jpg", b"", 2),
    ] {
        let input = Input {
            files: vec![desk.fresh(name, half)],
            ..Input::default()
        };
        let mut source = desk.source(&input);
        assert_eq!(desk.steps(&mut source), [""; 0], "{name}");
        let rest = if steps == 4 { whole.clone() } else { png() };
        desk.fresh(name, &rest);
        assert!(source.look_again(&desk.store, &still_running()).unwrap());
        let read = desk.steps(&mut source);
        assert_eq!(read.len(), steps, "{name} {read:?}");
        assert_eq!(read[0], format!("file {name}"));
        assert!(!source.look_again(&desk.store, &still_running()).unwrap());
    }
}

#[test]
fn half_a_file_that_nobody_writes_to_is_taken_as_it_is() {
    let desk = Desk::new();
    let file = desk.old("in/cut.png", half(&png()));
    let as_it_is = ["file in/cut.png", "page in/cut.png 0"];
    assert_eq!(desk.steps_of(vec![file]), as_it_is);
    // Looked at again it has aged.
    let input = Input {
        files: vec![desk.fresh("in/cut.png", half(&png()))],
        ..Input::default()
    };
    let mut source = desk.source(&input);
    assert_eq!(desk.steps(&mut source), [""; 0]);
    source.young = vec![Young::new(
        &input.files[0],
        Mark::of(&desk.old("in/cut.png", half(&png())).path),
    )];
    assert!(source.look_again(&desk.store, &still_running()).unwrap());
    assert_eq!(desk.steps(&mut source), as_it_is);
}

#[test]
fn a_file_that_went_away_while_it_was_waited_for_is_left_for_the_next_run() {
    let desk = Desk::new();
    let input = Input {
        files: vec![desk.fresh("in/part.png", half(&png()))],
        ..Input::default()
    };
    let mut source = desk.source(&input);
    assert_eq!(desk.steps(&mut source), [""; 0]);
    fs::remove_file(desk.path("in/part.png")).unwrap();
    assert!(source.look_again(&desk.store, &still_running()).unwrap());
    assert_eq!(desk.steps(&mut source), ["waiting in/part.png"]);
}
