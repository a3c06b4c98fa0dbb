//! Levels and weights: small integers that cannot leave their range.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A number outside the range that its type allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{value} is not between {least} and {most}")]
pub struct OutOfRange {
    pub value: i64,
    pub least: i64,
    pub most: i64,
}

macro_rules! ranged {
    ($($(#[$doc:meta])* $name:ident: $least:literal..=$most:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(u8);

        impl $name {
            pub const LEAST: Self = Self($least);
            pub const MOST: Self = Self($most);

            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = OutOfRange;

            fn try_from(value: i64) -> Result<Self, OutOfRange> {
                match u8::try_from(value) {
                    Ok(small @ $least..=$most) => Ok(Self(small)),
                    _ => Err(OutOfRange { value, least: $least, most: $most }),
                }
            }
        }

        impl From<$name> for i64 {
            fn from(ranged: $name) -> i64 {
                i64::from(ranged.0)
            }
        }
    )+};
}

ranged! {
    /// How far a criterion is met: 0 absent to 4 assured. Also the least level of a gate and a fail cap.
    Level: 0..=4,
    /// How much a criterion weighs in its domain: 1 to 3.
    Weight: 1..=3,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 5] = [Self(0), Self(1), Self(2), Self(3), Self(4)];
}
