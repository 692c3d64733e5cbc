//! Holds a call against the table: what is missing, unknown or of the wrong type is refused.
//!
//! The real server ignores unknown parameters and reads numbers out of strings. Our own bot must never send nonsense,
//! so by default the sandbox refuses it loudly; with `strict` off it is lenient like the real server and only counts.

use serde_json::Value;

use super::answer::Refusal;
use super::params::Params;
use super::table::{Field, Kind, Method, Shape, TABLE};

/// Gives every parameter its declared type. The names of unknown ones come back when `strict` is off.
pub(super) fn check(method: &Method, params: &mut Params, strict: bool) -> Result<Vec<String>, Refusal> {
    let lenient = params.untyped || !strict;
    let mut extras = Vec::new();
    for name in params.fields.keys() {
        if !method.fields.iter().any(|field| field.name == name) {
            if strict {
                return Err(Refusal::bad_request(format!("unknown parameter \"{name}\" (refused by the sandbox)")));
            }
            extras.push(name.clone());
        }
    }
    for field in &method.fields {
        if params.get(field.name).is_none() {
            if field.required && params.file(field.name).is_none() {
                missing(method, field.name)?;
            }
            continue;
        }
        if let Some(value) = params.fields.get_mut(field.name) {
            let given = std::mem::take(value);
            *value = Reader { lenient, deep: !strict }
                .fit(&field.kind, given, field.name)
                .map_err(|text| in_context(field.name, &text))?;
        }
    }
    Ok(extras)
}

/// What Telegram says when a required parameter is not there. Three methods take its absence as "empty".
fn missing(method: &Method, name: &str) -> Result<(), Refusal> {
    match (method.name, name) {
        // An empty URL is how a webhook is removed, and an empty list how the commands are.
        ("setWebhook", "url") | ("setMyCommands", "commands") => Ok(()),
        (_, "chat_id") => Err(Refusal::bad_request("chat_id is empty")),
        (_, "text") => Err(Refusal::bad_request("message text is empty")),
        (_, "rich_message") => Err(Refusal::bad_request("Rich message must be non-empty")),
        (_, "message_id") => Err(Refusal::bad_request("message identifier is not specified")),
        (_, "user_id") => Err(Refusal::bad_request("invalid user_id specified")),
        (_, file @ ("photo" | "document" | "video" | "audio" | "voice")) => {
            Err(Refusal::bad_request(format!("there is no {file} in the request")))
        }
        (_, name) => Err(Refusal::bad_request(format!("parameter \"{name}\" is required"))),
    }
}

/// Some parameters have words of their own for what is wrong inside of them.
fn in_context(name: &str, text: &str) -> Refusal {
    Refusal::bad_request(match name {
        "entities" | "caption_entities" => format!("can't parse MessageEntity: {text}"),
        "commands" => format!("can't parse BotCommand: {text}"),
        "scope" => format!("can't parse BotCommandScope: {text}"),
        _ => text.to_owned(),
    })
}

struct Reader {
    /// The value at hand may be text that has to be read.
    lenient: bool,
    /// So may those inside of it.
    deep: bool,
}

impl Reader {
    fn fit(&self, kind: &Kind, value: Value, name: &str) -> Result<Value, String> {
        let fitted = match kind {
            Kind::Integer => self.number(value).filter(|value| value.is_i64() || value.is_u64()),
            Kind::Float => self.number(value),
            Kind::Boolean => self.boolean(value),
            Kind::Text | Kind::File => self.string(value),
            Kind::Array(inner) => return self.array(inner, value, name),
            Kind::Object(object) => return self.object(object, value, name),
            Kind::Either(kinds) => return self.either(kinds, &value, name),
        };
        fitted.ok_or_else(|| format!("field \"{name}\" must be of type {}", type_name(kind)))
    }

