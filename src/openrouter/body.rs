//! The JSON that is posted, in pieces: what is large in it (files as base64) is in memory once, however often the question
//! is asked again.
//!
//! The serializer writes each long run of characters at once, from where it lies. Where that is the memory of a file, the
//! piece is that memory itself instead of a copy. Nothing here knows which of them are files: a run is recognized by its
//! address alone.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use reqwest::header::CONTENT_LENGTH;
use serde::Serialize;

/// A run from this length on is worth a piece of its own.
const WORTH_A_PIECE: usize = 16 << 10;

/// A body to post. Clones share its memory.
#[derive(Debug, Clone)]
pub(super) struct Body(Arc<[Bytes]>);

impl Body {
    /// `value` as JSON; strings that lie in `shared` are not copied.
    pub(super) fn json(value: &impl Serialize, shared: Vec<&Bytes>) -> Result<Self, serde_json::Error> {
        let mut pieces = Pieces { shared, done: Vec::new(), open: Vec::new() };
        serde_json::to_writer(&mut pieces, value)?;
        pieces.cut();
        Ok(Self(pieces.done.into()))
    }

    fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Puts it into a request.
    pub(super) fn into_request(self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if let [whole] = &*self.0 {
            return request.body(whole.clone());
        }
        let length = self.len();
        let pieces: Vec<Result<Bytes, Infallible>> = self.0.iter().cloned().map(Ok).collect();
        // Not every server takes a body whose length it is not told.
        request.header(CONTENT_LENGTH, length).body(reqwest::Body::wrap_stream(stream::iter(pieces)))
    }

    /// All of it in one, for tests.
    #[cfg(test)]
    pub(super) fn concat(&self) -> Vec<u8> {
        self.0.concat()
    }
}

/// What the serializer writes into.
struct Pieces<'a> {
    shared: Vec<&'a Bytes>,
    done: Vec<Bytes>,
    open: Vec<u8>,
}

impl Pieces<'_> {
    /// Ends the piece that is being written.
    fn cut(&mut self) {
        if !self.open.is_empty() {
            self.done.push(std::mem::take(&mut self.open).into());
        }
    }

    /// These very bytes, where they lie in shared memory.
    fn shared(&self, run: &[u8]) -> Option<Bytes> {
        let inside = |bytes: &&&Bytes| {
            let (whole, part) = (bytes.as_ptr_range(), run.as_ptr_range());
            whole.start <= part.start && part.end <= whole.end
        };
        self.shared.iter().find(inside).map(|bytes| bytes.slice_ref(run))
    }
}

impl io::Write for Pieces<'_> {
    fn write(&mut self, run: &[u8]) -> io::Result<usize> {
        match (run.len() >= WORTH_A_PIECE).then(|| self.shared(run)).flatten() {
            Some(piece) => {
                self.cut();
                self.done.push(piece);
            }
            None => self.open.extend_from_slice(run),
        }
        Ok(run.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openrouter::content::{Base64, Content, Form, Media};

    #[test]
    fn a_file_is_in_memory_once_and_the_json_is_whole() {
        let data = Base64::encoded("QUJD".repeat(WORTH_A_PIECE));
        let media = Media { form: Form::Image("image/png"), data: data.clone(), tokens: 0 };
        let content = Content { text: "x".repeat(WORTH_A_PIECE), media: vec![media] };
        let body = Body::json(&content, vec![data.bytes()]).unwrap();
        assert_eq!(body.0.len(), 3);
        assert_eq!(body.0[1].as_ptr(), data.bytes().as_ptr(), "it was copied");
        assert_eq!(body.concat(), serde_json::to_vec(&content).unwrap());
        assert_eq!(body.len(), body.concat().len());
    }
}
