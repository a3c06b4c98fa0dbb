//! Who is told of incidents beside the channels: rules, maintenance windows, and the messages on their way.

pub(super) mod message;
pub(super) mod rule;
pub(super) mod window;
