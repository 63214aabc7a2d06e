//! The engines that are installed here.

use std::path::{Path, PathBuf};

use super::Here;
use super::campaign::Campaign;
use super::exit::Failure;
use super::run::chain;
use super::words::both;
use crate::engine::{Engines, models};

/// Loads every engine that is there. One that is absent is no failure; one that is broken is.
pub(super) fn load(_here: &Here, campaign: &Campaign) -> Result<Engines, Failure> {
    let roots = roots(Some(&campaign.root));
    let weights = models::find(&roots, &models::LINES);
    Engines::load(weights.as_deref()).map_err(|e| {
        Failure::invalid(both(
            format!("認識モデルを使えません: {}", chain(&e)),
            chain(&e),
        ))
        .hint(both(
            "hagaki model verify で導入済みのモデルを確認できます",
            "hagaki model verify checks the installed models",
        ))
    })
}

/// The data roots, the campaign's first.
pub(super) fn roots(campaign: Option<&Path>) -> Vec<PathBuf> {
    models::roots(campaign, |name| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    })
}
