use std::io::Cursor;

use ::tiff::encoder::{Compression, DeflateLevel, TiffEncoder, colortype};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};

use super::*;

const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Document>();
};

fn drawn(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        Luma([if (x / 5 + y / 7) % 2 == 0 {
            240
        } else {
            (x + y) as u8
        }])
    })
}

fn opened(bytes: Vec<u8>) -> Document {
    open_bytes(bytes, &Limits::default()).unwrap()
}

fn code(bytes: Vec<u8>) -> &'static str {
    let limits = Limits::default();
    open_bytes(bytes, &limits)
        .and_then(|d| d.page(0))
        .map_or_else(|e| e.code(), |_| "readable")
}

fn tiff_pages(pages: &[GrayImage], compression: Compression) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)
        .unwrap()
        .with_compression(compression);
    for page in pages {
        encoder
            .write_image::<colortype::Gray8>(page.width(), page.height(), page.as_raw())
            .unwrap();
    }
    out.into_inner()
}

fn png(image: &GrayImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image.clone())
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

/// A little-endian TIFF of one strip; `tags` are (number, type, value), strip tags are added.
fn raw_tiff(tags: &[(u16, u16, u32)], strip: &[u8]) -> Vec<u8> {
    let mut tags = tags.to_vec();
    let data_at = 8 + 2 + 12 * (tags.len() + 2) + 4;
    tags.extend([(273, 4, data_at as u32), (279, 4, strip.len() as u32)]);
    tags.sort_unstable();
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend_from_slice(&(tags.len() as u16).to_le_bytes());
    for (tag, kind, value) in tags {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(strip);
    out
}

/// Tags of a page of `width` x `height` with one strip.
fn tags(
    width: u32,
    height: u32,
    bits: u32,
    compression: u32,
    photometric: u32,
) -> Vec<(u16, u16, u32)> {
    vec![
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, compression),
        (262, 3, photometric),
        (277, 3, 1),
        (278, 4, height),
    ]
}

#[test]
fn every_page_of_a_tiff_comes_in_order_and_lossless() {
    let pages = [drawn(60, 40), drawn(31, 57), drawn(8, 8)];
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Packbits,
        Compression::Deflate(DeflateLevel::default()),
    ] {
        let document = opened(tiff_pages(&pages, compression));
        assert_eq!(document.page_count(), 3);
        for (number, page) in pages.iter().enumerate() {
            assert_eq!(&document.page(number as u32).unwrap().picture.gray, page);
        }
        assert_eq!(document.page(3).unwrap_err().code(), "no_such_page");
    }
}

#[test]
fn the_portable_decoder_agrees_with_libtiff() {
    let pages = [drawn(60, 40), drawn(31, 57)];
    let bytes = tiff_pages(&pages, Compression::Lzw);
    for (number, page) in pages.iter().enumerate() {
        let portable = tiff::portable_page(&bytes, number, &Limits::default()).unwrap();
        assert_eq!(&portable.picture.gray, page);
    }
    let bilevel = raw_tiff(&tags(10, 1, 1, 1, 0), &[0b1010_0000, 0b0100_0000]);
    let portable = tiff::portable_page(&bilevel, 0, &Limits::default()).unwrap();
    assert_eq!(
        portable.picture.gray.as_raw(),
        opened(bilevel).page(0).unwrap().picture.gray.as_raw()
    );
    assert!(portable.picture.bilevel);
}

#[test]
fn bilevel_pages_have_their_polarity_and_orientation() {
    // Bits 10100000 01.
    let white_is_zero = raw_tiff(&tags(10, 1, 1, 1, 0), &[0b1010_0000, 0b0100_0000]);
    let page = opened(white_is_zero).page(0).unwrap();
    assert!(page.picture.bilevel);
    assert_eq!(
        page.picture.gray.as_raw(),
        &[0, 255, 0, 255, 255, 255, 255, 255, 255, 0]
    );
    let mut turned = tags(10, 1, 1, 1, 1);
    turned.push((274, 3, 3));
    let page = opened(raw_tiff(&turned, &[0b1010_0000, 0b0100_0000]))
        .page(0)
        .unwrap();
    assert_eq!(
        page.picture.gray.as_raw(),
        &[255, 0, 0, 0, 0, 0, 0, 255, 0, 255]
    );
}

