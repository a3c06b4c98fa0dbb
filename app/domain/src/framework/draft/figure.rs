//! A number as somebody typed it.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A whole number, or whatever was typed in its place; empty for nothing. In JSON a number, a text or null.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figure(String);

impl Figure {
    /// Without space around it; a whole number in its usual writing.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        text.parse::<i64>().map_or_else(|_| Self(text.to_owned()), Self::from)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number, where it is one.
    pub fn whole(&self) -> Option<i64> {
        self.0.parse().ok()
    }
}

impl From<i64> for Figure {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl<T: Into<i64>> From<Option<T>> for Figure {
    fn from(number: Option<T>) -> Self {
        number.map_or_else(Self::default, |number| Self::from(number.into()))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            _ if self.is_empty() => serializer.serialize_none(),
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Typed)
    }
}

struct Typed;

impl Visitor<'_> for Typed {
    type Value = Figure;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Figure, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Figure, E> {
        Ok(Figure::new(&number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Figure, E> {
        Ok(Figure::new(&number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Figure, E> {
        Ok(Figure::new(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Figure, E> {
        Ok(Figure::default())
    }
}
