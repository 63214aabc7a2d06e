//! Tesseract 5 by its C interface (`capi.h`), as much of it as one line of text needs.
//!
//! An [`Engine`] holds its handle alone and is bound to its thread; what it gives back is copied out of
//! the library's memory before the call returns, so that nothing of Tesseract's outlives the engine.
#![expect(
    unsafe_code,
    reason = "binds the C library libtesseract; every block says why it is sound"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_uchar, c_void};
use std::path::Path;
use std::ptr::NonNull;

use image::GrayImage;

type BaseApi = c_void;
type ResultIterator = c_void;

/// `PSM_SINGLE_LINE` of `publictypes.h`.
const SINGLE_LINE: c_int = 7;
/// `RIL_SYMBOL` of `publictypes.h`.
const SYMBOL: c_int = 4;
/// What Tesseract is told a picture's resolution is, in dots an inch: it guesses otherwise.
const RESOLUTION: c_int = 300;

unsafe extern "C" {
    fn TessVersion() -> *const c_char;
    fn TessDeleteText(text: *const c_char);
    fn TessBaseAPICreate() -> *mut BaseApi;
    fn TessBaseAPIDelete(api: *mut BaseApi);
    fn TessBaseAPIInit3(api: *mut BaseApi, folder: *const c_char, language: *const c_char)
    -> c_int;
    fn TessBaseAPISetVariable(
        api: *mut BaseApi,
        name: *const c_char,
        value: *const c_char,
    ) -> c_int;
    fn TessBaseAPISetPageSegMode(api: *mut BaseApi, mode: c_int);
    fn TessBaseAPISetImage(
        api: *mut BaseApi,
        pixels: *const c_uchar,
        width: c_int,
        height: c_int,
        bytes_per_pixel: c_int,
        bytes_per_line: c_int,
    );
    fn TessBaseAPISetSourceResolution(api: *mut BaseApi, ppi: c_int);
    fn TessBaseAPIRecognize(api: *mut BaseApi, monitor: *mut c_void) -> c_int;
    fn TessBaseAPIGetIterator(api: *mut BaseApi) -> *mut ResultIterator;
    fn TessResultIteratorDelete(results: *mut ResultIterator);
    fn TessResultIteratorNext(results: *mut ResultIterator, level: c_int) -> c_int;
    fn TessResultIteratorGetUTF8Text(results: *const ResultIterator, level: c_int) -> *mut c_char;
    fn TessResultIteratorConfidence(results: *const ResultIterator, level: c_int) -> f32;
}

/// A character, or what Tesseract takes for one, and its confidence, 0 to 100.
pub(super) type Symbol = (String, f32);

/// The version of the library that the program runs with, `5.3.0`.
pub(super) fn version() -> String {
    // SAFETY: returns a static string that ends with a zero.
    let version = unsafe { CStr::from_ptr(TessVersion()) };
    version.to_string_lossy().into_owned()
}

/// One recognizer for one language. Neither `Send` nor `Sync`: it keeps what it was last shown.
pub(super) struct Engine {
    api: NonNull<BaseApi>,
}

impl Engine {
    /// With the language data `LANGUAGE.traineddata` of `folder`.
    ///
    /// # Errors
    /// What is wrong, when the library cannot load the data.
    pub(super) fn new(folder: &Path, language: &CStr) -> Result<Self, &'static str> {
        let folder = folder.to_str().and_then(|f| CString::new(f).ok());
        let folder = folder.ok_or("the folder's name is not UTF-8")?;
        // SAFETY: takes nothing; what it returns is owned by the engine and deleted once, in `drop`.
        let api = NonNull::new(unsafe { TessBaseAPICreate() }).ok_or("no memory")?;
        let engine = Self { api };
        // SAFETY: the handle is alive; both strings end with a zero and are only read during the call.
        let refused = unsafe { TessBaseAPIInit3(api.as_ptr(), folder.as_ptr(), language.as_ptr()) };
        if refused != 0 {
            return Err("its language data cannot be loaded");
        }
        // SAFETY: the handle is alive.
        unsafe { TessBaseAPISetPageSegMode(api.as_ptr(), SINGLE_LINE) };
        Ok(engine)
    }

    /// Sets one of Tesseract's variables.
    ///
    /// # Errors
    /// When it knows none of that name.
    pub(super) fn set(&mut self, name: &CStr, value: &CStr) -> Result<(), &'static str> {
        // SAFETY: the handle is alive; both strings end with a zero and are copied.
        let known =
            unsafe { TessBaseAPISetVariable(self.api.as_ptr(), name.as_ptr(), value.as_ptr()) };
        if known == 0 {
            return Err("it does not know a variable");
        }
        Ok(())
    }

    /// The symbols of a picture that holds one line, in order; none where it sees no text.
    ///
    /// # Errors
    /// When recognition fails.
    pub(super) fn symbols(&mut self, line: &GrayImage) -> Result<Vec<Symbol>, &'static str> {
        let size = |px: u32| c_int::try_from(px).map_err(|_| "the picture is too large");
        let (w, h) = (size(line.width())?, size(line.height())?);
        let api = self.api.as_ptr();
        // SAFETY: the handle is alive; a grey picture holds `w * h` bytes in rows of `w`, and the library
        // copies them before `SetImage` returns. No monitor is given.
        let failed = unsafe {
            TessBaseAPISetImage(api, line.as_raw().as_ptr(), w, h, 1, w);
            TessBaseAPISetSourceResolution(api, RESOLUTION);
            TessBaseAPIRecognize(api, std::ptr::null_mut())
        };
        if failed != 0 {
            return Err("recognition failed");
        }
        let mut found = Vec::new();
        // SAFETY: the handle is alive and recognized something; null where nothing was found.
        let Some(results) = NonNull::new(unsafe { TessBaseAPIGetIterator(api) }) else {
            return Ok(found);
        };
        let mut results = Results(results);
        while let Some(symbol) = results.symbol() {
            found.push(symbol);
            if !results.next() {
                break;
            }
        }
        Ok(found)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: the handle is alive, owned by this engine alone, and not used again.
        unsafe { TessBaseAPIDelete(self.api.as_ptr()) };
    }
}

/// What was recognized. It reads the engine's memory: it never leaves [`Engine::symbols`], which borrows
/// the engine for as long.
struct Results(NonNull<ResultIterator>);

impl Results {
    /// The symbol it stands at, if there is one.
    fn symbol(&self) -> Option<Symbol> {
        let results = self.0.as_ptr();
        // SAFETY: the iterator is alive; the text is null or ends with a zero and is ours to delete, once,
        // after it was copied.
        unsafe {
            let text = NonNull::new(TessResultIteratorGetUTF8Text(results, SYMBOL))?;
            let symbol = CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned();
            TessDeleteText(text.as_ptr());
            Some((symbol, TessResultIteratorConfidence(results, SYMBOL)))
        }
    }

    /// Goes on to the next symbol; whether there is one.
    fn next(&mut self) -> bool {
        // SAFETY: the iterator is alive and nothing else uses it.
        unsafe { TessResultIteratorNext(self.0.as_ptr(), SYMBOL) != 0 }
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        // SAFETY: the iterator is alive, owned by this value alone, and not used again.
        unsafe { TessResultIteratorDelete(self.0.as_ptr()) };
    }
}
