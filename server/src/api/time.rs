//! Instants on the wire: RFC 3339 in UTC, to the millisecond.

use service::UnixMillis;

use super::problem::Problem;

/// For example `2026-11-20T12:03:00.250Z`.
pub(super) fn shown(instant: UnixMillis) -> String {
    format!("{:.3}", instant.timestamp())
}

/// An instant of a request's body, RFC 3339 with a zone; `pointer` is where it stands.
pub(super) fn read(pointer: &str, text: &str) -> Result<UnixMillis, Problem> {
    let read = text.trim().parse::<jiff::Timestamp>();
    read.map(|instant| UnixMillis(instant.as_millisecond())).map_err(|_| {
        Problem::field(pointer, "Write an instant with its zone, for example 2026-11-21T06:00:00Z.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_utc_to_the_millisecond() {
        assert_eq!(shown(UnixMillis(1_763_640_180_250)), "2025-11-20T12:03:00.250Z");
        assert_eq!(shown(UnixMillis(0)), "1970-01-01T00:00:00.000Z");
    }
}
