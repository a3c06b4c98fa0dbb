//! Reading one parameter's value: from JSON as the API carries it, and from text as a form or a command line does.

use std::net::{Ipv4Addr, Ipv6Addr};

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::Parameter;
use crate::check::{ParameterSpec, ParameterType, Value};

/// The parameter that names where files lie.
const LOCATION: &str = "location";
const WEB: [&str; 2] = ["http", "https"];
const PLACES: [&str; 4] = ["http", "https", "sftp", "s3"];
const PLACE_WANTED: &str = "must be an address that begins with sftp://, s3://, https:// or file://, for example \
                            sftp://files.example.org/out, s3://storage.example.org/bucket/out or file:///claims/in";

/// Reads a JSON value; `Ok(None)` when it says nothing (null, an empty text, an empty list).
pub(super) fn from_json(spec: &ParameterSpec, raw: &Json) -> Result<Option<Parameter>, String> {
    let text = match (spec.kind, raw) {
        (_, Json::Null) => return Ok(None),
        (ParameterType::Integer, Json::Number(number)) => {
            return match number.as_i64() {
                Some(whole) => checked_integer(spec, whole).map(Some),
                None => Err(wanted(ParameterType::Integer).to_owned()),
            };
        }
        (ParameterType::Number, Json::Number(number)) => number.to_string(),
        (ParameterType::Boolean, Json::Bool(truth)) => return Ok(Some(Parameter::Boolean(*truth))),
        (ParameterType::List, Json::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            let texts = texts.ok_or_else(|| wanted(ParameterType::List).to_owned())?;
            return Ok(list(texts.into_iter()));
        }
        (
            ParameterType::Url
            | ParameterType::Host
            | ParameterType::String
            | ParameterType::Secret
            | ParameterType::Duration,
            Json::String(text),
        ) => text.clone(),
        (kind, _) => return Err(wanted(kind).to_owned()),
    };
    from_text(spec, &text)
}

/// Reads a text; `Ok(None)` when it is empty.
pub(super) fn from_text(spec: &ParameterSpec, raw: &str) -> Result<Option<Parameter>, String> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match spec.kind {
        ParameterType::Url if spec.name == LOCATION => location(text).map(Parameter::Url),
        ParameterType::Url => url(text, &WEB).map(Parameter::Url),
        ParameterType::Host => host(text).map(Parameter::Host),
        ParameterType::Integer => text
            .parse::<i64>()
            .map_err(|_| wanted(ParameterType::Integer).to_owned())
            .and_then(|whole| checked_integer(spec, whole)),
        ParameterType::Number => Decimal::from_str_exact(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map(Parameter::Number)
            .map_err(|_| wanted(ParameterType::Number).to_owned()),
        ParameterType::String => Ok(Parameter::String(text.to_owned())),
        ParameterType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Parameter::Boolean(true)),
            "false" | "no" | "off" | "0" => Ok(Parameter::Boolean(false)),
            _ => Err(wanted(ParameterType::Boolean).to_owned()),
        },
        ParameterType::List if raw.contains('\n') => return Ok(list(raw.lines())),
        ParameterType::List => return Ok(list(text.split(','))),
        ParameterType::Duration => duration(text).map(Parameter::Duration),
        ParameterType::Secret => Ok(Parameter::Secret(text.to_owned())),
    }
    .map(Some)
}

/// The parameter that a kind's default stands for.
pub(super) fn from_default(spec: &ParameterSpec, default: &Value) -> Result<Parameter, String> {
    let parameter = match (spec.kind, default) {
        (ParameterType::List, Value::List(items)) => Parameter::List(items.clone()),
        (ParameterType::String, Value::Text(text)) => Parameter::String(text.clone()),
        (ParameterType::Integer, Value::Integer(whole)) => checked_integer(spec, *whole)?,
        (ParameterType::Number, Value::Integer(whole)) => Parameter::Number(Decimal::from(*whole)),
        (ParameterType::Number, Value::Number(number)) => Parameter::Number(*number),
        (ParameterType::Boolean, Value::Boolean(truth)) => Parameter::Boolean(*truth),
        (ParameterType::Url | ParameterType::Host | ParameterType::Duration, Value::Text(text)) => {
            from_text(spec, text)?.ok_or_else(|| wanted(spec.kind).to_owned())?
        }
        (kind, _) => return Err(wanted(kind).to_owned()),
    };
    Ok(parameter)
}

