//! Telegram fails: an answer, its preview, the way in. What else there is about deliveries is in `telegram_failures`.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::{Call, Fault, Trouble};

use super::{Gone, OLGA, Row};
use crate::world::{ANNA, Mode, World, within};

/// The answer, and how it looks.
const ANSWER: &str = "**forty**-two";
const SEEN: &str = "forty-two";

const TWICE: &str = "A message may arrive twice";
const KEPT: &str = "An answer cannot be delivered now; it is kept";
const PLAINER: &str = "Telegram refused a message; sending it plainer";
const NO_FORM: &str = "Telegram takes an answer in no form";
const POLLING: &str = "Polling fails; trying again";
const AWAY: &str = "Telegram cannot be reached; trying again until it can";

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Answer,
    Preview,
    Polling,
    Start,
}

use Of::{Answer, Polling, Preview, Start};

impl Of {
    /// The method, and what the document calls it.
    fn method(self) -> (&'static str, &'static str) {
        match self {
            Answer => ("sendMessage", "The answer"),
            Preview => ("sendMessageDraft", "A preview"),
            Polling => ("getUpdates", "Polling"),
            Start => ("setWebhook", "Setting the webhook"),
        }
    }
}

/// What Anna sees.
#[derive(Clone, Copy)]
enum Anna {
    /// The answer, so often.
    Answer(usize),
    /// Nothing of it.
    Nothing,
    /// This sentence instead.
    Sentence(fn(Language) -> String),
}

/// What fails, and what comes of it.
struct Case {
    of: Of,
    what: &'static str,
    times: u32,
    trouble: Trouble,
    anna: Anna,
    /// Warnings in the log.
    logged: &'static [&'static str],
    owner: Option<fn(Language, &str) -> String>,
    /// What is tried again, and how often the method is called in all, where that is a matter of the failure.
    again: (&'static str, Option<usize>),
}

impl Case {
    /// The answer arrives once, and nobody has to know.
    fn new(of: Of, what: &'static str, (times, trouble): (u32, Trouble)) -> Self {
        Self { of, what, times, trouble, anna: Anna::Answer(1), logged: &[], owner: None, again: ("nothing", None) }
    }

    fn seen(self, anna: Anna) -> Self {
        Self { anna, ..self }
    }

    fn logged(self, logged: &'static [&'static str]) -> Self {
        Self { logged, ..self }
    }

    fn told(self, owner: fn(Language, &str) -> String) -> Self {
        Self { owner: Some(owner), ..self }
    }

    fn again(self, words: &'static str, calls: usize) -> Self {
        Self { again: (words, Some(calls)), ..self }
    }

    fn until_it_works(self) -> Self {
        Self { again: ("until it works: after 0.5 s, 1 s, 2 s … 30 s", None), ..self }
    }

    fn when_told(self) -> Self {
        Self { again: ("until it works: after as long as Telegram says", None), ..self }
    }

    fn row(&self) -> Row {
        let anna = match self.anna {
            Anna::Answer(1) => "the answer".to_owned(),
            Anna::Answer(_) => "the answer, twice".to_owned(),
            Anna::Nothing => "nothing".to_owned(),
            Anna::Sentence(sentence) => format!("“{}”", sentence(Language::En)),
        };
        let warned = self.logged.iter().map(|words| format!("in the log: “{words}”"));
        let told = self.owner.map(|owner| format!("in Telegram: “{}”", owner(Language::En, "").trim_end()));
        let owner: Vec<String> = warned.chain(told).collect();
        let owner = if owner.is_empty() { "nothing".to_owned() } else { owner.join("; ") };
        let what = format!("{}: {}", self.of.method().1, self.what);
        Row { what, anna, owner, again: self.again.0.to_owned() }
    }
}

fn refused(code: u16, description: &str) -> Trouble {
    Trouble::Refused { code, description: description.to_owned() }
}

/// One table: each row a story.
macro_rules! neighbours {
    ($($story:ident: $case:expr;)*) => {
        $(#[tokio::test]
        async fn $story() {
            lives_through($case).await;
        })*

        fn cases() -> Vec<Case> {
            vec![$($case),*]
        }
    };
}

