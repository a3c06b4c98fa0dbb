//! Reading what an author has so far: what is missing is empty, and only what no form could show is a problem.

use toml::de::DeValue;

use super::{Fields, whole};
use crate::framework::draft::Figure;

impl<'t, 'i> Fields<'t, 'i> {
    /// A text; empty where the key is missing.
    pub(crate) fn loose_text(&mut self, name: &'static str) -> String {
        let Some(value) = self.value(name) else { return String::new() };
        let Some(text) = value.as_str() else {
            self.report(name, "must be a text in quotes");
            return String::new();
        };
        text.to_owned()
    }

    /// A list of texts; empty where the key is missing.
    pub(crate) fn loose_texts(&mut self, name: &'static str) -> Vec<String> {
        if self.value(name).is_none() {
            return Vec::new();
        }
        self.texts(name).into_iter().map(|placed| placed.text).collect()
    }

    /// A number, or the text that stands in its place; empty where the key is missing.
    pub(crate) fn figure(&mut self, name: &'static str) -> Figure {
        let Some(value) = self.value(name) else { return Figure::default() };
        figure(value).unwrap_or_else(|problem| {
            self.report(name, problem);
            Figure::default()
        })
    }

    /// A table that may be missing.
    pub(crate) fn loose_table(&mut self, name: &'static str) -> Option<Fields<'t, 'i>> {
        self.value(name)?;
        self.table(name)
    }
}

/// What a value says where a number belongs.
pub(crate) fn figure(value: &DeValue<'_>) -> Result<Figure, &'static str> {
    match value {
        DeValue::Integer(number) => {
            Ok(whole(value, i64::MIN..=i64::MAX).map_or_else(|_| Figure::new(number.as_str()), Figure::from))
        }
        DeValue::Float(number) => Ok(Figure::new(number.as_str())),
        DeValue::String(text) => {
            let figure = Figure::new(text.as_ref());
            if figure.whole().is_some() {
                return Err("is a number: write it without quotes");
            }
            // An empty text and a missing key look alike in a form.
            if figure.as_str() != text.as_ref() || figure.is_empty() {
                return Err("must be a number");
            }
            Ok(figure)
        }
        _ => Err("must be a number"),
    }
}