    fn number(&self, value: Value) -> Option<Value> {
        match value {
            Value::Number(_) => Some(value),
            Value::String(text) if self.lenient => {
                text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).ok()
            }
            _ => None,
        }
    }

    fn boolean(&self, value: Value) -> Option<Value> {
        match value {
            Value::Bool(_) => Some(value),
            // Telegram's own list of yeses; everything else is a no.
            Value::String(text) if self.lenient => {
                Some(Value::Bool(matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1")))
            }
            Value::Number(number) if self.lenient => Some(Value::Bool(number.as_i64() == Some(1))),
            _ => None,
        }
    }

    fn string(&self, value: Value) -> Option<Value> {
        match value {
            Value::String(_) => Some(value),
            Value::Number(_) | Value::Bool(_) if self.lenient => Some(Value::String(value.to_string())),
            _ => None,
        }
    }

    /// Objects and arrays may always come as JSON inside a string: that is how forms carry them.
    fn unpacked(value: Value, name: &str) -> Result<Value, String> {
        match value {
            Value::String(text) => serde_json::from_str(&text).map_err(|_| match name {
                "reply_markup" => "can't parse reply keyboard markup JSON object".to_owned(),
                _ => format!("can't parse {name} JSON object"),
            }),
            value => Ok(value),
        }
    }

    fn inside(&self) -> Self {
        Self { lenient: self.deep, deep: self.deep }
    }

    fn array(&self, inner: &Kind, value: Value, name: &str) -> Result<Value, String> {
        let Value::Array(values) = Self::unpacked(value, name)? else {
            return Err(match name {
                "inline_keyboard" => {
                    "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays".to_owned()
                }
                _ => format!("field \"{name}\" must be of type Array"),
            });
        };
        let reader = self.inside();
        values.into_iter().map(|value| reader.fit(inner, value, name)).collect()
    }

    fn object(&self, object: &str, value: Value, name: &str) -> Result<Value, String> {
        let shape = TABLE.object(object);
        let value = Self::unpacked(value, name)?;
        let Value::Object(mut given) = value else {
            return match shape {
                Shape::Anything => Ok(value),
                _ if name == "reply_markup" => Err("object expected as reply markup".to_owned()),
                _ => Err(format!("{object} must be an Object")),
            };
        };
        match shape {
            Shape::Anything => {}
            Shape::OneOf(names) => {
                let kinds: Vec<Kind> = names.iter().map(|name| Kind::Object(name)).collect();
                return self.either(&kinds, &Value::Object(given), name);
            }
            Shape::Fields(fields) => self.fields(fields, &mut given)?,
        }
        Ok(Value::Object(given))
    }

    fn fields(&self, fields: &[Field], given: &mut serde_json::Map<String, Value>) -> Result<(), String> {
        given.retain(|_, value| !value.is_null());
        if let Some(name) = given.keys().find(|name| !fields.iter().any(|field| field.name == name.as_str()))
            && !self.deep
        {
            return Err(format!("unknown field \"{name}\" (refused by the sandbox)"));
        }
        let reader = self.inside();
        for field in fields {
            match given.get_mut(field.name) {
                Some(value) => *value = reader.fit(&field.kind, std::mem::take(value), field.name)?,
                None if field.required => return Err(format!("can't find field \"{}\"", field.name)),
                None => {}
            }
        }
        Ok(())
    }

    /// The first that fits; otherwise the complaint of the one that came closest, which is the last object tried whose
    /// required fields are there, or simply the first.
    fn either(&self, kinds: &[Kind], value: &Value, name: &str) -> Result<Value, String> {
        let mut complaint = None;
        for kind in kinds {
            match self.fit(kind, value.clone(), name) {
                Ok(value) => return Ok(value),
                Err(text) if complaint.is_none() || closer(&text) => complaint = Some(text),
                Err(_) => {}
            }
        }
        Err(complaint.unwrap_or_else(|| format!("field \"{name}\" is of an unsupported type")))
    }
}

/// Complaints about a value inside tell more than "this object is another one".
fn closer(complaint: &str) -> bool {
    complaint.starts_with("field ")
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer | Kind::Float => "Number",
        Kind::Boolean => "Boolean",
        Kind::Array(_) => "Array",
        Kind::Text | Kind::File => "String",
        Kind::Object(_) | Kind::Either(_) => "Object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(method: &str, params: &Value) -> String {
        let mut params = Params { fields: params.as_object().unwrap().clone(), ..Params::default() };
        check(TABLE.method(method).unwrap(), &mut params, true).unwrap_err().description
    }

    #[test]
    fn nonsense_is_refused_in_telegrams_words() {
        let say = json!({"chat_id": 1, "text": "x"});
        let with = |name: &str, value: Value| {
            let mut params = say.clone();
            params[name] = value;
            refused("sendMessage", &params)
        };
        assert_eq!(refused("sendMessage", &json!({"text": "x"})), "Bad Request: chat_id is empty");
        assert_eq!(refused("sendMessage", &json!({"chat_id": 1})), "Bad Request: message text is empty");
        assert_eq!(with("text", json!(5)), "Bad Request: field \"text\" must be of type String");
        assert_eq!(
            with("protect_content", json!("true")),
            "Bad Request: field \"protect_content\" must be of type Boolean"
        );
        assert_eq!(
            with("entities", json!([{"type": "bold", "offset": 0}])),
            "Bad Request: can't parse MessageEntity: can't find field \"length\""
        );
        assert_eq!(with("nonsense", json!(1)), "Bad Request: unknown parameter \"nonsense\" (refused by the sandbox)");
        assert_eq!(
            with("link_preview_options", json!({"is_disabled": 1})),
            "Bad Request: field \"is_disabled\" must be of type Boolean"
        );
        assert_eq!(
            refused("sendMessageDraft", &json!({"chat_id": 1, "draft_id": 1, "reply_markup": {}})),
            "Bad Request: unknown parameter \"reply_markup\" (refused by the sandbox)"
        );
    }

    #[test]
    fn a_form_carries_numbers_and_objects_as_text() {
        let fields = json!({"chat_id": "-5", "text": "7", "protect_content": "True", "reply_markup": "{\"inline_keyboard\":[[{\"text\":\"a\",\"callback_data\":\"b\"}]]}"});
        let mut params = Params { fields: fields.as_object().unwrap().clone(), untyped: true, ..Params::default() };
        check(TABLE.method("sendMessage").unwrap(), &mut params, true).unwrap();
        assert_eq!(params.int("chat_id"), Some(-5));
        assert_eq!(params.text("text"), Some("7"));
        assert!(params.flag("protect_content"));
        assert_eq!(params.get("reply_markup").unwrap()["inline_keyboard"][0][0]["text"], "a");
    }

    #[test]
    fn with_strictness_off_extras_are_counted_only() {
        let fields = json!({"chat_id": 1, "text": 5, "new_thing": {"a": 1}});
        let mut params = Params { fields: fields.as_object().unwrap().clone(), ..Params::default() };
        assert_eq!(check(TABLE.method("sendMessage").unwrap(), &mut params, false).unwrap(), ["new_thing"]);
        assert_eq!(params.text("text"), Some("5"));
    }
}
