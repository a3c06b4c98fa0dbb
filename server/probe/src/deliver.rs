//! Delivers messages: a POST to an address that a user named, through the same guard as every check.
//!
//! What comes back is read no further than its head: a webhook is answered by a status (Standard Webhooks 1.0,
//! "Delivery success and failure"). Redirects are not followed; the address is mended instead.

use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;

use crate::connector::Deadline;
use crate::failure::Failure;
use crate::http::Request;
use crate::prober::Prober;

/// A message on its way: a body of JSON with headers of its own.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub url: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    pub body: &'a str,
    /// From the look-up of the name to the head of the answer.
    pub time: Duration,
}

/// How a delivery was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    pub status: StatusCode,
    /// When to come again, where the receiver says so in seconds.
    pub retry_after: Option<Duration>,
}

impl Prober {
    /// Posts a message and waits for the head of the answer, whatever its status.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Result<Delivered, Failure> {
        let Delivery { url, headers, body, time } = delivery;
        let url = self.guard().vet_url(url)?;
        let deadline = Deadline::after(time);
        let request = Request::post(&url, "*/*", "application/json", body.as_bytes(), deadline);
        let (status, answered) = self.http().send_for_head(&request.headers(headers)).await?;
        let seconds = answered.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Ok(Delivered { status, retry_after: seconds.map(Duration::from_secs) })
    }
}
