//! Who is told what, when, and how often: through real webhooks, on a clock that the test sets.

#![allow(clippy::unwrap_used, reason = "a test's helper may panic")]

mod attest;
mod hanging;
mod paused;
mod setting;
mod telling;
mod world;
