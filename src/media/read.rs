//! From the pieces of a download to what a model takes.

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use bytes::Bytes;
use std::io::Write as _;

use super::kind::Kind;
use super::{LARGEST, Room, Seen, Unseen, text};
use crate::openrouter::{Base64, Form, Media};
use crate::telegram::Download;
use crate::update::Attachment;

/// What is looked at to know what a file is: its kind stands in the first bytes, the size of a JPEG behind what a camera
/// has to say.
const HEAD: usize = 64 << 10;
/// The most that a picture may measure on a side. Models refuse more than 8,000 (Anthropic), and a small file can say that
/// it is 50,000.
const LONGEST_SIDE: usize = 8000;
/// What a model reads for a picture, in tokens: the most that the large providers count for one.
const IMAGE_TOKENS: u64 = 1600;
/// What a model reads for a second of sound, in tokens: Gemini's 32, the most of the large providers.
const SECOND_TOKENS: u64 = 32;
/// Bytes of a PDF to a token, where nobody knows what is in it: mostly pictures and fonts.
const PDF_BYTES_TO_A_TOKEN: u64 = 12;

/// Reads to the end, or as much of a text as is wanted.
pub(super) async fn read(mut download: Download, file: &Attachment, room: Room) -> Result<Seen, Unseen> {
    let mut head = Vec::new();
    while head.len() < HEAD {
        let Some(piece) = download.piece().await? else { break };
        head.extend_from_slice(&piece);
    }
    if head.is_empty() {
        return Err(Unseen::Empty);
    }
    let form = match Kind::of(&head) {
        Kind::Image(_) if is_vast(&head) => return Err(Unseen::OddPicture),
        Kind::Image(mime) => Form::Image(mime),
        Kind::OddImage => return Err(Unseen::OddPicture),
        Kind::Audio(format) => Form::Audio(format),
        Kind::Pdf => Form::Pdf(file.name.clone().unwrap_or_else(|| "document.pdf".to_owned())),
        Kind::Other => return Err(Unseen::Unreadable),
        Kind::Text => return read_text(head, download).await,
    };
    let (data, bytes) = encode(head, download, file.bytes, room).await?;
    let tokens = match &form {
        Form::Image(_) => IMAGE_TOKENS,
        // Without a length: as if at 16 kbit/s, the least at which speech is understood.
        Form::Audio(_) => file.seconds.map_or(bytes / 2000, u64::from).saturating_mul(SECOND_TOKENS),
        Form::Pdf(_) => bytes / PDF_BYTES_TO_A_TOKEN,
    };
    Ok(Seen::Media(Media { form, data, tokens }))
}

async fn read_text(mut bytes: Vec<u8>, mut download: Download) -> Result<Seen, Unseen> {
    // A program shows itself at once, and need not be fetched.
    text::decode(&bytes[..bytes.len().min(HEAD)], true).ok_or(Unseen::Unreadable)?;
    let mut cut = false;
    while let Some(piece) = download.piece().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > text::MOST {
            break;
        }
    }
    if bytes.len() > text::MOST {
        bytes.truncate(text::MOST);
        cut = true;
    }
    let words = text::decode(&bytes, cut).ok_or(Unseen::Unreadable)?;
    if words.text.trim().is_empty() { Err(Unseen::Empty) } else { Ok(Seen::Text(words)) }
}

/// The rest of the file behind its head, as base64, and how many bytes it has.
async fn encode(head: Vec<u8>, mut download: Download, told: Option<u64>, room: Room) -> Result<(Base64, u64), Unseen> {
    let expected = usize::try_from(told.unwrap_or(0).min(LARGEST)).unwrap_or(0).max(head.len());
    let mut encoder =
        EncoderStringWriter::from_consumer(String::with_capacity(expected.div_ceil(3) * 4 + 4), &STANDARD);
    let mut bytes = 0_u64;
    let mut next = Some(Bytes::from(head));
    while let Some(piece) = next {
        bytes += piece.len() as u64;
        // What Telegram has told of its size need not be so.
        if bytes > LARGEST || told.is_some_and(|told| bytes > told.max(HEAD as u64) * 2) {
            return Err(Unseen::TooLarge);
        }
        // Into a string, which takes everything.
        let _ = encoder.write_all(&piece);
        next = download.piece().await?;
    }
    let data = Owned { text: encoder.into_inner(), _room: room };
    Ok((Base64::owned(data), bytes))
}

/// Base64 with the memory that was kept for it.
struct Owned {
    text: String,
    _room: Room,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// Does a picture say of itself that it is larger than models take?
fn is_vast(head: &[u8]) -> bool {
    imagesize::blob_size(head).is_ok_and(|size| size.width.max(size.height) > LONGEST_SIDE)
}
