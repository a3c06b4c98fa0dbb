//! A body's JSON as what a handler takes. What is no JSON is a bad request; what is JSON and not what was asked for is
//! refused with everything that is wrong at once, each with a pointer.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use super::super::problem::{FieldProblem, Problem};
use super::fault::Fault;
use super::strict::Strict;

/// So many faults are told at once.
const MOST: usize = 20;

pub(super) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let detail =
            format!("The body is not UTF-8: byte {} is not part of a character.", error.valid_up_to());
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

pub(in super::super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = text(bytes)?;
    if let Some(position) = escaped_nul(bytes) {
        let detail = format!(
            "A text holds a NUL character (\\u0000, at byte {position}), which no text may: leave it out."
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    match of_value(&value) {
        Ok(understood) => once::<T>(text).map(|()| understood),
        Err(found) => Err(refused(&every::<T>(value, found))),
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    let reason = said.split(" at line ").next().unwrap_or(&said);
    let place = format!("line {}, column {}", error.line(), error.column());
    Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON ({place}): {reason}."))
}

fn refused(found: &[Found]) -> Problem {
    Problem::invalid(
        found.iter().map(|found| FieldProblem::at(&found.pointer, found.fault.words())).collect(),
    )
}

/// A [`Value`] keeps the last of two fields of one name: whether there are two only the text tells.
fn once<T: DeserializeOwned>(text: &str) -> Result<(), Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => Ok(()),
        Err(error) => {
            let said = error.inner().to_string();
            let name = said.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next());
            let words = name.map_or_else(
                || "Something is there twice: send it once.".to_owned(),
                |name| format!("`{name}` is there twice: send it once."),
            );
            Err(Problem::field(&pointer(error.path()), words))
        }
    }
}

/// A place that is wrong.
#[derive(Debug)]
struct Found {
    pointer: String,
    fault: Fault,
}

fn of_value<T: DeserializeOwned>(value: &Value) -> Result<T, Found> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| {
        let at = pointer(error.path());
        let fault = error.into_inner();
        let pointer = match &fault {
            Fault::Missing(field) => format!("{at}/{}", escaped(field)),
            Fault::Unknown { field, .. } => {
                let step = format!("/{}", escaped(field));
                if at.ends_with(&step) { at } else { at + &step }
            }
            Fault::Wrong { .. } | Fault::Said(_) => at,
        };
        Found { pointer, fault }
    })
}

/// All that is wrong: reading goes on with something that suits in place of what does not, as long as that is found.
fn every<T: DeserializeOwned>(mut value: Value, first: Found) -> Vec<Found> {
    let mut all = vec![first];
    while let Some(last) = all.last().filter(|_| all.len() < MOST) {
        match beside::<T>(&mut value, last) {
            Some(next) => all.push(next),
            None => break,
        }
    }
    all
}

/// What else is wrong once `known` is mended: by leaving out what is unknown, or by something else in its place.
fn beside<T: DeserializeOwned>(value: &mut Value, known: &Found) -> Option<Found> {
    let (parent, name) = known.pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Fault::Unknown { .. } = known.fault {
        value.pointer_mut(parent)?.as_object_mut()?.remove(&name);
        return of_value::<T>(value).err().filter(|next| next.pointer != known.pointer);
    }
    let below = format!("{}/", known.pointer);
    let mut stand_ins = stand_ins(&known.fault);
    let mut tried = 0;
    while let Some(stand_in) = stand_ins.get(tried).cloned() {
        tried += 1;
        match value.pointer_mut(parent)? {
            Value::Object(fields) => {
                fields.insert(name.clone(), stand_in);
            }
            Value::Array(items) => *items.get_mut(name.parse::<usize>().ok()?)? = stand_in,
            _ => return None,
        }
        match of_value::<T>(value) {
            Ok(_) => return None,
            Err(next) if next.pointer == known.pointer || next.pointer.starts_with(&below) => {
                // What belongs there is said of what does not.
                let named = choice(&next.fault).filter(|named| !stand_ins.contains(named));
                stand_ins.extend(named);
            }
            Err(next) => return Some(next),
        }
    }
    None
}

/// What could stand in a place, the likeliest first.
fn stand_ins(fault: &Fault) -> Vec<Value> {
    let usual = [
        json!(null),
        json!(""),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
        json!("2000-01-01"),
        json!("00000000-0000-0000-0000-000000000000"),
    ];
    choice(fault).into_iter().chain(usual).collect()
}

/// One of the names that belong in a place.
fn choice(fault: &Fault) -> Option<Value> {
    match fault {
        Fault::Wrong { choices, .. } => choices.first().map(|name| json!(name)),
        Fault::Missing(_) | Fault::Unknown { .. } | Fault::Said(_) => None,
    }
}

/// Where a text of the body says `\u0000`: PostgreSQL keeps no such text, so neither database is given one.
fn escaped_nul(json: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = json[from..].windows(6).position(|six| six == b"\\u0000") {
        let position = from + found;
        let backslashes = json[..=position].iter().rev().take_while(|byte| **byte == b'\\').count();
        // An even number of them is that many halves: backslashes and then the letter u.
        if backslashes % 2 == 1 {
            return Some(position);
        }
        from = position + 1;
    }
    None
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
