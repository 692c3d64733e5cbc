//! What Telegram finds in a text by itself: commands, mentions, hashtags and URLs.
//!
//! Simpler than the real thing in one respect: only URLs with `http://` or `https://` are found, not bare hosts, which
//! would take its list of top-level domains.

use super::entity::{Entity, Style};

/// A command has up to 32 characters, and so has a username.
const LONGEST_NAME: usize = 32;

/// Everything that can be found, in order, not overlapping.
pub(super) fn find(text: &str) -> Vec<Entity> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut offset) = (0, 0);
    while at < chars.len() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let hit = starts_here(&chars[at..], before);
        let taken = hit.as_ref().map_or(1, |(taken, _)| *taken);
        let length: usize = chars[at..at + taken].iter().map(|c| c.len_utf16()).sum();
        if let Some((_, style)) = hit {
            found.push(Entity::new(offset, length, style));
        }
        at += taken;
        offset += length;
    }
    found
}

/// How many characters belong to what starts here.
fn starts_here(rest: &[char], before: Option<char>) -> Option<(usize, Style)> {
    let fresh = before.is_none_or(|c| !wordy(c));
    match rest.first()? {
        '/' if fresh && !matches!(before, Some('/' | '<' | '>')) => command(rest).map(|n| (n, Style::BotCommand)),
        '@' if fresh => {
            let name = rest[1..].iter().take_while(|c| latin(**c)).count();
            // Shorter ones belong to a few old accounts only.
            (3..=LONGEST_NAME).contains(&name).then_some((name + 1, Style::Mention))
        }
        '#' if fresh => {
            let tag: Vec<_> = rest[1..].iter().take_while(|c| wordy(**c)).collect();
            (tag.iter().any(|c| !c.is_numeric()) && tag.len() <= 256).then_some((tag.len() + 1, Style::Hashtag))
        }
        'h' | 'H' if fresh => url(rest).map(|n| (n, Style::Url)),
        _ => None,
    }
}

/// `/name` or `/name@bot`, not followed by something that makes it a path.
fn command(rest: &[char]) -> Option<usize> {
    let name = rest[1..].iter().take_while(|c| latin(**c)).count();
    if name == 0 || name > LONGEST_NAME * 2 {
        return None;
    }
    let mut end = name + 1;
    if rest.get(end) == Some(&'@') {
        let bot = rest[end + 1..].iter().take_while(|c| latin(**c)).count();
        if (3..=LONGEST_NAME).contains(&bot) {
            end += bot + 1;
        }
    }
    match rest.get(end) {
        Some('/' | '<' | '>') => None,
        Some(c) if wordy(*c) => None,
        _ => Some(end),
    }
}

fn url(rest: &[char]) -> Option<usize> {
    let length = rest.iter().take_while(|c| !c.is_whitespace() && !"<>\"".contains(**c)).count();
    let start: String = rest[..length.min(8)].iter().collect::<String>().to_ascii_lowercase();
    let scheme = if start.starts_with("https://") {
        8
    } else if start.starts_with("http://") {
        7
    } else {
        return None;
    };
    let trimmed = rest[..length].iter().rev().take_while(|c| ".,:;!?'\"()[]".contains(**c)).count();
    let length = length - trimmed;
    rest[scheme.min(length)..length].contains(&'.').then_some(length)
}

fn latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn wordy(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_mentions_tags_and_links_are_found_by_utf16_offsets() {
        assert_eq!(
            find("😀 /start@routergram_bot hi @anna, see https://a.org/b. #tag a/b x@y.org"),
            [
                Entity::new(3, 21, Style::BotCommand),
                Entity::new(28, 5, Style::Mention),
                Entity::new(39, 15, Style::Url),
                Entity::new(56, 4, Style::Hashtag),
            ]
        );
    }

    #[test]
    fn a_path_is_not_a_command() {
        assert_eq!(find("/etc/passwd and a/b"), []);
    }
}
