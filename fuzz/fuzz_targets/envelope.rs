//! Whatever is posted to the webhook, or comes by polling, has an envelope: nobody's bytes may end the program, and
//! reading them twice must give the same lane.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routergram::update;

fuzz_target!(|raw: &str| {
    let envelope = update::envelope(42, raw);
    assert_eq!(envelope, update::envelope(42, raw));
    assert_eq!(envelope.lane.bot, 42);
    let _ = update::edited_message(raw);
    // What is wrong with it is said in words of ours, or quotes no more than the name of a field.
    if let Err(reason) = update::event(raw) {
        assert!(reason.len() < 500, "{reason}");
    }
});
