//! `hagaki review`: serves the review page until Ctrl-C.

use std::process::{Command, Stdio};

use tokio::sync::oneshot;

use super::args::ServeArgs;
use super::exit::{Exit, Failure, Outcome};
use super::run::{chain, store_failure};
use super::status::open_existing;
use super::words::{both, pick};
use super::{Here, clock};
use crate::web::{Clock, Server, SiteParts, WebError};

pub(super) fn serve(here: &Here, args: &ServeArgs) -> Outcome {
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let store = open_existing(&campaign)?;
    let alone = !store.has_people().map_err(|e| store_failure(&e))?;
    let server = Server::bind(args.port).map_err(|e| failure(&e))?;
    let address = format!("http://{}/", server.address());
    let (stop, stopped) = oneshot::channel();
    let mut stop = Some(stop);
    let _ = ctrlc::set_handler(move || match stop.take() {
        Some(stop) => drop(stop.send(())),
        // A second Ctrl-C ends the program at once: what was acknowledged is recorded.
        None => std::process::abort(),
    });
    if here.everywhere.json {
        println!("{}", serde_json::json!({ "address": address }));
    } else {
        println!("{address}");
    }
    here.say(pick(
        here.lang,
        "上のアドレスをブラウザーで開いてください。終了は Ctrl-C",
        "open this address in a browser; Ctrl-C ends the page",
    ));
    if alone {
        here.say(pick(
            here.lang,
            "ログインなし: 回答はこのコンピューターのユーザー名で記録します。複数の人で使う場合: hagaki people add",
            "no sign-in: answers carry the name of this computer's user; for several people: hagaki people add",
        ));
    }
    if args.open {
        open(here, &address);
    }
    let site = SiteParts {
        store,
        library,
        clock: Clock {
            now: clock::now,
            today: clock::today,
        },
        who: clock::user(),
        lang: here.lang,
        idle_seconds: args.idle,
    };
    server.serve(site, stopped).map_err(|e| failure(&e))?;
    here.say(pick(
        here.lang,
        "終了しました。回答はすべて記録済みです",
        "ended; every answer is recorded",
    ));
    Ok(Exit::Done)
}

fn failure(error: &WebError) -> Failure {
    match error {
        WebError::Address { address, .. } => {
            Failure::usage(both(format!("`{address}` は使えません"), chain(error))).hint(both(
                "--port を付けなければ、空いているポートを使います",
                "without --port a free one is taken",
            ))
        }
        _ => Failure::new(
            Exit::Store,
            both("確認ページを開始できません", chain(error)),
        ),
    }
}

/// Asks the desktop to open the address; a desktop without a browser is no failure.
fn open(here: &Here, address: &str) {
    let opener = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(opener)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        here.say(pick(
            here.lang,
            "ブラウザーを開けませんでした",
            "no browser could be opened",
        ));
    }
}