#[cfg(feature = "libtiff")]
#[test]
fn a_group_4_page_is_read_and_a_broken_one_is_refused() {
    // One white row is the code V0 (1); the end of block is 000000000001 twice.
    let mut white = vec![0xff; 4];
    white.extend([0x00, 0x10, 0x01]);
    let page = opened(raw_tiff(&tags(64, 32, 1, 4, 0), &white))
        .page(0)
        .unwrap();
    assert!(page.picture.bilevel && page.picture.gray.pixels().all(|p| p.0 == [255]));
    assert_eq!(code(raw_tiff(&tags(64, 320, 1, 4, 0), &white)), "truncated");
    assert!(["damaged", "truncated"].contains(&code(raw_tiff(&tags(64, 32, 1, 4, 0), &[0x01; 9]))));
}

#[test]
fn a_truncated_page_is_refused_and_its_neighbor_is_read() {
    let whole = tiff_pages(&[drawn(60, 40), drawn(60, 40)], Compression::Uncompressed);
    let document = opened(whole.clone());
    assert!(document.page(1).is_ok());
    // The second page's strip is the last 2,400 bytes before its directory: let it reach too far.
    let offsets: Vec<usize> = (0..whole.len() - 12)
        .filter(|i| whole[*i..*i + 4] == [0x11, 0x01, 4, 0])
        .collect();
    let mut cut = whole;
    cut[offsets[1] + 8..offsets[1] + 12].copy_from_slice(&0x7fff_ff00_u32.to_le_bytes());
    let document = opened(cut);
    assert!(document.page(0).is_ok());
    assert_eq!(document.page(1).unwrap_err().code(), "truncated");
}

#[test]
fn pages_that_a_cut_tiff_lost_are_one_page_that_cannot_be_read() {
    let pages = [drawn(60, 40), drawn(61, 40), drawn(62, 40), drawn(63, 40)];
    let whole = tiff_pages(&pages, Compression::Lzw);
    // How many pages are there besides: none, so that the file is refused, to all, where only the last
    // word of the chain is missing.
    let mut seen = [false; 5];
    for length in 8..whole.len() {
        let Ok(document) = open_bytes(whole[..length].to_vec(), &Limits::default()) else {
            seen[0] = true;
            continue;
        };
        let last = document.page_count() - 1;
        assert_eq!(
            document.page(last).unwrap_err().code(),
            "truncated",
            "{length}"
        );
        assert_eq!(document.page(last + 1).unwrap_err().code(), "no_such_page");
        seen[last as usize] = true;
    }
    assert_eq!(seen, [true; 5]);
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let wide = raw_tiff(&tags(100_000, 100_000, 1, 4, 0), &[0xff; 12_000]);
    assert_eq!(code(wide), "too_large");
    assert_eq!(
        code(raw_tiff(&tags(5, 70_001, 8, 1, 1), &[0; 9])),
        "too_large"
    );
    let limits = Limits {
        page_pixels: 100,
        ..Limits::default()
    };
    let small = open_bytes(png(&drawn(20, 20)), &limits).unwrap();
    assert_eq!(small.page(0).unwrap_err().code(), "too_large");
}

#[test]
fn what_is_no_picture_says_so() {
    assert_eq!(code(Vec::new()), "empty");
    assert_eq!(code(b"<html></html>".to_vec()), "not_a_picture");
    assert_eq!(code(b"II*\0\0\0\0\0".to_vec()), "no_pages");
    assert_eq!(code(b"%PDF-1.7\n".to_vec()), "damaged");
    assert_eq!(code(b"GIF89a".to_vec()), "unsupported");
}

#[test]
fn the_same_pixels_have_one_digest_in_any_lossless_file() {
    let image = drawn(60, 40);
    let digest = |bytes| pixel_digest(&opened(bytes).page(0).unwrap().picture);
    let lzw = digest(tiff_pages(std::slice::from_ref(&image), Compression::Lzw));
    assert_eq!(lzw, digest(png(&image)));
    let mut other = image.clone();
    other.put_pixel(3, 3, Luma([9]));
    assert_ne!(lzw, digest(png(&other)));
    let turned = GrayImage::from_raw(40, 60, image.into_raw()).unwrap();
    assert_ne!(lzw, digest(png(&turned)));
}

#[test]
fn a_file_is_read_once_and_links_and_folders_are_not_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.bin");
    let bytes = png(&drawn(9, 9));
    std::fs::write(&path, &bytes).unwrap();
    let limits = Limits::default();
    assert_eq!(open(&path, &limits).unwrap().sha256(), Digest::of(&bytes));
    assert_eq!(
        open(dir.path(), &limits).err().unwrap().code(),
        "not_a_file"
    );
    assert_eq!(
        open(&dir.path().join("gone"), &limits)
            .err()
            .unwrap()
            .code(),
        "io"
    );
    let small = Limits {
        file_bytes: 10,
        ..limits
    };
    assert_eq!(open(&path, &small).err().unwrap().code(), "file_too_large");
    let refused = take_in(&path, &small).err().unwrap();
    assert!(refused.bytes.is_none());
    for strange in [b"".as_slice(), b"<html></html>", b"II*\0\0\0\0\0"] {
        std::fs::write(&path, strange).unwrap();
        let refused = take_in(&path, &limits).err().unwrap();
        assert_eq!(refused.bytes.unwrap().as_slice(), strange);
    }
    #[cfg(unix)]
    {
        let link = dir.path().join("link.png");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(open(&link, &limits).err().unwrap().code(), "not_a_file");
    }
}

