//! `hagaki export`: finished rows as CSV with a manifest, or one line a field.

use std::fs::File;
use std::io::BufWriter;

use super::args::ExportArgs;
use super::campaign::{CONFIG_FILE, Campaign};
use super::exit::{Exit, Failure, Outcome};
use super::out::{Out, outln};
use super::run::{chain, store_failure};
use super::status::{open_existing, open_to_look};
use super::words::{both, no_form, pick, shown_path, unwritable};
use super::{Here, clock};
use crate::export::{self, ExportError, Profile, Request, Sent};
use crate::form::{FormId, Library};
use crate::lang::Lang;
use crate::store::{Act, ExportSeq, Store, StoreError};

/// The profile of a campaign that names none.
const DEFAULT_PROFILE: &str = "utf8bom";

/// One line a field, all forms in one table.
const LONG: &str = "long";

pub(super) fn export(here: &Here, args: &ExportArgs) -> Outcome {
    let campaign = here.campaign()?;
    let Some(profile) = profile(args, &campaign)? else {
        return long(args, &open_to_look(&campaign)?);
    };
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    let act = Act {
        who: clock::user(),
        at: clock::now(),
    };
    if let Some(seq) = args.resend {
        let day = clock::today();
        let sent = export::resend(&mut store, &campaign.root, ExportSeq(seq), (&act, day));
        let sent = sent.map_err(|e| unsent(&e))?;
        return Ok(told(here, &format!("#{seq}"), &sent));
    }
    let mut exit = Exit::Done;
    for form in forms(args, &library, &store)? {
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

/// The profile that was named or configured; `None` is `long`, which is no file a form. Options that
/// say nothing beside it are refused.
fn profile(args: &ExportArgs, campaign: &Campaign) -> Result<Option<Profile>, Failure> {
    let configured = campaign.config.export.profile.as_deref();
    let named = args.profile.as_deref().or(configured);
    let name = named.unwrap_or(DEFAULT_PROFILE);
    let profile = Profile::named(name);
    if profile.is_none() && name != LONG {
        return Err(no_profile(name, args.profile.is_none().then_some(campaign)));
    }
    let ignored = [
        ("-o", profile.is_some() && args.output.is_some()),
        ("--form", profile.is_none() && args.form.is_some()),
        ("--delta", profile.is_none() && args.delta),
        ("--resend", profile.is_none() && args.resend.is_some()),
    ];
    match ignored.into_iter().find(|(_, given)| *given) {
        None => Ok(profile),
        Some((option, _)) => Err(misfit(option, name)),
    }
}

/// An option that would have changed nothing.
fn misfit(option: &str, profile: &str) -> Failure {
    let failure = Failure::usage(both(
        format!("{option} は出力形式 {profile} では使えません。何も出力していません"),
        format!("{option} says nothing beside the profile {profile}; nothing was exported"),
    ));
    failure.hint(if profile == LONG {
        both(
            "long はすべての帳票の全項目です。帳票ごとの CSV は --profile utf8bom などで",
            "long is every field of every form; for rows of one form: --profile utf8bom, say",
        )
    } else {
        both(
            "CSV は番号付きで export/ に書かれます。-o は --profile long で使います",
            "the CSV goes to export/ under its number; -o goes with --profile long",
        )
    })
}

/// `configured`: the campaign whose settings name it; without, it was typed.
fn no_profile(name: &str, configured: Option<&Campaign>) -> Failure {
    let known = Profile::NAMES.join(", ");
    let failure = match configured {
        None => Failure::usage(both(
            format!("出力形式 `{name}` はありません"),
            format!("there is no profile `{name}`"),
        )),
        Some(campaign) => {
            let file = shown_path(&campaign.root.join(CONFIG_FILE));
            Failure::invalid(both(
                format!("`{file}` の profile にある出力形式 `{name}` はありません"),
                format!("`{file}` names a profile that there is not: `{name}`"),
            ))
        }
    };
    failure.hint(both(
        format!("次のどれか: {known}, {LONG}"),
        format!("one of: {known}, {LONG}"),
    ))
}

fn send(
    store: &mut Store,
    (library, campaign): (&Library, &Campaign),
    request: &Request,
) -> Result<Sent, Failure> {
    export::export(store, library, &campaign.root, request).map_err(|e| failure(&e))
}

/// The forms that carry answers, each once, or the one that was named.
fn forms(args: &ExportArgs, library: &Library, store: &Store) -> Result<Vec<FormId>, Failure> {
    let names = export::reply_forms(store, library).map_err(|e| store_failure(&e))?;
    match &args.form {
        None => Ok(names),
        Some(named) => match names.iter().find(|id| id.0 == *named) {
            Some(id) => Ok(vec![id.clone()]),
            None => Err(no_form(named, &names)),
        },
    }
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

/// An export that is not there is wrong use.
fn unsent(error: &ExportError) -> Failure {
    match error {
        ExportError::Store(e @ StoreError::NoSuch { .. }) => {
            Failure::usage(both(e.message(Lang::Ja), chain(e))).hint(both(
                "番号は export/ にあるファイル名の末尾です",
                "the number stands at the end of each file's name in export/",
            ))
        }
        _ => failure(error),
    }
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
