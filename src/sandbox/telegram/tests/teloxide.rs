//! The client that our own bot uses, unmodified and held to strictness.

use teloxide::payloads::{EditMessageTextSetters, SendDocumentSetters, SendMessageSetters, SetWebhookSetters};
use teloxide::prelude::*;
use teloxide::types::{
    BotCommand, ChatAction, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageEntity,
    ParseMode, ReplyParameters, UpdateKind,
};

use super::{ANNA, Bot as Tester, GROUP, json};
use crate::sandbox::telegram::view::Act;

fn bot(tester: &Tester) -> Bot {
    let url = tester.telegram.api_url().parse().unwrap();
    Bot::with_client(tester.telegram.token(), tester.client.clone()).set_api_url(url)
}

#[tokio::test]
async fn teloxide_sends_edits_and_deletes() {
    let tester = Tester::start().await;
    let bot = bot(&tester);
    assert_eq!(bot.get_me().await.unwrap().username(), "routergram_bot");
    let question = tester.anna_says("hello");
    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Stop", "stop")]]);
    let anna = ChatId(ANNA);
    bot.send_chat_action(anna, ChatAction::Typing).await.unwrap();
    let sent = bot
        .send_message(anna, "hi there")
        .entities([MessageEntity::bold(0, 2)])
        .reply_parameters(ReplyParameters::new(teloxide::types::MessageId(question.try_into().unwrap())))
        .link_preview_options(LinkPreviewOptions {
            is_disabled: true,
            url: None,
            prefer_small_media: false,
            prefer_large_media: false,
            show_above_text: false,
        })
        .reply_markup(keyboard)
        .await
        .unwrap();
    assert_eq!(sent.reply_to_message().unwrap().text(), Some("hello"));
    let edited = bot.edit_message_text(anna, sent.id, "<b>bye</b>").parse_mode(ParseMode::Html).await.unwrap();
    assert_eq!(edited.text(), Some("bye"));
    let file = InputFile::memory("# x").file_name("answer.md");
    bot.send_document(anna, file).caption("the rest").await.unwrap();
    assert_eq!(tester.telegram.transcript(ANNA), "Anna: hello\nbot: bye\nbot: [document] the rest\n");
    bot.delete_message(anna, sent.id).await.unwrap();
    bot.set_my_commands([BotCommand::new("help", "Help")]).await.unwrap();
    bot.get_chat(ChatId(GROUP)).await.unwrap();
    bot.get_chat_administrators(ChatId(GROUP)).await.unwrap();
    assert_eq!(tester.telegram.unexpected(), Vec::<String>::new());
}

#[tokio::test]
async fn teloxide_understands_the_errors() {
    use teloxide::{ApiError, RequestError};
    let tester = Tester::start().await;
    let bot = bot(&tester);
    let api = |error: RequestError| match error {
        RequestError::Api(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(api(bot.send_message(ChatId(5), "x").await.unwrap_err()), ApiError::ChatNotFound);
    assert_eq!(api(bot.send_message(ChatId(ANNA), "x".repeat(4097)).await.unwrap_err()), ApiError::MessageIsTooLong);
    let sent = bot.send_message(ChatId(ANNA), "x").await.unwrap();
    let same = bot.edit_message_text(ChatId(ANNA), sent.id, "x").await.unwrap_err();
    assert_eq!(api(same), ApiError::MessageNotModified);
    tester.telegram.block_bot(ANNA, true);
    assert_eq!(api(bot.send_message(ChatId(ANNA), "x").await.unwrap_err()), ApiError::BotBlocked);
    let fault = crate::sandbox::telegram::Trouble::TooManyRequests { retry_after: 3 };
    tester.telegram.fail(crate::sandbox::telegram::Fault::new("getMe", 1, fault));
    assert!(matches!(bot.get_me().await.unwrap_err(), RequestError::RetryAfter(wait) if wait.seconds() == 3));
}

#[tokio::test]
async fn teloxide_reads_every_kind_of_update() {
    let tester = Tester::start().await;
    let bot = bot(&tester);
    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Stop", "stop")]]);
    let sent = bot.send_message(ChatId(ANNA), "x").reply_markup(keyboard).await.unwrap();
    let topic = tester.telegram.add_topic(GROUP, "Ideas");
    let question = tester.anna_says("/start");
    let (chat, user) = (ANNA, ANNA);
    let acts = [
        Act::Edit { chat, user, message_id: question, text: "/help".to_owned() },
        Act::Press { chat, user, message_id: sent.id.0.into(), data: "stop".to_owned() },
        Act::Send { chat: GROUP, user, text: "/ask@routergram_bot".to_owned(), reply_to: None, thread: Some(topic) },
    ];
    for act in acts {
        tester.telegram.act(act).unwrap();
    }
    tester.telegram.kick_bot(GROUP);
    let kinds: Vec<_> = bot
        .get_updates()
        .await
        .unwrap()
        .into_iter()
        .map(|update| match update.kind {
            UpdateKind::Message(_) => "message",
            UpdateKind::EditedMessage(_) => "edited_message",
            UpdateKind::CallbackQuery(_) => "callback_query",
            UpdateKind::MyChatMember(_) => "my_chat_member",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["message", "edited_message", "callback_query", "message", "my_chat_member"]);
}

#[tokio::test]
async fn teloxide_sets_its_webhook_by_multipart() {
    let tester = Tester::start().await;
    let url = "http://127.0.0.1:9/hook";
    bot(&tester).set_webhook(url.parse().unwrap()).secret_token("secret").max_connections(7).await.unwrap();
    let webhook = tester.telegram.webhook().unwrap();
    assert_eq!((&*webhook.url, webhook.secret.as_deref(), webhook.max_connections), (url, Some("secret"), 7));
    assert_eq!(tester.get("getWebhookInfo", json!({})).await["max_connections"], 7);
    let info = bot(&tester).get_webhook_info().await.unwrap();
    assert_eq!(info.max_connections, Some(7));
    assert_eq!(tester.telegram.unexpected(), Vec::<String>::new());
}