/// A PDF of one page with one picture.
struct OnePicture<'a> {
    /// Entries of the page besides the usual.
    page: &'a str,
    /// Entries of the picture: size, color space, filter.
    picture: &'a str,
    data: &'a [u8],
    content: &'a str,
}

impl OnePicture<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut picture = format!(
            "<< /Type /XObject /Subtype /Image {} /Length {} >>\nstream\n",
            self.picture,
            self.data.len()
        )
        .into_bytes();
        picture.extend_from_slice(self.data);
        picture.extend_from_slice(b"\nendstream");
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 36] /Contents 5 0 R {} \
             /Resources << /XObject << /I 4 0 R >> >> >>",
            self.page
        );
        let content = format!(
            "<< /Length {} >>\nstream\n{}\nendstream",
            self.content.len(),
            self.content
        );
        let objects: [Vec<u8>; 5] = [
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
            page.into_bytes(),
            picture,
            content.into_bytes(),
        ];
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut offsets = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            offsets.push(out.len());
            out.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
            out.extend_from_slice(object);
            out.extend_from_slice(b"\nendobj\n");
        }
        let table = out.len();
        out.extend_from_slice(b"xref\n0 6\n0000000000 65535 f \n");
        for offset in offsets {
            out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
        out.extend_from_slice(
            format!("trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").as_bytes(),
        );
        out
    }
}

fn jpeg_of(image: &RgbImage) -> Vec<u8> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let format = turbojpeg::PixelFormat::RGB;
    let source = turbojpeg::Image {
        pixels: image.as_raw().as_slice(),
        width,
        pitch: 3 * width,
        height,
        format,
    };
    turbojpeg::compress(source, 90, turbojpeg::Subsamp::Sub2x1)
        .unwrap()
        .to_vec()
}

const GRAY: &str = "/ColorSpace /DeviceGray /BitsPerComponent 8";
const FULL: &str = "q 72 0 0 36 0 0 cm /I Do Q";

/// A 4 x 2 picture with eight different greys.
const EIGHT: [u8; 8] = [10, 20, 30, 40, 50, 60, 70, 80];

fn gray_pdf<'a>(page: &'a str, picture: &'a str, content: &'a str, data: &'a [u8]) -> DecodedPage {
    opened(
        OnePicture {
            page,
            picture,
            data,
            content,
        }
        .bytes(),
    )
    .page(0)
    .unwrap()
}

fn eight(page: &str, extra: &str, content: &str) -> DecodedPage {
    gray_pdf(
        page,
        &format!("/Width 4 /Height 2 {GRAY} {extra}"),
        content,
        &EIGHT,
    )
}

#[test]
fn a_full_page_picture_gives_its_own_pixels() {
    assert_eq!(eight("", "", FULL).picture.gray.as_raw(), &EIGHT);
    // The text layer of a searchable scan is invisible, and a white sheet below is hidden.
    let searchable = "1 g 0 0 72 36 re f q 72 0 0 36 0 0 cm /I Do Q BT 3 Tr (secret) Tj ET";
    assert_eq!(eight("", "", searchable).picture.gray.as_raw(), &EIGHT);
}

#[test]
fn rotation_and_placement_turn_the_picture() {
    let quarter = eight("/Rotate 90", "", FULL).picture.gray;
    assert_eq!(
        (quarter.width(), quarter.as_raw().as_slice()),
        (2, &[50, 10, 60, 20, 70, 30, 80, 40][..])
    );
    let upside_down = eight("", "", "q -72 0 0 -36 72 36 cm /I Do Q").picture.gray;
    assert_eq!(upside_down.as_raw(), &[80, 70, 60, 50, 40, 30, 20, 10]);
    let mirrored = eight("", "", "q -72 0 0 36 72 0 cm /I Do Q").picture.gray;
    assert_eq!(mirrored.as_raw(), &[40, 30, 20, 10, 80, 70, 60, 50]);
    let turned = eight("/MediaBox [0 0 36 72]", "", "q 0 72 -36 0 36 0 cm /I Do Q")
        .picture
        .gray;
    assert_eq!(
        (turned.width(), turned.as_raw().as_slice()),
        (2, &[40, 80, 30, 70, 20, 60, 10, 50][..])
    );
}

