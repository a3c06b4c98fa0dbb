//! What a notification is for.

use serde_json::Value;

use crate::kinds::json;

/// The kinds of notifications (R5 `SubscriptionStatus.type`, and the same in the backport).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Handshake,
    Heartbeat,
    Event,
    /// Without a status: R4's notification by criteria, or a vendor's own.
    Bare,
}

impl Notice {
    pub(super) fn read(body: &[u8]) -> Self {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        let first = json::items(&document, "entry").first().map_or(&Value::Null, |entry| &entry["resource"]);
        let kind = match json::text(first, "resourceType") {
            // R4B and R5.
            Some("SubscriptionStatus") => json::text(first, "type"),
            // R4 has no such resource.
            Some("Parameters") => json::items(first, "parameter")
                .iter()
                .find(|parameter| json::text(parameter, "name") == Some("type"))
                .and_then(|parameter| json::text(parameter, "valueCode")),
            _ => None,
        };
        match kind {
            Some("handshake") => Self::Handshake,
            Some("heartbeat") => Self::Heartbeat,
            Some("event-notification") => Self::Event,
            _ => Self::Bare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_read_in_every_release() {
        let r5 = br#"{"entry":[{"resource":{"resourceType":"SubscriptionStatus","type":"handshake"}}]}"#;
        let r4 = br#"{"entry":[{"resource":{"resourceType":"Parameters","parameter":[
            {"name":"status","valueCode":"active"},{"name":"type","valueCode":"event-notification"}]}}]}"#;
        assert_eq!(Notice::read(r5), Notice::Handshake);
        assert_eq!(Notice::read(r4), Notice::Event);
        for bare in [&b""[..], b"{}", b"not json", br#"{"entry":[{}]}"#] {
            assert_eq!(Notice::read(bare), Notice::Bare);
        }
    }
}
