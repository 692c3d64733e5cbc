//! Nothing private leaves by the side: not in a line of the log at its most talkative, not in a number, an error, a
//! command's output, or the chat of somebody else. Attack 23.
//!
//! Everything private has a word of its own here that is nowhere else. The stories live through everything that can go
//! wrong, collect whatever is printed and answered meanwhile, and look for the words.

use routergram::sandbox::model::Fault;
use routergram::sandbox::telegram::{Fault as Refusal, Trouble};
use serde_json::{Value, json};

use crate::world::door::SECRET;
use crate::world::{ANNA, BORIS, GROUP, KEY, Mode, World, until};

/// A sentence, as questions are; what it holds that nothing else does is the number.
const QUESTION: &str = "is it canary-73919, or not?";
const ANSWER: &str = "canary-answer-40212";
const PERSON: &str = "Canaryperson";
const GROUPS_NAME: &str = "canary-group-5521";
const FILE: &str = "canary-file-8841";
const PHONE: &str = "+49555000111";
const OWN_SECRET: &str = "TEST-own-webhook-secret";
const ADMIN: &str = "TEST-admin-token-that-is-long";
/// A key that the model's provider does not accept.
const WRONG_KEY: &str = "sk-or-v1-TEST-not-a-real-one-but-bad";

/// The part of the bot's token that is secret; the number before it is the bot's id.
const TOKEN: &str = "TEST-TOKEN-not-a-real-one";

const PRIVATE: [&str; 12] = [
    QUESTION,
    ANSWER,
    PERSON,
    GROUPS_NAME,
    FILE,
    PHONE,
    TOKEN,
    KEY,
    WRONG_KEY,
    OWN_SECRET,
    ADMIN,
    "TEST-metrics-token",
];

/// Runs the bot, and should hear of what needs her, but not of what people say.
const OLGA: i64 = 1003;

/// A world that prints all it can.
async fn talkative(mode: Mode) -> World {
    let olga = OLGA.to_string();
    let settings = [
        ("RUST_LOG", "trace"),
        ("WEBHOOK_SECRET", OWN_SECRET),
        ("ADMIN_TOKEN", ADMIN),
        ("ADMIN_USER_IDS", &olga),
        ("OPENROUTER_TIMEOUT_SECS", "1"),
    ];
    let mut world = World::asleep(mode, &settings).await;
    // Not what is said is judged here, but what it holds.
    world.expects_in_log(&["\"level\""]);
    world.telegram.add_person(ANNA, PERSON, Some("en"));
    world.telegram.set_username(ANNA, PERSON);
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.telegram.add_group(GROUP, GROUPS_NAME, &[ANNA, BORIS]);
    world.telegram.set_privacy(false);
    world.model.answers(format!("**{ANSWER}**\n\n```\n{ANSWER}\n```\n[{ANSWER}](https://{ANSWER}.example/)"));
    world
}

/// Whatever was printed and answered: where, and what.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    /// Everything that the running program tells whoever has the tokens, or none.
    async fn pages(&mut self, world: &World) {
        let requests = [
            ("GET", "/metrics"),
            ("GET", "/readyz"),
            ("GET", "/telegram/webhook-info"),
            ("POST", "/telegram/set-webhook"),
        ];
        for (method, path) in requests {
            for token in [ADMIN, "TEST-metrics-token", QUESTION] {
                for body in
                    [String::new(), json!({"url": format!("https://me:{FILE}@evil.example/{TOKEN}")}).to_string()]
                {
                    let method = method.parse().unwrap();
                    let request = world.bot.http.request(method, world.bot.address(path)).bearer_auth(token).body(body);
                    let answer = request.send().await.unwrap().text().await.unwrap();
                    self.0.push((path.to_owned(), answer));
                }
            }
        }
    }

    /// Everything that its commands print.
    async fn commands(&mut self, world: &World) {
        let commands: [&[&str]; 5] =
            [&["doctor"], &["doctor", "--json"], &["config", "show"], &["config", "check"], &["webhook", "info"]];
        for command in commands {
            let printed = world.bot.asked(command).await;
            assert!(!printed.out.is_empty() || !printed.err.is_empty(), "{command:?} says nothing");
            self.0.push((command.join(" "), printed.out + &printed.err));
        }
    }

    /// None of it holds anything private.
    fn harms_nobody(mut self, world: &World) {
        let log = world.bot.log();
        assert!(log.contains("\"level\":\"trace\""), "it is not as much as there could be");
        self.0.extend(log.lines().map(|line| ("the log".to_owned(), line.to_owned())));
        self.0.extend(world.said(OLGA).into_iter().map(|message| ("the owner's chat".to_owned(), message.text)));
        for private in PRIVATE {
            let found = self.0.iter().find(|(_, text)| text.contains(private));
            assert_eq!(found, None, "{private}");
        }
    }
}

