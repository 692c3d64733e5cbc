//! The bot's token: what it may look like, and how it is kept from being printed.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A bot's token. Prints as `TOKEN`.
#[derive(Clone)]
pub struct BotToken(SecretString);

impl BotToken {
    /// Takes a token whose shape (`digits:letters`) was checked; empty when there is no bot.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token.into())
    }

    /// The token itself, for an address that is about to be requested.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The bot's id: the number before the colon; 0 when there is none.
    #[must_use]
    pub fn bot_id(&self) -> i64 {
        self.expose().split(':').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    /// `text` with every appearance of this token replaced by `TOKEN`, and so its part behind the colon: in addresses the
    /// colon may be percent-encoded.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let whole = self.expose();
        match whole.split_once(':') {
            Some((_, secret)) if !secret.is_empty() => text.replace(whole, "TOKEN").replace(secret, "TOKEN"),
            _ => text.to_owned(),
        }
    }

    /// An address that may be another program's, fit to be printed: whatever stands in its path like a bot's token is
    /// `TOKEN`, this token or another one, and what may be a password or a key beside the path is left out.
    #[must_use]
    pub fn conceal(&self, address: &str) -> String {
        let Ok(mut url) = Url::parse(&self.redact(address)) else {
            return "(an address that cannot be read)".to_owned();
        };
        let parts = url.path().split('/').map(|part| {
            let plain = part.replace("%3A", ":").replace("%3a", ":");
            let is_token = fault(plain.strip_prefix("bot").unwrap_or(&plain)).is_none();
            if is_token { "TOKEN".to_owned() } else { part.to_owned() }
        });
        let path = parts.collect::<Vec<_>>().join("/");
        url.set_path(&path);
        // An address without a host has no user either, and refuses.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let rest = if url.query().is_some() { "?…" } else { "" };
        url.set_query(None);
        url.set_fragment(None);
        format!("{url}{rest}")
    }
}

impl std::fmt::Debug for BotToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TOKEN")
    }
}

/// Real tokens have 35 characters after the colon. Fewer are let through, because test servers make tokens up, but a
/// token that was cut off while copying should not be.
const SHORTEST_SECRET_PART: usize = 10;

/// What is wrong with a token, as the sentence that fixes it; `None` when its shape is right.
pub(super) fn fault(token: &str) -> Option<&'static str> {
    let well_formed = token.split_once(':').is_some_and(|(digits, secret)| {
        !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && secret.len() >= SHORTEST_SECRET_PART
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    });
    if well_formed {
        return None;
    }
    Some(if token.starts_with("sk-") {
        "this looks like the model's API key: the two values seem to be swapped"
    } else if token.starts_with("bot") && token.contains(':') {
        "leave out the word \"bot\" in front of the number"
    } else if token.starts_with('<') || token.contains("...") || token.contains('…') {
        "replace the placeholder with the real token from @BotFather"
    } else if token.contains(char::is_whitespace) {
        "copy the token alone, without the words and blanks around it"
    } else {
        "copy the whole token again from @BotFather (/mybots, API Token)"
    })
}

/// Whether a text holds something shaped like a real token or a model provider's key, which an owner may have pasted
/// into the wrong variable.
pub(super) fn looks_secret(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-'))).any(|word| {
        let word = word.strip_prefix("bot").unwrap_or(word);
        (word.starts_with("sk-") && word.len() >= 20) || (word.len() >= 40 && fault(word).is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_a_number_a_colon_and_a_secret() {
        for token in ["123456:TEST-TOKEN-not-a-real-one", "1:abcdefghij"] {
            assert_eq!(fault(token), None, "{token}");
        }
        for token in [
            "",
            "abc",
            "123456",
            "123456:short",
            ":abcdefghijkl",
            "12a:abcdefghijkl",
            "123:abcdefghijk!",
            "1:a:bcdefghijkl",
        ] {
            assert!(fault(token).is_some(), "{token}");
        }
    }

    #[test]
    fn common_mistakes_get_their_own_fix() {
        for (token, words) in [
            ("sk-or-v1-abcdef", "swapped"),
            ("bot123456:abcdefghijklmn", "leave out"),
            ("<your token>", "placeholder"),
            ("123456:AA...", "placeholder"),
            ("Use this token: 123456:abcdefghijklmn", "alone"),
            ("123456", "copy the whole token"),
        ] {
            assert!(fault(token).unwrap().contains(words), "{token}");
        }
    }

    #[test]
    fn a_token_prints_as_a_word_and_is_taken_out_of_texts() {
        let token = BotToken::new("123456:TEST-TOKEN-not-a-real-one".to_owned());
        assert_eq!(format!("{token:?}"), "TOKEN");
        assert_eq!(token.redact("/webhook/123456:TEST-TOKEN-not-a-real-one"), "/webhook/TOKEN");
        assert_eq!(token.redact("hook?t=123456%3ATEST-TOKEN-not-a-real-one"), "hook?t=123456%3ATOKEN");
        assert_eq!(token.bot_id(), 123_456);
    }

    #[test]
    fn an_address_of_another_program_gives_nothing_away() {
        let token = BotToken::new("123456:TEST-TOKEN-not-a-real-one".to_owned());
        for (address, shown) in [
            ("https://a.example/webhook/123456:TEST-TOKEN-not-a-real-one", "https://a.example/webhook/TOKEN"),
            ("https://a.example/bot99:another-bots-token/x", "https://a.example/TOKEN/x"),
            ("https://a.example/99%3Aanother-bots-token", "https://a.example/TOKEN"),
            ("https://me:word@a.example:8443/hook?key=abc#d", "https://a.example:8443/hook?…"),
            ("https://a.example/hook", "https://a.example/hook"),
            ("99:another-bots-token", "(an address that cannot be read)"),
        ] {
            assert_eq!(token.conceal(address), shown);
        }
    }

    #[test]
    fn no_token_takes_nothing_out() {
        let none = BotToken::new(String::new());
        assert_eq!(none.redact("as it was"), "as it was");
        assert_eq!(none.bot_id(), 0);
    }

    #[test]
    fn secrets_in_the_wrong_place_are_recognised() {
        assert!(looks_secret("https://api.telegram.org/bot123456789:TEST_TOKEN_not_a_real_one_0123456789"));
        assert!(looks_secret("sk-or-v1-0123456789abcdef"));
        assert!(!looks_secret("openai/gpt-4o-mini"));
        assert!(!looks_secret("https://bot.example.com:8443/hook"));
    }
}
