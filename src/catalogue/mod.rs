//! The catalogue: which models there are, what they can do, and what they cost.
//!
//! The list comes from the model's server, is kept in the data folder and asked for anew at every start and every day
//! ([`Keeper`]), because models come and go by the week and a list in a program is wrong within one. A start reads what
//! was kept and waits for nobody, so that prices and names are known from the first question on.
//!
//! It refuses to forget: a list that cannot be had, or holds nothing, leaves the one from before. Without any list (a first
//! start while the server is away, a server that has none) nothing is known of any model, and nothing is forbidden for it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use crate::config::AllowedModels;
use crate::openrouter::{OfferedModel, Price, without_routing};

mod file;
mod keeper;
#[cfg(test)]
mod tests;

pub use keeper::Keeper;

/// The models on offer. Clones are the same catalogue.
#[derive(Clone)]
pub struct Catalogue {
    inner: Arc<Inner>,
}

struct Inner {
    allowed: AllowedModels,
    list: RwLock<Arc<List>>,
    /// The server was asked, whatever came of it.
    asked: watch::Sender<bool>,
}

/// One state of the list; it is replaced as a whole.
#[derive(Default)]
struct List {
    /// What people may choose, in the order in which it is shown.
    offered: Arc<[Arc<OfferedModel>]>,
    /// Everything that was listed.
    all: HashMap<String, Arc<OfferedModel>>,
}

impl Catalogue {
    /// An empty one, in which people may choose what is allowed.
    #[must_use]
    pub fn new(allowed: AllowedModels) -> Self {
        Self { inner: Arc::new(Inner { allowed, list: RwLock::default(), asked: watch::Sender::new(false) }) }
    }

    /// With what was kept in `folder` of the list of this server (its base address). Blocks for a moment.
    #[must_use]
    pub fn load(allowed: AllowedModels, folder: &Path, server: &str) -> Self {
        let catalogue = Self::new(allowed);
        match file::read(folder, server) {
            Ok(models) => catalogue.replace(models),
            // It is asked for anew in a moment.
            Err(error) => tracing::info!(reason = %error, "The kept list of models cannot be read"),
        }
        catalogue
    }

    /// The model with this very id, when people may choose it.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<OfferedModel>> {
        self.list().all.get(id).filter(|_| self.permits(id)).cloned()
    }

    /// The model with this id, whether or not people may choose it: the owner's own may be any, also one with a suffix that
    /// says how it is to be routed.
    #[must_use]
    pub fn listed(&self, id: &str) -> Option<Arc<OfferedModel>> {
        let list = self.list();
        list.all.get(id).or_else(|| list.all.get(without_routing(id)?)).cloned()
    }

    /// What people may choose and what answers in words, by maker and name.
    #[must_use]
    pub fn models(&self) -> Arc<[Arc<OfferedModel>]> {
        Arc::clone(&self.list().offered)
    }

    /// What a million tokens cost that this model reads and writes; `None` for one that is not listed.
    #[must_use]
    pub fn price(&self, id: &str) -> Option<(Price, Price)> {
        self.listed(id).map(|model| (model.prompt, model.completion))
    }

    /// Is there a list at all? Otherwise nobody can say of a model that it is gone.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.list().all.is_empty()
    }

    /// Returns when there is a list, or its server was asked for one in vain: what is to be kept back of a budget for the
    /// first question of all depends on a price.
    pub async fn is_asked_for(&self) {
        if !self.is_known() {
            // The sender is ours: it does not go away before the receiver does.
            let _ = self.inner.asked.subscribe().wait_for(|asked| *asked).await;
        }
    }

    /// May people choose a model with this id?
    #[must_use]
    pub fn permits(&self, id: &str) -> bool {
        self.inner.allowed.permits(id)
    }

    /// From now on these are on offer.
    pub fn replace(&self, models: Vec<OfferedModel>) {
        let all: HashMap<_, _> = models.into_iter().map(|model| (model.id.clone(), Arc::new(model))).collect();
        let chosen = all.values().filter(|model| model.writes() && self.permits(&model.id));
        let mut offered: Vec<_> = chosen.cloned().collect();
        offered.sort_by(|one, other| in_order(one, other));
        let list = Arc::new(List { offered: offered.into(), all });
        *self.inner.list.write().unwrap_or_else(PoisonError::into_inner) = list;
    }

    /// The server was asked.
    fn was_asked(&self) {
        self.inner.asked.send_replace(true);
    }

    fn list(&self) -> Arc<List> {
        Arc::clone(&self.inner.list.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// By maker, then by name; capitals do not count. Equal names (a model and its free twin) are told apart by their ids.
fn in_order(one: &OfferedModel, other: &OfferedModel) -> Ordering {
    let place = |model: &OfferedModel| (model.maker().to_lowercase(), model.short_name().to_lowercase());
    place(one).cmp(&place(other)).then_with(|| one.id.cmp(&other.id))
}
