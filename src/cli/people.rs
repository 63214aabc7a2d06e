//! `hagaki people`: who signs in to the review page, and as what.

use super::args::PeopleCommand;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::words::{both, pick};
use super::{Here, clock, password};
use crate::lang::Lang;
use crate::people::{self, LEAST_PASSWORD, MOST_PASSWORD, PasswordError};
use crate::store::{Act, Change, Role, Store};

pub(super) fn people(here: &Here, command: &PeopleCommand) -> Outcome {
    let campaign = here.campaign()?;
    let mut store = Store::open(&campaign.root).map_err(|e| store_failure(&e))?;
    match command {
        PeopleCommand::Add { name, role } => add(here, &mut store, (name, role)),
        PeopleCommand::List => list(here, &store),
        PeopleCommand::Roles { name, role } => {
            let roles = roles(role)?;
            change(here, &mut store, (name, Change::Roles(&roles)))
        }
        PeopleCommand::Password { name } => {
            let hash = new_hash(&known(&store, name)?)?;
            change(here, &mut store, (name, Change::Password(&hash)))
        }
        PeopleCommand::Disable { name } => change(here, &mut store, (name, Change::Active(false))),
        PeopleCommand::Enable { name } => change(here, &mut store, (name, Change::Active(true))),
    }
}

fn add(here: &Here, store: &mut Store, (typed, role): (&str, &[String])) -> Outcome {
    let roles = roles(role)?;
    let name = people::name(typed).ok_or_else(|| {
        Failure::usage(both(
            format!("名前 `{typed}` は使えません"),
            format!("the name `{typed}` cannot be used"),
        ))
        .hint(both(
            "文字、数字、. - _ @ で 40 文字まで",
            "letters, digits and . - _ @, at most 40",
        ))
    })?;
    let taken = || {
        Failure::usage(both(
            format!("`{name}` はすでにいます。何も変えていません"),
            format!("`{name}` is there already; nothing was changed"),
        ))
        .hint("hagaki people list")
    };
    if store
        .person(&name)
        .map_err(|e| store_failure(&e))?
        .is_some()
    {
        return Err(taken());
    }
    let hash = new_hash(&name)?;
    let added = store.add_person(&act(), (&name, &roles), &hash);
    if !added.map_err(|e| store_failure(&e))? {
        return Err(taken());
    }
    here.say(&format!(
        "{}: {name}",
        pick(here.lang, "追加しました", "added")
    ));
    Ok(Exit::Done)
}

fn list(here: &Here, store: &Store) -> Outcome {
    let all = store.people().map_err(|e| store_failure(&e))?;
    if here.everywhere.json {
        for person in &all {
            let json = serde_json::to_string(person);
            outln!(
                "{}",
                json.map_err(|e| Failure::new(Exit::Store, chain(&e)))?
            );
        }
        return Ok(Exit::Done);
    }
    for person in &all {
        let roles: Vec<&str> = person.roles.iter().map(|r| r.name()).collect();
        let out = if person.active {
            ""
        } else {
            pick(here.lang, "  [停止中]", "  [disabled]")
        };
        outln!("{}  {}{out}", person.name, roles.join(", "));
    }
    if all.is_empty() {
        here.say(pick(
            here.lang,
            "だれも登録されていません。確認ページはこのコンピューターのユーザーが一人で使います",
            "nobody yet; the review page is used by this computer's user alone",
        ));
    }
    Ok(Exit::Done)
}

fn change(here: &Here, store: &mut Store, (name, change): (&str, Change<'_>)) -> Outcome {
    let name = known(store, name)?;
    store
        .change_person(&act(), &name, change)
        .map_err(|e| store_failure(&e))?;
    here.say(&match here.lang {
        Lang::Ja => format!("変更しました: {name}"),
        Lang::En => format!("changed: {name}"),
    });
    Ok(Exit::Done)
}

/// The name of somebody who is there.
fn known(store: &Store, typed: &str) -> Result<String, Failure> {
    let name = people::name(typed).unwrap_or_default();
    let found = store.person(&name).map_err(|e| store_failure(&e))?;
    let none = || {
        Failure::usage(both(
            format!("`{typed}` という人はいません"),
            format!("there is nobody called `{typed}`"),
        ))
        .hint("hagaki people list")
    };
    found.map(|person| person.name).ok_or_else(none)
}

fn new_hash(name: &str) -> Result<String, Failure> {
    let password = password::ask_new(name)?;
    people::hash(name, &password).map_err(|e| match e {
        PasswordError::Length => Failure::usage(both(
            format!("パスワードは {LEAST_PASSWORD} 文字以上 {MOST_PASSWORD} 文字までです"),
            chain(&e),
        )),
        PasswordError::IsName => {
            Failure::usage(both("名前とほとんど同じパスワードは使えません", chain(&e)))
        }
        _ => Failure::new(Exit::Store, both("パスワードを保存できません", chain(&e))),
    })
}

fn roles(typed: &[String]) -> Result<Vec<Role>, Failure> {
    let one = |text: &String| {
        text.parse().map_err(|e: String| {
            let all: Vec<&str> = Role::ALL.iter().map(|r| r.name()).collect();
            let all = all.join(", ");
            Failure::usage(both(format!("役割 `{text}` はありません"), e))
                .hint(both(format!("次のどれか: {all}"), format!("one of: {all}")))
        })
    };
    let mut roles: Vec<Role> = typed.iter().map(one).collect::<Result<_, _>>()?;
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

fn act() -> Act {
    Act {
        who: clock::user(),
        at: clock::now(),
    }
}
