//! libtiff 4.5 or newer, read through memory callbacks.
//!
//! A [`Handle`] borrows the file's bytes for its life. Errors and warnings are collected per handle
//! (no global handlers, nothing on stderr), a single allocation of the library is bounded, and every
//! buffer that it fills is sized here from the library's own answer.
#![expect(
    unsafe_code,
    reason = "binds the C library libtiff; every block says why it is sound"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;

type Tiff = c_void;

/// Tags of which the library returns one value of a known C type.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Short {
    BitsPerSample = 258,
    Compression = 259,
    Photometric = 262,
    Orientation = 274,
    SamplesPerPixel = 277,
    PlanarConfig = 284,
    ResolutionUnit = 296,
    InkSet = 332,
    SampleFormat = 339,
}

#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Long {
    ImageWidth = 256,
    ImageLength = 257,
    RowsPerStrip = 278,
    TileWidth = 322,
    TileLength = 323,
}

#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Float {
    XResolution = 282,
    YResolution = 283,
}

const COLOR_MAP: u32 = 320;
const EXTRA_SAMPLES: u32 = 338;
const JPEG_COLOR_MODE: u32 = 65538;
const JPEG_COLOR_MODE_RGB: c_int = 1;

type ReadProc = unsafe extern "C" fn(*mut c_void, *mut c_void, isize) -> isize;
type SeekProc = unsafe extern "C" fn(*mut c_void, u64, c_int) -> u64;
type CloseProc = unsafe extern "C" fn(*mut c_void) -> c_int;
type SizeProc = unsafe extern "C" fn(*mut c_void) -> u64;
type MapProc = unsafe extern "C" fn(*mut c_void, *mut *mut c_void, *mut u64) -> c_int;
type UnmapProc = unsafe extern "C" fn(*mut c_void, *mut c_void, u64);
/// The last argument is a `va_list`: a pointer on every ABI that passes it by reference (x86-64,
/// aarch64); it is only handed on to `vsnprintf`.
type MessageProc = unsafe extern "C" fn(
    *mut Tiff,
    *mut c_void,
    *const c_char,
    *const c_char,
    *mut c_void,
) -> c_int;

unsafe extern "C" {
    fn TIFFOpenOptionsAlloc() -> *mut c_void;
    fn TIFFOpenOptionsFree(options: *mut c_void);
    fn TIFFOpenOptionsSetMaxSingleMemAlloc(options: *mut c_void, bytes: isize);
    fn TIFFOpenOptionsSetErrorHandlerExtR(
        options: *mut c_void,
        handler: MessageProc,
        data: *mut c_void,
    );
    fn TIFFOpenOptionsSetWarningHandlerExtR(
        options: *mut c_void,
        handler: MessageProc,
        data: *mut c_void,
    );
    fn TIFFClientOpenExt(
        name: *const c_char,
        mode: *const c_char,
        client: *mut c_void,
        read: ReadProc,
        write: ReadProc,
        seek: SeekProc,
        close: CloseProc,
        size: SizeProc,
        map: MapProc,
        unmap: UnmapProc,
        options: *mut c_void,
    ) -> *mut Tiff;
    fn TIFFClose(tif: *mut Tiff);
    fn TIFFSetSubDirectory(tif: *mut Tiff, offset: u64) -> c_int;
    fn TIFFGetField(tif: *mut Tiff, tag: u32, ...) -> c_int;
    fn TIFFGetFieldDefaulted(tif: *mut Tiff, tag: u32, ...) -> c_int;
    fn TIFFSetField(tif: *mut Tiff, tag: u32, ...) -> c_int;
    fn TIFFIsTiled(tif: *mut Tiff) -> c_int;
    fn TIFFNumberOfStrips(tif: *mut Tiff) -> u32;
    fn TIFFNumberOfTiles(tif: *mut Tiff) -> u32;
    fn TIFFScanlineSize64(tif: *mut Tiff) -> u64;
    fn TIFFTileRowSize64(tif: *mut Tiff) -> u64;
    fn TIFFStripSize64(tif: *mut Tiff) -> u64;
    fn TIFFTileSize64(tif: *mut Tiff) -> u64;
    fn TIFFReadEncodedStrip(tif: *mut Tiff, strip: u32, buffer: *mut c_void, size: isize) -> isize;
    fn TIFFReadEncodedTile(tif: *mut Tiff, tile: u32, buffer: *mut c_void, size: isize) -> isize;
    fn TIFFReadRGBAImageOriented(
        tif: *mut Tiff,
        width: u32,
        height: u32,
        raster: *mut u32,
        orientation: c_int,
        stop: c_int,
    ) -> c_int;
    fn vsnprintf(
        buffer: *mut c_char,
        size: usize,
        format: *const c_char,
        arguments: *mut c_void,
    ) -> c_int;
}

