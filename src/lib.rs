//! routergram: a language model behind a Telegram bot, in one binary.
//!
//! One door in, one door out, one store between them; everything the bot owes somebody is a row until it is paid.
//!
//! ```text
//! Telegram ── POST /webhook/<token> ─► intake::webhook ┐
//!                                                      ├─► intake::Acceptor ─► storage ─► inbox ─► dispatch (teloxide)
//! Telegram ◄─ getUpdates ───────────── intake::polling ┘    stored, then 200                            │
//!                                                                                                       ▼
//! Telegram ◄─ sendMessage, drafts ──── turn::deliver ◄── storage ◄── turn::answer ◄── handlers ◄── dispatch::work
//!                                       part by part      the answer,     │ ▲
//!                                                         then delivery   ▼ │ stream
//!                                                                     openrouter
//! ```
//!
//! # Promises
//! 1. After our 200, or after the polling offset moved, an update is never lost: not by kill -9, not by power loss. (What
//!    somebody types inline is none that anybody could miss: it passes by the store.)
//! 2. One update, one answer, however often it is delivered. A finished answer is never asked for, nor paid, twice.
//! 3. One chat is answered in order; chats do not wait for each other; one slow, flooding or poisoned chat harms no other.
//! 4. The final text always arrives whole. Previews may be dropped, answers not.
//! 5. Nothing secret and nobody's text is in a log, a metric, an error, or somebody else's chat.
//! 6. Stopping is safe: SIGTERM drains, redeploys overlap, nobody notices.
//!
//! # Layers
//! A module uses only what is declared before it in this file; a test holds it so.

// The ground: values and vocabulary.
pub mod clock;
pub mod chart;
pub mod faults;
pub mod lifecycle;
pub mod usd;
pub mod nearest;
pub mod replies;
pub mod personas;
pub mod telemetry;
pub mod update;

// The tools: one for each thing outside.
pub mod config;
pub mod metrics;
pub mod storage;
pub mod openrouter;
pub mod telegram;
pub mod owner;
pub mod media;

// The work.
pub mod access;
pub mod groups;
pub mod catalogue;
pub mod inbox;
pub mod limits;
pub mod money;
pub mod settle;
pub mod alerts;
pub mod turn;
pub mod handlers;
pub mod dispatch;

// The doors.
pub mod intake;
pub mod establish;
pub mod http;

// The whole.
pub mod app;
pub mod sandbox;
pub mod bench;
pub mod doctor;
pub mod cli;
