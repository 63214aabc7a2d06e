//! The pictures of one page in one file: a ZIP archive without compression (PNG is compressed
//! already), each member named by its own digest, in the order of the fields.
//!
//! Why not a file a picture: a card has thirty of them. Each would have to be flushed before its
//! row commits, which costs more than reading the card, and a campaign would leave millions of
//! small files to back up and to purge.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::digest::Digest;
use crate::pipeline::PageOutcome;

/// A page's pictures, ready to be put down.
#[derive(Debug)]
pub(super) struct Album {
    /// `None` when there is no picture.
    pub bytes: Option<Vec<u8>>,
    /// A picture a field, in the order of the form, then the whole page's; or the one of the
    /// rejected page.
    pub members: Vec<Option<Digest>>,
}

impl Album {
    pub(super) fn of(outcome: &PageOutcome) -> io::Result<Self> {
        let pngs: Vec<&[u8]> = match outcome {
            PageOutcome::Read(record) => {
                let fields = record.fields.iter().map(|f| &f.crop);
                fields
                    .chain([&record.picture])
                    .map(|c| &c.png[..])
                    .collect()
            }
            PageOutcome::Rejected(page) => vec![&page.thumbnail.png[..]],
            PageOutcome::Separator { .. } => Vec::new(),
        };
        let digest = |png: &&[u8]| (!png.is_empty()).then(|| Digest::of(png));
        let members: Vec<Option<Digest>> = pngs.iter().map(digest).collect();
        let named = members
            .iter()
            .zip(pngs)
            .filter_map(|(m, png)| m.map(|m| (m, png)));
        Ok(Self {
            bytes: pack(named)?,
            members,
        })
    }
}

fn pack<'a>(pictures: impl Iterator<Item = (Digest, &'a [u8])>) -> io::Result<Option<Vec<u8>>> {
    let mut seen = BTreeSet::new();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The same date for all: equal pictures make equal albums.
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (digest, png) in pictures {
        if seen.insert(digest) {
            archive
                .start_file(member(&digest), plain)
                .map_err(io::Error::from)?;
            archive.write_all(png)?;
        }
    }
    let packed = archive.finish().map_err(io::Error::from)?;
    Ok((!seen.is_empty()).then(|| packed.into_inner()))
}

/// Takes one picture out.
pub(super) fn take(album: impl Read + Seek, digest: &Digest) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(album).map_err(io::Error::from)?;
    let mut found = archive.by_name(&member(digest)).map_err(io::Error::from)?;
    let mut png = Vec::new();
    found.read_to_end(&mut png)?;
    Ok(png)
}

fn member(digest: &Digest) -> String {
    format!("{digest}.png")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::card;

    #[test]
    fn pictures_come_back_by_their_digest_and_equal_pages_make_equal_albums() {
        let page = card("1", &[("a", "yes"), ("b", "no"), ("c", "yes")]);
        let album = Album::of(&page).unwrap();
        let bytes = album.bytes.unwrap();
        assert_eq!(Album::of(&page).unwrap().bytes.unwrap(), bytes);
        assert_eq!(album.members[0], album.members[2]);
        assert_eq!(
            take(Cursor::new(&bytes), &album.members[1].unwrap()).unwrap(),
            b"picture of no"
        );
        assert!(take(Cursor::new(&bytes), &Digest::of(b"other")).is_err());
        assert!(Album::of(&card("1", &[])).unwrap().bytes.is_none());
    }
}
