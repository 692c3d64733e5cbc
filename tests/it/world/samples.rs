//! Small real files that people send: each is what it says it is, down to its checksums.

use bytes::Bytes;
use routergram::sandbox::telegram::view::Item;

/// A JPEG of 64 × 48.
pub(crate) const JPEG: &[u8] = include_bytes!("samples/photo.jpg");
/// Ogg with Opus: a second of silence.
pub(crate) const OGG: &[u8] = include_bytes!("samples/voice.ogg");
/// A PDF of one page that says [`PDF_WORDS`].
pub(crate) const PDF: &[u8] = include_bytes!("samples/page.pdf");
/// What is written on the page.
pub(crate) const PDF_WORDS: &str = "Invoice 2041: 12 teapots";
/// The beginning of a MP4 file: as much as anybody sniffs.
pub(crate) const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free";
/// The smallest WebP, lossless, of one pixel.
pub(crate) const WEBP: &[u8] = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";

/// A grey PNG of this size.
pub(crate) fn png(width: u32, height: u32) -> Bytes {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let rows = vec![0; width.div_ceil(8) as usize * height as usize];
    encoder.write_header().unwrap().write_image_data(&rows).unwrap();
    file.into()
}

/// [`png`], sent as a photo.
pub(crate) fn photo(width: u32, height: u32) -> Item {
    Item::Photo { bytes: png(width, height) }
}

/// A file with this name, of the type that Telegram guesses from it.
pub(crate) fn document(name: &str, bytes: impl Into<Bytes>) -> Item {
    Item::Document { name: name.to_owned(), mime: None, bytes: bytes.into() }
}

/// [`PDF`], called `invoice.pdf`.
pub(crate) fn pdf() -> Item {
    document("invoice.pdf", PDF)
}

/// [`OGG`], recorded.
pub(crate) fn voice() -> Item {
    Item::Voice { seconds: 1, bytes: OGG.into() }
}
