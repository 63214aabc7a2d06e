//! How a file is written for whom.

/// Bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// With a byte-order mark, which Excel asks for.
    Utf8Bom,
    /// Windows-31J; a character that it lacks is an error, never replaced.
    Cp932,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Utf8Bom => "utf8bom",
            Self::Cp932 => "cp932",
        }
    }
}

/// A way of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Rows that changed are told from rows that did not profile by profile.
    pub name: String,
    pub encoding: Encoding,
    /// Written for a spreadsheet: a value that it would take for a formula gets a `'` in front.
    /// Other profiles leave values alone and count such ones in the manifest.
    pub guards_formulas: bool,
    /// For systems that take one line a row: a line break inside a value becomes a blank, and such
    /// cells are counted in the manifest.
    pub joins_lines: bool,
    /// Stands for what nobody can read.
    pub unreadable: String,
}

impl Profile {
    /// The built-in profiles.
    pub const NAMES: [&'static str; 4] = ["utf8", "utf8bom", "cp932", "excel"];

    pub fn named(name: &str) -> Option<Self> {
        let encoding = match name {
            "utf8" => Encoding::Utf8,
            "utf8bom" | "excel" => Encoding::Utf8Bom,
            "cp932" => Encoding::Cp932,
            _ => return None,
        };
        Some(Self {
            name: name.to_owned(),
            encoding,
            guards_formulas: name == "excel",
            joins_lines: encoding == Encoding::Cp932,
            unreadable: "●".to_owned(),
        })
    }
}

/// The value on one line, where it is on several.
pub(super) fn on_one_line(value: &str) -> Option<String> {
    let breaks = ['\r', '\n'];
    value
        .contains(breaks)
        .then(|| value.replace("\r\n", " ").replace(breaks, " "))
}

/// Whether a spreadsheet would take the value for a formula.
pub(super) fn is_formula(value: &str) -> bool {
    value.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
