//! Which addresses may stand behind a label.
//!
//! One address that Telegram refuses rejects the whole message ("Entity URL '/x' is invalid"), so an address is only
//! used where it is known to be taken: http and https with a host that has a dot, tg. Anything else is shown beside its
//! label when a person could make use of it, and left out when not. `mailto` is taken too, but made into the useless
//! `http://mailto:…`; a mail address that is shown becomes a link by itself.

use url::Url;

/// Longest address behind a label, in bytes; browsers and servers agree on about this much.
const LONGEST: usize = 2048;

/// What to do with the address of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// It may stand behind the label.
    Link(Url),
    /// It is shown after the label.
    Shown(&'a str),
    /// It is of no use outside the page it was written for.
    Useless,
}

/// Judges an address.
pub(super) fn judge(address: &str) -> Target<'_> {
    let address = address.trim();
    // Most of the addresses that are refused are relative, and told by that alone.
    if address.contains(':')
        && let Ok(url) = Url::parse(address)
        && accepted(&url)
    {
        return Target::Link(url);
    }
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        _ if address.is_empty() || address.starts_with('#') || address.len() > LONGEST => Target::Useless,
        Some("javascript" | "data" | "vbscript" | "about" | "blob") => Target::Useless,
        Some(scheme @ ("tel" | "mailto")) => {
            let number = &address[scheme.len() + 1..];
            Target::Shown(number.split('?').next().unwrap_or(number))
        }
        _ => Target::Shown(address),
    }
}

/// True when a label says the same as the address, so that Telegram makes a link of the label by itself.
pub(super) fn same(label: &str, address: &str) -> bool {
    bare(label).eq(bare(address))
}

/// The lower-case letters of an address without what nobody writes in a label.
fn bare(text: &str) -> impl Iterator<Item = char> {
    let text = text.trim().trim_end_matches('/');
    let text = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("tel:")).unwrap_or(text);
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    text.chars().flat_map(char::to_lowercase)
}

fn accepted(url: &Url) -> bool {
    if url.as_str().len() > LONGEST {
        return false;
    }
    match url.scheme() {
        "http" | "https" => {
            let host = url.host_str().unwrap_or_default();
            let dotted = host.trim_matches('.').contains('.');
            dotted && !host.starts_with('[') && url.username().is_empty() && url.password().is_none()
        }
        "tg" => url.host_str().is_some_and(|host| {
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_telegram_takes_is_a_link() {
        for address in ["https://example.com", "http://a.b:8080/c?d#e", "tg://resolve?domain=x"] {
            assert!(matches!(judge(address), Target::Link(_)), "{address}");
        }
    }

    #[test]
    fn what_telegram_refuses_is_shown_or_left_out() {
        for address in ["/a/b", "README.md", "http://localhost:3000/x", "ftp://a.b/c", "file:///etc", "tg://a.b/c"] {
            assert_eq!(judge(address), Target::Shown(address));
        }
        assert_eq!(judge("tel:+123"), Target::Shown("+123"));
        assert_eq!(judge("mailto:a@b.c?subject=x"), Target::Shown("a@b.c"));
        for address in ["", "#top", "javascript:alert(1)", "data:text/plain,x"] {
            assert_eq!(judge(address), Target::Useless, "{address}");
        }
    }

    #[test]
    fn a_label_that_is_its_address_needs_no_link() {
        assert!(same("example.com/", "https://example.com"));
        assert!(!same("example", "https://example.com"));
    }
}
