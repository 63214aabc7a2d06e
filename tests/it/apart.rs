//! Decoding in processes that may die: the same pages, and an end to every file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hagaki::ingest::{Decoder, Decoding, Limits};

use crate::program::{self, Campaign};

fn apart() -> Decoding {
    Decoding::Apart(PathBuf::from(env!("CARGO_BIN_EXE_hagaki")))
}

/// A second is enough for what is drawn here, and a test need not wait for more.
fn limits() -> Limits {
    Limits {
        decode_seconds: 1,
        ..Limits::default()
    }
}

/// A PDF of one A4 page with this content and, as object 5, this resource.
fn pdf(content: &str, resources: &str, object: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
         2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n\
         3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << {resources} >> >> endobj\n\
         4 0 obj << /Length {} >> stream\n{content}\nendstream endobj\n5 0 obj ",
        content.len()
    )
    .into_bytes();
    out.extend_from_slice(object);
    out.extend_from_slice(b" endobj\ntrailer << /Root 1 0 R >>\n");
    out
}

fn plain() -> Vec<u8> {
    pdf("0 0 300 400 re f", "", b"null")
}

/// A form of 48 MB of blanks, packed into 47 KB and drawn ten thousand times.
fn slow() -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![b' '; 48 << 20]).unwrap();
    let packed = packer.finish().unwrap();
    let mut form = format!(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode /Length {} >> stream\n",
        packed.len()
    )
    .into_bytes();
    form.extend_from_slice(&packed);
    form.extend_from_slice(b"\nendstream");
    pdf(&"/F Do ".repeat(10_000), "/XObject << /F 5 0 R >>", &form)
}

/// Dashes of a hundred-thousandth of a point: a hundred million of them.
fn greedy() -> Vec<u8> {
    let content = format!("[0.00001 0.00001] 0 d {}", "0 0 m 595 842 l S ".repeat(9));
    pdf(&content, "", b"null")
}

fn written(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// The code that a file's first page ends with; `ok` for pixels.
fn outcome(decoder: &mut Decoder, path: &Path) -> &'static str {
    match decoder.open(path).unwrap() {
        Err(e) => e.code(),
        Ok(document) => decoder
            .page(&document, 0)
            .unwrap()
            .map_or_else(|e| e.code(), |_| "ok"),
    }
}

#[test]
fn pages_are_the_same_as_in_this_process() {
    let mut here = Decoder::new(&Decoding::Here, limits());
    let mut there = Decoder::new(&apart(), limits());
    let dir = tempfile::tempdir().unwrap();
    let mut files = vec![written(dir.path(), "plain.pdf", &plain())];
    for set in ["resident-survey", "vaccine-intent"] {
        files.extend(pictures(&program::samples().join(set)));
    }
    let mut pages = 0;
    for file in &files {
        let (one, two) = (here.open(file).unwrap(), there.open(file).unwrap());
        let (Ok(one), Ok(two)) = (one, two) else {
            panic!("{} is readable", file.display());
        };
        assert_eq!(one.page_count(), two.page_count(), "{}", file.display());
        assert_eq!(one.sha256(), two.sha256());
        for number in 0..one.page_count() {
            let same = here.page(&one, number).unwrap().unwrap();
            let page = there.page(&two, number).unwrap().unwrap();
            assert_eq!(page.picture.gray, same.picture.gray, "{}", file.display());
            assert_eq!(page.picture.color, same.picture.color);
            assert_eq!(page.picture.bilevel, same.picture.bilevel);
            assert_eq!(page.resolution, same.resolution);
            pages += 1;
        }
        let beyond = there.page(&two, two.page_count()).unwrap();
        assert_eq!(beyond.unwrap_err().code(), "no_such_page");
    }
    assert!(pages >= 4, "only {pages} pages were compared");
}

/// The first of each kind of file in a folder of samples.
fn pictures(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| {
            p.extension()
                .is_some_and(|e| e != "csv" && e != "toml" && e != "md")
        })
        .collect();
    all.sort();
    all.dedup_by_key(|p| p.extension().map(ToOwned::to_owned));
    all
}

#[test]
fn endless_work_and_endless_memory_end_and_the_next_file_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (slow, greedy, plain) = (
        written(dir.path(), "slow.pdf", &slow()),
        written(dir.path(), "greedy.pdf", &greedy()),
        written(dir.path(), "plain.pdf", &plain()),
    );
    let mut decoder = Decoder::new(&apart(), limits());
    for (file, expected) in [
        (&slow, ["too_slow"].as_slice()),
        // Whichever bound comes first.
        (&greedy, &["too_slow", "decoder_died"]),
        (&plain, &["ok"]),
    ] {
        let begin = Instant::now();
        let got = outcome(&mut decoder, file);
        assert!(expected.contains(&got), "{}: {got}", file.display());
        assert!(begin.elapsed() < Duration::from_mins(1));
    }
}

#[test]
fn a_program_that_does_not_decode_is_no_fault_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "plain.pdf", &plain());
    for program in ["/bin/false", "/nonexistent/hagaki"] {
        let mut decoder = Decoder::new(&Decoding::Apart(program.into()), limits());
        let said = decoder.open(&file).err().unwrap().to_string();
        assert!(said.contains(program), "{said}");
    }
}

#[test]
fn a_run_goes_on_past_a_file_that_would_never_end() {
    let campaign = Campaign::new(&["resident-survey"]);
    let folder = campaign.beside("scans");
    let card = program::samples().join("resident-survey/0004.png");
    fs::copy(card, folder.join("1-card.png")).unwrap();
    written(&folder, "0-slow.pdf", &slow());
    let folder = folder.to_string_lossy().into_owned();
    let said = campaign.hagaki(&["run", "--jobs", "1", &folder]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("too_slow"), "{}", said.err);
    let books = campaign.hagaki(&["status", "--json"]).out;
    let books: serde_json::Value = serde_json::from_str(&books).unwrap();
    assert_eq!(books["files"]["pages_recorded"], 2, "{books}");
    assert_eq!(campaign.hagaki(&["run", "--jobs", "1", &folder]).code, 0);
}