neighbours! {
    an_answer_that_has_to_wait: Case::new(Answer, "429, and how long to wait", (1, Trouble::TooManyRequests { retry_after: 1 })).again("after as long as Telegram says", 2);
    an_answer_that_telegram_fails_for_a_moment: Case::new(Answer, "500 in Telegram's own words: it did not arrive", (2, Trouble::InternalServerError)).again("after 0.5 s, 1 s, 2 s", 3);
    an_answer_that_telegram_fails_for_longer: Case::new(Answer, "500, and more than four times", (4, Trouble::InternalServerError)).logged(&[KEPT]).again("after 0.5 s, 1 s, 2 s; then after pauses of up to a minute, in order, for as long as it takes; nobody else waits", 5);
    an_answer_behind_a_proxy_page: Case::new(Answer, "502 with a page of HTML: nobody knows whether it arrived", (1, Trouble::BadGateway)).logged(&[TWICE]).again("once more after 0.5 s, and counted", 2);
    an_answer_whose_connection_breaks: Case::new(Answer, "the connection breaks before there is an answer: nobody knows", (1, Trouble::Reset)).logged(&[TWICE]).again("once more after 0.5 s, and counted", 2);
    an_answer_that_arrived_in_silence: Case::new(Answer, "it is taken, and no answer comes for 20 s", (1, Trouble::DoneThenSilence)).seen(Anna::Answer(2)).logged(&[TWICE]).again("once more, and counted", 2);
    an_answer_that_arrived_before_the_connection_broke: Case::new(Answer, "it is taken, then the connection breaks", (1, Trouble::DoneThenReset)).seen(Anna::Answer(2)).logged(&[TWICE]).again("once more after 0.5 s, and counted", 2);
    an_answer_whose_receipt_is_cut: Case::new(Answer, "it is taken, and the receipt is cut in the middle", (1, Trouble::DoneThenCut)).seen(Anna::Answer(2)).logged(&[TWICE]).again("once more after 0.5 s, and counted", 2);
    an_answer_whose_formatting_is_refused: Case::new(Answer, "400: its formatting is refused", (1, refused(400, "Bad Request: can't parse entities: entity is too long"))).logged(&[PLAINER]).again("at once, without formatting", 2);
    an_answer_that_is_refused_in_every_form: Case::new(Answer, "400: it is refused in every form", (2, refused(400, "Bad Request: strange text"))).seen(Anna::Sentence(replies::gave_up)).logged(&[PLAINER, NO_FORM]).told(replies::owner_undeliverable).again("nothing: it is put aside", 3);
    an_answer_to_somebody_who_blocked_the_bot: Case::new(Answer, "403: she has blocked the bot", (1, refused(403, "Forbidden: bot was blocked by the user"))).seen(Anna::Nothing).again("nothing", 1);
    a_preview_that_has_to_wait: Case::new(Preview, "429", (1, Trouble::TooManyRequests { retry_after: 3600 }));
    a_preview_that_telegram_fails: Case::new(Preview, "500", (1, Trouble::InternalServerError));
    a_preview_behind_a_proxy_page: Case::new(Preview, "502 with a page of HTML", (1, Trouble::BadGateway));
    a_preview_whose_connection_breaks: Case::new(Preview, "the connection breaks", (1, Trouble::Reset));
    a_preview_that_is_taken_and_cut: Case::new(Preview, "it is taken, and the receipt is cut", (1, Trouble::DoneThenCut));
    a_preview_that_is_taken_in_silence: Case::new(Preview, "it is taken, and no answer comes", (1, Trouble::DoneThenSilence));
    a_preview_to_somebody_out_of_reach: Case::new(Preview, "403", (1, refused(403, "Forbidden: user is deactivated")));
    a_preview_that_is_refused: Case::new(Preview, "400", (1, refused(400, "Bad Request: message can't be shown")));
    polling_that_has_to_wait: Case::new(Polling, "429", (1, Trouble::TooManyRequests { retry_after: 1 })).logged(&[POLLING]).when_told();
    polling_that_telegram_fails: Case::new(Polling, "500", (2, Trouble::InternalServerError)).logged(&[POLLING]).until_it_works();
    polling_behind_a_proxy_page: Case::new(Polling, "502 with a page of HTML", (1, Trouble::BadGateway)).logged(&[POLLING]).until_it_works();
    polling_whose_connection_breaks: Case::new(Polling, "the connection breaks", (1, Trouble::Reset)).logged(&[POLLING]).until_it_works();
    polling_whose_updates_are_cut: Case::new(Polling, "the updates are cut in the middle", (1, Trouble::DoneThenCut)).logged(&[POLLING]).until_it_works();
    a_webhook_that_has_to_wait: Case::new(Start, "429", (1, Trouble::TooManyRequests { retry_after: 1 })).logged(&[AWAY]).when_told();
    a_webhook_that_telegram_fails: Case::new(Start, "500", (2, Trouble::InternalServerError)).logged(&[AWAY]).until_it_works();
    a_webhook_behind_a_proxy_page: Case::new(Start, "502 with a page of HTML", (1, Trouble::BadGateway)).logged(&[AWAY]).until_it_works();
    a_webhook_whose_connection_breaks: Case::new(Start, "the connection breaks", (1, Trouble::Reset)).logged(&[AWAY]).until_it_works();
    a_webhook_that_is_set_and_cut: Case::new(Start, "it is set, and the receipt is cut", (1, Trouble::DoneThenCut)).logged(&[AWAY]).until_it_works();
}

