//! Fields that servers fill as they like: what is not of the expected type counts as not there, and is passed over unread.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What may be read of a field. Whatever is not said here is [`Default`].
pub(super) trait Lenient<'de>: Default {
    fn from_text(_: &str) -> Self {
        Self::default()
    }

    /// A text as it stands in what is read, with nothing escaped in it.
    fn from_borrowed(text: &'de str) -> Self {
        Self::from_text(text)
    }

    fn from_integer(_: i64) -> Self {
        Self::default()
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn from_object(_fields: usize) -> Self {
        Self::default()
    }
}

impl<'de: 'a, 'a> Lenient<'de> for Option<Cow<'a, str>> {
    fn from_text(text: &str) -> Self {
        Some(Cow::Owned(text.to_owned()))
    }

    fn from_borrowed(text: &'de str) -> Self {
        Some(Cow::Borrowed(text))
    }
}

impl Lenient<'_> for Option<i64> {
    fn from_integer(number: i64) -> Self {
        Some(number)
    }
}

/// Reads a field: for `deserialize_with`.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: Lenient<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(Anything(PhantomData))
}

struct Anything<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for Anything<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(T::from_borrowed(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(T::from_integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(i64::try_from(number).map_or_else(|_| T::default(), T::from_integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<T, A::Error> {
        let mut fields = 0;
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            fields += 1;
        }
        Ok(T::from_object(fields))
    }
}
