//! What takes a minute of Telegram's time: the clock is advanced.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

use super::*;
use crate::config::{BotToken, TelegramConfig};
use crate::inbox::Inbox;
use crate::intake::door;
use crate::storage::Storage;

fn conflict() -> Trouble {
    Trouble::Telegram(TelegramError::Conflict("Conflict: terminated by other getUpdates request".to_owned()))
}

#[tokio::test]
async fn a_conflict_is_mentioned_at_first_and_told_when_it_outlasts_a_redeploy() {
    let mut troubles = Troubles::new(Clock::movable());
    for _ in 0..3 {
        troubles.pause_after(&conflict());
        assert!(troubles.mentioned && !troubles.told);
    }
    troubles.clock.advance(OVERLAP);
    troubles.pause_after(&conflict());
    assert!(troubles.told);
    troubles.over();
    assert!(!troubles.mentioned && !troubles.told);
}

#[tokio::test]
async fn pauses_grow_but_not_beyond_half_a_minute_and_a_wish_of_telegram_counts_more() {
    let mut troubles = Troubles::new(Clock::movable());
    let pauses: Vec<Duration> = (0..12).map(|_| troubles.pause_after(&conflict())).collect();
    assert!(pauses[0] >= Duration::from_millis(500) && pauses[0] <= Duration::from_secs(1));
    assert!(pauses[11] >= Duration::from_secs(30) && pauses[11] <= Duration::from_mins(1));
    let wish = Trouble::Telegram(TelegramError::RetryAfter(Duration::from_mins(5)));
    assert_eq!(troubles.pause_after(&wish), Duration::from_mins(5));
}

/// A server that takes every request and answers none, and how many it has taken.
async fn silence() -> (url::Url, Arc<AtomicUsize>, impl Future<Output = ()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let server = async move {
        let mut open = Vec::new();
        loop {
            open.push(listener.accept().await.unwrap());
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    (url, taken, server)
}

#[tokio::test]
async fn a_stalled_poll_is_noticed_and_asked_again() {
    let (api_url, taken, server) = silence().await;
    let config = TelegramConfig {
        api_url,
        drop_pending_updates: false,
        webhook_watch: true,
        webhook_takeover: false,
        max_per_second: None,
        own_webhook_hosts: Vec::new(),
    };
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::movable());
    let secret = BotToken::new("123456:TEST-TOKEN-not-a-real-one".to_owned());
    let telegram = Telegram::new(secret, &config, clock.clone()).unwrap();
    let storage = Storage::open(folder.path(), clock.clone()).await.unwrap();
    let inbox = Inbox::new(storage.clone(), clock.clone(), 123_456, 1);
    let (acceptor, _storing, _typing) = door(123_456, storage, inbox, crate::turn::Running::default(), clock.clone());
    let polling = run(telegram, acceptor, clock.clone(), StopSignals::default(), |_| {});
    let asked_again = async {
        while taken.load(Ordering::Relaxed) < 2 {
            clock.advance(STALLED);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = polling => panic!("polling never ends by itself"),
        () = server => {}
        () = asked_again => {}
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("a stalled poll was not asked again"),
    }
}