#[test]
fn decode_and_stencils_have_the_right_polarity() {
    let inverted = eight("", "/Decode [1 0]", FULL).picture.gray;
    assert_eq!(inverted.as_raw()[0], 245);
    let stencil = "/Width 8 /Height 1 /ImageMask true /BitsPerComponent 1";
    let page = gray_pdf(
        "",
        stencil,
        "0 g q 72 0 0 36 0 0 cm /I Do Q",
        &[0b0111_1110],
    );
    assert_eq!(
        page.picture.gray.as_raw(),
        &[0, 255, 255, 255, 255, 255, 255, 0]
    );
    assert!(page.picture.bilevel);
}

#[test]
fn fax_and_jpeg_streams_are_decoded_natively() {
    let fax = "/Width 64 /Height 32 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
               /DecodeParms << /K -1 /Columns 64 /Rows 32 >>";
    let mut white = vec![0xff; 4];
    white.extend([0x00, 0x10, 0x01]);
    let page = gray_pdf("", fax, FULL, &white);
    assert!(page.picture.bilevel && page.picture.gray.pixels().all(|p| p.0 == [255]));
    let cut = OnePicture {
        page: "",
        picture: fax,
        data: &white[..2],
        content: FULL,
    }
    .bytes();
    assert_eq!(code(cut), "truncated");

    let image = RgbImage::from_fn(144, 72, |x, _| image::Rgb([200, (x % 200) as u8, 30]));
    let jpeg = jpeg_of(&image);
    let dct = "/Width 144 /Height 72 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode";
    let page = gray_pdf("", dct, FULL, &jpeg);
    assert!(page.picture.color.is_some());
    let dpi = page.resolution.unwrap();
    assert!((dpi.x.get() - 144.0).abs() < 1e-6 && (dpi.y.get() - 144.0).abs() < 1e-6);
    let cut = OnePicture {
        page: "",
        picture: dct,
        data: &jpeg[..jpeg.len() / 2],
        content: FULL,
    }
    .bytes();
    assert_eq!(code(cut), "truncated");
}

#[test]
fn a_page_with_more_than_a_picture_is_drawn() {
    let drawn = eight("", "", "q 72 0 0 36 0 0 cm /I Do Q 0 g 0 0 36 18 re f");
    // 4 pixels on an inch: drawn at the lowest resolution.
    assert_eq!(
        (drawn.picture.gray.width(), drawn.picture.gray.height()),
        (100, 50)
    );
    assert_eq!(drawn.picture.gray[(20, 40)].0, [0]);
    let vector = eight("", "", "0 g 0 0 36 36 re f");
    assert_eq!(
        (vector.picture.gray.width(), vector.picture.gray.height()),
        (300, 150)
    );
    assert!((vector.resolution.unwrap().x.get() - 300.0).abs() < 1e-3);
}

#[test]
fn a_pdf_without_an_end_has_one_page_more_that_cannot_be_read() {
    let picture = format!("/Width 4 /Height 2 {GRAY}");
    let whole = OnePicture {
        page: "",
        picture: &picture,
        data: &EIGHT,
        content: FULL,
    }
    .bytes();
    assert_eq!(opened(whole.clone()).page_count(), 1);
    let at = |word: &[u8]| whole.windows(word.len()).rposition(|w| w == word).unwrap();
    // A trailer without a table, and nothing but the objects.
    let repaired = opened(whole[..at(b"startxref")].to_vec());
    assert_eq!(repaired.page_count(), 1);
    let cut = opened(whole[..at(b"xref\n0 6")].to_vec());
    assert_eq!(cut.page_count(), 2);
    assert!(cut.page(0).is_ok());
    assert_eq!(cut.page(1).unwrap_err().code(), "truncated");
    assert_eq!(cut.page(2).unwrap_err().code(), "no_such_page");
}

#[test]
fn pdf_bombs_and_lies_are_refused() {
    let one = |picture: &str, data: &[u8]| {
        code(
            OnePicture {
                page: "",
                picture,
                data,
                content: FULL,
            }
            .bytes(),
        )
    };
    let huge = format!("/Width 40000 /Height 40000 {GRAY} /Filter /FlateDecode");
    assert_eq!(one(&huge, &[0x78, 0x9c]), "too_large");
    let negative = format!("/Width -4 /Height -2 {GRAY}");
    assert_eq!(one(&negative, &EIGHT), "no_pixels");
    let short = format!("/Width 4 /Height 3 {GRAY}");
    assert_eq!(one(&short, &EIGHT), "truncated");
    let external = format!("/Width 4 /Height 2 {GRAY} /F (/etc/passwd)");
    assert_eq!(one(&external, b""), "damaged");
}