/// Anna asks once, whatever fails; then once more, when nothing does.
async fn lives_through(case: Case) {
    let mode = if case.of == Polling { Mode::Polling } else { Mode::Webhook };
    let mut world = World::asleep(mode, &[("ADMIN_USER_IDS", &OLGA.to_string())]).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.expects_in_log(case.logged);
    world.model.answers(ANSWER);
    let (method, _) = case.of.method();
    let fault = Fault::new(method, case.times, case.trouble.clone());
    if case.of == Start {
        world.telegram.fail(fault);
        world.bot.starts().await;
    } else {
        world.bot.starts().await;
        world.telegram.fail(fault);
        if case.of == Preview {
            // What is shown where there can be no preview.
            world.telegram.fail(Fault::new("sendChatAction", case.times, case.trouble.clone()));
        }
    }
    asks(&world, case.of).await;
    world.drains().await;
    let seen: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    let expected = match case.anna {
        Anna::Answer(times) => vec![SEEN.to_owned(); times],
        Anna::Nothing => Vec::new(),
        Anna::Sentence(sentence) => vec![sentence(Language::En)],
    };
    assert_eq!((&seen, world.model.request_count()), (&expected, 1));
    if let Some(calls) = case.again.1 {
        let to_anna = |call: &&Call| call.method == method && call.params["chat_id"] == ANNA;
        assert_eq!(world.telegram.calls().iter().filter(to_anna).count(), calls, "{method}");
    }
    let doubts = u64::from(case.logged.contains(&TWICE));
    assert_eq!(world.bot.metric("routergram_sends_repeated_total").await, doubts);
    is_told(&world, case.owner).await;
    world.anna("and now?");
    world.answers(ANNA, seen.len() + 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.last_said(ANNA).as_str()), (seen.len() + 1, SEEN));
    for words in case.logged {
        world.bot.says(words).await;
    }
    world.ends().await;
}

/// Anna asks; when it is about previews, the answer waits until one was tried.
async fn asks(world: &World, of: Of) {
    if of != Preview {
        world.anna("what is the answer?");
        return;
    }
    let gate = world.model.hold_after(1);
    world.anna("what is the answer?");
    let tried = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("a preview is tried", world.telegram.calls_become(tried)).await;
    gate.release();
}

/// The owner hears this, and nothing else.
async fn is_told(world: &World, owner: Option<fn(Language, &str) -> String>) {
    let Some(owner) = owner else {
        assert!(world.said(OLGA).is_empty(), "{:?}", world.last_said(OLGA));
        return;
    };
    let told = world.answers(OLGA, 1).await;
    assert!(told[0].text.starts_with(owner(Language::En, "").trim_end()), "{}", told[0].text);
    assert_eq!(told.len(), 1);
}

/// Ways in which Telegram is not there: what fails, and the address that fails so.
const GONE: [Gone; 3] = [
    ("its name is not known (DNS)", |_| "http://no-such-host.invalid".to_owned()),
    ("its certificate or TLS is wrong", |world| world.telegram.api_url().replace("http://", "https://")),
    ("nobody answers there", |_| "http://127.0.0.1:9".to_owned()),
];

#[tokio::test]
async fn a_telegram_that_is_not_there_is_waited_for_and_nothing_is_lost() {
    for (what, address) in GONE {
        // A webhook at a server that is not Telegram's own would be refused at once.
        let mut world = World::asleep(Mode::Polling, &[]).await;
        world.expects_in_log(&[AWAY, "is an http:// address"]);
        world.model.answers(ANSWER);
        world.anna("anybody there?");
        let right = world.telegram.api_url();
        let wrong = address(&world);
        world.bot.set("TELEGRAM_API_URL", &wrong);
        world.bot.spawns();
        world.bot.says(AWAY).await;
        assert_eq!(world.bot.get("/healthz").await.0, 200, "{what}");
        assert_eq!(world.bot.get("/readyz").await.0, 503, "{what}");
        assert_eq!((world.said(ANNA).len(), world.bot.said(AWAY)), (0, 1), "{what}");
        assert_eq!(world.bot.stops().await.status, Some(0), "{what}");
        world.bot.set("TELEGRAM_API_URL", &right);
        world.bot.starts().await;
        world.answers(ANNA, 1).await;
        world.drains().await;
        assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1), "{what}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_slow_telegram_is_waited_for() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers(ANSWER);
    world.telegram.slow_down("sendMessage", Duration::from_secs(3));
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.called("sendMessage")), (1, 1));
    world.ends().await;
}

/// All of it, for the document.
pub(super) fn rows() -> Vec<Row> {
    let gone = GONE.iter().map(|(what, _)| Row {
        what: format!("Telegram: {what}"),
        anna: "the answer, when it is there again: Telegram keeps her question".to_owned(),
        owner: format!("in the log: “{AWAY}”; `/readyz` says 503"),
        again: "until it works: after 0.5 s, 1 s, 2 s … 30 s".to_owned(),
    });
    let slow = Row {
        what: "The answer: Telegram takes less than 20 s for it".to_owned(),
        anna: "the answer".to_owned(),
        owner: "nothing".to_owned(),
        again: "nothing".to_owned(),
    };
    let cases = cases();
    cases.iter().map(Case::row).chain([slow]).chain(gone).collect()
}