/// What the callbacks see.
struct Client {
    data: *const u8,
    len: usize,
    position: u64,
    messages: Messages,
}

/// What the library said.
#[derive(Default)]
pub(super) struct Messages {
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// All errors, also those not kept.
    pub(super) error_count: u64,
}

/// Messages kept of each sort; a damaged fax page gives one a row.
const MESSAGES_KEPT: usize = 8;

/// One directory of a TIFF file, open for reading.
pub(super) struct Handle<'a> {
    tif: *mut Tiff,
    client: *mut Client,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Handle<'a> {
    /// Opens the directory at `offset`; the error is what the library said.
    pub(super) fn open(bytes: &'a [u8], offset: u64, max_alloc: u64) -> Result<Self, String> {
        let client = Box::into_raw(Box::new(Client {
            data: bytes.as_ptr(),
            len: bytes.len(),
            position: 0,
            messages: Messages::default(),
        }));
        // SAFETY: `client` lives until `drop`, after `TIFFClose`; the options are freed once, after
        // the library copied them. Mode `r` with `h` (no directory yet) and `O` (offsets on demand).
        let tif = unsafe {
            let options = TIFFOpenOptionsAlloc();
            TIFFOpenOptionsSetMaxSingleMemAlloc(
                options,
                isize::try_from(max_alloc).unwrap_or(isize::MAX),
            );
            TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, client.cast());
            TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, client.cast());
            let tif = TIFFClientOpenExt(
                c"page".as_ptr(),
                c"rhO".as_ptr(),
                client.cast(),
                read,
                refuse_write,
                seek,
                close,
                size,
                map,
                unmap,
                options,
            );
            TIFFOpenOptionsFree(options);
            tif
        };
        let handle = Self {
            tif,
            client,
            bytes: PhantomData,
        };
        // SAFETY: `tif` was opened above.
        if tif.is_null() || unsafe { TIFFSetSubDirectory(tif, offset) } == 0 {
            return Err(handle.said());
        }
        Ok(handle)
    }

    /// What went wrong last, in the library's words.
    pub(super) fn said(&self) -> String {
        self.messages()
            .errors
            .last()
            .cloned()
            .unwrap_or_else(|| "libtiff gave no reason".into())
    }

    pub(super) fn messages(&self) -> &Messages {
        // SAFETY: the callbacks change the messages only while a method that takes `&mut self` or
        // no reference into them runs; the box lives as long as `self`.
        unsafe { &(*self.client).messages }
    }

    /// A tag's value or the standard's default.
    pub(super) fn short(&self, tag: Short) -> Option<u16> {
        let mut value = 0_u16;
        // SAFETY: every tag of `Short` is returned as one `uint16_t`.
        let found = unsafe { TIFFGetFieldDefaulted(self.tif, tag as u32, &raw mut value) };
        (found == 1).then_some(value)
    }

    pub(super) fn long(&self, tag: Long) -> Option<u32> {
        let mut value = 0_u32;
        // SAFETY: every tag of `Long` is returned as one `uint32_t`.
        let found = unsafe { TIFFGetFieldDefaulted(self.tif, tag as u32, &raw mut value) };
        (found == 1).then_some(value)
    }

    pub(super) fn float(&self, tag: Float) -> Option<f32> {
        let mut value = 0_f32;
        // SAFETY: every tag of `Float` is returned as one `float`.
        let found = unsafe { TIFFGetField(self.tif, tag as u32, &raw mut value) };
        (found == 1).then_some(value)
    }

    /// Red, green and blue of the `2^bits` palette entries.
    pub(super) fn color_map(&self, bits: u16) -> Option<[Vec<u16>; 3]> {
        let mut map = [std::ptr::null::<u16>(); 3];
        let [red, green, blue] = &mut map;
        // SAFETY: the tag is returned as three pointers to arrays of `1 << BitsPerSample` values
        // that live as long as the directory; `bits` is that tag, read from the same directory.
        unsafe {
            let found = TIFFGetField(
                self.tif,
                COLOR_MAP,
                std::ptr::from_mut(red),
                std::ptr::from_mut(green),
                std::ptr::from_mut(blue),
            );
            if found != 1 || bits > 8 || map.iter().any(|p| p.is_null()) {
                return None;
            }
            Some(map.map(|p| std::slice::from_raw_parts(p, 1 << bits).to_vec()))
        }
    }

    pub(super) fn extra_samples(&self) -> Vec<u16> {
        let mut count = 0_u16;
        let mut values = std::ptr::null::<u16>();
        // SAFETY: the tag is returned as a count and a pointer to that many values that live as
        // long as the directory.
        unsafe {
            let found =
                TIFFGetFieldDefaulted(self.tif, EXTRA_SAMPLES, &raw mut count, &raw mut values);
            if found != 1 || values.is_null() {
                return Vec::new();
            }
            std::slice::from_raw_parts(values, usize::from(count)).to_vec()
        }
    }

    /// Makes the JPEG codec deliver RGB instead of subsampled YCbCr.
    pub(super) fn deliver_rgb(&mut self) -> bool {
        // SAFETY: the pseudo tag takes one `int`; only called for JPEG compression.
        unsafe { TIFFSetField(self.tif, JPEG_COLOR_MODE, JPEG_COLOR_MODE_RGB) == 1 }
    }

    pub(super) fn is_tiled(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { TIFFIsTiled(self.tif) != 0 }
    }

    /// Strips or tiles, how many bytes one unpacks to, and the bytes of one of its rows.
    pub(super) fn chunks(&self) -> (u32, u64, u64) {
        // SAFETY: the handle is open.
        unsafe {
            if self.is_tiled() {
                (
                    TIFFNumberOfTiles(self.tif),
                    TIFFTileSize64(self.tif),
                    TIFFTileRowSize64(self.tif),
                )
            } else {
                (
                    TIFFNumberOfStrips(self.tif),
                    TIFFStripSize64(self.tif),
                    TIFFScanlineSize64(self.tif),
                )
            }
        }
    }

    /// Unpacks a strip or tile into `buffer`; the bytes that came, `None` on an error.
    pub(super) fn read_chunk(&mut self, index: u32, buffer: &mut [u8]) -> Option<usize> {
        let size = isize::try_from(buffer.len()).ok()?;
        let target = buffer.as_mut_ptr().cast();
        // SAFETY: the library writes at most `size` bytes into `buffer`.
        let read = unsafe {
            if self.is_tiled() {
                TIFFReadEncodedTile(self.tif, index, target, size)
            } else {
                TIFFReadEncodedStrip(self.tif, index, target, size)
            }
        };
        usize::try_from(read).ok()
    }

    /// The page as ABGR words in the rows' stored order, for the kinds that need a color model
    /// (`YCbCr`, `Lab`, `LogLuv`, old-style JPEG).
    pub(super) fn read_rgba(&mut self, width: u32, height: u32) -> Option<Vec<u32>> {
        let orientation = self
            .short(Short::Orientation)
            .filter(|o| (1..=8).contains(o))
            .unwrap_or(1);
        let mut raster = vec![0_u32; width as usize * height as usize];
        // SAFETY: the raster holds width x height words, as the function asks. Asking for the
        // stored orientation keeps the rows as they are.
        let done = unsafe {
            let target = raster.as_mut_ptr();
            TIFFReadRGBAImageOriented(self.tif, width, height, target, c_int::from(orientation), 1)
        };
        (done == 1).then_some(raster)
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: both were made in `open` and are released once, the client after its user.
        unsafe {
            if !self.tif.is_null() {
                TIFFClose(self.tif);
            }
            drop(Box::from_raw(self.client));
        }
    }
}

