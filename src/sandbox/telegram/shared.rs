//! What the server, the couriers and every handle hold together.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::world::World;
use crate::clock::{Clock, Timestamp};

/// The world, its time, and its tasks.
pub(super) struct Shared {
    /// Everybody's time.
    pub(super) clock: Clock,
    /// The bot's token.
    pub(super) token: String,
    /// Where the server listens.
    pub(super) address: SocketAddr,
    /// Posts updates.
    pub(super) client: reqwest::Client,
    /// Ends everything.
    pub(super) stop: CancellationToken,
    /// Everything that ends.
    pub(super) tasks: TaskTracker,
    /// Moves on with every change of the world: whoever waits for something looks again.
    pub(super) changed: watch::Sender<u64>,
    world: Mutex<World>,
}

impl Shared {
    /// Around a world.
    pub(super) fn new(clock: Clock, token: String, address: SocketAddr, world: World) -> Result<Self, reqwest::Error> {
        // Telegram follows no redirects, and this Telegram must not leave the machine through a proxy.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        Ok(Self {
            clock,
            token,
            address,
            client,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            changed: watch::Sender::new(0),
            world: Mutex::new(world),
        })
    }

    /// A look at the world, which stays as it is.
    pub(super) fn look(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere leaves a world that is still worth looking at in a test's last words.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A change of the world, told to everybody.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        let now = self.clock.now();
        let done = change(&mut self.look(), now);
        self.changed.send_modify(|version| *version += 1);
        done
    }

    /// Runs a task that ends with the server.
    pub(super) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }
}
