//! The certificate of the review page: `hagaki review --init-tls`, and which one to serve under.

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;

use super::args::ServeArgs;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::chain;
use super::serve::failure;
use super::words::{both, pick, unwritable};
use super::{Here, clock};
use crate::web::WebError;
use crate::web::tls::{self, Identity};

/// The certificate to serve under: the one named, or beyond this computer the campaign's own.
pub(super) fn identity(campaign: &Campaign, args: &ServeArgs) -> Result<Option<Identity>, Failure> {
    let own = campaign.tls_files();
    let (certificate, key) = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => (certificate, key),
        _ if args.address.is_loopback() => return Ok(None),
        _ if !own.0.exists() => return Err(failure(&WebError::Plain)),
        _ => (&own.0, &own.1),
    };
    let loaded = Identity::load(certificate, key).map_err(|e| {
        Failure::invalid(both(
            format!("証明書を使えません: {}", chain(&e)),
            chain(&e),
        ))
    });
    loaded.map(Some)
}

/// Makes a certificate for the names, in the campaign folder.
pub(super) fn init_tls(
    here: &Here,
    campaign: &Campaign,
    (ip, names): (IpAddr, &[String]),
) -> Outcome {
    let (certificate, key) = campaign.tls_files();
    if certificate.exists() || key.exists() {
        return Err(Failure::usage(both(
            format!(
                "`{}` はすでにあります。何も変えていません",
                certificate.display()
            ),
            format!(
                "`{}` is there already; nothing was changed",
                certificate.display()
            ),
        )));
    }
    let mut all = vec!["localhost".to_owned()];
    all.extend(names.iter().cloned());
    if !ip.is_unspecified() {
        all.push(ip.to_string());
    }
    all.sort();
    all.dedup();
    let made = tls::make(&all, clock::today()).map_err(|e| {
        Failure::usage(both(
            format!("証明書を作れません: {}", chain(&e)),
            chain(&e),
        ))
        .hint(both("--name ホスト名", "--name HOST"))
    })?;
    let dir = certificate.parent().unwrap_or(&campaign.root);
    fs::create_dir_all(dir).map_err(|e| unwritable(dir, &e))?;
    write_secret(&key, &made.key_pem).map_err(|e| unwritable(&key, &e))?;
    fs::write(&certificate, &made.certificate_pem).map_err(|e| unwritable(&certificate, &e))?;
    outln!("{}", certificate.display());
    outln!("SHA-256 {}", made.fingerprint);
    here.say(&format!(
        "{}: {}",
        pick(here.lang, "この名前で使えます", "made for"),
        all.join(", ")
    ));
    here.say(pick(
        here.lang,
        "ブラウザーが証明書を確認したら、上の SHA-256 と同じことを確かめてください。次に: hagaki review --address 0.0.0.0 --port 8443",
        "when a browser asks about the certificate, compare the SHA-256 above; then: hagaki review --address 0.0.0.0 --port 8443",
    ));
    Ok(Exit::Done)
}

/// A file that nobody else on this computer may read.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
