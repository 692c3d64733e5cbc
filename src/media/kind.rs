//! What a file is, by its first bytes.

/// What can be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture of this MIME type, which models take.
    Image(&'static str),
    /// A picture which they do not.
    OddImage,
    /// Sound in this format, as OpenRouter names it.
    Audio(&'static str),
    /// A PDF.
    Pdf,
    /// Perhaps a text: nothing else that is known.
    Text,
    /// Something else: an archive, a film, a program.
    Other,
}

impl Kind {
    /// Of a file that begins so.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        let Some(known) = infer::get(head) else { return Self::Text };
        match (known.matcher_type(), known.mime_type()) {
            (_, "application/pdf") => Self::Pdf,
            (_, mime @ ("image/jpeg" | "image/png" | "image/webp" | "image/gif")) => Self::Image(mime),
            (infer::MatcherType::Image, _) => Self::OddImage,
            (_, "audio/ogg" | "audio/opus" | "video/ogg") => Self::Audio("ogg"),
            (_, "audio/mpeg") => Self::Audio("mp3"),
            (_, "audio/x-wav") => Self::Audio("wav"),
            (_, "audio/x-flac") => Self::Audio("flac"),
            (_, "audio/x-aiff") => Self::Audio("aiff"),
            (_, "audio/aac") => Self::Audio("aac"),
            // The same container: what is said in a film is in it as in a recording.
            (_, "audio/m4a" | "video/mp4" | "video/quicktime") => Self::Audio("m4a"),
            // Scripts and pages begin so too.
            (infer::MatcherType::Text, _) | (_, "text/x-shellscript") => Self::Text,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let cases: &[(&[u8], Kind)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Image("image/png")),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Kind::Image("image/jpeg")),
            (b"GIF89a", Kind::Image("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Kind::Image("image/webp")),
            (b"BM\0\0\0\0", Kind::OddImage),
            (b"%PDF-1.7", Kind::Pdf),
            (b"OggS\0\x02", Kind::Audio("ogg")),
            (b"ID3\x04", Kind::Audio("mp3")),
            (b"RIFF\0\0\0\0WAVEfmt ", Kind::Audio("wav")),
            (b"PK\x03\x04\x14\0", Kind::Other),
            (&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 60]].concat(), Kind::Other),
            (b"#!/bin/sh\necho", Kind::Text),
            (b"<html><body>", Kind::Text),
            (b"fn main() {}", Kind::Text),
            (b"", Kind::Text),
        ];
        for (head, kind) in cases {
            assert_eq!(Kind::of(head), *kind, "{head:?}");
        }
    }
}
