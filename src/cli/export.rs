//! `hagaki export`: finished rows as CSV with a manifest, or one line a field.

use std::fs::File;
use std::io::BufWriter;

use super::args::ExportArgs;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::{Out, outln};
use super::run::{chain, store_failure};
use super::status::open_existing;
use super::words::{both, pick, unwritable};
use super::{Here, clock};
use crate::export::{self, ExportError, Profile, Request, Sent};
use crate::form::{FormId, Library};
use crate::lang::Lang;
use crate::store::{Act, ExportSeq, Store};

/// The profile of a campaign that names none.
const DEFAULT_PROFILE: &str = "utf8bom";

pub(super) fn export(here: &Here, args: &ExportArgs) -> Outcome {
    let campaign = here.campaign()?;
    let configured = campaign.config.export.profile.as_deref();
    let name = args
        .profile
        .as_deref()
        .or(configured)
        .unwrap_or(DEFAULT_PROFILE);
    if name == "long" {
        return long(args, &open_existing(&campaign)?);
    }
    let profile = Profile::named(name).ok_or_else(|| {
        let known = Profile::NAMES.join(", ");
        Failure::usage(both(
            format!("出力形式 `{name}` はありません"),
            format!("there is no profile `{name}`"),
        ))
        .hint(both(
            format!("次のどれか: {known}, long"),
            format!("one of: {known}, long"),
        ))
    })?;
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    let act = Act {
        who: clock::user(),
        at: clock::now(),
    };
    if let Some(seq) = args.resend {
        let day = clock::today();
        let sent = export::resend(&mut store, &campaign.root, ExportSeq(seq), (&act, day));
        let sent = sent.map_err(|e| failure(&e))?;
        return Ok(told(here, &format!("#{seq}"), &sent));
    }
    let mut exit = Exit::Done;
    for form in forms(args, &library)? {
        let request = Request {
            form: form.clone(),
            profile: profile.clone(),
            delta: args.delta,
            act: act.clone(),
            day: clock::today(),
            program: concat!("hagaki ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let sent = send(&mut store, (&library, &campaign), &request)?;
        if told(here, &form.0, &sent) == Exit::Look {
            exit = Exit::Look;
        }
    }
    Ok(exit)
}

fn send(
    store: &mut Store,
    (library, campaign): (&Library, &Campaign),
    request: &Request,
) -> Result<Sent, Failure> {
    export::export(store, library, &campaign.root, request).map_err(|e| failure(&e))
}

/// The forms that carry answers, each once, or the one that was named.
fn forms(args: &ExportArgs, library: &Library) -> Result<Vec<FormId>, Failure> {
    let mut names = export::reply_forms(library);
    let Some(named) = &args.form else {
        return Ok(names);
    };
    names.retain(|id| id.0 == *named);
    if names.is_empty() {
        return Err(Failure::usage(both(
            format!("このキャンペーンに帳票 `{named}` はありません"),
            format!("the campaign has no form `{named}`"),
        )));
    }
    Ok(names)
}

/// Says what became of a form's export. An operator must look where cards wait that nobody is asked
/// about.
fn told(here: &Here, what: &str, sent: &Sent) -> Exit {
    let rows = match here.lang {
        Lang::Ja => format!("{what}: {} 行", sent.rows),
        Lang::En => format!("{what}: {} rows", sent.rows),
    };
    match (&sent.path, here.everywhere.json) {
        (Some(path), false) => outln!("{rows} -> {}", path.display()),
        (None, false) => here.say(&rows),
        (path, true) => {
            let line = serde_json::json!({
                "form": what, "rows": sent.rows, "path": path, "withheld": sent.withheld,
                "withheld_list": sent.withheld_list, "unmappable_list": sent.unmappable,
                "formulas": sent.formulas,
            });
            outln!("{line}");
        }
    }
    tell_withheld(here, sent);
    if sent.formulas > 0 {
        here.say(&formulas(here.lang, sent.formulas));
    }
    let look = sent.withheld.keys().any(|why| why.wants_an_operator());
    if look { Exit::Look } else { Exit::Done }
}

fn tell_withheld(here: &Here, sent: &Sent) {
    let lang = here.lang;
    for (why, count) in &sent.withheld {
        let words = why.reason().map_or_else(
            || pick(lang, "確認待ちなど未完了", "not finished"),
            |reason| reason.message(lang),
        );
        here.say(&format!(
            "  {}: {count}  ({words})",
            pick(lang, "保留", "withheld")
        ));
    }
    for list in sent.withheld_list.iter().chain(&sent.unmappable) {
        here.say(&format!("  -> {}", list.display()));
    }
    for step in sent.withheld.keys().filter_map(|why| why.next_step(lang)) {
        here.say(&format!("  → {step}"));
    }
}

fn formulas(lang: Lang, count: usize) -> String {
    match lang {
        Lang::Ja => format!(
            "  表計算ソフトで開くと数式とみなされる値が {count} 個あります（= + - @ などで始まる値）。表計算ソフトで開くなら: hagaki export --profile excel"
        ),
        Lang::En => format!(
            "  {count} values would be taken for formulas by a spreadsheet (they begin with = + - @ or the like). For a spreadsheet: hagaki export --profile excel"
        ),
    }
}

fn long(args: &ExportArgs, store: &Store) -> Outcome {
    let written = match &args.output {
        None => export::write_long(store, Out),
        Some(path) => {
            let file = File::create(path).map_err(|e| unwritable(path, &e))?;
            export::write_long(store, BufWriter::new(file))
        }
    };
    written.map_err(|e| failure(&e))?;
    Ok(Exit::Done)
}

fn failure(error: &ExportError) -> Failure {
    match error {
        ExportError::Store(e) => store_failure(e),
        ExportError::Header { form } => Failure::invalid(both(
            format!("帳票 `{form}` の項目名に、この文字コードにない文字があります"),
            chain(error),
        )),
        ExportError::Unwritten { seq, .. } => Failure::new(
            Exit::Store,
            both(
                format!("出力 {seq} は記録しましたが、ファイルに書けませんでした"),
                chain(error),
            ),
        )
        .hint(format!("hagaki export --resend {seq}")),
        _ => Failure::new(
            Exit::Store,
            both(format!("CSVを書けません: {}", chain(error)), chain(error)),
        ),
    }
}
