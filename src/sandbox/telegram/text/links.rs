//! Which URLs Telegram takes in a link, by the rules and in the words of its server.
//!
//! A bad URL in a `text_link` entity rejects the whole message; in HTML or Markdown it only loses the link.

/// The link as Telegram keeps it, or `URL '…' is invalid: …`.
pub(crate) fn check(link: &str) -> Result<String, String> {
    checked(link).map_err(|why| format!("URL '{link}' is invalid: {why}"))
}

/// The person of a `tg://user?id=…` link, which becomes a mention.
pub(super) fn user_behind(link: &str) -> Option<i64> {
    let rest = link.strip_prefix("tg:").map(|rest| rest.trim_start_matches('/'))?;
    let id = rest.strip_prefix("user?id=")?;
    id.parse().ok().filter(|id| *id > 0)
}

fn checked(link: &str) -> Result<String, &'static str> {
    let lower = link.to_ascii_lowercase();
    for scheme in ["tg:", "ton:"] {
        if lower.starts_with(scheme) {
            let rest = link[scheme.len()..].trim_start_matches("//");
            let parsed = parse(rest)?;
            return if parsed.had_scheme || parsed.port.is_some() {
                Err("Wrong tg URL")
            } else {
                Ok(format!("{scheme}//{rest}"))
            };
        }
    }
    let parsed = parse(link)?;
    if parsed.host.contains('.') || parsed.host.starts_with('[') { Ok(parsed.whole) } else { Err("Wrong HTTP URL") }
}

struct Parsed {
    had_scheme: bool,
    host: String,
    port: Option<u16>,
    whole: String,
}

/// `[https?://][userinfo@]host[:port][/path][?query][#fragment]`, and nothing is a scheme without `://`: that is why
/// `mailto:a@b.org` passes (as user info and host) and `tel:+1` does not (as host and port).
fn parse(url: &str) -> Result<Parsed, &'static str> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains([':', '/', '?', '#', '@', '[', ']']) => {
            (Some(scheme.to_ascii_lowercase()), rest)
        }
        _ => (None, url),
    };
    if scheme.as_deref().is_some_and(|scheme| scheme != "http" && scheme != "https") {
        return Err("Unsupported URL protocol");
    }
    let cut = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, query) = rest.split_at(cut);
    let (before_port, port) = match authority.rfind([':', ']', '@']) {
        Some(at) if at > 0 && authority.as_bytes()[at] == b':' => {
            let digits = authority[at + 1..].trim_start_matches('0');
            let port = digits.parse::<u16>().map_err(|_| "Wrong port number specified in the URL")?;
            (&authority[..at], Some(port))
        }
        _ => (authority, None),
    };
    let (userinfo, host) = before_port.split_at(before_port.rfind('@').map_or(0, |at| at + 1));
    let host = host.to_lowercase();
    if host.is_empty() {
        return Err("URL host is empty");
    }
    if host == "." {
        return Err("Host is invalid");
    }
    if host.starts_with('[') {
        let inside = host.trim_start_matches('[').trim_end_matches(']');
        if inside.parse::<std::net::Ipv6Addr>().is_err() {
            return Err("Wrong IPv6 address specified in the URL");
        }
    } else if !host.chars().all(allowed_in_host) {
        return Err("Disallowed character in URL host");
    }
    let query = query.trim_end();
    let slash = if query.starts_with('/') { "" } else { "/" };
    let port_text = port.map(|port| format!(":{port}")).unwrap_or_default();
    let query: String = query.chars().map(|c| if c <= ' ' { format!("%{:02X}", c as u32) } else { c.into() }).collect();
    let shown = scheme.as_deref().unwrap_or("http");
    Ok(Parsed {
        had_scheme: scheme.is_some(),
        whole: format!("{shown}://{userinfo}{host}{port_text}{slash}{query}"),
        host,
        port,
    })
}

/// The symbols of RFC 3986, percent-encodings, and any letter outside of ASCII.
fn allowed_in_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".-_!$,~*'();&+=%".contains(c) || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_pass_and_fail_as_on_the_real_server() {
        for good in [
            "https://a.org/x?y#z",
            "http://a.org",
            "a.org",
            "tg://resolve?domain=x",
            "mailto:a@b.org",
            "http://1.2.3.4:80",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "/x",
            "#anchor",
            "localhost",
            "http://localhost:3000/",
            "tel:+123",
            "ftp://a.org",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "",
            "https://a b.org",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(check("/x").unwrap_err(), "URL '/x' is invalid: URL host is empty");
    }

    #[test]
    fn a_link_is_kept_in_its_full_form() {
        assert_eq!(check("Example.org?q=a b").unwrap(), "http://example.org/?q=a%20b");
    }
}
