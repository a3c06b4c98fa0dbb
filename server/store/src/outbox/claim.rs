//! Taking messages that are due: the longest due first, and so many of one channel and of one organization at a time, so
//! that one channel's many messages leave those of others their places.
//!
//! What is due is looked up channel by channel on a connection that reads; whoever writes only takes what was chosen, where
//! nobody took it meanwhile. Where thousands wait, as after the death of a network, choosing costs about as much as where a
//! few do, and keeps no run and no report waiting.

use std::collections::{BTreeMap, HashMap};

use super::APART_MS;
use crate::db::{Link, Store, row, rows, statements};
use crate::error::StoreError;
use crate::ids::{ChannelId, MessageId, OrgId, UnixMillis};
use crate::queue::Job;
use crate::record::{ClaimedMessage, Portion};

/// `$1` now, `$2` later than any node's present.
macro_rules! due {
    () => {
        "state = 'waiting' AND (due_at <= $1 OR decided_at > $2)"
    };
}

/// `$1` now, `$3` a lease later than which none is.
macro_rules! unheld {
    () => {
        "(lease_until <= $1 OR lease_until > $3)"
    };
}

/// A message that somebody else takes at this instant is theirs.
macro_rules! take {
    ($lock:literal) => {
        concat!(
            "UPDATE outbox SET lease_owner = $5, lease_until = $6, lease_epoch = lease_epoch + 1 WHERE id IN \
             (SELECT id FROM outbox WHERE id = $4 AND ",
            due!(),
            " AND ",
            unheld!(),
            $lock,
            ") RETURNING ",
            columns!(),
            ", lease_epoch"
        )
    };
}

statements! {
    Both WAITING = "SELECT channel_id, org_id FROM outbox WHERE state = 'waiting' GROUP BY channel_id, org_id \
        ORDER BY MIN(due_at)";
    Both HELD = "SELECT channel_id, org_id FROM outbox WHERE lease_until > 0 AND lease_until > $1 AND lease_until <= $2";
    // What is told of an incident comes in order: nobody hears that it ended before they heard that it began.
    Both DUE = concat!(
        "SELECT id, due_at FROM outbox WHERE channel_id = $4 AND org_id = $5 AND ", due!(), " AND ", unheld!(),
        " AND (incident_id IS NULL OR NOT EXISTS (SELECT 1 FROM outbox earlier \
        WHERE earlier.incident_id = outbox.incident_id AND earlier.channel_id = outbox.channel_id \
        AND earlier.state = 'waiting' AND earlier.id < outbox.id)) ORDER BY due_at, id LIMIT $6"
    );
    Sqlite TAKE_SQLITE = take!("");
    Postgres TAKE_POSTGRES = take!(" FOR UPDATE SKIP LOCKED");
}

/// The instants by which a message is due and held.
#[derive(Clone, Copy)]
struct Instants {
    now: UnixMillis,
    /// Later than any node's present.
    ahead: UnixMillis,
    /// Until when whoever takes a message now holds it.
    until: UnixMillis,
    /// No lease is so long.
    longest: UnixMillis,
}

/// A message that may be taken, in the order of its organization: the first of each channel comes before the second of any.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// Those of its channel that are under way or chosen before it.
    before: u32,
    due_at: UnixMillis,
    id: MessageId,
}

/// The candidates of an organization, and how many of them there are places for.
struct Chosen {
    places: usize,
    candidates: Vec<Candidate>,
}

impl Chosen {
    fn count(&self) -> usize {
        self.candidates.len().min(self.places)
    }
}

struct Taking {
    owner: String,
    ids: Vec<MessageId>,
    at: Instants,
}

impl Job for Taking {
    type Done = Vec<ClaimedMessage>;

    async fn run(&self, link: &mut Link<'_>) -> Result<Vec<ClaimedMessage>, StoreError> {
        let take = link.dialect(TAKE_SQLITE, TAKE_POSTGRES);
        let Instants { now, ahead, until, longest } = self.at;
        let mut taken = Vec::with_capacity(self.ids.len());
        for id in &self.ids {
            taken.extend(row!(link, ClaimedMessage, take, now, ahead, longest, *id, &*self.owner, until)?);
        }
        Ok(taken)
    }
}

impl Store {
    /// Takes messages that are due and that nobody holds until `lease_ms` from now, the longest due first, as far as
    /// the portion goes.
    pub async fn claim_messages(
        &self,
        owner: &str,
        now: UnixMillis,
        lease_ms: i64,
        portion: Portion,
    ) -> Result<Vec<ClaimedMessage>, StoreError> {
        let until = UnixMillis(now.0 + lease_ms);
        let at = Instants {
            now,
            ahead: UnixMillis(now.0 + APART_MS),
            until,
            longest: UnixMillis(until.0 + APART_MS),
        };
        let ids = self.choose(at, portion).await?;
        // Most of the time nothing is due, and then nothing is written.
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut claimed = self.perform(Taking { owner: owner.to_owned(), ids, at }).await?;
        claimed.sort_by_key(|claimed| (claimed.message.due_at, claimed.message.id));
        Ok(claimed)
    }

    async fn choose(&self, at: Instants, portion: Portion) -> Result<Vec<MessageId>, StoreError> {
        let Instants { now, ahead, longest, .. } = at;
        let most = usize::try_from(portion.messages).unwrap_or(usize::MAX);
        // One state of the outbox: what is under way and what is chosen beside it belong together.
        let mut reading = self.read_whole().await?;
        let link = &mut reading.link();
        let waiting = rows!(link, (ChannelId, OrgId), WAITING)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let (mut of_channels, mut of_organizations) = (HashMap::new(), HashMap::new());
        for (channel, org) in rows!(link, (ChannelId, OrgId), HELD, now, longest)? {
            *of_channels.entry(channel).or_insert(0_u32) += 1;
            *of_organizations.entry(org).or_insert(0_u32) += 1;
        }
        let mut chosen: BTreeMap<OrgId, Chosen> = BTreeMap::new();
        let mut enough = 0;
        for (channel, org) in waiting {
            let held = of_channels.get(&channel).copied().unwrap_or(0);
            let places =
                portion.of_organization.saturating_sub(of_organizations.get(&org).copied().unwrap_or(0));
            let free = portion.of_channel.saturating_sub(held).min(places);
            if free == 0 {
                continue;
            }
            let due = rows!(
                link,
                (MessageId, UnixMillis),
                DUE,
                now,
                ahead,
                longest,
                channel,
                org,
                i64::from(free)
            )?;
            let places = usize::try_from(places).unwrap_or(usize::MAX);
            let known = chosen.entry(org).or_insert(Chosen { places, candidates: Vec::new() });
            enough -= known.count();
            let due = (held..).zip(due);
            known.candidates.extend(due.map(|(before, (id, due_at))| Candidate { before, due_at, id }));
            enough += known.count();
            if enough >= most {
                break;
            }
        }
        let mut all: Vec<Candidate> = Vec::new();
        for mut of_one in chosen.into_values() {
            of_one.candidates.sort_unstable();
            of_one.candidates.truncate(of_one.places);
            all.append(&mut of_one.candidates);
        }
        all.sort_unstable_by_key(|candidate| (candidate.due_at, candidate.id));
        let mut ids: Vec<_> = all.into_iter().take(most).map(|candidate| candidate.id).collect();
        // In one order wherever they are taken, so that two nodes never wait for each other.
        ids.sort_unstable();
        Ok(ids)
    }
}
