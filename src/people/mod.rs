//! Names and passwords of people who sign in.
//!
//! A password is kept as an Argon2id hash with a salt of its own (RFC 9106; the parameters are the
//! least that OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes). A name that nobody
//! has costs the same work as one that somebody has, so the answer's time tells nothing.

pub mod throttle;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use unicode_normalization::UnicodeNormalization as _;

/// Fewer characters are guessed.
pub const LEAST_PASSWORD: usize = 10;

/// More are no password but a load.
pub const MOST_PASSWORD: usize = 200;

const MOST_NAME: usize = 40;
const SALT_BYTES: usize = 16;

/// The hash of no password at all: nothing is known that it belongs to.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    #[error("a password has {LEAST_PASSWORD} to {MOST_PASSWORD} characters")]
    Length,
    #[error("a password holds more than the person's name")]
    IsName,
    #[error("this system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// A name as it is kept: one way of writing it, letters small, so that no two people look alike.
/// `None` where it holds anything but letters, digits and `. _ - @`.
pub fn name(typed: &str) -> Option<String> {
    let name: String = typed.trim().nfkc().collect::<String>().to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || ".-_@".contains(c);
    let length = name.chars().count();
    ((1..=MOST_NAME).contains(&length) && name.chars().all(fits)).then_some(name)
}

/// The hash to keep of a new password.
pub fn hash(name: &str, password: &str) -> Result<String, PasswordError> {
    if !(LEAST_PASSWORD..=MOST_PASSWORD).contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    if password.to_lowercase().replace(name, "").chars().count() < LEAST_PASSWORD / 2 {
        return Err(PasswordError::IsName);
    }
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    let hashed: Result<PasswordHash, _> =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    let hashed = hashed.map_err(|e| PasswordError::Hash(e.to_string()))?;
    Ok(hashed.to_string())
}

/// Whether a password is the one of that hash; without a hash it is never, after the same work.
pub fn is_right(password: &str, hash: Option<&str>) -> bool {
    if password.chars().count() > MOST_PASSWORD {
        return false;
    }
    let Ok(kept) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        return false;
    };
    let right = Argon2::default().verify_password(password.as_bytes(), &kept);
    right.is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_one_way() {
        let cases = [
            ("sato", Some("sato")),
            (" Ｓａｔｏ ", Some("sato")),
            ("佐藤", Some("佐藤")),
            ("y.sato@city", Some("y.sato@city")),
            ("", None),
            ("two words", None),
            ("a\u{202e}b", None),
            ("<b>", None),
            ("x/../y", None),
        ];
        for (typed, kept) in cases {
            assert_eq!(name(typed).as_deref(), kept, "{typed}");
        }
        assert_eq!(name(&"x".repeat(41)), None);
    }

    #[test]
    fn only_the_password_itself_is_right() {
        let kept = hash("sato", "correct horse").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(kept, hash("sato", "correct horse").unwrap());
        assert!(is_right("correct horse", Some(&kept)));
        for wrong in ["", "correct horse ", "Correct horse", "correct"] {
            assert!(!is_right(wrong, Some(&kept)), "{wrong}");
        }
        assert!(!is_right("correct horse", None));
        assert!(!is_right("correct horse", Some("nonsense")));
        assert!(!is_right(&"x".repeat(100_000), Some(&kept)));
    }

    #[test]
    fn nobody_has_a_hash_that_costs_the_same_work() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let kept = hash("sato", "correct horse").unwrap();
        let kept = PasswordHash::new(&kept).unwrap();
        assert_eq!(nobody.params, kept.params);
        assert_eq!(nobody.algorithm, kept.algorithm);
    }

    #[test]
    fn short_passwords_and_the_name_itself_are_refused() {
        let cases = ["", "short", "sato", "satosatosato", "sato-sato-1"];
        for weak in cases {
            assert!(hash("sato", weak).is_err(), "{weak}");
        }
        assert!(hash("sato", &"x".repeat(201)).is_err());
    }
}
