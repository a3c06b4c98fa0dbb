//! `--report-to`: sends what a command computed to a health check.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use probe::{AllowList, Delivery, Prober, ProberConfig};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// Where figures go, if anywhere.
#[derive(Debug, Args)]
pub(super) struct ReportTo {
    /// Send the figures to a check: `https://RUNG/api/v1/checks/ID/reports`, or the address of its feed
    #[arg(long, value_name = "ADDRESS")]
    report_to: Option<String>,
    /// A token of the API, for addresses that want one
    #[arg(long, env = "RUNG_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
}

impl ReportTo {
    /// Posts the body, where an address was named.
    pub(super) async fn send(&self, body: &Value) -> ExitCode {
        let Some(address) = &self.report_to else { return ExitCode::SUCCESS };
        match self.post(address, body).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("error: the figures were not taken: {problem}");
                ExitCode::FAILURE
            }
        }
    }

    async fn post(&self, address: &str, body: &Value) -> Result<(), String> {
        // Whoever types the command names the address: it may be one of the own network.
        let allow = "0.0.0.0/0,::/0".parse::<AllowList>().expect("all networks are a list of networks");
        let settings = ProberConfig { allow, ..ProberConfig::default() };
        let prober = Prober::new(settings).map_err(|error| error.to_string())?;
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let headers: Vec<(&'static str, &str)> =
            bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        let body = body.to_string();
        let delivery = Delivery { url: address, headers: &headers, body: &body, time: PATIENCE };
        let answer = prober.deliver(delivery).await.map_err(|failure| failure.text)?;
        match answer.status.as_u16() {
            200..=299 => {
                eprintln!("Reported.");
                Ok(())
            }
            401 | 403 => Err("the token is missing, wrong, or its owner may not report".to_owned()),
            404 => Err("there is no such check, or not for this token".to_owned()),
            422 => Err("the check does not observe these figures, or the files tell them already".to_owned()),
            status => Err(format!("the answer was {status}")),
        }
    }
}
