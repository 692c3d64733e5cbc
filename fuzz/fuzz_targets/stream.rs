//! However a response of the model is cut into pieces, it holds the same events.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routergram::openrouter::overheard;

fuzz_target!(|input: (&[u8], Vec<u8>)| {
    let (body, cuts) = input;
    let mut pieces = Vec::new();
    let mut rest = body;
    for cut in cuts {
        let (piece, others) = rest.split_at(usize::from(cut).min(rest.len()));
        pieces.push(piece);
        rest = others;
    }
    pieces.push(rest);
    assert_eq!(overheard(&[body]), overheard(&pieces));
});
