//! The second opinion on printed lines: Tesseract 5 of the system, through `tesseract-rs`.
//!
//! Three traps. The crate's result iterator outlives its engine in safe code and then aborts the
//! process: here it never leaves `symbols_of`. An engine is not to be shared: each thread makes
//! its own for each language. OpenMP makes Tesseract use three times the processor time on small
//! crops and reads its limit before `main`: [`limit_threads`] starts the program again with it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use image::GrayImage;
use tesseract_rs::{TessPageIteratorLevel, TessPageSegMode, TesseractAPI, TesseractError};

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
    static ENGINES: RefCell<Vec<(&'static str, PathBuf, TesseractAPI)>> = const { RefCell::new(Vec::new()) };
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
        let name = || format!("tesseract-{}", TesseractAPI::version());
        complete.then(|| Self {
            name: name(),
            data: folder.to_owned(),
        })
    }

    fn broken(&self, why: &TesseractError) -> EngineError {
        EngineError::Run {
            name: self.name.clone(),
            why: why.to_string(),
        }
    }

    /// Runs `work` with this thread's engine for the language.
    fn with_engine<T>(
        &self,
        language: &'static str,
        work: impl FnOnce(&TesseractAPI) -> Result<T, TesseractError>,
    ) -> Result<T, EngineError> {
        ENGINES.with_borrow_mut(|engines| {
            let known = |e: &(&str, PathBuf, TesseractAPI)| e.0 == language && e.1 == self.data;
            if !engines.iter().any(known) {
                let api = TesseractAPI::new();
                api.init(&self.data, language)
                    .map_err(|e| EngineError::Model {
                        name: self.name.clone(),
                        why: format!("{language}: {e}"),
                    })?;
                // Statistics about empty pictures are for nobody.
                let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
                api.set_variable("debug_file", nowhere)
                    .map_err(|e| self.broken(&e))?;
                engines.push((language, self.data.clone(), api));
            }
            let (_, _, api) = engines.iter().find(|e| known(e)).expect("made above");
            work(api).map_err(|e| self.broken(&e))
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
        let symbols = self.with_engine(language, |api| {
            api.set_variable("tessedit_char_whitelist", whitelist)?;
            api.set_page_seg_mode(TessPageSegMode::PSM_SINGLE_LINE)?;
            let (w, h) = (framed.width() as i32, framed.height() as i32);
            api.set_image(framed.as_raw(), w, h, 1, w)?;
            api.set_source_resolution(300)?;
            symbols_of(api)
        })?;
        Ok(reading_of(&symbols, charset))
    }
}

/// The language, and which characters it may write (empty: all).
fn setting_of(charset: &Charset) -> (&'static str, &'static str) {
    match charset {
        Charset::Digits => ("eng", "0123456789"),
        Charset::Upper => ("eng", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        Charset::Alnum => ("eng", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        Charset::Latin | Charset::Ascii => ("eng", ""),
        _ => ("jpn", ""),
    }
}

fn with_margin(line: &GrayImage) -> GrayImage {
    let (w, h) = (line.width() + 2 * MARGIN, line.height() + 2 * MARGIN);
    let mut framed = GrayImage::from_pixel(w, h, image::Luma([255]));
    image::imageops::replace(&mut framed, line, i64::from(MARGIN), i64::from(MARGIN));
    framed
}

/// A symbol with its confidence, 0 to 1; a word's end is a space of confidence 1.
fn symbols_of(api: &TesseractAPI) -> Result<Vec<(String, f64)>, TesseractError> {
    api.recognize()?;
    let mut out = Vec::new();
    let iterator = match api.get_iterator() {
        Ok(iterator) => iterator,
        // Nothing was found.
        Err(TesseractError::NullPointerError) => return Ok(out),
        Err(e) => return Err(e),
    };
    let level = TessPageIteratorLevel::RIL_SYMBOL;
    loop {
        match iterator.get_utf8_text(level) {
            Ok(symbol) => {
                out.push((symbol, f64::from(iterator.confidence(level)?) / 100.0));
            }
            Err(TesseractError::NullPointerError) => break,
            Err(e) => return Err(e),
        }
        if !iterator.next(level)? {
            break;
        }
    }
    Ok(out)
}

/// Keeps the field's characters. Others before and behind the answer are a printed label or a unit;
/// between its characters one is a loss, and the score says so.
fn reading_of(symbols: &[(String, f64)], charset: &Charset) -> LineReading {
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
            score = score.min(confidence.clamp(0.0, 1.0));
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
        // Returns only on failure.
        let error = command.args(arguments).env(LIMIT, "1").exec();
        tracing::debug!(%error, "Tesseract runs on all cores");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_outside_the_charset_spoil_the_score_only_between_others() {
        let said = |text: &str| -> Vec<(String, f64)> {
            text.chars().map(|c| (c.to_string(), 0.9)).collect()
        };
        for (symbols, text, score) in [
            ("12", "12", 0.9),
            ("番号12円", "12", 0.9),
            ("1|2", "12", 0.0),
            ("", "", 0.0),
            ("番", "", 0.0),
        ] {
            let read = reading_of(&said(symbols), &Charset::Digits);
            assert_eq!(read.text, text, "`{symbols}`");
            assert!((read.score - score).abs() < 1e-9, "`{symbols}`");
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
