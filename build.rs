//! Finds the system's libraries for the features that want them.

use std::process::Command;

/// A library of the system behind a feature of the crate.
struct Library {
    /// As Cargo tells a build script that the feature is on.
    feature: &'static str,
    /// What `pkg-config` is asked for, with the oldest version that will do.
    wanted: &'static str,
    link: &'static str,
    /// Debian's package.
    package: &'static str,
    without: &'static str,
}

const LIBRARIES: [Library; 2] = [
    // Its per-handle message handlers and bounded allocation came with 4.5.
    Library {
        feature: "CARGO_FEATURE_LIBTIFF",
        wanted: "libtiff-4 >= 4.5",
        link: "tiff",
        package: "libtiff-dev",
        without: "with `--no-default-features`",
    },
    Library {
        feature: "CARGO_FEATURE_TESSERACT",
        wanted: "tesseract >= 5",
        link: "tesseract",
        package: "libtesseract-dev",
        without: "without the feature `tesseract`",
    },
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    for library in LIBRARIES {
        if std::env::var_os(library.feature).is_some() {
            find(&library);
        }
    }
}

fn find(library: &Library) {
    let Library {
        wanted,
        link,
        package,
        without,
        ..
    } = library;
    let found = Command::new("pkg-config")
        .args(["--libs-only-L", wanted])
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
            "cargo:warning={wanted} was not found ({}): install `{package}`, or build {without}",
            String::from_utf8_lossy(&answer.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        ),
        Err(_) => println!("cargo:warning=`pkg-config` is missing; linking `{link}` by its name"),
    }
    println!("cargo:rustc-link-lib={link}");
}
