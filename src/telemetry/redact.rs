//! The last safety net: secrets are taken out of every line on its way to the log.
//!
//! It works on finished lines, so it does not matter who wrote the secret there or how deep in an error it sat. The
//! price is a few substring searches per line. It is a net, not a licence: code that knows it holds a secret does not
//! print it.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use memchr::memmem::Finder;
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// Anything shorter is too likely to be an ordinary word, and would make holes in harmless lines.
const SHORTEST_SECRET: usize = 8;

/// Knows the secrets of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret inside another leaves no rest.
    needles: Arc<[Needle]>,
}

/// A secret.
struct Needle {
    secret: String,
    /// What is written instead.
    instead: &'static str,
    /// Looks for it, and was prepared for that once.
    finder: Finder<'static>,
}

impl Needle {
    fn new((secret, instead): (String, &'static str)) -> Self {
        let finder = Finder::new(secret.as_bytes()).into_owned();
        Self { secret, instead, finder }
    }
}

impl Redactor {
    /// Takes pairs of a secret and what stands for it. Secrets of fewer than 8 characters are not looked for.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let long = secrets.into_iter().filter(|(secret, _)| secret.chars().count() >= SHORTEST_SECRET);
        let mut needles: Vec<_> = long.map(Needle::new).collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.secret.len()));
        Self { needles: needles.into() }
    }

    /// `text` without the secrets.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.needles.iter().fold(Cow::Borrowed(text), |text, Needle { secret, instead, finder }| {
            match finder.find(text.as_bytes()) {
                Some(_) => Cow::Owned(text.replace(secret.as_str(), instead)),
                None => text,
            }
        })
    }

    /// The same for bytes that count themselves, such as protobuf: a secret's bytes become as many asterisks.
    #[must_use]
    pub fn masked(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for Needle { secret, finder, .. } in &*self.needles {
            let mut from = 0;
            while let Some(at) = finder.find(&bytes[from..]) {
                bytes[from + at..][..secret.len()].fill(b'*');
                from += at + secret.len();
            }
        }
        bytes
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.needles.len())
    }
}

/// Makes writers that redact. Relies on whole lines arriving in one `write_all`, as the formatting layer does.
#[derive(Debug, Clone)]
pub struct Redacting<M> {
    inner: M,
    redactor: Redactor,
}

impl<M> Redacting<M> {
    /// Redacts what goes to the writers that `inner` makes.
    pub fn new(inner: M, redactor: Redactor) -> Self {
        Self { inner, redactor }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacting<M> {
    type Writer = RedactingWriter<'a, M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactingWriter { inner: self.inner.make_writer(), redactor: &self.redactor }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        RedactingWriter { inner: self.inner.make_writer_for(metadata), redactor: &self.redactor }
    }
}

/// Writes lines without the secrets.
#[derive(Debug)]
pub struct RedactingWriter<'a, W> {
    inner: W,
    redactor: &'a Redactor,
}

impl<W: Write> Write for RedactingWriter<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // All or an error: a part of a redacted line has no counterpart in the original.
        self.inner.write_all(self.redactor.redact(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
