//! The checks bound to a criterion.

use super::{Reader, level};
use crate::check::Condition;
use crate::code::{BindingId, KindCode};
use crate::document::Fields;
use crate::framework::Binding;

/// Reads the `check` tables of a criterion.
pub(super) fn read_bindings(
    reader: &mut Reader<'_>,
    criterion: &mut Fields<'_, '_>,
    code: &str,
) -> Vec<Binding> {
    criterion.tables("check").into_iter().map(|fields| read_binding(reader, fields, code)).collect()
}

fn read_binding(reader: &mut Reader<'_>, mut fields: Fields<'_, '_>, criterion: &str) -> Binding {
    let id = fields.code("id");
    let number = id.strip_prefix(criterion).and_then(|rest| rest.strip_prefix('.'));
    if !id.is_empty() && !number.is_some_and(is_number) {
        fields.report(
            "id",
            format!("`{id}` must be the criterion's code, a dot and a number: `{criterion}.1`"),
        );
    }
    if !id.is_empty() && !reader.bindings.insert(id.clone()) {
        fields.report("id", format!("`{id}` is used twice"));
    }
    let kind = KindCode::new(fields.filled_text("kind"));
    let binding = Binding {
        id: BindingId::new(id),
        expect: read_conditions(reader, &mut fields, &kind),
        passes_when: fields.text("passes_when"),
        fail_cap: level(fields.whole("fail_cap", 0..=3)),
        kind,
    };
    fields.refuse_unknown();
    binding
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Conditions of a known kind; without any, a check would pass whatever it saw.
fn read_conditions(reader: &Reader<'_>, fields: &mut Fields<'_, '_>, kind: &KindCode) -> Vec<Condition> {
    let texts = fields.texts("expect");
    let Some(kind) = reader.kinds.get(kind) else {
        if !kind.as_str().is_empty() {
            fields.report("kind", format!("`{kind}` is not a kind of health check"));
        }
        return Vec::new();
    };
    let mut conditions = Vec::with_capacity(texts.len());
    for placed in &texts {
        match Condition::read(&placed.text, kind) {
            Ok(condition) => conditions.push(condition),
            Err(problem) => reader.document.report(placed.at, fields.key("expect"), problem.to_string()),
        }
    }
    if texts.is_empty() {
        fields.report("expect", "must hold at least one condition");
    }
    conditions
}
