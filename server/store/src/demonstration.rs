//! What a demonstration has and nobody lived: a past of its checks, and a member who answered and cannot sign in.

use std::collections::BTreeMap;

use crate::column::Text;
use crate::db::{Store, row, run, statements};
use crate::error::{Naming as _, StoreError};
use crate::history::{DAY, HOUR, put_tally, tally_columns};
use crate::ids::{CheckId, OrgId, UnixMillis};
use crate::record::{Audit, MadeUpPast, Role, Tally, User};
use crate::{audit, retention, users};

statements! {
    Both PUT_HOUR = concat!(
        "INSERT INTO run_hours (check_id, hour, ", tally_columns!(), ") \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (check_id, hour) DO NOTHING"
    );
    Both PUT_OUTAGE = "INSERT INTO outages (check_id, began_at, ended_at) VALUES ($1, $2, $3) \
        ON CONFLICT (check_id, began_at) DO NOTHING";
    Both JOIN = "INSERT INTO memberships (org_id, user_id, role, since) VALUES ($1, $2, $3, $4)";
    Both NAME_ONLY = "INSERT INTO imported_people (user_id, org_id) VALUES ($1, $2)";
    Both FIND = concat!(
        "SELECT ", users::user_columns!(), " FROM memberships m JOIN users u ON u.id = m.user_id \
        JOIN imported_people i ON i.user_id = u.id WHERE m.org_id = $1 ORDER BY u.id"
    );
}

impl Store {
    /// Who was put into the organization by [`add_stand_in`](Self::add_stand_in).
    pub async fn stand_in(&self, org: OrgId) -> Result<Option<User>, StoreError> {
        let mut lease = self.read().await?;
        Ok(row!(&mut lease.link(), User, FIND, org)?)
    }

    /// A member with this name and no password: it opens nothing.
    pub async fn add_stand_in(
        &self,
        org: OrgId,
        name: &str,
        role: Role,
        audit: Audit,
    ) -> Result<User, StoreError> {
        let now = UnixMillis::now();
        let user = users::nobody(name.to_owned(), None, now);
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        users::insert(link, &user).await?;
        run!(link, NAME_ONLY, user.id, org).or_missing("organization")?;
        run!(link, JOIN, org, user.id, Text(role), now)?;
        audit::append(link, &audit).await?;
        writing.commit().await?;
        Ok(user)
    }

    /// Gives a check that has not run yet a past. Hours that are there already stay.
    pub async fn keep_made_up_past(
        &self,
        check: CheckId,
        past: &MadeUpPast,
        audit: Audit,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let link = &mut writing.link();
        let mut days: BTreeMap<i64, Tally> = BTreeMap::new();
        for stretch in &past.hours {
            let (hour, tally) = (stretch.began_at.0.div_euclid(HOUR), &stretch.tally);
            put_tally(link, PUT_HOUR, check, hour, tally).await?;
            let day = days.entry(hour.div_euclid(DAY / HOUR)).or_default();
            day.merge(tally);
        }
        for (day, tally) in days {
            retention::put_day(link, check, day, &tally).await?;
        }
        for outage in &past.outages {
            run!(link, PUT_OUTAGE, check, outage.began_at, outage.ended_at)?;
        }
        audit::append(link, &audit).await?;
        writing.commit().await
    }
}
