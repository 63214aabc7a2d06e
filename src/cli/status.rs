//! `hagaki status`: the books, and where everything is.

use std::path::Path;

use super::Here;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure, unbalanced};
use super::words::{both, pick};
use crate::books::Books;
use crate::form::Library;
use crate::lang::Lang;
use crate::store::{CalibrationRow, DATABASE, Store, StoreError};

pub(super) fn status(here: &Here) -> Outcome {
    let campaign = here.campaign()?;
    let store = open_to_look(&campaign)?;
    // Forms that are at fault keep nobody from seeing the rest.
    let books = if let Ok(library) = Library::load(&campaign.forms_dir()) {
        Books::with_cards(&store, &library)
    } else {
        here.say(pick(
            here.lang,
            "帳票を読めないため、保留のカードは数えていません。次に: hagaki form check",
            "the forms cannot be used, so withheld cards are not counted. hint: hagaki form check",
        ));
        Books::of(&store)
    };
    let books = books.map_err(|e| store_failure(&e))?;
    if here.everywhere.json {
        let text = serde_json::to_string_pretty(&books)
            .map_err(|e| Failure::new(Exit::Store, chain(&e)))?;
        outln!("{text}");
    } else {
        outln!("{}", books.table(here.lang));
        let row = store.calibration().map_err(|e| store_failure(&e))?;
        outln!("{}", promise(here.lang, row.as_ref()));
        print_places(here, &campaign, None);
    }
    tell_waiting(here, books.pages_waiting);
    books
        .balances()
        .map_err(|difference| unbalanced(&difference))?;
    Ok(Exit::Done)
}

/// Pages that a run is reading, or was ended before it could.
fn tell_waiting(here: &Here, pages: u64) {
    if pages > 0 {
        here.say(&match here.lang {
            Lang::Ja => format!(
                "読取待ちが {pages} ページあります。読み取りの実行中でなければ、続きは: hagaki run"
            ),
            Lang::En => format!(
                "{pages} pages wait to be read. Unless a run is under way, to go on: hagaki run"
            ),
        });
    }
}

/// Whether this campaign's own answers and checks prove what the forms' targets promise.
fn promise(lang: Lang, calibration: Option<&CalibrationRow>) -> String {
    let groups = calibration.map_or(&[][..], |c| c.groups.as_slice());
    let proven = groups.iter().filter(|g| g.standing == "proven").count();
    let head = pick(lang, "誤りの約束  ", "promise      ");
    if proven == 0 {
        let text = pick(
            lang,
            "未証明。既定の慎重な基準で読んでいます。証明するには hagaki audit sample のあと hagaki calibrate",
            "unproven; cautious thresholds hold. To prove it: hagaki audit sample, then hagaki calibrate",
        );
        return format!("{head}: {text}");
    }
    let text = pick(lang, "証明済み（項目の組）", "proven for groups of fields:");
    format!("{head}: {text} {proven} / {}", groups.len())
}

/// Opens a store that must be there already; a campaign without one has simply read nothing.
pub(super) fn open_existing(campaign: &Campaign) -> Result<Store, Failure> {
    if campaign.root.join(DATABASE).exists() {
        return Store::open(&campaign.root).map_err(|e| store_failure(&e));
    }
    Err(Failure::usage(both(
        "このキャンペーンではまだ何も読み取っていません",
        "nothing was read in this campaign yet",
    ))
    .hint("hagaki run"))
}

/// The same for a command that changes nothing: also where nothing may be written, as in a campaign on
/// read-only media or in somebody else's hands.
pub(super) fn open_to_look(campaign: &Campaign) -> Result<Store, Failure> {
    if !campaign.root.join(DATABASE).exists() {
        return open_existing(campaign);
    }
    let opened = match Store::open(&campaign.root) {
        Err(StoreError::ReadOnly { .. }) => Store::open_read_only(&campaign.root),
        opened => opened,
    };
    opened.map_err(|e| store_failure(&e))
}

/// Says where rows, questions, pictures and CSV are, and the next commands.
pub(super) fn print_places(here: &Here, campaign: &Campaign, sheet: Option<&Path>) {
    let root = campaign.root.display();
    let lang = here.lang;
    outln!(
        "{}: {root}/hagaki.db",
        pick(lang, "データ      ", "rows         ")
    );
    outln!(
        "{}: hagaki review",
        pick(lang, "要確認      ", "questions    ")
    );
    if let Some(sheet) = sheet {
        outln!(
            "{}: {}",
            pick(lang, "確認シート  ", "contact sheet"),
            sheet.display()
        );
    }
    outln!(
        "{}: hagaki export",
        pick(lang, "CSV出力     ", "CSV          ")
    );
}
