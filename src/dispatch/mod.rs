//! The shared teloxide [`Dispatcher`], fed by the inbox, whichever mode the updates came in by.
//!
//! teloxide's workers only pass on. Each update becomes a task of its own ([`work()`]) that holds its claim, because two
//! traps of the dispatcher (0.17) lie in long handlers: a panic ends the chat's worker and, at the chat's next update,
//! the whole dispatcher; and its clean-up of idle workers waits inline for one that just became busy (seen: a burst of
//! 100 chats took 2.0 s instead of 1.0). Order is the inbox's: it gives out one update of a lane at a time.
//!
//! An update that teloxide cannot represent (a kind or a field newer than the crate, an odd chat id on which it panics)
//! skips the dispatcher and goes to the same handlers; nothing is dropped.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use teloxide::adaptors::CacheMe;
use teloxide::dispatching::{Dispatcher, UpdateHandler};
use teloxide::error_handlers::LoggingErrorHandler;
use teloxide::stop::{StopFlag, StopToken, mk_stop_token};
use teloxide::types::{Update, UpdateId, UpdateKind};
use teloxide::update_listeners::{AsUpdateStream, UpdateListener};
use teloxide::{Bot, dptree};

use crate::inbox::{Inbox, Taken};
use crate::lifecycle::Tasks;
use crate::telemetry::caught;
use crate::turn::Tools;

mod gather;
mod unstored;
mod work;

use work::{Bench, Suspects, work};

/// Works on what the inbox holds until it is closed. `bot` must know itself already ([`CacheMe`] filled), since the
/// dispatcher asks for that first.
pub async fn run(
    bot: CacheMe<Bot>,
    inbox: Inbox,
    tools: Arc<Tools>,
    tasks: Tasks,
) -> Result<(), teloxide::RequestError> {
    let floor = Arc::new(Floor { handed: Mutex::default(), tools, suspects: Suspects::default(), tasks });
    let mut dispatcher = Dispatcher::builder(bot, pass_on())
        .dependencies(dptree::deps![Arc::clone(&floor)])
        // One worker for all: it only passes on, and two workers could not keep a lane's order better than the inbox.
        .distribution_function(|_| Some(()))
        .build();
    let errors = LoggingErrorHandler::with_custom_text("The inbox cannot fail");
    dispatcher.try_dispatch_with_listener(InboxListener::new(inbox, floor), errors).await
}

/// Where claimed updates are worked on.
struct Floor {
    /// What is on its way through teloxide, by the id it carries there.
    handed: Mutex<HashMap<UpdateId, Taken>>,
    tools: Arc<Tools>,
    suspects: Suspects,
    tasks: Tasks,
}

impl Floor {
    fn start(self: &Arc<Self>, taken: Taken) {
        let floor = Arc::clone(self);
        // In a box, since a task is moved several times before it runs, and this one has some kilobytes.
        self.tasks.spawn(Box::pin(async move {
            let hard = &floor.tasks.stop().hard;
            let bench = Bench { tools: &floor.tools, suspects: &floor.suspects, hard };
            work(&bench, taken).await;
        }));
    }

    fn hand(&self, id: UpdateId, taken: Taken) {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).insert(id, taken);
    }

    fn take(&self, id: UpdateId) -> Option<Taken> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }
}

/// The dispatcher's handler: what belongs to the update goes to work.
fn pass_on() -> UpdateHandler<Infallible> {
    dptree::endpoint(|update: Update, floor: Arc<Floor>| async move {
        if let Some(taken) = floor.take(update.id) {
            floor.start(taken);
        }
        Ok(())
    })
}

/// The inbox as teloxide sees it.
struct InboxListener {
    inbox: Inbox,
    floor: Arc<Floor>,
    stop: StopToken,
    stopped: StopFlag,
}

impl InboxListener {
    fn new(inbox: Inbox, floor: Arc<Floor>) -> Self {
        let (stop, stopped) = mk_stop_token();
        Self { inbox, floor, stop, stopped }
    }

    /// The next update that teloxide can represent; what it cannot goes to work on the way. `None` when there will be
    /// no more.
    async fn next(&self) -> Option<Update> {
        loop {
            let taken = tokio::select! {
                biased;
                () = self.stopped.clone() => return None,
                taken = self.inbox.next() => taken?,
            };
            match represent(&taken.update().raw) {
                Some(update) => {
                    self.floor.hand(update.id, taken);
                    return Some(update);
                }
                None => self.floor.start(taken),
            }
        }
    }
}

impl UpdateListener for InboxListener {
    type Err = Infallible;

    fn stop_token(&mut self) -> StopToken {
        self.stop.clone()
    }
}

impl<'a> AsUpdateStream<'a> for InboxListener {
    type StreamErr = Infallible;
    type Stream = BoxStream<'a, Result<Update, Infallible>>;

    fn as_stream(&'a mut self) -> Self::Stream {
        let listener = &*self;
        stream::unfold((), move |()| async move { Some((Ok(listener.next().await?), ())) }).boxed()
    }
}

/// The update in teloxide's types; `None` when it has none for it.
fn represent(raw: &str) -> Option<Update> {
    // teloxide's reader panics on some well-formed updates, such as a reaction of nobody.
    let update: Update = caught(|| serde_json::from_str(raw).ok())??;
    (!matches!(update.kind, UpdateKind::Error(_))).then_some(update)
}
