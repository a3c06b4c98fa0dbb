//! What one health check costs, without what is kept of it: `probes URL FILE SECONDS` asks an address over TLS again and
//! again, 50 at a time, a new connection each, trusting the certificate in the file. Says how many it made, and with how
//! many seconds of processor.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use domain::check::{Parameters, Status};
use probe::{Prober, ProberConfig};
use tokio::task::JoinSet;

/// Asked at once.
const IN_FLIGHT: usize = 50;
/// The kernel's ticks in a second of processor (`CLK_TCK`, 100 on every Linux).
const TICKS: f64 = 100.0;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(file), Some(seconds)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        anyhow::bail!("usage: probes URL FILE SECONDS");
    };
    let config = ProberConfig {
        allow: "127.0.0.0/8".parse()?,
        extra_roots: Some(std::fs::read_to_string(file)?),
        ..ProberConfig::default()
    };
    let prober = Prober::new(config)?;
    let kind = domain::builtin::check_kinds().get(&"portal.doc_link".into()).context("a built-in kind")?;
    let raw = BTreeMap::from([("url".to_owned(), url)]);
    let parameters = Parameters::from_text(kind, &raw).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let end = Instant::now() + Duration::from_secs(seconds.parse()?);
    let before = processor()?;
    let mut asking = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (prober, parameters) = (prober.clone(), parameters.clone());
        asking.spawn(async move {
            let mut made: u64 = 0;
            while Instant::now() < end {
                let outcome = prober.run(kind, &parameters).await;
                anyhow::ensure!(outcome.status == Status::Pass, "{outcome:?}");
                made += 1;
            }
            Ok(made)
        });
    }
    let mut made = 0;
    while let Some(ended) = asking.join_next().await {
        made += ended??;
    }
    println!("{made} {:.2}", processor()? - before);
    Ok(())
}

/// Seconds of processor that this process used, in user and kernel (`proc(5)`, fields 14 and 15 of `stat`).
fn processor() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("the name of the program")?;
    let mut ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    let (user, kernel) = (ticks.next().context("utime")??, ticks.next().context("stime")??);
    Ok((user + kernel) / TICKS)
}
