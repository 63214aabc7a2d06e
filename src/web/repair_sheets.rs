//! Whole pictures for those who lay pages by hand: decoded one at a time, a few kept for a second look.

use std::sync::{Arc, PoisonError};

use super::Site;
use crate::review::cover;
use crate::review::repair::{RepairError, Sheet};
use crate::store::{Covers, Original, PageId};

/// So many pictures are kept for a second look: each is a megabyte or two.
const MOST_SHEETS: usize = 4;

/// Pictures that were decoded lately.
pub(super) type Sheets = Vec<(PageId, Arc<Sheet>)>;

impl Site {
    /// The page's picture, decoded once for a few looks.
    pub(super) async fn sheet(
        self: &Arc<Self>,
        original: Original,
    ) -> Result<Arc<Sheet>, RepairError> {
        let _turn = self.decoding.acquire().await.map_err(|_| gone())?;
        let page = original.page;
        if let Some(sheet) = self.sheets(|all| find(all, page)) {
            return Ok(sheet);
        }
        let site = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || site.bench.sheet(&original));
        let sheet = Arc::new(made.await.map_err(|_| gone())??);
        self.sheets(|all| {
            all.push((page, Arc::clone(&sheet)));
            if all.len() > MOST_SHEETS {
                all.remove(0);
            }
        });
        Ok(sheet)
    }

    /// The picture's PNG bytes, with what is covered for who asks painted over.
    pub(super) async fn covered_sheet(
        self: &Arc<Self>,
        original: Original,
        covers: Covers,
    ) -> Result<Vec<u8>, RepairError> {
        let sheet = self.sheet(original).await?;
        let painted = tokio::task::spawn_blocking(move || cover::original(&sheet.png, &covers));
        painted.await.map_err(|_| gone())
    }

    fn sheets<T>(&self, with: impl FnOnce(&mut Sheets) -> T) -> T {
        with(&mut self.sheets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn gone() -> RepairError {
    RepairError::Broken("the server ends".into())
}

fn find(all: &Sheets, page: PageId) -> Option<Arc<Sheet>> {
    let found = all.iter().find(|(id, _)| *id == page);
    found.map(|(_, sheet)| Arc::clone(sheet))
}
