//! `hagaki form check|preview|draw|print|schema`.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;

use super::Here;
use super::args::FormCommand;
use super::exit::{Exit, Failure, Outcome};
use super::learn;
use super::out::outln;
use super::run::chain;
use super::words::{both, pick, unreadable, unwritable};
use crate::engine::barcodes::Readers;
use crate::form::draw::{self, DrawError, Values};
use crate::form::library::{FORM_FILE, load_form as load_file};
use crate::form::ready::{self, READY};
use crate::form::{Fault, Form, Library, json_schema, preview, print};
use crate::geom::Rect;
use crate::ingest::{self, Limits};
use crate::lang::{Lang, Text};
use crate::restore::restore;
use crate::scan::{Origin, Scan};
use crate::{identify, normalize, prove};

/// Scale of a preview over a scan: about 200 dpi.
const PREVIEW_PX_PER_MM: f64 = 8.0;

pub(super) fn form(here: &Here, command: &FormCommand) -> Outcome {
    match command {
        FormCommand::Check { forms } => check(here, forms),
        FormCommand::Preview { form, scan, output } => {
            let folder = output.clone().unwrap_or_else(|| folder_of(form));
            overlay(here, (form, &folder), scan.as_deref())
        }
        FormCommand::Draw {
            form,
            from_scans,
            side,
            dpi,
            output,
        } => {
            let folder = output.clone().unwrap_or_else(|| folder_of(form));
            let target = (form.as_path(), folder.as_path());
            match from_scans {
                Some(scans) => learn::draw(here, target, (scans, side.as_deref(), *dpi)),
                None => draw_blanks(here, target, f64::from(*dpi)),
            }
        }
        FormCommand::Print { form, keys, output } => to_pdf(here, form, keys.as_deref(), output),
        FormCommand::Schema => {
            outln!("{}", json_schema());
            Ok(Exit::Done)
        }
    }
}

/// A form by its folder, its file, or the name of a ready one.
pub(super) fn load_form(here: &Here, named: &Path) -> Result<Form, Failure> {
    let file = if named.is_dir() {
        named.join(FORM_FILE)
    } else {
        named.to_path_buf()
    };
    if file.is_file() {
        return load_file(&file).map_err(|faults| invalid(&faults));
    }
    let in_campaign = here
        .campaign()
        .ok()
        .map(|c| c.forms_dir().join(named).join(FORM_FILE));
    if let Some(file) = in_campaign.filter(|f| f.is_file()) {
        return load_file(&file).map_err(|faults| invalid(&faults));
    }
    let name = named.to_string_lossy();
    let embedded = ready::form(&name).ok_or_else(|| {
        let known: Vec<&str> = READY.iter().map(|f| f.name).collect();
        Failure::usage(both(
            format!("`{name}` は帳票のフォルダーでも、内蔵の帳票でもありません"),
            format!("`{name}` is no form folder and no ready form"),
        ))
        .hint(both(
            format!("内蔵の帳票: {}", known.join(", ")),
            format!("ready forms: {}", known.join(", ")),
        ))
    })?;
    embedded.load().map_err(|faults| invalid(&faults))
}

pub(super) fn invalid(faults: &[Fault]) -> Failure {
    let lines = |lang| {
        let all: Vec<String> = faults.iter().map(|fault| fault.told(lang)).collect();
        all.join("\n")
    };
    Failure::invalid(both(lines(Lang::Ja), lines(Lang::En)))
}

fn folder_of(form: &Path) -> PathBuf {
    if form.is_file() {
        return form.parent().unwrap_or(Path::new(".")).to_path_buf();
    }
    if form.is_dir() {
        form.to_path_buf()
    } else {
        PathBuf::from(".")
    }
}

