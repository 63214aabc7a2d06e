//! `hagaki review`: serves the review page until Ctrl-C.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use tokio::sync::oneshot;

use super::args::ServeArgs;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::status::open_existing;
use super::tls::{identity, init_tls};
use super::words::{both, pick};
use super::{Here, clock, repair};
use crate::web::{Clock, Server, SiteParts, WebError};

pub(super) fn serve(here: &Here, args: &ServeArgs) -> Outcome {
    let campaign = here.campaign()?;
    let names: Vec<String> = [&args.name[..], &campaign.config.review.names].concat();
    if args.init_tls {
        return init_tls(here, &campaign, (args.address, &names));
    }
    let library = campaign.library()?;
    let store = open_existing(&campaign)?;
    let alone = !store.has_people().map_err(|e| store_failure(&e))?;
    if alone && !args.address.is_loopback() {
        return Err(failure(&WebError::Nobody));
    }
    let identity = identity(&campaign, args)?;
    let scheme = identity.as_ref().map_or("http", |_| "https");
    let server = Server::bind(SocketAddr::new(args.address, args.port), identity);
    let server = server.map_err(|e| failure(&e))?;
    let address = format!("{scheme}://{}/", host(args, &names, server.address()));
    let (stop, stopped) = oneshot::channel();
    let mut stop = Some(stop);
    let _ = ctrlc::set_handler(move || match stop.take() {
        Some(stop) => drop(stop.send(())),
        // A second Ctrl-C ends the program at once: what was acknowledged is recorded.
        None => std::process::abort(),
    });
    announce(here, (&address, alone));
    if args.open {
        open(here, &address);
    }
    let site = SiteParts {
        store,
        library,
        bench: repair::bench(here, &campaign)?,
        clock: Clock {
            now: clock::now,
            today: clock::today,
        },
        who: clock::user(),
        lang: here.lang,
        idle_seconds: args.idle,
        names,
    };
    server.serve(site, stopped).map_err(|e| failure(&e))?;
    here.say(pick(
        here.lang,
        "終了しました。回答はすべて記録済みです",
        "ended; every answer is recorded",
    ));
    Ok(Exit::Done)
}

fn announce(here: &Here, (address, alone): (&str, bool)) {
    if here.everywhere.json {
        outln!("{}", serde_json::json!({ "address": address }));
    } else {
        outln!("{address}");
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
}

/// As what a person types the address.
fn host(args: &ServeArgs, names: &[String], bound: SocketAddr) -> String {
    match names.first() {
        Some(name) if !args.address.is_loopback() => format!("{name}:{}", bound.port()),
        _ if args.address.is_unspecified() => format!("localhost:{}", bound.port()),
        _ => bound.to_string(),
    }
}

pub(super) fn failure(error: &WebError) -> Failure {
    match error {
        WebError::Plain => Failure::usage(both(
            "ほかのコンピューターに見せるには TLS の証明書が必要です",
            chain(error),
        ))
        .hint(both(
            "hagaki review --init-tls --name ホスト名、または --tls-cert と --tls-key",
            "hagaki review --init-tls --name HOST, or --tls-cert and --tls-key",
        )),
        WebError::Nobody => Failure::usage(both(
            "ほかのコンピューターに見せるには、ログインする人の登録が必要です",
            chain(error),
        ))
        .hint("hagaki people add NAME --role reviewer"),
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
