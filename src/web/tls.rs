//! The certificate under which the page is served to other computers: one that an office has, or one
//! made here, whose fingerprint a person compares when a browser asks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::calendar::Day;
use crate::digest::Digest;

/// Browsers take none that holds longer.
const HOLDS_DAYS: i64 = 825;

/// A certificate cannot be used or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    #[error("`{}` holds no certificate or key in PEM form: {why}", path.display())]
    Pem { path: PathBuf, why: String },
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    #[error("the certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
    #[error("`{0}` is not a day on which a certificate can begin")]
    Day(Day),
}

/// A certificate with its key, ready to serve.
#[derive(Clone, Debug)]
pub struct Identity {
    pub(super) config: Arc<ServerConfig>,
}

impl Identity {
    /// Reads PEM files: the certificate with those above it, and its key.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |e: rustls::pki_types::pem::Error| TlsError::Pem {
                path,
                why: e.to_string(),
            }
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(fault(certificate))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(fault(key))?;
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
        })
    }
}

/// A certificate that was made.
#[derive(Debug)]
pub struct Made {
    pub certificate_pem: String,
    pub key_pem: String,
    /// SHA-256, as browsers show it: `AB:CD:...`.
    pub fingerprint: String,
}

/// Makes a certificate for these host names and addresses, signed by itself.
pub fn make(names: &[String], today: Day) -> Result<Made, TlsError> {
    let month: Option<time::Month> = today.month.try_into().ok();
    let begin = month.and_then(|m| time::Date::from_calendar_date(today.year, m, today.day).ok());
    let begin = begin.ok_or(TlsError::Day(today))?.midnight().assume_utc();
    let mut params = CertificateParams::new(names)?;
    // Clocks differ, and Japan's day begins earlier.
    params.not_before = begin - time::Duration::days(2);
    params.not_after = params.not_before + time::Duration::days(HOLDS_DAYS);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.distinguished_name.push(DnType::CommonName, "hagaki");
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok(Made {
        fingerprint: fingerprint(certificate.der()),
        certificate_pem: certificate.pem(),
        key_pem: key.serialize_pem(),
    })
}

fn fingerprint(der: &[u8]) -> String {
    let hex = Digest::of(der).to_string().to_uppercase();
    let pairs = hex.as_bytes().chunks(2);
    let pairs: Vec<String> = pairs
        .map(|pair| String::from_utf8_lossy(pair).into_owned())
        .collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Made {
        let names = ["hagaki.example".to_owned(), "192.0.2.7".to_owned()];
        make(&names, "2024-05-01".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_made_certificate_and_its_key_can_be_served() {
        let dir = tempfile::tempdir().unwrap();
        let (certificate, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let one = made();
        std::fs::write(&certificate, &one.certificate_pem).unwrap();
        std::fs::write(&key, &one.key_pem).unwrap();
        assert!(Identity::load(&certificate, &key).is_ok());
        assert_eq!(one.fingerprint.len(), 32 * 3 - 1);
        // Another key than the certificate's own.
        std::fs::write(&key, made().key_pem).unwrap();
        assert!(Identity::load(&certificate, &key).is_err());
        for foul in ["", "nonsense", &one.key_pem] {
            std::fs::write(&certificate, foul).unwrap();
            assert!(Identity::load(&certificate, &key).is_err());
        }
        assert!(Identity::load(&dir.path().join("none"), &key).is_err());
    }

    #[test]
    fn no_two_certificates_share_a_key() {
        assert_ne!(made().key_pem, made().key_pem);
        assert!(
            make(
                &["not a name \u{0}é".to_owned()],
                "2024-05-01".parse().unwrap()
            )
            .is_err()
        );
    }
}
