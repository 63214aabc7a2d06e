//! All forms of a campaign, loaded and checked once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{GrayImage, Luma};
use walkdir::WalkDir;

use super::draw::png;
use super::fault::Fault;
use super::types::{Field, Form, Learnt, Role, Side, ValueKind, Zone};
use crate::charset::Charset;
use crate::lists::{NameLists, Places, Recipients, Spelling};

/// The name of the file that makes a folder a form.
pub const FORM_FILE: &str = "form.toml";

/// The forms that a stack may hold. Order: by form id, then edition, so that results never depend
/// on the order of a directory.
#[derive(Clone, Debug, Default)]
pub struct Library {
    forms: Vec<Arc<Form>>,
}

/// Forms could not be used. Holds every fault of every form.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct LibraryError(pub Vec<Fault>);

/// A form inside the program: its text and the pictures beside it, by name.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedForm {
    pub name: &'static str,
    pub toml: &'static str,
    pub pictures: &'static [(&'static str, &'static [u8])],
}

impl Library {
    pub fn new(mut forms: Vec<Arc<Form>>) -> Self {
        forms.sort_by(|a, b| (&a.id, a.edition).cmp(&(&b.id, b.edition)));
        Self { forms }
    }

    /// Loads every folder at or below `dir` that holds a `form.toml`. No form at all is a fault.
    pub fn load(dir: &Path) -> Result<Self, LibraryError> {
        let (files, mut faults) = form_files(dir);
        if files.is_empty() && faults.is_empty() {
            let mut fault = Fault::of_file(&show(dir), "there is no form here");
            fault.hint = Some("a form is a folder with a `form.toml`; see `hagaki init`".into());
            faults.push(fault);
        }
        let mut loaded = Vec::new();
        for file in files {
            match load_form(&file) {
                Ok(form) => loaded.push((show(&file), form)),
                Err(found) => faults.extend(found),
            }
        }
        Self::from_loaded(loaded, faults)
    }

    /// Loads forms that are inside the program.
    pub fn from_embedded(forms: &[EmbeddedForm]) -> Result<Self, LibraryError> {
        let mut faults = Vec::new();
        let mut loaded = Vec::new();
        for form in forms {
            match form.load() {
                Ok(found) => loaded.push((format!("{}/{FORM_FILE}", form.name), found)),
                Err(found) => faults.extend(found),
            }
        }
        Self::from_loaded(loaded, faults)
    }

    fn from_loaded(
        loaded: Vec<(String, Form)>,
        mut faults: Vec<Fault>,
    ) -> Result<Self, LibraryError> {
        let mut seen: BTreeMap<(String, u32), &str> = BTreeMap::new();
        for (file, form) in &loaded {
            if let Some(other) = seen.insert((form.id.0.clone(), form.edition), file) {
                let message = format!(
                    "edition {} of `{}` is also in {other}",
                    form.edition, form.id
                );
                let mut fault = Fault::of_file(file, message);
                fault.hint = Some(
                    "count `edition` up for a changed form, and keep the old one beside it".into(),
                );
                faults.push(fault);
            }
        }
        if !faults.is_empty() {
            return Err(LibraryError(faults));
        }
        Ok(Self::new(
            loaded.into_iter().map(|(_, form)| Arc::new(form)).collect(),
        ))
    }

    pub fn forms(&self) -> &[Arc<Form>] {
        &self.forms
    }

    /// Every side of every form.
    pub fn sides(&self) -> impl Iterator<Item = (&Arc<Form>, &Side)> {
        self.forms
            .iter()
            .flat_map(|f| f.sides.iter().map(move |s| (f, s)))
    }

    /// The same forms with what was learnt of each field.
    #[must_use]
    pub fn learnt(&self, of: &dyn Fn(&Form, &Field) -> Vec<Learnt>) -> Self {
        let one = |form: &Arc<Form>| {
            let mut own = Form::clone(form);
            for field in own.sides.iter_mut().flat_map(|side| &mut side.fields) {
                field.learnt = of(form, field);
            }
            Arc::new(own)
        };
        Self {
            forms: self.forms.iter().map(one).collect(),
        }
    }

