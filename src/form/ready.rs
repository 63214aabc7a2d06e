//! The forms that are inside the program: `hagaki init --form NAME` copies one into a campaign.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::fault::Fault;
use super::library::{EmbeddedForm, FORM_FILE};
use super::types::Form;

macro_rules! ready {
    ($name:literal, $($picture:literal),+) => {
        EmbeddedForm {
            name: $name,
            toml: include_str!(concat!("../../form-templates/", $name, "/form.toml")),
            pictures: &[$((
                $picture,
                include_bytes!(concat!("../../form-templates/", $name, "/", $picture)),
            )),+],
        }
    };
}

/// Every ready form.
pub const READY: &[EmbeddedForm] = &[
    ready!("vaccine-intent", "blank-address.png", "blank-answer.png"),
    ready!("benefit-application", "blank-front.png"),
    ready!("resident-survey", "blank-answer.png"),
    ready!("batch-header", "blank-front.png"),
];

/// The ready form of that name.
pub fn form(name: &str) -> Option<&'static EmbeddedForm> {
    READY.iter().find(|form| form.name == name)
}

impl EmbeddedForm {
    /// Checks and returns the form.
    pub fn load(&self) -> Result<Form, Vec<Fault>> {
        let file = format!("{}/{FORM_FILE}", self.name);
        Form::parse(self.toml, &file, &|name| self.picture(name))
    }

    pub(super) fn picture(&self, name: &str) -> io::Result<Vec<u8>> {
        let found = self.pictures.iter().find(|(n, _)| *n == name);
        found
            .map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Writes the form's folder below `dir` and returns it. What is there is never overwritten; what a
    /// writing that was cut off left behind is finished.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where a file of other content is in the way.
    pub fn write_below(&self, dir: &Path) -> io::Result<PathBuf> {
        let folder = dir.join(self.name);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in self.files() {
            let path = folder.join(name);
            match there(&path)? {
                Some(same) if same == bytes => continue,
                Some(cut) if bytes.starts_with(&cut) => fs::remove_file(&path)?,
                _ => {}
            }
            write_new(&path, bytes)?;
        }
        Ok(folder)
    }

    /// The files below `dir` in the places of the form's own that hold something else, not only less.
    pub fn in_the_way(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let folder = dir.join(self.name);
        let mut found = Vec::new();
        for (name, bytes) in self.files() {
            let path = folder.join(name);
            if there(&path)?.is_some_and(|held| !bytes.starts_with(&held)) {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn files(&self) -> impl Iterator<Item = (&'static str, &'static [u8])> {
        let toml = (FORM_FILE, self.toml.as_bytes());
        [toml].into_iter().chain(self.pictures.iter().copied())
    }
}

/// What the file holds; `None` where there is none.
fn there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        held => held.map(Some),
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    io::Write::write_all(&mut file, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Library, draw};

    /// A share of the pixels; a mark of 5 mm moved by half a millimetre changes ten times as many.
    const MAX_DIFFERENCE: f64 = 0.000_02;

    #[test]
    fn every_ready_form_loads_by_its_own_name() {
        let library = Library::from_embedded(READY).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(library.forms().len(), READY.len());
        for ready in READY {
            assert_eq!(ready.load().map(|f| f.id.0).as_deref(), Ok(ready.name));
        }
    }

    /// Renewed by `GOLDEN=update cargo test --lib form::ready`, which fails that run.
    #[test]
    fn every_blank_picture_is_what_the_form_draws() {
        let update = std::env::var("GOLDEN").is_ok_and(|v| v == "update");
        let mut wrong = Vec::new();
        for ready in READY {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("form-templates")
                .join(ready.name);
            let form = ready.load().unwrap_or_else(|f| panic!("{}", f[0]));
            for (name, png) in draw::blank_files(&form).expect("drawn") {
                let share = difference(&fs::read(folder.join(&name)).expect("kept"), &png);
                if share > 0.001 {
                    wrong.push(format!(
                        "{}/{name}: {share:.4} of the pixels differ",
                        ready.name
                    ));
                }
                if update {
                    fs::write(folder.join(&name), &png).expect("written");
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(
            !update,
            "the blank pictures were renewed: run again without GOLDEN=update"
        );
    }

    #[test]
    fn a_moved_line_is_a_difference() {
        let ready = form("batch-header").expect("ready");
        let moved = ready.toml.replace("at = [9, 9]", "at = [9, 9.5]");
        let moved = Form::parse(&moved, "f", &|name| ready.picture(name)).expect("no fault");
        let (name, png) = draw::blank_files(&moved).expect("drawn").remove(0);
        assert!(difference(&ready.picture(&name).expect("kept"), &png) > MAX_DIFFERENCE);
    }

    /// The share of pixels that differ by more than 2 levels.
    fn difference(a: &[u8], b: &[u8]) -> f64 {
        let (a, b) = (gray(a), gray(b));
        if a.dimensions() != b.dimensions() {
            return 1.0;
        }
        let off = a
            .pixels()
            .zip(b.pixels())
            .filter(|(a, b)| a[0].abs_diff(b[0]) > 2);
        off.count() as f64 / a.as_raw().len() as f64
    }

    fn gray(png: &[u8]) -> image::GrayImage {
        image::load_from_memory(png).expect("a PNG").into_luma8()
    }

    #[test]
    fn a_ready_form_is_written_once_and_a_cut_one_is_finished() {
        let dir = tempfile::tempdir().expect("a folder");
        let form = form("resident-survey").expect("ready");
        form.write_below(dir.path()).expect("written");
        assert_eq!(
            Library::load(dir.path()).expect("no fault").forms().len(),
            1
        );
        form.write_below(dir.path()).expect("the same once more");
        // A full disk cut the first writing off.
        let file = dir.path().join("resident-survey").join(FORM_FILE);
        fs::write(&file, &form.toml[..100]).expect("written");
        assert_eq!(
            form.in_the_way(dir.path()).expect("read"),
            Vec::<PathBuf>::new()
        );
        form.write_below(dir.path()).expect("finished");
        assert_eq!(fs::read(&file).expect("read"), form.toml.as_bytes());

        fs::write(&file, "edition = 9").expect("written");
        assert_eq!(
            form.in_the_way(dir.path()).expect("read"),
            std::slice::from_ref(&file)
        );
        let again = form.write_below(dir.path()).expect_err("another is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).expect("read"), b"edition = 9");
    }

    #[test]
    fn cells_and_boxes_are_large_enough_to_write_in() {
        for ready in READY {
            let form = ready.load().expect("no fault");
            for field in form.sides.iter().flat_map(|s| &s.fields) {
                use crate::form::Zone;
                match &field.zone {
                    Zone::Marks(z) => {
                        let boxes = z.options.iter().filter_map(|o| o.boxed);
                        boxes.for_each(|b| assert!(b.w >= 4.0 && b.h >= 4.0, "{}", field.id));
                    }
                    Zone::Comb(z) => {
                        z.cells
                            .iter()
                            .for_each(|c| assert!(c.w >= 5.5 && c.h >= 8.0, "{}", field.id));
                    }
                    _ => {}
                }
            }
        }
    }
}