fn check(here: &Here, named: &[PathBuf]) -> Outcome {
    let folders = if named.is_empty() {
        vec![here.campaign()?.forms_dir()]
    } else {
        named.to_vec()
    };
    let mut forms = Vec::new();
    let mut faults = Vec::new();
    for folder in &folders {
        let loaded = if folder.is_file() {
            load_file(folder).map(|f| vec![std::sync::Arc::new(f)])
        } else {
            Library::load(folder)
                .map(|l| l.forms().to_vec())
                .map_err(|e| e.0)
        };
        match loaded {
            Ok(found) => forms.extend(found),
            Err(found) => faults.extend(found),
        }
    }
    if here.everywhere.json {
        let text = serde_json::to_string(&faults).map_err(|e| Failure::invalid(chain(&e)))?;
        outln!("{text}");
    }
    if !faults.is_empty() {
        return Err(invalid(&faults));
    }
    for form in &forms {
        let fields: usize = form.sides.iter().map(|s| s.fields.len()).sum();
        let (id, edition) = (&form.id, form.edition);
        here.say(&format!(
            "{}: {id} ({edition}), {fields}",
            pick(here.lang, "正常", "ok")
        ));
    }
    Ok(Exit::Done)
}

fn draw_blanks(here: &Here, (named, folder): (&Path, &Path), dpi: f64) -> Outcome {
    let form = load_form(here, named)?;
    for side in &form.sides {
        let picture = draw::side(side, dpi / 25.4, &Values::default())
            .map_err(|e| Failure::invalid(chain(&e)))?;
        let path = folder.join(format!("blank-{}.png", side.id));
        save(here, &path, |path| picture.save(path))?;
    }
    Ok(Exit::Done)
}

fn overlay(here: &Here, (named, folder): (&Path, &Path), scan: Option<&Path>) -> Outcome {
    let form = load_form(here, named)?;
    let pictures = match scan {
        Some(path) => vec![over_scan(form, path)?],
        None => form
            .sides
            .iter()
            .map(|side| Ok((side.id.clone(), preview::preview(side)?)))
            .collect::<Result<Vec<_>, DrawError>>()
            .map_err(|e| Failure::invalid(chain(&e)))?,
    };
    for (side, picture) in pictures {
        save(here, &folder.join(format!("preview-{side}.png")), |path| {
            picture.save(path)
        })?;
    }
    Ok(Exit::Done)
}

/// The zones over the side that a scan's first page shows.
fn over_scan(form: Form, path: &Path) -> Result<(String, RgbImage), Failure> {
    let unread = |why: Text| {
        let path = path.display();
        let text = both(
            format!("`{path}`: {}", why.ja),
            format!("`{path}`: {}", why.en),
        );
        Failure::new(Exit::Look, text)
    };
    let page = ingest::open(path, &Limits::default()).and_then(|d| d.page(0));
    let page = page.map_err(|e| unread(both(e.message(Lang::Ja), e.message(Lang::En))))?;
    let origin = Origin {
        file: String::new(),
        file_sha256: crate::digest::Digest::of(b""),
        page: 0,
    };
    let scan = Scan::new(origin, page.picture, page.resolution);
    let library = Library::new(vec![std::sync::Arc::new(form)]);
    let scan = restore(&scan).scan;
    let upright = normalize::normalize(&scan);
    let identified = identify::identify(&upright, &library, &Readers);
    let (_, page) = prove::prove(&upright, &identified).map_err(|why| {
        let said = |lang| format!("{} ({})", why.reason.message(lang), why.detail);
        unread(both(said(Lang::Ja), said(Lang::En)))
    })?;
    let size = page.side.size;
    let whole = Rect::new(0.0, 0.0, size.w, size.h);
    let picture = page.cut_color(whole, PREVIEW_PX_PER_MM).unwrap_or_else(|| {
        image::DynamicImage::ImageLuma8(page.cut(whole, PREVIEW_PX_PER_MM).gray).into_rgb8()
    });
    Ok((page.side.id.clone(), preview::overlay(page.side, &picture)))
}

fn to_pdf(here: &Here, named: &Path, keys: Option<&Path>, output: &Path) -> Outcome {
    let form = load_form(here, named)?;
    let recipients = match keys {
        None => vec![Values::default()],
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
            text.lines()
                .map(str::trim)
                .filter(|l| !l.is_empty())
                .map(Values::with_key)
                .collect()
        }
    };
    let pdf = print::pdf(&form, &recipients).map_err(|e| Failure::invalid(chain(&e)))?;
    save(here, output, |path| fs::write(path, &pdf)).map(|()| Exit::Done)
}

pub(super) fn save<E: std::fmt::Display>(
    here: &Here,
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        let _ = fs::create_dir_all(folder);
    }
    write(path).map_err(|e| unwritable(path, &e))?;
    here.say(&path.display().to_string());
    Ok(())
}