    /// The same forms with what is known of their answers besides the forms' own words.
    #[must_use]
    pub fn listed(
        &self,
        (places, names): (Option<&Arc<Places>>, Option<&NameLists>),
        recipients: &Recipients,
    ) -> Self {
        let keys = recipients.keys();
        let one = |form: &Arc<Form>| {
            let mut own = Form::clone(form);
            for field in own.sides.iter_mut().flat_map(|side| &mut side.fields) {
                let placed = matches!(field.value, ValueKind::Postal | ValueKind::Address);
                field.lists.places = places.filter(|_| placed).cloned();
                let column = field.lists.recipient.as_deref();
                field.lists.column = column.and_then(|name| recipients.column(name));
                // Who repeats a list, the form's or the mailing list, may bear a name that is on no other.
                let own_list = !field.lists.lexicons().is_empty();
                let spelled = spelling(field).filter(|_| !own_list);
                let of = |spelling, lists: &NameLists| match spelling {
                    Spelling::Written => Arc::clone(&lists.written),
                    Spelling::Kana => Arc::clone(&lists.kana),
                };
                let known = spelled
                    .zip(names)
                    .map(|(spelled, lists)| of(spelled, lists));
                field.lists.names = known.filter(|names| !names.is_empty());
            }
            // A sheet before a lot names no recipient.
            let listed = keys.as_ref().filter(|_| own.role == Role::Reply);
            for key in own.sides.iter_mut().filter_map(|side| side.key.as_mut()) {
                key.listed = listed.cloned();
                for (name, column) in &mut key.record {
                    *column = recipients.column(name);
                }
            }
            Arc::new(own)
        };
        Self {
            forms: self.forms.iter().map(one).collect(),
        }
    }

    /// Whether any field asks for a postal code or an address.
    pub fn asks_places(&self) -> bool {
        let placed = |f: &Field| matches!(f.value, ValueKind::Postal | ValueKind::Address);
        self.sides().any(|(_, side)| side.fields.iter().any(placed))
    }

    /// Whether any field asks for a person's name.
    pub fn asks_names(&self) -> bool {
        let named = |f: &Field| spelling(f).is_some();
        self.sides().any(|(_, side)| side.fields.iter().any(named))
    }

    /// The form of that name; the latest edition when none is asked for.
    pub fn find(&self, id: &str, edition: Option<u32>) -> Option<&Arc<Form>> {
        let fits = |f: &&Arc<Form>| f.id.0 == id && edition.is_none_or(|e| f.edition == e);
        self.forms.iter().rev().find(fits)
    }
}

/// Loads one form file with the pictures beside it.
pub fn load_form(file: &Path) -> Result<Form, Vec<Fault>> {
    let name = show(file);
    let source = fs::read_to_string(file)
        .map_err(|e| vec![Fault::of_file(&name, format!("cannot be read: {e}"))])?;
    let folder = file.parent().unwrap_or(Path::new("."));
    Form::parse(&source, &name, &|picture| fs::read(folder.join(picture)))
}

/// Loads a form whose blank pictures are still to be learnt: all that is checked of a form is, but
/// a side needs no picture, and has none afterwards.
pub fn load_unlearnt(file: &Path) -> Result<Form, Vec<Fault>> {
    let name = show(file);
    let source = fs::read_to_string(file)
        .map_err(|e| vec![Fault::of_file(&name, format!("cannot be read: {e}"))])?;
    let stand_ins = stand_ins(&source);
    let loader = |picture: &str| {
        let found = stand_ins.iter().find(|(name, _)| name == picture);
        found.map_or_else(
            || Err(std::io::ErrorKind::NotFound.into()),
            |(_, bytes)| Ok(bytes.clone()),
        )
    };
    let mut form = Form::parse(&source, &name, &loader)?;
    for side in &mut form.sides {
        side.blank = None;
    }
    Ok(form)
}

/// White pictures of the sides' proportions, by the names that the form asks for. A text that is
/// at fault has none: its faults are told when it is checked.
fn stand_ins(source: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(text) = toml::from_str::<toml::Table>(source) else {
        return Vec::new();
    };
    let sides = text.get("side").and_then(toml::Value::as_array);
    let mut pictures = Vec::new();
    for side in sides.into_iter().flatten() {
        let number = |i: usize| {
            let v = side.get("size")?.get(i)?;
            v.as_float().or_else(|| v.as_integer().map(|n| n as f64))
        };
        let named = side.get("blank").and_then(toml::Value::as_str);
        let id = side.get("id").and_then(toml::Value::as_str);
        if let (Some(w), Some(h), Some(id)) = (number(0), number(1), id)
            && w > 0.0
            && h > 0.0
        {
            let px = |mm: f64| (4.0 * mm).round().clamp(1.0, 8000.0) as u32;
            let white = GrayImage::from_pixel(px(w), px(h), Luma([255]));
            let name = named.map_or_else(|| format!("blank-{id}.png"), str::to_owned);
            pictures.extend(png(&white).ok().map(|bytes| (name, bytes)));
        }
    }
    pictures
}

/// Every form file at or below `dir`, sorted by path; folders that cannot be read are faults.
fn form_files(dir: &Path) -> (Vec<PathBuf>, Vec<Fault>) {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(dir).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_name() == FORM_FILE && entry.file_type().is_file() => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(e) => {
                let path = show(e.path().unwrap_or(dir));
                let why = e
                    .io_error()
                    .map_or_else(|| "a ring of links".into(), ToString::to_string);
                faults.push(Fault::of_file(&path, format!("cannot be read: {why}")));
            }
        }
    }
    (files, faults)
}

