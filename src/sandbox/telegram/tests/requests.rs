//! Every way to send parameters, and what is wrong with a request.

use super::*;

#[tokio::test]
async fn parameters_come_as_query_json_form_and_multipart_and_names_in_any_case() {
    let bot = Bot::start().await;
    let send =
        |request: reqwest::RequestBuilder| async move { request.send().await.unwrap().json::<Value>().await.unwrap() };
    let query = [("chat_id", "1001"), ("text", "query")];
    assert_eq!(send(bot.client.get(bot.url("SendMessage")).query(&query)).await["result"]["text"], "query");
    let form = [("chat_id", "1001"), ("text", "form"), ("link_preview_options", "{\"is_disabled\":true}")];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = bot.client.post(bot.url("sendmessage")).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(send(request.body(body)).await["result"]["text"], "form");
    assert_eq!(bot.sends(ANNA, "json").await, 3);
    assert_eq!(bot.telegram.transcript(ANNA), "bot: query\nbot: form\nbot: json\n");
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_in_a_multipart_becomes_a_message_with_a_caption() {
    let bot = Bot::start().await;
    let multipart = |names: &[(&str, &str)], content: &[u8]| {
        let boundary = "xXx";
        let fields = names.iter().map(|(name, value)| {
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        });
        let file = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"part\"; filename=\"a.md\"\r\n\r\n");
        let head = fields.chain([file]).collect::<String>();
        [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
    };
    let picture = include_bytes!("../photo.png");
    for (method, name, content) in [("sendDocument", "document", &b"hello"[..]), ("sendPhoto", "photo", picture)] {
        let fields = [("chat_id", "1001"), (name, "attach://part"), ("caption", "*x*"), ("parse_mode", "MarkdownV2")];
        let body = multipart(&fields, content);
        let request = bot.client.post(bot.url(method)).header("content-type", "multipart/form-data; boundary=xXx");
        let answer: Value = request.body(body).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["caption_entities"][0]["type"], "bold", "{answer}");
    }
    assert_eq!(bot.telegram.transcript(ANNA), "bot: [document] x\nbot: [photo] x\n");
    assert_eq!(
        bot.refused("sendPhoto", json!({"chat_id": ANNA})).await,
        "Bad Request: there is no photo in the request"
    );
}

#[tokio::test]
async fn unknown_tokens_methods_and_paths_are_refused() {
    let bot = Bot::start().await;
    let status = |url: String| async { bot.client.get(url).send().await.unwrap().text().await.unwrap() };
    let unauthorized = r#"{"description":"Unauthorized","error_code":401,"ok":false}"#;
    let not_found = r#"{"description":"Not Found","error_code":404,"ok":false}"#;
    assert_eq!(status(format!("{}/bot1:wrong/getMe", bot.telegram.api_url())).await, unauthorized);
    assert_eq!(status(bot.url("getNonsense")).await, not_found);
    assert_eq!(status(format!("{}/", bot.telegram.api_url())).await, not_found);
    bot.telegram.revoke_token(true);
    assert_eq!(status(bot.url("getMe")).await, unauthorized);
    assert_eq!(bot.telegram.unexpected(), ["getNonsense: no such method"]);
}

#[tokio::test]
async fn what_the_sandbox_cannot_do_it_refuses_loudly() {
    let bot = Bot::start().await;
    assert_eq!(bot.refused("sendDice", json!({"chat_id": ANNA})).await, "Not Implemented by the sandbox: sendDice");
    assert_eq!(
        bot.refused("getMe", json!({"x": 1})).await,
        "Bad Request: unknown parameter \"x\" (refused by the sandbox)"
    );
    assert_eq!(
        bot.telegram.unexpected(),
        [
            "sendDice: not implemented by the sandbox",
            "getMe: Bad Request: unknown parameter \"x\" (refused by the sandbox)"
        ]
    );
    bot.telegram.set_strict(false);
    bot.get("getMe", json!({"x": 1})).await;
    assert_eq!(bot.telegram.extras(), 1);
}

#[tokio::test]
async fn the_bot_knows_itself_and_its_commands() {
    let bot = Bot::start().await;
    let me = bot.get("getMe", json!({})).await;
    assert_eq!((&me["id"], &me["username"]), (&json!(123_456), &json!("routergram_bot")));
    let commands = json!([{"command": "help", "description": "Help"}]);
    bot.get("setMyCommands", json!({"commands": commands, "language_code": "ru"})).await;
    assert_eq!(bot.get("getMyCommands", json!({"language_code": "ru"})).await, commands);
    assert_eq!(bot.get("getMyCommands", json!({})).await, json!([]));
    bot.get("deleteMyCommands", json!({"language_code": "ru"})).await;
    assert_eq!(bot.get("getMyCommands", json!({"language_code": "ru"})).await, json!([]));
    let wrong = json!({"commands": [{"command": "Help!", "description": "Help"}]});
    assert_eq!(bot.refused("setMyCommands", wrong).await, "Bad Request: BOT_COMMAND_INVALID");
    bot.get("setMyDescription", json!({"description": "Answers."})).await;
    assert_eq!(bot.get("getMyDescription", json!({})).await, json!({"description": "Answers."}));
}

#[tokio::test]
async fn the_journal_keeps_what_was_called() {
    let bot = Bot::start().await;
    bot.sends(ANNA, "x").await;
    bot.refused("sendMessage", json!({"chat_id": 5, "text": "x"})).await;
    let calls: Vec<_> =
        bot.telegram.calls().into_iter().map(|call| (call.method, call.status, call.description)).collect();
    let refusal = Some("Bad Request: chat not found".to_owned());
    assert_eq!(calls, [("sendMessage".to_owned(), 200, None), ("sendMessage".to_owned(), 400, refusal)]);
    bot.telegram.set_journal(false);
    bot.sends(ANNA, "y").await;
    assert_eq!(bot.telegram.calls().len(), 2);
}
