//! What people send besides text, in short.

use routergram::sandbox::telegram::view::{Act, Item, Share};

use super::{World, within};

impl World {
    /// Somebody sends a thing. Returns its message.
    pub(crate) fn sends(&self, user: i64, chat: i64, item: Item) -> i64 {
        self.sends_with(user, chat, item, "")
    }

    /// The same with something said below it.
    pub(crate) fn sends_with(&self, user: i64, chat: i64, item: Item, caption: &str) -> i64 {
        self.shares(Share { chat, user, items: vec![item], caption: caption.to_owned(), ..Share::default() })[0]
    }

    /// Somebody sends several things at once. Returns their messages.
    pub(crate) fn sends_album(&self, user: i64, chat: i64, items: Vec<Item>, caption: &str) -> Vec<i64> {
        self.shares(Share { chat, user, items, caption: caption.to_owned(), ..Share::default() })
    }

    /// Somebody sends something in a way that [`Share`] tells. Returns its messages.
    pub(crate) fn shares(&self, share: Share) -> Vec<i64> {
        self.telegram.act(Act::Share(share)).unwrap().message_ids
    }

    /// Somebody forwards a message of one chat to another. Returns the new message.
    pub(crate) fn forwards(&self, user: i64, (from_chat, message_id): (i64, i64), chat: i64) -> i64 {
        let act = Act::Forward { chat, user, from_chat, message_id, thread: None };
        self.telegram.act(act).unwrap().message_id()
    }

    /// How many files were fetched from Telegram, whatever came of it.
    pub(crate) fn downloads(&self) -> usize {
        self.telegram.downloads().len()
    }

    /// Somebody types the bot's name and this. Returns the id of the query.
    pub(crate) fn types_inline(&self, user: i64, chat: i64, query: &str) -> String {
        let act = Act::TypeInline { chat, user, query: query.to_owned() };
        self.telegram.act(act).unwrap().inline_query_id.expect("a query has an id")
    }

    /// Somebody sends the result with this id, once the bot offers it. Returns its message.
    pub(crate) async fn chooses_inline(&self, user: i64, chat: i64, (query, result): (&str, &str)) -> i64 {
        within("the bot offers results", self.telegram.inline_answered(query)).await;
        let (query, result) = (query.to_owned(), result.to_owned());
        self.telegram.act(Act::ChooseInline { chat, user, query, result }).unwrap().message_id()
    }
}
