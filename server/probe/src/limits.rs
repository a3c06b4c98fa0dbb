//! How much a target may cost: bytes, header lines, redirects.

use std::time::Duration;

/// How slow the sender of a long body may be: in every stretch of `time` at least `bytes` must come, as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub bytes: usize,
    pub time: Duration,
}

/// The caps on one answer. Time is capped by the kind (`timeout` of `check-kinds.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body as they travel.
    pub body_bytes: usize,
    /// Bytes of a body after decompression.
    pub decoded_bytes: usize,
    /// Bytes of a published list of endpoints, which names every customer of a developer.
    pub list_bytes: usize,
    /// Bytes of one file of a bulk export, which is counted and not kept.
    pub export_bytes: u64,
    /// Bytes of all files of a bulk export together, after decompression.
    pub export_decoded_bytes: u64,
    pub export_pace: Pace,
    /// Bytes of one line of it, which is looked at.
    pub line_bytes: usize,
    /// Header lines of an answer.
    pub headers: usize,
    /// Bytes of status line and headers together.
    pub head_bytes: usize,
    /// Redirects followed, each vetted.
    pub redirects: usize,
    /// Bytes of an HL7 v2 acknowledgment.
    pub acknowledgment_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            decoded_bytes: 16 << 20,
            list_bytes: 64 << 20,
            export_bytes: 256 << 30,
            export_decoded_bytes: 1 << 40,
            export_pace: Pace { bytes: 64 << 10, time: Duration::from_mins(1) },
            line_bytes: 16 << 20,
            headers: 100,
            head_bytes: 64 << 10,
            redirects: 5,
            acknowledgment_bytes: 1 << 20,
        }
    }
}
