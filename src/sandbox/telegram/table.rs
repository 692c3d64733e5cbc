//! The Bot API's own table of methods and objects, and the only place that knows the format of its file.
//!
//! `bot-api-10.3.txt` is derived from Telegram's documentation, one method or object a line, so that a new version of
//! the Bot API is a new file and not new code. It is read once.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The table, read on first use.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("bot-api-10.3.txt")));

/// Methods, objects and kinds of updates.
pub(super) struct Table {
    methods: HashMap<String, Method>,
    objects: HashMap<&'static str, Shape>,
    /// `message`, `edited_message`, … as in `allowed_updates`.
    pub(super) updates: Vec<&'static str>,
}

/// A method.
pub(super) struct Method {
    /// In Telegram's spelling.
    pub(super) name: &'static str,
    /// Its parameters.
    pub(super) fields: Vec<Field>,
}

/// A parameter, or a field of an object.
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// Refused when it is not there?
    pub(super) required: bool,
    /// What it holds.
    pub(super) kind: Kind,
}

/// What a value may be.
pub(super) enum Kind {
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// true or false.
    Boolean,
    /// A string.
    Text,
    /// An upload, a file id or a URL.
    File,
    /// Values of one kind.
    Array(Box<Kind>),
    /// An object of this name.
    Object(&'static str),
    /// One of several.
    Either(Vec<Kind>),
}

/// What an object looks like.
pub(super) enum Shape {
    /// These fields.
    Fields(Vec<Field>),
    /// Like one of these objects.
    OneOf(Vec<&'static str>),
    /// Not described.
    Anything,
}

impl Table {
    /// The method of this name, in any case.
    pub(super) fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(&name.to_ascii_lowercase())
    }

    /// The object of this name; what the table does not describe may be anything.
    pub(super) fn object(&self, name: &str) -> &Shape {
        self.objects.get(name).unwrap_or(&Shape::Anything)
    }

    /// The table's own spelling of a kind of update.
    pub(super) fn update(&self, name: &str) -> Option<&'static str> {
        self.updates.iter().find(|known| **known == name).copied()
    }

    fn read(text: &'static str) -> Self {
        let mut table = Self { methods: HashMap::new(), objects: HashMap::new(), updates: Vec::new() };
        for line in text.lines() {
            let mut words = line.split(' ');
            match (words.next(), words.next()) {
                (Some("method"), Some(name)) => {
                    let method = Method { name, fields: words.map(field).collect() };
                    table.methods.insert(name.to_ascii_lowercase(), method);
                }
                (Some("object"), Some(name)) => {
                    table.objects.insert(name, shape(words));
                }
                (Some("updates"), Some(first)) => table.updates = std::iter::once(first).chain(words).collect(),
                _ => {}
            }
        }
        table
    }
}

fn shape<'a>(words: impl Iterator<Item = &'a str>) -> Shape
where
    'a: 'static,
{
    let mut words = words.peekable();
    if words.next_if_eq(&"=").is_none() {
        return Shape::Fields(words.map(field).collect());
    }
    match words.next() {
        None | Some("*") => Shape::Anything,
        Some(names) => Shape::OneOf(names.split('|').collect()),
    }
}

fn field(word: &'static str) -> Field {
    let (name, kind) = word.split_once(':').unwrap_or((word, "String"));
    let bare = name.trim_end_matches('!');
    Field { name: bare, required: bare.len() < name.len(), kind: kind_of(kind) }
}

fn kind_of(word: &'static str) -> Kind {
    if let Some(inner) = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Kind::Array(Box::new(kind_of(inner)));
    }
    if word.contains('|') {
        return Kind::Either(word.split('|').map(kind_of).collect());
    }
    match word {
        "Integer" => Kind::Integer,
        "Float" => Kind::Float,
        "Boolean" | "True" => Kind::Boolean,
        "String" => Kind::Text,
        "InputFile" => Kind::File,
        name => Kind::Object(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_the_methods_in_any_case() {
        assert_eq!(TABLE.method("SENDMESSAGEDRAFT").unwrap().name, "sendMessageDraft");
        assert!(TABLE.method("sendNonsense").is_none());
        assert_eq!(TABLE.methods.len(), 185);
    }

    #[test]
    fn the_table_knows_every_kind_of_update() {
        assert_eq!(TABLE.updates.len(), 27);
        assert_eq!(TABLE.update("stopped_message_generation"), Some("stopped_message_generation"));
    }

    #[test]
    fn every_object_that_is_mentioned_is_described() {
        fn walk(kind: &Kind) {
            match kind {
                Kind::Array(inner) => walk(inner),
                Kind::Either(kinds) => kinds.iter().for_each(walk),
                Kind::Object(name) => assert!(TABLE.objects.contains_key(name), "{name}"),
                _ => {}
            }
        }
        TABLE.methods.values().flat_map(|method| &method.fields).for_each(|field| walk(&field.kind));
    }
}
