//! Finds the system's libtiff for the feature `libtiff`.

use std::process::Command;

/// Its per-handle message handlers and bounded allocation came with 4.5.
const LIBTIFF: &str = "libtiff-4 >= 4.5";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    if std::env::var_os("CARGO_FEATURE_LIBTIFF").is_none() {
        return;
    }
    let found = Command::new("pkg-config")
        .args(["--libs-only-L", LIBTIFF])
        .output();
    match found {
        Ok(answer) if answer.status.success() => {
            for dir in String::from_utf8_lossy(&answer.stdout).split_whitespace() {
                println!(
                    "cargo:rustc-link-search=native={}",
                    dir.trim_start_matches("-L")
                );
            }
        }
        Ok(answer) => println!(
            "cargo:warning={LIBTIFF} was not found ({}): install `libtiff-dev`, or build with \
             `--no-default-features`",
            String::from_utf8_lossy(&answer.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        ),
        Err(_) => println!("cargo:warning=`pkg-config` is missing; linking `libtiff` by its name"),
    }
    println!("cargo:rustc-link-lib=tiff");
}
