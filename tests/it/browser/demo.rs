//! A world that does what a test says: two people and a group, and a bot without a mind of its own.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use routergram::clock::Clock;
use routergram::sandbox::page::{self, Command, Seam};
use routergram::sandbox::telegram::File;
use routergram::sandbox::telegram::view::{
    Act, ChatView, DocumentView, Event, Item, MediaView, MessageView, PersonView, Share, TopicView, WorldView,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

pub(crate) const ANNA: i64 = 1001;
pub(crate) const BEN: i64 = 1002;
pub(crate) const BOT: i64 = 7_000_000_004;
pub(crate) const GROUP: i64 = -1_002_003_004;
/// A group with two topics.
pub(crate) const FORUM: i64 = -1_000_000_000_009;
pub(crate) const FILMS: i64 = 1;
pub(crate) const BOOKS: i64 = 2;

/// A person's deed reaches the world within this, or the test fails.
const DEADLINE: Duration = Duration::from_secs(30);

/// The world, its server, and what people did in it.
pub(crate) struct Demo {
    pub(crate) address: String,
    inner: Arc<Inner>,
    deeds: tokio::sync::Mutex<mpsc::UnboundedReceiver<Act>>,
}

struct Inner {
    view: Mutex<WorldView>,
    events: Mutex<broadcast::Sender<Event>>,
    deeds: mpsc::UnboundedSender<Act>,
    clock: Clock,
}

impl Demo {
    pub(crate) async fn serve() -> Self {
        let (sender, deeds) = mpsc::unbounded_channel();
        let events = Mutex::new(broadcast::Sender::new(64));
        let inner = Arc::new(Inner { view: Mutex::new(world()), events, deeds: sender, clock: Clock::movable() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        spawn(listener, page::router(Arc::clone(&inner).seam()));
        Self { address, inner, deeds: tokio::sync::Mutex::new(deeds) }
    }

    /// The next thing that somebody does.
    pub(crate) async fn deed(&self) -> Act {
        let mut deeds = self.deeds.lock().await;
        tokio::time::timeout(DEADLINE, deeds.recv())
            .await
            .expect("somebody does something")
            .expect("the world is there")
    }

    /// The next deed is a message in this chat: its text.
    pub(crate) async fn heard(&self, chat: i64) -> String {
        self.heard_reply(chat).await.0
    }

    pub(crate) async fn heard_reply(&self, wanted: i64) -> (String, Option<i64>) {
        match self.deed().await {
            Act::Send { chat, text, reply_to, .. } if chat == wanted => (text, reply_to),
            other => panic!("not a message in {wanted}: {other:?}"),
        }
    }

    pub(crate) async fn heard_from(&self, wanted: i64) -> (i64, String) {
        match self.deed().await {
            Act::Send { chat, user, text, .. } if chat == wanted => (user, text),
            other => panic!("not a message in {wanted}: {other:?}"),
        }
    }

    /// The topic that the next message in this chat is in, and its text.
    pub(crate) async fn heard_in_topic(&self, wanted: i64) -> (Option<i64>, String) {
        match self.deed().await {
            Act::Send { chat, text, thread, .. } if chat == wanted => (thread, text),
            other => panic!("not a message in {wanted}: {other:?}"),
        }
    }

    /// An album: how many photos, and what is said below.
    pub(crate) async fn gets_an_album(&self, wanted: i64) -> (usize, String) {
        match self.deed().await {
            Act::Album { chat, count, caption, .. } if chat == wanted => (count, caption),
            other => panic!("not an album in {wanted}: {other:?}"),
        }
    }

    pub(crate) async fn reads_an_edit(&self, wanted: i64) -> String {
        match self.deed().await {
            Act::Edit { chat, text, .. } if chat == wanted => text,
            other => panic!("not an edit in {wanted}: {other:?}"),
        }
    }

    pub(crate) async fn is_pressed(&self, wanted: i64) -> String {
        match self.deed().await {
            Act::Press { chat, data, .. } if chat == wanted => data,
            other => panic!("not a button in {wanted}: {other:?}"),
        }
    }

    /// Stop was pressed; Telegram then hides the draft.
    pub(crate) async fn is_stopped(&self, wanted: i64) {
        match (self.deed().await, self.deed().await) {
            (Act::Send { .. }, Act::StopDraft { chat, .. }) if chat == wanted => {}
            other => panic!("not a question and a stop in {wanted}: {other:?}"),
        }
        self.inner.tell(Event::DraftGone { chat: wanted, draft_id: 1 });
    }

    pub(crate) fn acts(&self, chat: i64, action: &str) {
        self.inner.tell(Event::ChatAction { chat, action: action.to_owned() });
    }

    pub(crate) fn drafts(&self, chat: i64, text: &str, can_stop: bool) {
        self.drafts_formatted(chat, text, json!([]), can_stop);
    }

    pub(crate) fn drafts_formatted(&self, chat: i64, text: &str, entities: Value, can_stop: bool) {
        let (text, entities, blocks) = (text.to_owned(), list(entities), Vec::new());
        self.inner.tell(Event::Draft { chat, thread: None, draft_id: 1, text, entities, blocks, can_stop });
    }

    pub(crate) fn drafts_rich(&self, chat: i64, words: &str, blocks: Value) {
        let (text, entities, blocks) = (words.to_owned(), Vec::new(), list(blocks));
        self.inner.tell(Event::Draft { chat, thread: None, draft_id: 1, text, entities, blocks, can_stop: true });
    }

    /// The final message takes the draft's place.
    pub(crate) fn finishes(&self, chat: i64, text: &str) {
        self.inner.tell(Event::DraftGone { chat, draft_id: 1 });
        self.says(chat, text);
    }

    pub(crate) fn says(&self, chat: i64, text: &str) {
        self.says_formatted(chat, text, json!([]));
    }

    pub(crate) fn says_formatted(&self, chat: i64, text: &str, entities: Value) {
        self.inner.keep(chat, BOT, MessageView { entities: list(entities), ..blank(text) });
    }

    /// Says something in a topic.
    pub(crate) fn says_in(&self, chat: i64, topic: i64, text: &str) {
        self.inner.keep(chat, BOT, MessageView { thread: Some(topic), ..blank(text) });
    }

    pub(crate) fn says_rich(&self, chat: i64, words: &str, blocks: Value) {
        self.inner.keep(chat, BOT, MessageView { blocks: list(blocks), ..blank(words) });
    }

    pub(crate) fn sends_file(&self, chat: i64, document: DocumentView) {
        self.inner.keep(chat, BOT, MessageView { document: Some(document), ..blank("") });
    }

    pub(crate) fn says_with_keys(&self, chat: i64, text: &str, keyboard: Value) {
        self.inner.keep(chat, BOT, MessageView { keyboard: Some(keyboard), ..blank(text) });
    }

    /// Gives the last message other buttons.
    pub(crate) fn turns_the_page(&self, chat: i64, keyboard: Value) {
        self.rewrites(chat, |message| message.keyboard = Some(keyboard));
    }

    /// The bot edits the last message.
    pub(crate) fn rewrites(&self, chat: i64, change: impl FnOnce(&mut MessageView)) {
        let mut view = lock(&self.inner.view);
        let message = view.chats.iter_mut().find(|c| c.id == chat).and_then(|c| c.messages.last_mut()).unwrap();
        change(message);
        message.edit_date = Some(self.inner.clock.now().as_secs());
        let message = message.clone();
        drop(view);
        self.inner.tell(Event::Edited { chat, message });
    }

    /// Anybody's message, `ago` seconds old.
    pub(crate) fn story(&self, (chat, from): (i64, i64), ago: i64, message: MessageView) {
        self.inner.keep(chat, from, MessageView { date: -ago, ..message });
    }

    /// Says something while nobody listens.
    pub(crate) fn says_unheard(&self, chat: i64, text: &str) {
        self.inner.insert(chat, BOT, blank(text));
    }

    /// Ends every open stream.
    pub(crate) fn hangs_up(&self) {
        *lock(&self.inner.events) = broadcast::Sender::new(64);
    }

    pub(crate) fn answers(&self, user: i64, text: &str, alert: bool) {
        self.inner.tell(Event::CallbackAnswer { user, text: Some(text.to_owned()), alert });
    }

    /// The id of the message just before the one with this text.
    pub(crate) fn last_id_before(&self, chat: i64, text: &str) -> i64 {
        let view = lock(&self.inner.view);
        let messages = &view.chats.iter().find(|c| c.id == chat).unwrap().messages;
        let at = messages.iter().position(|message| message.text == text).unwrap();
        messages[at - 1].message_id
    }
}

impl Inner {
    fn seam(self: Arc<Self>) -> Seam {
        let (viewed, acted, heard) = (Arc::clone(&self), Arc::clone(&self), self);
        Seam {
            world: Arc::new(move || lock(&viewed.view).clone()),
            act: Arc::new(move |act| acted.act(act)),
            events: Arc::new(move || lock(&heard.events).subscribe()),
            commands: Arc::new(|_, _| commands()),
            file: Arc::new(|id| {
                let bytes = include_bytes!("../../../src/sandbox/telegram/photo.png").as_slice().into();
                (id != "lost").then(|| File { name: "x.png".to_owned(), mime: "image/png".to_owned(), bytes })
            }),
            stop: CancellationToken::new(),
        }
    }

    fn act(&self, act: Act) -> Result<Value, String> {
        let mut answer = json!({});
        match act.clone() {
            Act::Send { chat, user, text, reply_to, thread } => {
                self.keep(chat, user, MessageView { reply_to, thread, ..blank(&text) });
            }
            Act::Edit { chat, message_id, text, .. } => self.edit(chat, message_id, text)?,
            Act::Album { chat, user, count, caption, thread } => {
                for n in 0..count {
                    let text = if n == 0 { caption.as_str() } else { "" };
                    let (photo, album) = (Some(format!("photo-{n}")), Some("7".to_owned()));
                    self.keep(chat, user, MessageView { photo, album, thread, ..blank(text) });
                }
            }
            Act::Press { .. }
            | Act::StopDraft { .. }
            | Act::SendAnonymously { .. }
            | Act::Delete { .. }
            | Act::Forward { .. } => {}
            Act::Share(share) => self.keep_things(&share),
            Act::TypeInline { user, query, .. } => {
                let title = format!("Ask: {query}");
                let results = vec![json!({"type": "article", "id": "ask", "title": title, "description": "Once"})];
                let button = query.is_empty().then(|| json!({"text": "Type a question", "start_parameter": "hint"}));
                self.tell(Event::InlineResults { user, query: "q1".to_owned(), results, button });
                answer = json!({"inline_query_id": "q1"});
            }
            Act::ChooseInline { chat, user, .. } => {
                self.keep(chat, user, MessageView { via_bot: true, ..blank("…") });
            }
        }
        self.deeds.send(act).map_err(|_| "The test is over.".to_owned())?;
        Ok(answer)
    }

    fn keep_things(&self, share: &Share) {
        for (n, item) in share.items.iter().enumerate() {
            let text = if n == 0 { share.caption.as_str() } else { "" };
            let mut view = MessageView { reply_to: share.reply_to, thread: share.thread, ..blank(text) };
            view.album = (share.items.len() > 1).then(|| "8".to_owned());
            match item {
                Item::Photo { .. } => view.photo = Some(format!("photo-{n}")),
                Item::Document { name, bytes, .. } => {
                    let (name, size) = (name.clone(), bytes.len() as u64);
                    view.document = Some(DocumentView { file_id: "f".to_owned(), name, size, ..Default::default() });
                }
                _ => {
                    let content = json!({"file_id": "f", "duration": 1});
                    view.media = Some(MediaView { kind: "voice".to_owned(), content });
                }
            }
            self.keep(share.chat, share.user, view);
        }
    }

    fn edit(&self, chat: i64, id: i64, text: String) -> Result<(), String> {
        let mut view = lock(&self.view);
        let messages = view.chats.iter_mut().find(|c| c.id == chat).map(|c| &mut c.messages);
        let message = messages.and_then(|all| all.iter_mut().find(|message| message.message_id == id));
        let message = message.ok_or("There is no such message.")?;
        message.text = text;
        message.edit_date = Some(self.clock.now().as_secs());
        let message = message.clone();
        drop(view);
        self.tell(Event::Edited { chat, message });
        Ok(())
    }

    fn keep(&self, chat: i64, from: i64, message: MessageView) {
        let message = self.insert(chat, from, message);
        self.tell(Event::Message { chat, message });
    }

    /// Gives a message its author, id and moment (its `date` counts from now), and puts it into its chat.
    fn insert(&self, chat: i64, from: i64, mut message: MessageView) -> MessageView {
        let mut view = lock(&self.view);
        let chat = view.chats.iter_mut().find(|c| c.id == chat).unwrap();
        message.message_id = chat.messages.last().map_or(1, |last| last.message_id + 1);
        message.from = if message.from == 0 { from } else { message.from };
        message.date += self.clock.now().as_secs();
        chat.messages.push(message.clone());
        message
    }

    fn tell(&self, event: Event) {
        // Nobody listening is no failure: whoever comes gets the world.
        lock(&self.events).send(event).ok();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
fn spawn(listener: TcpListener, router: axum::Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}

fn list(entities: Value) -> Vec<Value> {
    let Value::Array(entities) = entities else { panic!("entities are a list: {entities}") };
    entities
}

/// A message with nothing but a text.
pub(crate) fn blank(text: &str) -> MessageView {
    MessageView { text: text.to_owned(), ..MessageView::default() }
}

fn commands() -> Vec<Command> {
    [
        ("start", "Say hello"),
        ("stop", "End the answer being written"),
        ("model", "Choose the model"),
        ("new", "Forget the conversation"),
        ("help", "What this bot can do"),
    ]
    .map(|(command, description)| Command { command: command.to_owned(), description: description.to_owned() })
    .into()
}

fn world() -> WorldView {
    let person = |id, name: &str, username: &str, is_bot| PersonView {
        id,
        name: name.to_owned(),
        username: Some(username.to_owned()),
        language_code: Some("en".to_owned()),
        is_bot,
    };
    let chat = |id, kind: &str, title: &str, members: &[i64]| ChatView {
        id,
        kind: kind.to_owned(),
        title: title.to_owned(),
        members: members.to_vec(),
        admins: Vec::new(),
        topics: Vec::new(),
        messages: Vec::new(),
    };
    WorldView {
        people: vec![
            person(ANNA, "Anna", "anna", false),
            person(BEN, "Ben", "ben", false),
            person(BOT, "Juniper", "juniper_bot", true),
        ],
        chats: vec![
            chat(ANNA, "private", "Anna", &[ANNA]),
            chat(BEN, "private", "Ben", &[BEN]),
            chat(GROUP, "supergroup", "Camping in May", &[ANNA, BEN]),
            ChatView {
                admins: vec![BEN],
                topics: [(FILMS, "Films"), (BOOKS, "Books")]
                    .map(|(id, name)| TopicView { id, name: name.to_owned() })
                    .into(),
                ..chat(FORUM, "supergroup", "Evenings", &[ANNA, BEN])
            },
        ],
    }
}
