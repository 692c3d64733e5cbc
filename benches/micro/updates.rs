//! Reading what Telegram sends: where it belongs, and what it says.

use std::hint::black_box;

use routergram::update;

use crate::subject::{Work, work};

pub(crate) const BOT: i64 = 1;

/// A message in a private chat, as Telegram writes one, of 640 bytes.
pub(crate) const MESSAGE: &str = concat!(
    r#"{"update_id":712345678,"message":{"message_id":4321,"from":{"id":1234567890,"is_bot":false,"first_name":"Anna","#,
    r#""last_name":"Example","username":"anna_example","language_code":"en","is_premium":true},"chat":{"id":1234567890,"#,
    r#""first_name":"Anna","last_name":"Example","username":"anna_example","type":"private"},"date":1763769600,"text":"#,
    r#""What is the difference between a mutex and a semaphore, and when would I rather use an atomic? I have a counter "#,
    r#"that several threads increase, and one that reads it now and then to show it. An example in Rust would help me "#,
    r#"most, with the reasons.","entities":[{"offset":0,"length":4,"type":"bold"}]}}"#
);

pub(crate) fn envelope() -> Work {
    assert!(update::envelope(BOT, MESSAGE).unreadable.is_none(), "it can be read");
    work(|| update::envelope(BOT, black_box(MESSAGE)))
}

pub(crate) fn event() -> Work {
    assert!(matches!(update::event(MESSAGE), Ok(update::Event::Message(_))), "it is a message");
    work(|| update::event(black_box(MESSAGE)))
}