/// Words, commands, edits, buttons, files, contacts, talk among others; and what only a broken program would send.
async fn people_say_everything(world: &World) {
    let first = world.anna(QUESTION);
    world.answers(ANNA, 1).await;
    world.edits(ANNA, ANNA, first, &format!("{QUESTION} again"));
    for command in ["/start", "/help", "/new", "/stop", "/frobnicate", "/ask", "/new ", "/retry"] {
        world.anna(&format!("{command} {QUESTION}"));
    }
    world.says(ANNA, GROUP, &format!("{QUESTION} among us"));
    world.says(BORIS, GROUP, &format!("/ask@routergram_bot {QUESTION}"));
    let anna = json!({"id": ANNA, "is_bot": false, "first_name": PERSON, "last_name": PERSON, "username": PERSON});
    let chat = json!({"id": ANNA, "type": "private", "first_name": PERSON, "username": PERSON});
    let document = json!({"file_id": FILE, "file_unique_id": FILE, "file_name": format!("{FILE}.pdf")});
    let contact = json!({"phone_number": PHONE, "first_name": PERSON, "vcard": PHONE});
    let under = json!({"message_id": first, "date": 1, "chat": chat, "text": ANSWER});
    let pressed = json!({"id": "1", "from": anna, "message": under, "chat_instance": "1", "data": QUESTION});
    let mine = |mut fields: Value| {
        let message = json!({"message_id": 900, "date": 1, "chat": chat, "from": anna});
        fields.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
        json!({ "message": fields })
    };
    let origin = json!({"type": "hidden_user", "sender_user_name": PERSON, "date": 1});
    let nobody =
        json!({"chat": chat, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": [{"type": QUESTION}]});
    for update in [
        mine(json!({"document": document, "caption": QUESTION})),
        mine(json!({"contact": contact})),
        mine(json!({"text": QUESTION, "forward_origin": origin})),
        mine(json!({"text": {"odd": QUESTION}})),
        mine(json!({"poll": {"question": QUESTION}})),
        json!({ "callback_query": pressed }),
        json!({"inline_query": {"id": "1", "from": anna, "query": QUESTION, "offset": ""}}),
        json!({ "message_reaction": nobody }),
        json!({QUESTION: {"from": anna}}),
    ] {
        let _ = world.telegram.inject(&update.to_string());
    }
    world.drains().await;
}

/// Every way in which Telegram fails an answer, with words of the answer in what it says about it.
async fn telegram_fails(world: &World) {
    let quoting = format!("Bad Request: can't parse entities: Unsupported start tag \"{ANSWER}\" at byte offset 7");
    let odd = format!("Bad Request: wrong URL \"https://{ANSWER}.example/\"");
    let troubles = [
        (1, Trouble::TooManyRequests { retry_after: 1 }),
        (1, Trouble::InternalServerError),
        (1, Trouble::BadGateway),
        (1, Trouble::Reset),
        (1, Trouble::DoneThenReset),
        (1, Trouble::DoneThenCut),
        (1, Trouble::Refused { code: 400, description: quoting.clone() }),
        // In no form: it is put aside, and the owner is told.
        (9, Trouble::Refused { code: 400, description: quoting }),
        (9, Trouble::Refused { code: 403, description: odd }),
    ];
    for (times, trouble) in troubles {
        world.telegram.fail(Refusal::new("sendMessage", times, trouble.clone()).in_chat(BORIS));
        world.telegram.fail(Refusal::new("sendMessageDraft", 1, trouble).in_chat(BORIS));
        world.says(BORIS, BORIS, QUESTION);
        world.drains().await;
        world.telegram.heal();
    }
}

/// Every way in which the model fails, with the key in what it says about the account, and words of the question in all else.
async fn model_fails(world: &World) {
    let key = format!("Incorrect API key provided: {KEY}.");
    let quoting = json!({"code": 502, "message": QUESTION, "metadata": {"raw": QUESTION, "provider_name": QUESTION}});
    let faults = [
        Fault::status(401, &key, "authentication"),
        Fault::no_credit(),
        Fault::moderated(QUESTION),
        Fault::status(413, QUESTION, "payload_too_large"),
        Fault::status(400, QUESTION, QUESTION),
        Fault::status(500, QUESTION, "server"),
        Fault::bad_gateway(),
        Fault::ErrorIn200 { error: quoting.clone() },
        Fault::ErrorAfter { chunks: 1, error: quoting },
        Fault::GarbageAfter { chunks: 1 },
        Fault::CutAfter { chunks: 1 },
        Fault::SilenceAfter { chunks: 1 },
        Fault::Empty,
        Fault::NoResponse,
    ];
    for (number, fault) in faults.iter().enumerate() {
        world.model.fails_next(1, fault);
        world.says(BORIS, BORIS, &format!("{number} {QUESTION}"));
        world.drains().await;
    }
    world.model.recovers();
}

/// Strangers, with and without the secret, bring what is none of ours.
async fn strangers_knock(world: &World) {
    let door = world.door();
    for body in [QUESTION.to_owned(), format!("{{\"update_id\":\"{QUESTION}\"}}"), format!("[\"{QUESTION}\"")] {
        assert_eq!(door.post(body.clone()).await.status(), 200);
        let address = world.bot.address(&format!("{}?{SECRET}={OWN_SECRET}&q={QUESTION}", door.path));
        let without = world.bot.http.post(address).header(SECRET, QUESTION).body(body).send().await.unwrap();
        assert_eq!(without.status(), 404);
    }
    for path in [format!("/{QUESTION}"), format!("/webhook/{}x", world.telegram.token()), format!("/admin?t={ADMIN}")] {
        assert_eq!(world.bot.get(&path).await.0, 404);
    }
    world.drains().await;
}

#[tokio::test]
async fn nothing_private_leaves_by_the_side_whatever_fails() {
    let (mut world, mut seen) = (talkative(Mode::Webhook).await, Seen::default());
    world.telegram.fail(Refusal::new("getMe", 1, Trouble::Reset));
    world.telegram.fail(Refusal::new("setWebhook", 1, Trouble::DoneThenCut));
    world.bot.starts().await;
    people_say_everything(&world).await;
    strangers_knock(&world).await;
    telegram_fails(&world).await;
    model_fails(&world).await;
    seen.pages(&world).await;
    seen.commands(&world).await;
    // A death with an answer on its way, and a good end.
    let gate = world.model.hold_after(1);
    world.anna(QUESTION);
    until("it is asked", async || world.model.requests().last().is_some_and(|asked| asked.question() == QUESTION))
        .await;
    world.bot.dies();
    drop(gate);
    world.bot.starts().await;
    world.drains().await;
    assert!(world.bot.stops().await.status == Some(0));
    seen.harms_nobody(&world);
    world.ends().await;
}

#[tokio::test]
async fn nothing_private_leaves_by_the_side_when_nobody_can_be_reached_or_knows_the_keys() {
    let (mut world, mut seen) = (talkative(Mode::Polling).await, Seen::default());
    let (telegram, model) = (world.telegram.api_url(), world.model.base_url().to_string());
    // A name that nobody has; a server that does not speak TLS.
    let unreachable = ["http://no-such-host.invalid".to_owned(), telegram.replace("http://", "https://")];
    for (number, address) in unreachable.iter().enumerate() {
        world.bot.set("TELEGRAM_API_URL", address);
        world.bot.spawns();
        let told = async || world.bot.said("Telegram cannot be reached; trying again until it can") > number;
        until("it says that it waits", told).await;
        seen.pages(&world).await;
        seen.commands(&world).await;
        world.bot.dies();
    }
    world.bot.set("TELEGRAM_API_URL", &telegram);
    for (number, address) in unreachable.iter().enumerate() {
        world.bot.set("OPENROUTER_BASE_URL", &format!("{address}/api/v1"));
        world.bot.starts().await;
        world.anna(QUESTION);
        world.answers(ANNA, number + 1).await;
        seen.commands(&world).await;
        world.bot.stops().await;
    }
    world.bot.set("OPENROUTER_BASE_URL", &model);
    world.bot.set("OPENROUTER_API_KEY", WRONG_KEY);
    world.bot.starts().await;
    world.anna(QUESTION);
    world.answers(ANNA, unreachable.len() + 1).await;
    seen.commands(&world).await;
    world.bot.stops().await;
    world.telegram.revoke_token(true);
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, Some(1));
    seen.commands(&world).await;
    seen.harms_nobody(&world);
    world.ends().await;
}
