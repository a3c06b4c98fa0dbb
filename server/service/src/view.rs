//! Saved views of the portfolio: a name for a choice that is in the address already. Each is somebody's own.

use serde_json::json;
use store::record::SavedView;
use store::{UnixMillis, ViewId};

use crate::error::OrFull as _;
use crate::service::audit;
use crate::{Actor, Error, Service};

/// Views of one account.
const MOST_VIEWS: u32 = 50;

/// The longest query, in bytes.
const LONGEST_QUERY: usize = 1000;

impl Service {
    /// The actor's views, by name.
    pub async fn saved_views(&self, actor: &Actor) -> Result<Vec<SavedView>, Error> {
        Ok(self.store().views_of(actor.user()).await?)
    }

    /// Keeps a choice under a name; the one that had the name before is replaced. `query` is what stands in the address
    /// after the question mark.
    pub async fn save_view(&self, actor: &Actor, name: &str, query: &str) -> Result<SavedView, Error> {
        let name = name.trim().to_owned();
        if name.is_empty()
            || name.chars().count() > 80
            || name.chars().any(|c| c.is_control() || crate::name::turns(c))
        {
            return Err(Error::invalid("view", "Give the view a name of 1 to 80 characters."));
        }
        if query.len() > LONGEST_QUERY || !query.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid("view", "This choice cannot be saved: it is too long."));
        }
        let view = SavedView {
            id: ViewId::new(),
            user: actor.user(),
            name,
            query: query.to_owned(),
            created_at: UnixMillis::now(),
        };
        let entry = audit(Some(actor), "view.saved", view.id, json!({ "name": view.name }));
        let full =
            || Error::invalid("view", format!("You have {MOST_VIEWS} views already. Remove one first."));
        self.store().save_view(&view, MOST_VIEWS, entry).await.or_full(full)?;
        Ok(view)
    }

    pub async fn remove_view(&self, actor: &Actor, id: ViewId) -> Result<(), Error> {
        let entry = audit(Some(actor), "view.removed", id, json!({}));
        if self.store().remove_view(id, actor.user(), entry).await? {
            Ok(())
        } else {
            Err(Error::NotFound("The view"))
        }
    }
}