/// What a value of this type must look like.
fn wanted(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Url => {
            "must be an address that begins with https:// or http://, for example https://fhir.example.org/r4"
        }
        ParameterType::Host => "must be a host name or an IP address, for example fhir.example.org",
        ParameterType::Integer => "must be a whole number",
        ParameterType::Number => "must be a number",
        ParameterType::String => "must be a text",
        ParameterType::Boolean => "must be true or false",
        ParameterType::List => "must be a list of texts",
        ParameterType::Duration => "must be a whole number with s, m, h or d, for example 15m",
        ParameterType::Secret => "must be a text; its value is not repeated here",
    }
}

/// A TCP port has its own range; any other whole number stands.
fn checked_integer(spec: &ParameterSpec, whole: i64) -> Result<Parameter, String> {
    if spec.name == "port" && !(1..=65535).contains(&whole) {
        return Err("must be a port between 1 and 65535".to_owned());
    }
    Ok(Parameter::Integer(whole))
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Option<Parameter> {
    let items: Vec<String> =
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
    (!items.is_empty()).then_some(Parameter::List(items))
}

fn duration(text: &str) -> Result<u64, String> {
    let problem = || wanted(ParameterType::Duration).to_owned();
    let unit = text.chars().last().ok_or_else(problem)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(problem()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(problem());
    }
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(seconds))
        .filter(|seconds| i64::try_from(*seconds).is_ok())
        .ok_or_else(|| "this is too long a time".to_owned())
}

/// Where files lie: more than the web.
fn location(text: &str) -> Result<String, String> {
    let Some(folder) = text.strip_prefix("file://") else {
        return url(text, &PLACES).map_err(|problem| {
            if problem == wanted(ParameterType::Url) { PLACE_WANTED.to_owned() } else { problem }
        });
    };
    let steps = || folder.split('/').skip(1);
    let inside = folder.starts_with('/') && steps().all(|step| !matches!(step, "." | ".."));
    if inside && !folder.chars().any(char::is_control) {
        Ok(format!("file:///{}", folder.trim_matches('/')))
    } else {
        Err("must be a folder below the one that the operator opened, for example file:///claims/in"
            .to_owned())
    }
}

/// An absolute address of one of these schemes without a trailing slash; scheme and host in small letters.
fn url(text: &str, schemes: &[&str]) -> Result<String, String> {
    let problem = || wanted(ParameterType::Url).to_owned();
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("must not hold spaces or line breaks".to_owned());
    }
    let (scheme, rest) = text.split_once("://").ok_or_else(problem)?;
    let scheme = scheme.to_ascii_lowercase();
    if !schemes.contains(&scheme.as_str()) {
        return Err(problem());
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.contains('@') {
        return Err("must not hold a user name or password; use the parameter made for it".to_owned());
    }
    if tail.contains('#') {
        return Err("must not hold a # part".to_owned());
    }
    let (name, port) = split_port(authority).ok_or_else(problem)?;
    if !is_host(name) {
        return Err(format!("`{name}` is not a valid host"));
    }
    if let Some(port) = port
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        return Err(format!("the port must be between 1 and 65535, not `{port}`"));
    }
    let tail = if tail.contains('?') { tail } else { tail.trim_end_matches('/') };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{}{port}{tail}", name.to_lowercase()))
}

/// Host and port of an authority; brackets stay with the host.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let after = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[after..].split_once(':') {
        Some((before, port)) => {
            (after == 0 || before.is_empty()).then(|| (&authority[..after + before.len()], Some(port)))
        }
        None => (after == 0 || after == authority.len()).then_some((authority, None)),
    }
}

/// A host name, an IPv4 address, or an IPv6 address in brackets.
fn is_host(name: &str) -> bool {
    if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    name.parse::<Ipv4Addr>().is_ok() || is_name(name)
}

/// Labels of letters, digits, `-` and `_`, joined by dots; letters of any script.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        })
}

/// A host without scheme, port or path; an IPv6 address without brackets.
fn host(text: &str) -> Result<String, String> {
    if text.contains("://") || text.contains('/') {
        return Err("must be a host alone, without https:// and without a path".to_owned());
    }
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = inner.parse::<Ipv6Addr>() {
        return Ok(address.to_string());
    }
    if text.contains(':') {
        return Err("must be a host alone; the port has a parameter of its own".to_owned());
    }
    if is_host(text) { Ok(text.to_lowercase()) } else { Err(wanted(ParameterType::Host).to_owned()) }
}
