//! What the owner is told: what happened, what it means for people, what to do. The details come last, in English,
//! because that is what providers write and what can be searched for.

use super::phrases::phrases;

phrases! {
    /// The provider refuses the key, or the credit is used up.
    pub owner_account(detail: &str = "status=402") {
        "I cannot answer anybody: the model's provider refuses my account. Check OPENROUTER_API_KEY, and whether the \
         account has credit left: openrouter.ai/settings/credits\n\n{detail}"
        "Я никому не могу ответить: поставщик модели отклоняет мой аккаунт. Проверьте OPENROUTER_API_KEY и остаток \
         средств: openrouter.ai/settings/credits\n\n{detail}"
    }
    /// The configured model does not exist any more.
    pub owner_no_such_model(detail: &str = "status=404") {
        "I cannot answer anybody: my model is not available any more. Set MODEL to one of openrouter.ai/models, or \
         FALLBACK_MODELS to some that may take its place, and restart me.\n\n{detail}"
        "Я никому не могу ответить: моя модель больше недоступна. Укажите в MODEL одну из openrouter.ai/models или в \
         FALLBACK_MODELS те, что могут её заменить, и перезапустите меня.\n\n{detail}"
    }
    /// What the bot may cost in a day is used up.
    pub owner_budget_used_up(detail: &str = "DAILY_BUDGET_USD=$20.00") {
        "What I may spend in a day is used up, so I answer nobody until 00:00 UTC. If that should not be, raise \
         DAILY_BUDGET_USD and restart me; if somebody asks too much, lower USER_DAILY_BUDGET_USD.\n\n{detail}"
        "Бюджет на день исчерпан, и до 00:00 UTC я никому не отвечаю. Если так быть не должно, увеличьте DAILY_BUDGET_USD \
         и перезапустите меня; если кто-то спрашивает слишком много, уменьшите USER_DAILY_BUDGET_USD.\n\n{detail}"
    }
    /// An update was put aside.
    pub owner_parked(detail: &str = "its handling hung") {
        "I could not handle a message and have put it aside; everything else goes on. “routergram parked list” shows it, \
         “routergram parked retry ID” tries it again. If it happens again, see whether there is a newer version of \
         me.\n\n{detail}"
        "Я не смог обработать сообщение и отложил его; всё остальное работает. «routergram parked list» покажет его, \
         «routergram parked retry ID» попробует ещё раз. Если это повторится, проверьте, нет ли моей новой \
         версии.\n\n{detail}"
    }
    /// Telegram takes an answer in no form.
    pub owner_undeliverable(detail: &str = "Telegram refused (400)") {
        "Telegram does not take one of my answers, in whatever form, so I have put it aside and somebody waits in vain. \
         If it is about rights in a group, give me the right to write there, and have “routergram parked retry ID” try \
         again; “routergram parked list” shows which.\n\n{detail}"
        "Telegram не принимает один из моих ответов ни в каком виде; я отложил его, и кто-то ждёт напрасно. Если дело \
         в правах в группе, разрешите мне там писать и попробуйте ещё раз: «routergram parked retry ID»; какой это \
         ответ, покажет «routergram parked list».\n\n{detail}"
    }
    /// Another program takes the updates away.
    pub owner_webhook_taken(detail: &str = "it was removed") {
        "Another program that has my token takes my messages away. Stop it, or have @BotFather revoke the token and \
         give me the new one as BOT_TOKEN. If the messages are meant for it, stop me.\n\n{detail}"
        "Другая программа с моим токеном забирает мои сообщения. Остановите её или отзовите токен у @BotFather и \
         передайте мне новый в BOT_TOKEN. Если сообщения предназначены ей, остановите меня.\n\n{detail}"
    }
    /// Telegram cannot bring updates.
    pub owner_webhook_failing(detail: &str = "Connection refused; 3 updates wait") {
        "Telegram cannot bring me messages, so people wait. Check that my address can be reached from the Internet and \
         that its certificate is valid. Telegram keeps the messages for a day.\n\n{detail}"
        "Telegram не может доставить мне сообщения, и люди ждут. Проверьте, доступен ли мой адрес из интернета и \
         действителен ли его сертификат. Telegram хранит сообщения сутки.\n\n{detail}"
    }
    /// People wait although nothing is being done for them.
    pub owner_queue_old(detail: &str = "12 updates, the oldest waits for 75 s") {
        "People wait for me for more than a minute before I begin. If answers take long, raise MAX_CONCURRENT_TURNS; otherwise \
         check whether I have enough processor and disk. /status shows the queue.\n\n{detail}"
        "Люди ждут больше минуты, прежде чем я начинаю. Если ответы долгие, увеличьте MAX_CONCURRENT_TURNS; иначе проверьте, \
         хватает ли мне процессора и диска. Очередь покажет /status.\n\n{detail}"
    }
    /// The store takes or gives nothing.
    pub owner_store_trouble(detail: &str = "the disk is full") {
        "My database cannot be written or read, so I take no messages; Telegram keeps them for a day. Check the disk of \
         DATA_DIR: is it full, or broken? If I have ended, start me again after that.\n\n{detail}"
        "Мне не удаётся записать или прочитать базу данных, поэтому я не принимаю сообщения; Telegram хранит их сутки. Проверьте \
         диск с DATA_DIR: не заполнен ли он, исправен ли? Если я остановился, запустите меня после этого.\n\n{detail}"
    }
    /// More and more updates wait at Telegram.
    pub owner_backlog(detail: &str = "120 updates wait") {
        "More messages wait for me at Telegram with every minute. Check whether I have enough processor and disk, and \
         whether something on the way to me holds requests up.\n\n{detail}"
        "С каждой минутой в Telegram меня ждёт всё больше сообщений. Проверьте, хватает ли мне процессора и диска и не \
         задерживает ли что-нибудь запросы на пути ко мне.\n\n{detail}"
    }
}
