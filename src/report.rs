//! The contact sheet: every rejected page and doubtful field as a picture, in one HTML file that
//! needs nothing else. People would rather look than read. What may be a My Number is left out, and painted
//! over on whole pages: the file is kept by nobody's rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::form::{FieldId, Library};
use crate::ingest::detail_of;
use crate::lang::Lang;
use crate::lots::{self, Alarm};
use crate::review::cover;
use crate::store::{Kind, QuestionFilter, QuestionRow, Store, StoreError};

mod confusions;

pub use confusions::write_confusions;

/// More pictures than this make a file that no browser likes; the rest is counted.
const MOST_PICTURES: usize = 1500;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,'Noto Sans JP','Yu Gothic UI',sans-serif;margin:1.5rem;background:#f6f5f2;color:#1d1d1f}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .6rem;border-bottom:2px solid #b9b5aa}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.8rem}
figure{margin:0;background:#fff;border:1px solid #cfcbc2;border-radius:6px;padding:.6rem;break-inside:avoid}
img{max-width:100%;max-height:16rem;display:block;margin:0 auto .4rem;border:1px solid #e3e0d8}
.none{color:#777;text-align:center;padding:1.5rem 0}
figcaption{font-size:.86rem}code{font-size:.8rem;background:#eee;padding:0 .25em;border-radius:3px}
.value{font-weight:700}.why{color:#8a1c1c}.where{color:#666;overflow-wrap:anywhere}
@media print{body{background:#fff}}";

/// Writes `contact-sheet.html` into `dir` and returns its path.
///
/// # Errors
/// When the store cannot be read or the file cannot be written. A picture that is missing from the
/// store is said in its place.
pub fn write_contact_sheet(
    store: &Store,
    (library, alarms): (&Library, &[Alarm]),
    dir: &Path,
    lang: Lang,
) -> Result<PathBuf, StoreError> {
    let questions = store.questions(&QuestionFilter::default())?;
    let alarms = lots::lines(alarms, lang);
    let html = contact_sheet(store, library, (&questions, &alarms), lang);
    let path = dir.join("contact-sheet.html");
    let write = || -> io::Result<()> {
        fs::create_dir_all(dir)?;
        let draft = dir.join("contact-sheet.html.tmp");
        fs::write(&draft, &html)?;
        fs::rename(&draft, &path)
    };
    write().map_err(|e| StoreError::io(&path, e))?;
    Ok(path)
}

fn contact_sheet(
    store: &Store,
    library: &Library,
    (questions, alarms): (&[QuestionRow], &[String]),
    lang: Lang,
) -> String {
    let words = Words::of(lang);
    let mut out = String::new();
    let code = match lang {
        Lang::Ja => "ja",
        Lang::En => "en",
    };
    let _ = write!(
        out,
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{t}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
         <h1>{t}</h1><p>{n}: {count}</p>",
        t = words.title,
        n = words.waiting,
        count = questions.len(),
    );
    if !alarms.is_empty() {
        let _ = write!(out, "<h2>{}</h2><ul class=\"why\">", words.alarms);
        for line in alarms {
            let _ = write!(out, "<li>{}</li>", escape(line));
        }
        out.push_str("</ul>");
    }
    for (heading, group) in grouped(questions, library, lang) {
        let _ = write!(
            out,
            "<h2>{} ({})</h2><div class=\"grid\">",
            escape(&heading),
            group.len()
        );
        for question in group.iter().take(MOST_PICTURES) {
            figure(&mut out, store, question, lang);
        }
        out.push_str("</div>");
        if group.len() > MOST_PICTURES {
            let _ = write!(
                out,
                "<p>+ {}: hagaki review list</p>",
                group.len() - MOST_PICTURES
            );
        }
    }
    out.push_str("</body></html>\n");
    out
}

/// Whole pages first, then keys, then the fields of each form, in the order of the questions.
fn grouped<'q>(
    questions: &'q [QuestionRow],
    library: &Library,
    lang: Lang,
) -> Vec<(String, Vec<&'q QuestionRow>)> {
    let mut groups: BTreeMap<(u8, String, String), Vec<&QuestionRow>> = BTreeMap::new();
    for question in questions {
        let form = question.form.clone().unwrap_or_default();
        let place = match question.subject.kind() {
            Kind::Page => (0, String::new(), String::new()),
            Kind::Key => (1, form, String::new()),
            Kind::Field => (2, form, question.subject.field().to_owned()),
        };
        groups.entry(place).or_default().push(question);
    }
    let words = Words::of(lang);
    let heading = |(kind, form, field): &(u8, String, String)| match kind {
        0 => words.pages.to_owned(),
        1 => format!("{form}: {}", words.key),
        _ => format!("{form}: {}", label(library, form, field, lang)),
    };
    groups
        .into_iter()
        .map(|(place, group)| (heading(&place), group))
        .collect()
}

fn label(library: &Library, form: &str, field: &str, lang: Lang) -> String {
    let id = FieldId(field.to_owned());
    let known = library
        .forms()
        .iter()
        .filter(|f| f.id.0 == form)
        .find_map(|f| f.field(&id));
    match known.map(|(_, f)| f.label.get(lang)) {
        Some(text) if text != field => format!("{text} ({field})"),
        _ => field.to_owned(),
    }
}

fn figure(out: &mut String, store: &Store, question: &QuestionRow, lang: Lang) {
    let words = Words::of(lang);
    out.push_str("<figure>");
    match cover::picture(store, question, None) {
        Ok(Some(png)) if !png.is_empty() => {
            let _ = write!(
                out,
                "<img alt=\"\" src=\"data:image/png;base64,{}\">",
                base64(&png)
            );
        }
        _ => {
            let why = if question.covered {
                words.covered
            } else {
                words.no_picture
            };
            let _ = write!(out, "<div class=\"none\">{why}</div>");
        }
    }
    let _ = write!(out, "<figcaption><code>#{}</code> ", question.id);
    if let Some(proposal) = question.proposal.as_deref().filter(|p| !p.is_empty()) {
        let _ = write!(out, "<span class=\"value\">{}?</span> ", escape(proposal));
    }
    for doubt in &question.doubts {
        let (reason, code) = (doubt.reason.message(lang), doubt.reason.code());
        let _ = write!(
            out,
            "<span class=\"why\">{reason}</span> <code>{code}</code> "
        );
        if let Some(told) = detail_of(doubt, lang) {
            let _ = write!(out, "<span class=\"where\">{}</span> ", escape(&told));
        }
    }
    let _ = write!(
        out,
        "<div class=\"where\">{} [{}]</div></figcaption></figure>",
        escape(&question.file),
        question.page
    );
}

struct Words {
    title: &'static str,
    waiting: &'static str,
    pages: &'static str,
    key: &'static str,
    no_picture: &'static str,
    covered: &'static str,
    alarms: &'static str,
}

impl Words {
    fn of(lang: Lang) -> Self {
        match lang {
            Lang::Ja => Self {
                title: "確認シート",
                waiting: "確認待ち",
                pages: "ページ全体",
                key: "番号",
                no_picture: "画像がありません",
                covered: "マイナンバーの恐れがあるため、画像と値を載せていません",
                alarms: "警告",
            },
            Lang::En => Self {
                title: "Contact sheet",
                waiting: "Waiting for a person",
                pages: "Whole pages",
                key: "Key",
                no_picture: "no picture",
                covered: "This may be a My Number: picture and value are left out",
                alarms: "Alarms",
            },
        }
    }
}

/// Text for HTML, attribute values included.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let six = (word >> (18 - 6 * i)) & 63;
            out.push(if i <= chunk.len() {
                char::from(ALPHABET[six as usize])
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_the_standard_s_vectors() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn what_may_be_a_my_number_is_left_out_and_said() {
        use crate::score::Confusion;
        use crate::store::fixtures::{begin, form, record_all, store, suspect};

        let number = "983205673214";
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[suspect("1", number)]);
        let questions = store.questions(&QuestionFilter::default()).unwrap();
        let library = form(&["phone", "memo"]);
        let html = contact_sheet(&store, &library, (&questions, &[]), Lang::En);
        assert!(!html.contains(number), "{html}");
        let crop = base64(format!("picture of ?{number}").as_bytes());
        assert!(!html.contains(&crop), "{html}");
        let why = Words::of(Lang::En).covered;
        assert!(
            html.contains(why) && html.contains("MYNUMBER_SUSPECT"),
            "{html}"
        );
        // The other question of the card is there.
        assert!(
            html.contains("ink?") && html.contains("data:image/png"),
            "{html}"
        );

        let dir = tempfile::tempdir().unwrap();
        let words = crate::score::words(&store).unwrap();
        let word = &words[&("a".to_owned(), 0, "phone".to_owned())];
        assert_eq!((word.covered, word.crop), (true, None));
        let confusion = Confusion {
            file: "a".into(),
            page: 0,
            field: "phone".into(),
            truth: "983205673215".into(),
            read: word.value.clone(),
            asked: true,
            crop: word.crop,
            covered: word.covered,
        };
        let path = write_confusions(&store, &[confusion], dir.path(), Lang::En).unwrap();
        let html = std::fs::read_to_string(path).unwrap();
        assert!(
            !html.contains("98320567321") && html.contains(why),
            "{html}"
        );
    }

    #[test]
    fn values_cannot_become_markup() {
        assert_eq!(escape("<b a='1'>&"), "&lt;b a=&#39;1&#39;&gt;&amp;");
    }
}
