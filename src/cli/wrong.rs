//! Wrong use in Japanese: the argument parser speaks English only.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::locale_lang;
use crate::lang::Lang;

/// The language of words about arguments that could not be parsed: as asked, else the locale's.
pub(super) fn lang() -> Lang {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = arguments.iter().enumerate().find_map(|(at, argument)| {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.get(at + 1)?.as_str(),
            Some(rest) => rest.strip_prefix('=')?,
            None => return None,
        };
        match value {
            "ja" => Some(Lang::Ja),
            "en" => Some(Lang::En),
            _ => None,
        }
    });
    asked.unwrap_or_else(locale_lang)
}

/// What is wrong, in one sentence, and perhaps what was meant; `None` for what is no error but a
/// page of help.
pub(super) fn japanese(error: &Error) -> Option<String> {
    let get = |kind| error.get(kind).map(shown).unwrap_or_default();
    let argument = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let said = match error.kind() {
        ErrorKind::UnknownArgument => format!("`{argument}` という指定はありません"),
        ErrorKind::InvalidSubcommand => {
            let name = get(ContextKind::InvalidSubcommand);
            format!("`{name}` という命令はありません")
        }
        ErrorKind::MissingRequiredArgument => format!("`{argument}` が足りません"),
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` に値が足りません"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("`{argument}` に `{value}` は使えません")
        }
        ErrorKind::ArgumentConflict => {
            let prior = get(ContextKind::PriorArg);
            format!("`{argument}` と `{prior}` は一緒に使えません")
        }
        _ => return None,
    };
    let meant = [
        (ContextKind::SuggestedArg, "もしかして"),
        (ContextKind::SuggestedSubcommand, "もしかして"),
        (ContextKind::ValidValue, "使える値"),
    ];
    let meant = meant.iter().find_map(|(kind, word)| {
        let value = get(*kind);
        (!value.is_empty()).then(|| format!("（{word}: {value}）"))
    });
    Some(format!("{said}{}", meant.unwrap_or_default()))
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(one) => one.clone(),
        ContextValue::Strings(many) => many.join(", "),
        _ => String::new(),
    }
}
