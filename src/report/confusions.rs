//! The contact sheet of confusions: what the machine read otherwise than the truth says, as pictures. Of what
//! may be a My Number neither picture nor value is shown.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{MOST_PICTURES, STYLE, Words, base64, escape};
use crate::lang::Lang;
use crate::score::Confusion;
use crate::store::{Store, StoreError};

/// Writes `confusions.html` into `dir`: the silently wrong ones first, then those that were asked.
///
/// # Errors
/// When the file cannot be written.
pub fn write_confusions(
    store: &Store,
    confusions: &[Confusion],
    dir: &Path,
    lang: Lang,
) -> Result<PathBuf, StoreError> {
    let html = sheet(store, confusions, lang);
    let path = dir.join("confusions.html");
    let write = || -> io::Result<()> {
        fs::create_dir_all(dir)?;
        let draft = dir.join("confusions.html.tmp");
        fs::write(&draft, &html)?;
        fs::rename(&draft, &path)
    };
    write().map_err(|e| StoreError::io(&path, e))?;
    Ok(path)
}

fn sheet(store: &Store, confusions: &[Confusion], lang: Lang) -> String {
    let (code, title, wrong, asked) = match lang {
        Lang::Ja => ("ja", "読み違い", "誤って確定", "質問になった読み違い"),
        Lang::En => ("en", "Confusions", "Silently wrong", "Misread and asked"),
    };
    let mut out = format!(
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
         <h1>{title}</h1>"
    );
    for (heading, is_asked) in [(wrong, false), (asked, true)] {
        let group: Vec<&Confusion> = confusions.iter().filter(|c| c.asked == is_asked).collect();
        let _ = write!(
            out,
            "<h2>{heading} ({})</h2><div class=\"grid\">",
            group.len()
        );
        for confusion in group.iter().take(MOST_PICTURES) {
            figure(&mut out, store, confusion, lang);
        }
        out.push_str("</div>");
    }
    out.push_str("</body></html>\n");
    out
}

fn figure(out: &mut String, store: &Store, confusion: &Confusion, lang: Lang) {
    out.push_str("<figure>");
    let png = confusion.crop.as_ref().map(|p| store.picture(p));
    if let Some(Ok(png)) = png.filter(|p| p.as_ref().is_ok_and(|png| !png.is_empty())) {
        let _ = write!(
            out,
            "<img alt=\"\" src=\"data:image/png;base64,{}\">",
            base64(&png)
        );
    } else {
        let why = if confusion.covered {
            Words::of(lang).covered
        } else {
            "-"
        };
        let _ = write!(out, "<div class=\"none\">{why}</div>");
    }
    let shown = |text: &str| match text {
        _ if confusion.covered => "?".to_owned(),
        "" => "∅".to_owned(),
        _ => escape(text),
    };
    let _ = write!(
        out,
        "<figcaption>{} → <span class=\"value why\">{}</span> <code>{}</code>\
         <div class=\"where\">{} [{}]</div></figcaption></figure>",
        shown(&confusion.truth),
        shown(&confusion.read),
        escape(&confusion.field),
        escape(&confusion.file),
        confusion.page
    );
}
