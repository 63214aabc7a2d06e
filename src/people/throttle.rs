//! Guessing passwords is made slow: after a few tries in a row an account, and an address, must wait
//! before the next one is looked at, twice as long each time.
//!
//! A try is counted before it is looked at, so that many at once gain nothing. An account waits a
//! minute at most, since whoever guesses must not lock its owner out; an address waits longer, but
//! may try more often first, since an office may share one.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::store::Timestamp;

struct Rule {
    /// Tries without a wait.
    free: u32,
    /// The longest wait in seconds.
    longest: i64,
}

const ACCOUNT: Rule = Rule {
    free: 5,
    longest: 60,
};
const ADDRESS: Rule = Rule {
    free: 30,
    longest: 900,
};

/// The first wait in seconds.
const FIRST_WAIT: i64 = 2;

/// After so many seconds without a try all is forgotten.
const MEMORY: i64 = 900;

/// So many names and addresses are remembered; beyond them the least recent is forgotten.
const MOST: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Debug)]
struct Tries {
    count: u32,
    last: Timestamp,
}

/// What is remembered of tries that failed.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: HashMap<Key, Tries>,
}

impl Throttle {
    /// Counts a try; the seconds to wait where it must not be looked at.
    pub fn begin(&mut self, account: &str, address: IpAddr, now: &Timestamp) -> Result<(), i64> {
        let keys = keys(account, address);
        let wait = |(key, rule): &(Key, &Rule)| {
            self.tries.get(key).map_or(0, |tries| {
                wait(tries.count, rule) - now.seconds_since(&tries.last).max(0)
            })
        };
        let longest = keys.iter().map(wait).max().unwrap_or(0);
        if longest > 0 {
            return Err(longest);
        }
        self.make_room(now);
        for (key, _) in keys {
            let tries = self.tries.entry(key).or_insert_with(|| Tries {
                count: 0,
                last: now.clone(),
            });
            if now.seconds_since(&tries.last) > MEMORY {
                tries.count = 0;
            }
            tries.count = tries.count.saturating_add(1);
            tries.last = now.clone();
        }
        Ok(())
    }

    /// The try was right: the account's are forgotten, the address is given this one back.
    pub fn forgive(&mut self, account: &str, address: IpAddr) {
        let [(account, _), (address, _)] = keys(account, address);
        self.tries.remove(&account);
        if let Some(tries) = self.tries.get_mut(&address) {
            tries.count = tries.count.saturating_sub(1);
        }
    }

    fn make_room(&mut self, now: &Timestamp) {
        if self.tries.len() < MOST {
            return;
        }
        self.tries
            .retain(|_, tries| now.seconds_since(&tries.last) <= MEMORY);
        while self.tries.len() >= MOST {
            let oldest = self.tries.iter().min_by_key(|(_, tries)| &tries.last);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.tries.remove(&key);
        }
    }
}

fn keys(account: &str, address: IpAddr) -> [(Key, &'static Rule); 2] {
    [
        (Key::Account(account.to_owned()), &ACCOUNT),
        (Key::Address(network(address)), &ADDRESS),
    ]
}

/// One customer of an IPv6 provider has a whole network of 2^64 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let mut bytes = v6.octets();
            bytes[8..].fill(0);
            IpAddr::from(bytes)
        }
    }
}

/// Seconds after the last of so many tries.
fn wait(count: u32, rule: &Rule) -> i64 {
    let Some(more) = count.checked_sub(rule.free) else {
        return 0;
    };
    (FIRST_WAIT << more.min(20)).min(rule.longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::{NOON, at};

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[test]
    fn an_account_waits_longer_each_time_and_never_more_than_a_minute() {
        let mut throttle = Throttle::default();
        let mut now = at(NOON);
        let mut waits = Vec::new();
        for n in 0..12 {
            // From a new address each time.
            if let Err(wait) = throttle.begin("sato", address(n), &now) {
                waits.push(wait);
                assert_eq!(throttle.begin("tanaka", address(200), &now), Ok(()));
                throttle.forgive("tanaka", address(200));
                now = now.plus_seconds(wait - 1);
                assert_eq!(throttle.begin("sato", address(n), &now), Err(1));
                now = now.plus_seconds(1);
                assert_eq!(throttle.begin("sato", address(n), &now), Ok(()));
            }
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60]);
        throttle.forgive("sato", address(1));
        assert_eq!(throttle.begin("sato", address(1), &now), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let mut throttle = Throttle::default();
        let now = at(NOON);
        let tries = (0..100).map(|n| throttle.begin(&format!("name{n}"), address(1), &now));
        assert_eq!(tries.flatten().count(), 30);
        assert!(throttle.begin("other", address(1), &now).is_err());
        assert!(throttle.begin("other", address(2), &now).is_ok());
        let later = now.plus_seconds(MEMORY + 1);
        assert!(throttle.begin("name0", address(1), &later).is_ok());
        assert!(throttle.begin("name1", address(1), &later).is_ok());
    }

    #[test]
    fn one_right_password_does_not_free_an_address_that_guesses() {
        let mut throttle = Throttle::default();
        let now = at(NOON);
        for n in 0..29 {
            throttle
                .begin(&format!("name{n}"), address(1), &now)
                .unwrap();
        }
        throttle.begin("own", address(1), &now).unwrap();
        throttle.forgive("own", address(1));
        throttle.begin("x", address(1), &now).unwrap();
        assert!(throttle.begin("y", address(1), &now).is_err());
    }

    #[test]
    fn a_network_counts_as_one_address() {
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let two: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        let far: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        assert_eq!(network(one), network(two));
        assert_ne!(network(one), network(far));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        let now = at(NOON);
        for n in 0..MOST as u32 / 2 + 100 {
            let address = IpAddr::from((n << 8).to_be_bytes());
            throttle.begin(&format!("n{n}"), address, &now).unwrap();
        }
        assert!(throttle.tries.len() <= MOST + 1);
    }
}
