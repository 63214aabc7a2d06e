//! `hagaki audit log|verify|sample`: who did what, whether the chain holds, random checks.

use super::args::{AuditCommand, SampleArgs};
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::status::{open_existing, open_to_look};
use super::words::{both, pick};
use super::{Here, clock};
use crate::audit::{self, Report};
use crate::lang::Lang;
use crate::store::{Act, AuditRow, LotId, SampleId, Scope};

pub(super) fn audit(here: &Here, command: &AuditCommand) -> Outcome {
    match command {
        AuditCommand::Log => log(here),
        AuditCommand::Verify { holds } => verify(here, holds.as_deref()),
        AuditCommand::Sample(args) => match args.returned {
            Some(id) => send_back(here, SampleId(id)),
            None if args.report => report(here, args),
            None => sample(here, args),
        },
    }
}

/// The chain as CSV, or a JSON line a row.
fn log(here: &Here) -> Outcome {
    let store = open_to_look(&here.campaign()?)?;
    let rows = store.audit().map_err(|e| store_failure(&e))?;
    if here.everywhere.json {
        for row in &rows {
            outln!("{}", json(row)?);
        }
        return Ok(Exit::Done);
    }
    let failed = |e: &dyn std::error::Error| Failure::new(Exit::Store, chain(e));
    let mut table = csv::Writer::from_writer(Vec::new());
    table
        .write_record(["seq", "at", "who", "what", "subject", "hash"])
        .map_err(|e| failed(&e))?;
    for AuditRow {
        seq,
        at,
        who,
        what,
        subject,
        hash,
    } in &rows
    {
        let seq = seq.to_string();
        table
            .write_record([&seq, at, who, what, subject, hash])
            .map_err(|e| failed(&e))?;
    }
    let bytes = table.into_inner().map_err(|e| failed(e.error()))?;
    outln!("{}", String::from_utf8_lossy(&bytes).trim_end());
    Ok(Exit::Done)
}

/// Whether every row follows from the row before it, and whether a hash that was noted down is
/// among them: without that a chain that was cut at its end, or made anew, looks whole.
fn verify(here: &Here, noted: Option<&str>) -> Outcome {
    let store = open_to_look(&here.campaign()?)?;
    let broken = store.audit_break().map_err(|e| store_failure(&e))?;
    let rows = store.audit().map_err(|e| store_failure(&e))?;
    let missing = noted.filter(|hash| rows.iter().all(|r| r.hash != **hash));
    let last = rows.last();
    if here.everywhere.json {
        let said = serde_json::json!({
            "rows": rows.len(), "holds": broken.is_none() && missing.is_none(),
            "broken_at": broken, "missing": missing, "last": last.map(|r| &r.hash),
        });
        outln!("{said}");
    } else if let Some(seq) = broken {
        here.say(&match here.lang {
            Lang::Ja => {
                format!("記録の連鎖が {seq} 番で切れています。書き換えられた可能性があります")
            }
            Lang::En => format!("the chain breaks at row {seq}: it was changed from outside"),
        });
    } else if let Some(hash) = missing {
        here.say(&match here.lang {
            Lang::Ja => format!("控えのハッシュ {hash} が記録にありません"),
            Lang::En => format!("the chain does not hold {hash}"),
        });
    } else {
        let (count, hash) = (rows.len(), last.map_or("-", |r| r.hash.as_str()));
        outln!(
            "{}",
            match here.lang {
                Lang::Ja =>
                    format!("記録 {count} 件の連鎖は保たれています。最後のハッシュ: {hash}"),
                Lang::En => format!("the chain of {count} rows holds; last hash: {hash}"),
            }
        );
    }
    Ok(match (broken, missing) {
        (None, None) => Exit::Done,
        _ => Exit::Look,
    })
}

