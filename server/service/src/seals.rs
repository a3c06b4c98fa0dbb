//! What is sealed, tried with the keys at hand: the secrets of checks, alert channels and second factors, and the links of
//! invitations whose mail waits. It shows whether a starting server has the keys that belong to its database, and has what
//! an older key sealed sealed anew.
//!
//! **Invariant.** Whatever opens here is sealed again or forgotten; only counts come out.

use std::fmt;

use store::CheckId;

use crate::{Error, SecretKeys, Service};

/// Read at a time.
pub(crate) const AT_ONCE: u32 = 200;

/// What came of trying one sort of secrets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub opened: u32,
    /// Those that no key opens. They stay as they are.
    pub shut: u32,
    /// How many of those that opened an older key had sealed, and the one in use has now.
    pub resealed: u32,
}

impl Tally {
    /// Tries what is sealed for a place; what an older key sealed comes back sealed by the one in use.
    pub(crate) fn renew(&mut self, keys: &SecretKeys, sealed: &str, bound_to: &str) -> Option<String> {
        if keys.is_current(sealed, bound_to) {
            self.opened += 1;
            return None;
        }
        if let Ok(secret) = keys.open(sealed, bound_to) {
            self.opened += 1;
            Some(keys.seal(&secret, bound_to))
        } else {
            self.shut += 1;
            None
        }
    }

    /// Whether to read on: to the end where a key is replaced, and else until one opens.
    pub(crate) fn goes_on(self, keys: &SecretKeys) -> bool {
        keys.has_old() || self.opened == 0
    }
}

/// What came of trying what is sealed, by what it belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seals {
    pub checks: Tally,
    pub channels: Tally,
    pub second_factors: Tally,
    pub invitations: Tally,
}

impl Seals {
    /// All of it together.
    pub fn all(&self) -> Tally {
        self.sorts().into_iter().fold(Tally::default(), |sum, (_, tally)| Tally {
            opened: sum.opened + tally.opened,
            shut: sum.shut + tally.shut,
            resealed: sum.resealed + tally.resealed,
        })
    }

    /// Whether something is sealed, and the keys open nothing of it: they are those of another database.
    pub fn none_opens(&self) -> bool {
        matches!(self.all(), Tally { opened: 0, shut: 1.., .. })
    }

    fn sorts(&self) -> [(&'static str, Tally); 4] {
        [
            ("checks", self.checks),
            ("alert channels", self.channels),
            ("second factors", self.second_factors),
            ("invitations", self.invitations),
        ]
    }
}

/// How many of what sort no key opens: `checks: 3, second factors: 1`.
impl fmt::Display for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shut = self.sorts().into_iter().filter(|(_, tally)| tally.shut > 0);
        for (place, (sort, tally)) in shut.enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{sort}: {}", tally.shut)?;
        }
        Ok(())
    }
}

impl Service {
    /// Tries the keys on what is sealed. Where an older key is named, everything is tried, and what that one sealed is
    /// sealed by the key in use; this may run on several nodes at once. Otherwise each sort is read until one opens, which
    /// with the right key the first page brings.
    pub async fn try_seals(&self) -> Result<Seals, Error> {
        Ok(Seals {
            checks: self.try_checks().await?,
            channels: self.try_channels().await?,
            second_factors: self.try_second_factors().await?,
            invitations: self.try_invitations().await?,
        })
    }

    async fn try_checks(&self) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let mut after: Option<CheckId> = None;
        loop {
            let checks = self.store().sealed_checks_after(after, AT_ONCE).await?;
            let Some(last) = checks.last() else { return Ok(tally) };
            after = Some(last.id);
            for check in &checks {
                let Some(anew) = self.renewed_parameters(check, &mut tally) else { continue };
                // Somebody who changed the check meanwhile sealed with the key in use.
                let done = self.store().replace_parameters(check.id, &check.parameters, &anew).await?;
                tally.resealed += u32::from(done);
            }
            if !tally.goes_on(self.secret_keys()) {
                return Ok(tally);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    #[test]
    fn what_no_key_opens_is_counted_by_its_sort_and_never_shown() {
        let (old, new, other) = (SecretKey::random(), SecretKey::random(), SecretKey::random());
        let sealed = |key: &SecretKey| SecretKeys::from(key.clone()).seal("hunter2", "here");
        let keys = SecretKeys::new(new.clone(), vec![old.clone()]);
        let mut tally = Tally::default();
        assert_eq!(tally.renew(&keys, &sealed(&new), "here"), None);
        let anew = tally.renew(&keys, &sealed(&old), "here").unwrap();
        assert!(keys.is_current(&anew, "here"));
        assert_eq!(tally.renew(&keys, &sealed(&other), "here"), None);
        assert_eq!(tally, Tally { opened: 2, shut: 1, resealed: 0 });

        let seals = Seals { checks: tally, second_factors: tally, ..Seals::default() };
        assert_eq!(seals.to_string(), "checks: 1, second factors: 1");
        assert!(!seals.none_opens(), "some do");
        assert!(!Seals::default().none_opens(), "nothing is sealed");
        let shut = Tally { shut: 2, ..Tally::default() };
        assert!(Seals { channels: shut, ..Seals::default() }.none_opens());
    }
}
