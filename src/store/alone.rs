//! Looking and changing at one moment: whoever else writes waits until it is over.

use std::ops::{Deref, DerefMut};

use super::{Store, StoreError};

/// A store that nobody else writes to. When this is dropped, everything is as it was before, unless
/// [`Alone::keep`] was called.
#[derive(Debug)]
pub struct Alone<'a>(&'a mut Store);

impl Store {
    /// Keeps other writers out from here on, waiting for the one that writes now. Readers look on.
    pub fn alone(&mut self) -> Result<Alone<'_>, StoreError> {
        let begun = self.db.execute_batch("BEGIN IMMEDIATE");
        begun.map_err(|e| self.sql(e))?;
        self.together = true;
        Ok(Alone(self))
    }
}

impl Alone<'_> {
    /// Keeps what was changed, and lets others write again.
    pub fn keep(self) -> Result<(), StoreError> {
        let kept = self.0.db.execute_batch("COMMIT");
        kept.map_err(|e| self.0.sql(e))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.together = false;
        if !self.0.db.is_autocommit() {
            let _ = self.0.db.execute_batch("ROLLBACK");
        }
    }
}

impl Deref for Alone<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.0
    }
}

impl DerefMut for Alone<'_> {
    fn deref_mut(&mut self) -> &mut Store {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::fixtures::*;
    use crate::store::{ExportKind, ExportSeq, NewExport};

    fn record(store: &mut Store, seq: ExportSeq) {
        let export = NewExport {
            seq,
            act: &act("clerk"),
            form: "wish",
            profile: "utf8",
            kind: ExportKind::Full,
            resend_of: None,
            name: &format!("{seq}.csv"),
            bytes: b"",
            manifest: "{}",
            rows: &[],
        };
        store.record_export(&export).unwrap();
    }

    #[test]
    fn a_number_that_was_looked_up_alone_is_taken_by_nobody_else() {
        let (dir, mut store) = store();
        let mut other = Store::open_waiting(dir.path(), Duration::ZERO).unwrap();
        let mut alone = store.alone().unwrap();
        let seq = alone.next_export().unwrap();
        assert!(matches!(other.alone(), Err(StoreError::Locked { .. })));
        record(&mut alone, seq);
        alone.keep().unwrap();
        let mut alone = other.alone().unwrap();
        assert!(alone.next_export().unwrap() > seq);
        // Dropped without being kept: as if it had not been.
        let next = alone.next_export().unwrap();
        record(&mut alone, next);
        drop(alone);
        assert_eq!(store.exports().unwrap().len(), 1);
        record(&mut store, next);
    }
}
