//! Which bindings a run is judged by: those of its kind in every framework.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::KindCode;
use domain::framework::Binding;
use store::FrameworkId;

use crate::{Error, Service};

/// How long a list is used before it is made again: other processes import frameworks too.
const FRESH: Duration = Duration::from_secs(10);

/// The bindings of every kind, as of an instant.
pub(crate) struct KnownBindings {
    made: Instant,
    by_kind: HashMap<KindCode, Arc<[(FrameworkId, Binding)]>>,
}

impl Service {
    /// The bindings of a kind in every framework.
    pub(super) async fn bindings_of(&self, kind: &KindCode) -> Result<Arc<[(FrameworkId, Binding)]>, Error> {
        let known = self.known_bindings().filter(|known| known.made.elapsed() < FRESH);
        let known = match known {
            Some(known) => known,
            None => self.read_bindings().await?,
        };
        Ok(known.by_kind.get(kind).cloned().unwrap_or_default())
    }

    async fn read_bindings(&self) -> Result<Arc<KnownBindings>, Error> {
        let mut by_kind: HashMap<KindCode, Vec<(FrameworkId, Binding)>> = HashMap::new();
        for entry in self.store().frameworks().await? {
            let framework = self.prepared(entry.id).await?.framework;
            for binding in framework.criteria().flat_map(|criterion| &criterion.bindings) {
                by_kind.entry(binding.kind.clone()).or_default().push((entry.id, binding.clone()));
            }
        }
        let by_kind = by_kind.into_iter().map(|(kind, bindings)| (kind, bindings.into())).collect();
        let known = Arc::new(KnownBindings { made: Instant::now(), by_kind });
        self.know_bindings(Some(Arc::clone(&known)));
        Ok(known)
    }
}
