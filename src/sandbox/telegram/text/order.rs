//! Puts entities in Telegram's order and resolves what cannot be: overlaps, quotations in quotations, styles in code.

use super::entity::{Entity, Style};

/// More than these are dropped without a word, the simple styles first: the server keeps a hundred per message.
const MOST_ENTITIES: usize = 100;

/// Sorted, and valid: what cannot stay as it was sent is cut, merged or dropped.
pub(super) fn tidy(mut entities: Vec<Entity>) -> Vec<Entity> {
    sort(&mut entities);
    if valid(&entities) {
        return entities;
    }
    let (splittable, rest): (Vec<_>, Vec<_>) = entities.into_iter().partition(|entity| entity.style.splittable());
    let (quotes, continuous): (Vec<_>, Vec<_>) = rest.into_iter().partition(|entity| entity.style.quotes());
    let quotes = apart(quotes);
    let mut solid = apart(continuous);
    solid.retain(|entity| quotes.iter().all(|quote| disjoint(entity, quote) || inside(entity, quote)));
    solid.extend(quotes);
    let mut all = split(splittable, &solid);
    all.extend(solid);
    sort(&mut all);
    all
}

/// Adds what was found, wherever nothing of its kind is in the way.
pub(super) fn merge(mut entities: Vec<Entity>, found: Vec<Entity>) -> Vec<Entity> {
    let free: Vec<Entity> = found
        .into_iter()
        .filter(|new| {
            entities
                .iter()
                .filter(|old| !old.style.splittable())
                .all(|old| disjoint(new, old) || (old.style.quotes() && inside(new, old)))
        })
        .collect();
    entities.extend(free);
    sort(&mut entities);
    entities
}

/// Keeps what the server keeps of what the bot sent; what the server found itself does not count.
pub(super) fn limit(entities: Vec<Entity>) -> Vec<Entity> {
    let sent =
        |entity: &Entity| !matches!(entity.style, Style::Mention | Style::Hashtag | Style::BotCommand | Style::Url);
    if entities.iter().filter(|entity| sent(entity)).count() <= MOST_ENTITIES {
        return entities;
    }
    let solid = entities.iter().filter(|entity| sent(entity) && !entity.style.splittable()).count();
    let (mut solid_left, mut simple_left) = (MOST_ENTITIES, MOST_ENTITIES.saturating_sub(solid));
    entities
        .into_iter()
        .filter(|entity| {
            if !sent(entity) {
                return true;
            }
            let left = if entity.style.splittable() { &mut simple_left } else { &mut solid_left };
            let kept = *left > 0;
            *left = left.saturating_sub(1);
            kept
        })
        .collect()
}

fn sort(entities: &mut [Entity]) {
    // Outer before inner; quotations and links outside of styles that cover the same text.
    entities.sort_by_key(|entity| {
        (entity.offset, usize::MAX - entity.length, !entity.style.quotes(), entity.style.splittable())
    });
}

fn disjoint(a: &Entity, b: &Entity) -> bool {
    a.end() <= b.offset || b.end() <= a.offset
}

fn inside(inner: &Entity, outer: &Entity) -> bool {
    outer.offset <= inner.offset && inner.end() <= outer.end()
}

/// Properly nested, no code with content, no quotation in a quotation, no style in itself.
fn valid(entities: &[Entity]) -> bool {
    let mut open: Vec<&Entity> = Vec::new();
    for entity in entities {
        open.retain(|outer| outer.end() > entity.offset);
        for outer in &open {
            let same = std::mem::discriminant(&outer.style) == std::mem::discriminant(&entity.style);
            let solid = !outer.style.splittable() && !outer.style.quotes() && !entity.style.splittable();
            if !inside(entity, outer) || same || outer.style.verbatim() || solid {
                return false;
            }
            if entity.style.quotes() && !outer.style.splittable() {
                return false;
            }
        }
        open.push(entity);
    }
    true
}

/// Keeps the first of those that overlap.
fn apart(entities: Vec<Entity>) -> Vec<Entity> {
    let mut end = 0;
    entities
        .into_iter()
        .filter(|entity| {
            let free = entity.offset >= end;
            if free {
                end = entity.end();
            }
            free
        })
        .collect()
}

/// Merges equal styles that touch, then cuts them wherever another entity begins or ends, and drops what is in code.
fn split(entities: Vec<Entity>, solid: &[Entity]) -> Vec<Entity> {
    let mut merged: Vec<Entity> = Vec::new();
    for entity in entities {
        match merged.iter_mut().rev().find(|old| old.style == entity.style) {
            Some(old) if entity.offset <= old.end() => {
                old.length = old.end().max(entity.end()) - old.offset;
            }
            _ => merged.push(entity),
        }
    }
    let mut cuts: Vec<usize> = merged.iter().map(|entity| entity.offset).collect();
    cuts.extend(solid.iter().flat_map(|entity| [entity.offset, entity.end()]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    for entity in merged {
        let mut start = entity.offset;
        let inner = cuts.iter().copied().filter(|cut| *cut > entity.offset && *cut < entity.end());
        for end in inner.chain([entity.end()]) {
            pieces.push(Entity::new(start, end - start, entity.style.clone()));
            start = end;
        }
    }
    pieces.retain(|piece| !solid.iter().any(|outer| outer.style.verbatim() && inside(piece, outer)));
    pieces
}
