//! Versions of the GNU C library, as symbols of a binary ask for them.

use std::fmt;

/// A version, displayed like `2.34`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Glibc(Vec<u32>);

impl Glibc {
    /// The one of Amazon Linux 2023, on which Lambda's `provided.al2023` stands.
    pub(crate) fn of_amazon_linux_2023() -> Self {
        Self(vec![2, 34])
    }

    /// The version in a symbol's version, `GLIBC_2.2.5`. There are others (`GLIBC_ABI_DT_RELR`, `GLIBC_PRIVATE`) that are of
    /// no release.
    pub(crate) fn of_symbol_version(name: &str) -> Option<Self> {
        let numbers = name.strip_prefix("GLIBC_")?;
        numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for Glibc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        formatter.write_str(&numbers.join("."))
    }
}
