//! The second opinion on printed lines: Tesseract 5 of the system.
//!
//! An engine is not to be shared: each thread makes its own for each language. OpenMP makes Tesseract
//! use three times the processor time on small crops and reads its limit before `main`:
//! [`limit_threads`] starts the program again with it.

/// The C interface.
mod ffi;

use std::cell::RefCell;
use std::ffi::CStr;
use std::path::{Path, PathBuf};

use image::GrayImage;

use self::ffi::{Engine, Symbol};
use super::{EngineError, Expected, LineReader, LineReading};
use crate::charset::Charset;

/// Where distributions put the language data.
const FOLDERS: &[&str] = &[
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
];
/// White margin round a line: without it the first and last characters are lost.
const MARGIN: u32 = 10;
const LIMIT: &str = "OMP_THREAD_LIMIT";

/// Tesseract with the data of one folder.
pub struct Tesseract {
    name: String,
    data: PathBuf,
}

thread_local! {
    static ENGINES: RefCell<Vec<(&'static CStr, PathBuf, Engine)>> = const { RefCell::new(Vec::new()) };
}

impl Tesseract {
    /// The system's Tesseract, if its Japanese and English data are installed. `TESSDATA_PREFIX`
    /// is looked at first.
    pub fn find() -> Option<Self> {
        let named = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
        named
            .into_iter()
            .chain(FOLDERS.iter().map(PathBuf::from))
            .find_map(|f| Self::at(&f))
    }

    /// With the language data in this folder.
    pub fn at(folder: &Path) -> Option<Self> {
        let has = |language: &str| folder.join(format!("{language}.traineddata")).is_file();
        let complete = has("jpn") && has("eng") && folder.to_str().is_some();
        let name = || format!("tesseract-{}", ffi::version());
        complete.then(|| Self {
            name: name(),
            data: folder.to_owned(),
        })
    }

    /// Runs `work` with this thread's engine for the language.
    fn with_engine<T>(
        &self,
        language: &'static CStr,
        work: impl FnOnce(&mut Engine) -> Result<T, &'static str>,
    ) -> Result<T, EngineError> {
        let model = |why| EngineError::Model {
            name: self.name.clone(),
            why: format!("{}: {why}", language.to_string_lossy()),
        };
        ENGINES.with_borrow_mut(|engines| {
            let known = |e: &(&CStr, PathBuf, Engine)| e.0 == language && e.1 == self.data;
            let found = engines.iter().position(known);
            let at = if let Some(at) = found {
                at
            } else {
                let mut engine = Engine::new(&self.data, language).map_err(model)?;
                // Statistics about empty pictures are for nobody.
                let nowhere = if cfg!(windows) { c"NUL" } else { c"/dev/null" };
                engine.set(c"debug_file", nowhere).map_err(model)?;
                engines.push((language, self.data.clone(), engine));
                engines.len() - 1
            };
            work(&mut engines[at].2).map_err(|why| EngineError::Run {
                name: self.name.clone(),
                why: why.to_owned(),
            })
        })
    }
}

impl LineReader for Tesseract {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, line: &GrayImage, expected: &Expected<'_>) -> Result<LineReading, EngineError> {
        let charset = expected.charset;
        let (language, whitelist) = setting_of(charset);
        let framed = with_margin(line);
        let symbols = self.with_engine(language, |engine| {
            engine.set(c"tessedit_char_whitelist", whitelist)?;
            engine.symbols(&framed)
        })?;
        Ok(reading_of(&symbols, charset))
    }
}

/// The language, and which characters it may write (empty: all).
fn setting_of(charset: &Charset) -> (&'static CStr, &'static CStr) {
    match charset {
        Charset::Digits => (c"eng", c"0123456789"),
        Charset::Upper => (c"eng", c"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        Charset::Alnum => (c"eng", c"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        Charset::Latin | Charset::Ascii => (c"eng", c""),
        _ => (c"jpn", c""),
    }
}

fn with_margin(line: &GrayImage) -> GrayImage {
    let (w, h) = (line.width() + 2 * MARGIN, line.height() + 2 * MARGIN);
    let mut framed = GrayImage::from_pixel(w, h, image::Luma([255]));
    image::imageops::replace(&mut framed, line, i64::from(MARGIN), i64::from(MARGIN));
    framed
}

/// Keeps the field's characters. Others before and behind the answer are a printed label or a unit;
/// between its characters one is a loss, and the score says so.
fn reading_of(symbols: &[Symbol], charset: &Charset) -> LineReading {
    let mut text = String::new();
    let mut score = 1.0f64;
    let mut lost = false;
    for (symbol, confidence) in symbols {
        for c in symbol.chars().filter(|c| !c.is_whitespace()) {
            if !charset.contains(c) {
                lost = !text.is_empty();
                continue;
            }
            if lost {
                score = 0.0;
            }
            text.push(c);
            score = score.min((f64::from(*confidence) / 100.0).clamp(0.0, 1.0));
        }
    }
    LineReading {
        score: if text.is_empty() { 0.0 } else { score },
        text,
        ..LineReading::nothing()
    }
}

/// Starts the program again with OpenMP limited to one thread, unless the limit is set. To be
/// called first in `main`; returns only when there is nothing to do or it cannot be done, which
/// costs time, not results.
pub fn limit_threads() {
    if std::env::var_os(LIMIT).is_some() {
        return;
    }
    #[cfg(unix)]
    if let Ok(program) = std::env::current_exe() {
        use std::os::unix::process::CommandExt;
        let mut arguments = std::env::args_os();
        let mut command = std::process::Command::new(program);
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        // Returns only on failure: then Tesseract runs on all cores.
        let _ = command.args(arguments).env(LIMIT, "1").exec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_outside_the_charset_spoil_the_score_only_between_others() {
        let said =
            |text: &str| -> Vec<Symbol> { text.chars().map(|c| (c.to_string(), 90.0)).collect() };
        for (symbols, text, score) in [
            ("12", "12", 0.9),
            ("番号12円", "12", 0.9),
            ("1|2", "12", 0.0),
            ("", "", 0.0),
            ("番", "", 0.0),
        ] {
            let read = reading_of(&said(symbols), &Charset::Digits);
            assert_eq!(read.text, text, "`{symbols}`");
            assert!((read.score - score).abs() < 1e-6, "`{symbols}`");
        }
    }

    #[test]
    fn a_blank_line_reads_as_nothing_and_engines_are_kept() {
        let Some(engine) = Tesseract::find() else {
            return;
        };
        let blank = GrayImage::from_pixel(200, 40, image::Luma([255]));
        for _ in 0..2 {
            let read = engine
                .read(&blank, &Expected::any(&Charset::Digits))
                .expect("reads");
            assert_eq!(read.text, "");
        }
        assert!(Tesseract::at(Path::new("/no/such/folder")).is_none());
    }
}
