//! A page's picture read once more, for a person who waits for it: taken on under his lease, read
//! apart from the store, recorded under the same lease.

use std::sync::Arc;

use super::Site;
use super::desk::own;
use super::gate::Visitor;
use crate::lang::Lang;
use crate::review::repair::RepairError;
use crate::review::{Reply, ReviewError};
use crate::store::{Desk, Original, Store};

/// What a person says of a picture, and what is read of it then.
pub(super) trait OnceMore: Sized + Send + Sync + 'static {
    type Read: Send + 'static;
    type Shown: Send + 'static;

    /// The picture, when it may be read so, and what is said of it as it is kept.
    fn begin(
        &self,
        site: &Site,
        store: &Store,
        reply: &Reply,
    ) -> Result<(Original, Self), RepairError>;

    fn read(&self, site: &Site, original: &Original) -> Result<Self::Read, RepairError>;

    fn record(
        &self,
        at: (&Site, &mut Store),
        by: (&Reply, Option<&str>),
        what: (&Original, &Self::Read),
        lang: Lang,
    ) -> Result<Self::Shown, RepairError>;
}

impl Site {
    /// One picture at a time, so that decoding takes no processor from those who answer.
    pub(super) async fn once_more<J: OnceMore>(
        self: &Arc<Self>,
        (visitor, desk): (Visitor, Desk),
        (lease, reply): (String, Reply),
        job: J,
    ) -> Result<J::Shown, RepairError> {
        let gone = || RepairError::Broken("the server ends".into());
        let lang = visitor.lang;
        let begun = self.work({
            let (lease, reply) = (lease.clone(), reply.clone());
            move |site: &Site, store: &mut Store| {
                let given = own(store, &lease, &visitor)?;
                if given.is_none_or(|g| g.question != reply.question || g.desk != desk) {
                    return Err(ReviewError::TakenBack.into());
                }
                job.begin(site, store, &reply)
            }
        });
        let (original, job) = begun.await.ok_or_else(gone)??;
        let job = Arc::new(job);
        let turn = self.decoding.acquire().await.map_err(|_| gone())?;
        let reading = tokio::task::spawn_blocking({
            let (site, original, job) = (Arc::clone(self), original.clone(), Arc::clone(&job));
            move || job.read(&site, &original)
        });
        let read = reading.await.map_err(|_| gone())??;
        drop(turn);
        let record = move |site: &Site, store: &mut Store| {
            let by = (&reply, Some(lease.as_str()));
            job.record((site, store), by, (&original, &read), lang)
        };
        self.work(record).await.ok_or_else(gone)?
    }
}