/// Draws a sample and says what becomes of it.
fn sample(here: &Here, args: &SampleArgs) -> Outcome {
    let campaign = here.campaign()?;
    let mut store = open_existing(&campaign)?;
    let scope = Scope {
        form: args.form.clone(),
        field: args.field.clone(),
        lot: args.lot.map(LotId),
    };
    let act = Act {
        who: clock::user(),
        at: clock::now(),
    };
    let size = |population| args.n.unwrap_or_else(|| audit::plan(population));
    let drawn = store
        .draw_sample(&act, (&scope, args.seed), size)
        .map_err(|e| store_failure(&e))?;
    let Some(row) = drawn else {
        return Err(Failure::usage(both(
            "抜き取れる自動確定の項目がありません（回答済み・確認待ちは除きます）",
            "there is no accepted field to draw: none fits, or a person has seen them all",
        ))
        .hint("hagaki audit sample --report"));
    };
    if here.everywhere.json {
        outln!("{}", json(&row)?);
    } else {
        outln!("{}", audit::drawn(&row, here.lang));
    }
    here.say(pick(
        here.lang,
        "機械の値を見ずに入力してもらいます: hagaki review　結果: hagaki audit sample --report",
        "to be keyed without sight of the machine's value: hagaki review. Result: hagaki audit sample --report",
    ));
    Ok(Exit::Done)
}

/// What the samples have shown. An error among them is for somebody to look at.
fn report(here: &Here, args: &SampleArgs) -> Outcome {
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let store = open_existing(&campaign)?;
    let only = args.sample.map(SampleId);
    let reports = audit::reports(&store, &library, only).map_err(|e| store_failure(&e))?;
    if reports.is_empty() {
        return Err(
            Failure::usage(both("抜き取りがまだありません", "no such sample was drawn"))
                .hint("hagaki audit sample"),
        );
    }
    for report in &reports {
        if here.everywhere.json {
            outln!("{}", json(report)?);
        } else {
            outln!("{}", audit::table(report, here.lang));
        }
    }
    for report in reports.iter().filter(|r| r.total.wrong > 0) {
        let id = report.sample.id;
        here.say(&match here.lang {
            Lang::Ja => format!(
                "抜き取り {id} に誤りがありました。この範囲の自動確定をすべて確認にまわすには: hagaki audit sample --return {id}"
            ),
            Lang::En => format!(
                "sample {id} found an error; to send all that it was drawn from to review: hagaki audit sample --return {id}"
            ),
        });
    }
    let failed = |r: &Report| r.total.wrong + r.total.differing > 0;
    Ok(if reports.iter().any(failed) {
        Exit::Look
    } else {
        Exit::Done
    })
}

/// Sends what a sample that found an error was drawn from to people.
fn send_back(here: &Here, id: SampleId) -> Outcome {
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    let reports = audit::reports(&store, &library, Some(id)).map_err(|e| store_failure(&e))?;
    let Some(report) = reports.first() else {
        return Err(Failure::usage(both(
            format!("抜き取り {id} はありません"),
            format!("there is no sample {id}"),
        ))
        .hint("hagaki audit sample --report"));
    };
    if report.total.wrong == 0 {
        return Err(Failure::usage(both(
            format!("抜き取り {id} に確定した誤りはありません。何も戻していません"),
            format!("no error was found in sample {id}; nothing is returned"),
        ))
        .hint(format!("hagaki audit sample --report --sample {id}")));
    }
    let act = Act {
        who: clock::user(),
        at: clock::now(),
    };
    let returned = store
        .return_sample(&act, id)
        .map_err(|e| store_failure(&e))?;
    if here.everywhere.json {
        outln!(
            "{}",
            serde_json::json!({ "sample": id, "returned": returned })
        );
    }
    here.say(&match here.lang {
        Lang::Ja => format!("{returned} 項目を確認にまわしました: hagaki review"),
        Lang::En => format!("{returned} fields wait for a person now: hagaki review"),
    });
    Ok(Exit::Done)
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|e| Failure::new(Exit::Store, chain(&e)))
}