/// A path as people and exports see it.
fn show(path: &Path) -> String {
    path.display().to_string()
}

/// How a field spells a person's name: as it is written, in kanji, or in kana; `None` for any other field.
fn spelling(field: &Field) -> Option<Spelling> {
    let charset = match &field.zone {
        Zone::Comb(zone) => &zone.charset,
        Zone::Line(zone) => &zone.charset,
        _ => return None,
    };
    match (&field.value, charset) {
        (ValueKind::Name, Charset::Jis1 | Charset::Jis2 | Charset::Any) => Some(Spelling::Written),
        (ValueKind::Kana, Charset::Hiragana | Charset::Katakana | Charset::Kana) => {
            Some(Spelling::Kana)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{Name, Names};

    const TOML: &str = "form = \"note\"\nedition = 1\ntitle = \"Note\"\n[[side]]\nid = \"a\"\n\
        size = [100, 148]\nmarks = [{ kind = \"disc\", at = [5, 5], size = 4 }, \
        { kind = \"disc\", at = [95, 5], size = 4 }, { kind = \"disc\", at = [5, 140], size = 4 }]\n";

    fn write(dir: &Path, name: &str, text: &str) {
        fs::create_dir_all(dir.join(name)).expect("a folder");
        fs::write(dir.join(name).join(FORM_FILE), text).expect("a file");
    }

    #[test]
    fn every_folder_below_is_loaded_and_the_latest_edition_is_found() {
        let dir = tempfile::tempdir().expect("a folder");
        write(
            dir.path(),
            "deep/er/new",
            &TOML.replace("edition = 1", "edition = 2"),
        );
        write(dir.path(), "old", TOML);
        let library = Library::load(dir.path()).expect("no fault");
        let editions: Vec<u32> = library.forms().iter().map(|f| f.edition).collect();
        assert_eq!(editions, [1, 2]);
        assert_eq!(library.find("note", None).map(|f| f.edition), Some(2));
        assert_eq!(library.find("note", Some(1)).map(|f| f.edition), Some(1));
        assert!(library.find("other", None).is_none());
    }

    #[test]
    fn the_faults_of_all_forms_come_together() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), "a", "form = 1");
        write(dir.path(), "b", TOML);
        write(dir.path(), "c", TOML);
        let LibraryError(faults) = Library::load(dir.path()).expect_err("three faults");
        let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(
            text[0].contains("a/form.toml:1:8: invalid type: integer `1`"),
            "{text:?}"
        );
        assert!(
            text[1].contains("c/form.toml: edition 1 of `note` is also in"),
            "{text:?}"
        );
    }

    #[test]
    fn a_folder_without_forms_or_no_folder_is_a_fault() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(Library::load(dir.path()).is_err());
        assert!(Library::load(&dir.path().join("nowhere")).is_err());
    }

    #[test]
    fn a_name_that_repeats_the_mailing_list_is_held_against_no_other() {
        let field = |id: &str, more: &str| {
            format!(
                "[[side.field]]\nid = \"{id}\"\nline = {{ area = [10, 10, 50, 8], charset = \"jis2\" }}\n\
                 value = {{ name = {{}} }}\n{more}\n"
            )
        };
        let [own, other] = [field("own", ""), field("other", "recipient = \"name\"")];
        let other = other.replace("[10, 10,", "[10, 30,");
        let toml = format!("{TOML}\n{own}\n{other}");
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path(), "a", &toml);
        let library = Library::load(dir.path()).expect("no fault");
        let names = NameLists {
            written: Arc::new(Names::new(
                Spelling::Written,
                [Name::counted("佐藤", 1)],
                [Name::counted("清", 1)],
            )),
            ..NameLists::default()
        };
        let people = Recipients::new(vec!["name".into()], [("1".into(), vec!["佐藤清".into()])]);
        let named = |people: &Recipients| -> Vec<bool> {
            let listed = library.listed((None, Some(&names)), people);
            let fields = listed.sides().flat_map(|(_, side)| &side.fields);
            let of_names = fields.filter(|f| matches!(f.value, ValueKind::Name));
            of_names.map(|f| f.lists.names.is_some()).collect()
        };
        assert_eq!(named(&people), [true, false]);
        assert_eq!(named(&Recipients::default()), [true, true]);
    }

    #[test]
    fn an_embedded_form_loads() {
        let form = EmbeddedForm {
            name: "note",
            toml: TOML,
            pictures: &[],
        };
        assert_eq!(
            Library::from_embedded(&[form])
                .expect("no fault")
                .forms()
                .len(),
            1
        );
        assert!(Library::from_embedded(&[form, form]).is_err());
    }
}
