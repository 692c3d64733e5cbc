//! A fake Telegram: a Bot API server with people in it.
//!
//! It stands where `https://api.telegram.org` would, over HTTP, so that nothing in a bot knows the difference; ours and
//! those of others run against it unchanged. It holds *state* (people, chats, messages, drafts, the bot's webhook or
//! poll) and derives every answer from it, in Telegram's words. Nothing is scripted: a test says what exists and what is
//! wrong with the world, people act, and then one looks at what the people see.
//!
//! ```text
//! people ── acts ─► world ─► updates ─┬─ webhook, courier ─► bot
//!                     ▲               └─ polling ──────────► bot
//!                     └── methods ◄─ check (table) ◄─ calls ◄─ server ◄─── bot
//! ```
//!
//! What it refuses to do: pretend. A method it does not know is answered with 501, nonsense with 400, and both are
//! remembered as [`FakeTelegram::unexpected`]. It listens on loopback only and posts to loopback only.

mod acts;
mod albums;
mod answer;
mod body;
mod calls;
mod channels;
mod chat;
mod check;
mod courier;
mod download;
mod drafts;
mod faults;
mod files;
mod flood;
mod forwarding;
mod handle;
mod inline;
mod item;
mod journal;
mod keyboard;
mod membership;
mod message;
mod methods;
mod observe;
mod params;
mod picture;
mod polling;
mod rich;
mod server;
mod shared;
mod sharing;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod updates;
mod upheavals;
pub mod view;
mod webhook;
mod wire;
mod world;

pub use acts::{ActDone, ActRefused};
pub use faults::{Fault, Trouble};
pub use files::{Download, File};
pub use flood::FloodLimits;
pub use handle::{FakeTelegram, Options};
pub use inline::InlineMode;
pub use journal::Call;
pub use observe::WebhookState;
pub use world::DraftStop;