// SAFETY of the callbacks: the library calls them with the `client` that `open` gave it, only while
// a `Handle` method runs, and with buffers of the size it names.

unsafe extern "C" fn read(client: *mut c_void, buffer: *mut c_void, size: isize) -> isize {
    // SAFETY: see above.
    unsafe {
        let client = &mut *client.cast::<Client>();
        let at = usize::try_from(client.position)
            .unwrap_or(usize::MAX)
            .min(client.len);
        let count = usize::try_from(size).unwrap_or(0).min(client.len - at);
        std::ptr::copy_nonoverlapping(client.data.add(at), buffer.cast(), count);
        client.position += count as u64;
        count as isize
    }
}

unsafe extern "C" fn refuse_write(_: *mut c_void, _: *mut c_void, _: isize) -> isize {
    -1
}

unsafe extern "C" fn seek(client: *mut c_void, offset: u64, whence: c_int) -> u64 {
    // SAFETY: see above.
    let client = unsafe { &mut *client.cast::<Client>() };
    client.position = match whence {
        1 => client.position.wrapping_add(offset),
        2 => (client.len as u64).wrapping_add(offset),
        _ => offset,
    };
    client.position
}

unsafe extern "C" fn close(_: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn size(client: *mut c_void) -> u64 {
    // SAFETY: see above.
    unsafe { (*client.cast::<Client>()).len as u64 }
}

/// Refuses mapping: the library would cast the bytes' constness away.
unsafe extern "C" fn map(_: *mut c_void, _: *mut *mut c_void, _: *mut u64) -> c_int {
    0
}

unsafe extern "C" fn unmap(_: *mut c_void, _: *mut c_void, _: u64) {}

unsafe extern "C" fn on_error(
    _: *mut Tiff,
    client: *mut c_void,
    module: *const c_char,
    format: *const c_char,
    arguments: *mut c_void,
) -> c_int {
    // SAFETY: see above; the format and its arguments belong together.
    unsafe {
        let messages = &mut (*client.cast::<Client>()).messages;
        messages.error_count += 1;
        if messages.errors.len() < MESSAGES_KEPT {
            messages.errors.push(words(module, format, arguments));
        }
    }
    1
}

unsafe extern "C" fn on_warning(
    _: *mut Tiff,
    client: *mut c_void,
    module: *const c_char,
    format: *const c_char,
    arguments: *mut c_void,
) -> c_int {
    // SAFETY: as for `on_error`.
    unsafe {
        let messages = &mut (*client.cast::<Client>()).messages;
        if messages.warnings.len() < MESSAGES_KEPT {
            messages.warnings.push(words(module, format, arguments));
        }
    }
    1
}

unsafe fn words(module: *const c_char, format: *const c_char, arguments: *mut c_void) -> String {
    let mut buffer = [0_u8; 256];
    // SAFETY: `vsnprintf` writes at most the buffer with a closing zero; `module` is null or a
    // C string.
    unsafe {
        vsnprintf(buffer.as_mut_ptr().cast(), buffer.len(), format, arguments);
        let text = CStr::from_bytes_until_nul(&buffer)
            .unwrap_or_default()
            .to_string_lossy();
        if module.is_null() {
            return text.into_owned();
        }
        format!("{}: {text}", CStr::from_ptr(module).to_string_lossy())
    }
}
