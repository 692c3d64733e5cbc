//! `DATA_KEY`: 32 random bytes, with which texts are sealed at rest.
//!
//! Written as base64 (of either alphabet, with or without `=`) or as 64 hex digits. It is no password: what somebody thought
//! of is refused by its length, since nothing here would make up for its weakness.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use std::sync::Arc;

use super::env::Sources;
use super::fold::{Raw, Settings};
use super::read::Reader;
use super::vars;

const EXPECTED: &str = "32 random bytes, as base64 or as 64 hex digits";
const FIX: &str =
    "make one with: routergram key new (or: openssl rand -base64 32), and keep it: without it the texts are lost";

/// How many bytes a key has.
const KEY_BYTES: usize = 32;

/// A key. Prints as nothing that is in it.
#[derive(Clone)]
pub struct DataKey {
    bytes: Arc<SecretBox<[u8; KEY_BYTES]>>,
    /// As its owner wrote it, so that the log can leave it out.
    written: SecretString,
}

impl DataKey {
    /// Reads what somebody has set.
    #[must_use]
    pub fn read(written: &str) -> Option<Self> {
        let bytes = match hex::decode(written) {
            Ok(bytes) => bytes,
            Err(_) => from_base64(written)?,
        };
        let bytes: [u8; KEY_BYTES] = bytes.try_into().ok()?;
        Some(Self { bytes: Arc::new(SecretBox::new(Box::new(bytes))), written: written.to_owned().into() })
    }

    /// A new one, as base64; an error when the system gives no random bytes.
    pub fn make() -> Result<String, String> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random bytes: {error}"))?;
        Ok(STANDARD.encode(bytes))
    }

    /// The bytes, for a cipher.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        self.bytes.expose_secret()
    }

    /// As it was written, for whoever leaves it out of a text.
    #[must_use]
    pub fn written(&self) -> &str {
        self.written.expose_secret()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let read = |alphabet| GeneralPurpose::new(alphabet, lenient).decode(text).ok();
    read(&alphabet::STANDARD).or_else(|| read(&alphabet::URL_SAFE))
}

/// The key that texts are sealed with.
pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw) -> Option<DataKey> {
    // It means nothing to a bot; one that cannot be read is told of when it is used, or mistyped.
    if raw.data_key_new.as_deref().is_some_and(|text| DataKey::read(text).is_none()) {
        reader.refuse("DATA_KEY_NEW", EXPECTED, FIX);
    }
    let text = raw.data_key.as_deref()?;
    if vars::named("DATA_KEY").is_some_and(|var| var.example == text) {
        reader.warnings.push("DATA_KEY is the example of the documentation, which everybody knows".to_owned());
    }
    let key = DataKey::read(text);
    if key.is_none() {
        reader.refuse("DATA_KEY", EXPECTED, FIX);
    }
    key
}

/// The keys alone, `DATA_KEY` and `DATA_KEY_NEW`: for commands that need nothing else. The error is a sentence.
pub fn data_keys(sources: &Sources) -> Result<(Option<DataKey>, Option<DataKey>), String> {
    let raw = Settings::read(sources).raw;
    let one = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => DataKey::read(&text).map(Some).ok_or_else(|| format!("{name} should be {EXPECTED}. Fix: {FIX}")),
    };
    Ok((one("DATA_KEY", raw.data_key)?, one("DATA_KEY_NEW", raw.data_key_new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_however_it_is_written() {
        let (hex, bytes) = ("fb".repeat(32), [0xfb; 32]);
        let plain = STANDARD.encode(bytes);
        let other = plain.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned();
        for written in [&hex, &hex.to_uppercase(), &plain, &other] {
            assert_eq!(DataKey::read(written).unwrap().expose(), &bytes, "{written}");
        }
        assert!(!format!("{:?}", DataKey::read(&hex)).contains("fb"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for written in
            ["", "hunter2", "correct horse battery staple", &"fb".repeat(31), &"fb".repeat(33), &"A".repeat(42)]
        {
            assert!(DataKey::read(written).is_none(), "{written}");
        }
    }

    #[test]
    fn a_new_key_is_one_and_never_the_same() {
        let (one, other) = (DataKey::make().unwrap(), DataKey::make().unwrap());
        assert!(DataKey::read(&one).is_some() && one != other);
    }
}
