//! Who is signed in. Sessions live in this process only: whoever restarts it signs everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secret;
use crate::store::{Person, Timestamp};

/// A working day's end, whatever happens at the window.
const LONGEST_SECONDS: i64 = 12 * 3600;

#[derive(Debug)]
struct Session {
    who: String,
    /// The password's count when it began.
    epoch: u32,
    begun: Timestamp,
    seen: Timestamp,
}

/// All sessions, by their secret names.
#[derive(Debug)]
pub(super) struct Sessions {
    all: Mutex<HashMap<String, Session>>,
    /// So long without a request, and the session ends.
    idle_seconds: i64,
}

impl Sessions {
    pub(super) fn new(idle_seconds: i64) -> Self {
        Self {
            all: Mutex::default(),
            idle_seconds,
        }
    }

    /// A session of a name that nobody knew before, so that none can be foisted on a person.
    pub(super) fn begin(
        &self,
        person: &Person,
        now: &Timestamp,
    ) -> Result<String, getrandom::Error> {
        let name = secret::name()?;
        let session = Session {
            who: person.name.clone(),
            epoch: person.epoch,
            begun: now.clone(),
            seen: now.clone(),
        };
        let mut all = self.all();
        all.retain(|_, session| self.stands(session, now));
        all.insert(name.clone(), session);
        Ok(name)
    }

    /// Whose session it is, and the count of the password that opened it; `None` once it ended.
    /// A look is a sign of life.
    pub(super) fn look(&self, name: &str, now: &Timestamp) -> Option<(String, u32)> {
        let mut all = self.all();
        let session = all.get_mut(name)?;
        if !self.stands(session, now) {
            all.remove(name);
            return None;
        }
        session.seen = now.clone();
        Some((session.who.clone(), session.epoch))
    }

    pub(super) fn end(&self, name: &str) {
        self.all().remove(name);
    }

    fn stands(&self, session: &Session, now: &Timestamp) -> bool {
        now.seconds_since(&session.seen) <= self.idle_seconds
            && now.seconds_since(&session.begun) <= LONGEST_SECONDS
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::{NOON, at};

    fn sato() -> Person {
        Person {
            name: "sato".into(),
            roles: Vec::new(),
            active: true,
            epoch: 3,
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_at_the_end_of_the_day() {
        let sessions = Sessions::new(600);
        let mut now = at(NOON);
        let name = sessions.begin(&sato(), &now).unwrap();
        assert_eq!(sessions.look(&name, &now), Some(("sato".into(), 3)));
        now = now.plus_seconds(600);
        assert!(sessions.look(&name, &now).is_some());
        assert_eq!(sessions.look(&name, &now.plus_seconds(601)), None);
        assert_eq!(sessions.look(&name, &now), None, "it does not come back");

        let name = sessions.begin(&sato(), &now).unwrap();
        let begun = now.clone();
        while now.seconds_since(&begun) <= LONGEST_SECONDS {
            assert!(sessions.look(&name, &now).is_some());
            now = now.plus_seconds(500);
        }
        assert_eq!(sessions.look(&name, &now), None);
    }

    #[test]
    fn each_session_has_a_name_of_its_own_and_ends_alone() {
        let sessions = Sessions::new(600);
        let now = at(NOON);
        let one = sessions.begin(&sato(), &now).unwrap();
        let two = sessions.begin(&sato(), &now).unwrap();
        sessions.end(&one);
        assert_eq!(sessions.look(&one, &now), None);
        assert!(sessions.look(&two, &now).is_some());
    }
}
