//! How many people must look at a field, whatever the machine is sure of.

use schemars::JsonSchema;
use serde::Deserialize;

/// Who must look at a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Nobody, where the machine is sure.
    #[default]
    Auto,
    /// One person, always.
    Single,
    /// One person who does not see what the machine reads; a third word where they differ.
    Double,
    /// Two persons who see neither the machine's word nor each other's; a third where they differ.
    DoubleBlind,
}

impl Policy {
    pub const ALL: [Self; 4] = [Self::Auto, Self::Single, Self::Double, Self::DoubleBlind];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Single => "single",
            Self::Double => "double",
            Self::DoubleBlind => "double_blind",
        }
    }
}

impl std::str::FromStr for Policy {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|policy| policy.name() == s);
        found.ok_or_else(|| format!("`{s}` is not a policy"))
    }
}
