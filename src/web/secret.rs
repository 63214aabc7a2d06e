//! Random names, and tokens that prove that a page of this server wrote a request.

use std::fmt;

use crate::digest::Digest;

/// 128 bits: nobody guesses one.
const NAME_BYTES: usize = 16;

/// What only this process knows.
pub(super) struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The token of the session of that name.
    pub(super) fn token(&self, session: &str) -> String {
        let parts = [&self.0[..], b"token", session.as_bytes()];
        Digest::of_parts(parts).to_string()
    }

    /// Whether it is; the comparison takes the same time wherever they differ.
    pub(super) fn proves(&self, session: &str, token: &str) -> bool {
        Digest::of(self.token(session).as_bytes()) == Digest::of(token.as_bytes())
    }
}

/// A fresh name: 32 hex digits.
pub(super) fn name() -> Result<String, getrandom::Error> {
    let mut bytes = [0; NAME_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Whether it may be a name at all.
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 2 * NAME_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_proves_its_own_session_only() {
        let secret = Secret::new().unwrap();
        let (one, two) = (name().unwrap(), name().unwrap());
        assert!(is_name(&one) && one != two);
        assert!(secret.proves(&one, &secret.token(&one)));
        assert!(!secret.proves(&two, &secret.token(&one)));
        assert!(!secret.proves(&one, ""));
        assert!(!Secret::new().unwrap().proves(&one, &secret.token(&one)));
        assert!(!is_name("../../../../../../../etc/passwd"));
    }
}
