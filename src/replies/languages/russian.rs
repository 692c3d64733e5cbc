//! Russian.

use teloxide::types::UserId;

use super::Speech;
use crate::clock::Day;
use crate::replies::phrases::words;

/// Russian.
pub(in crate::replies) struct Russian;

impl Speech for Russian {
    fn code(&self) -> &'static str {
        "ru"
    }

    fn name(&self) -> &'static str {
        "Русский"
    }

    fn months(&self) -> [&'static str; 12] {
        [
            "январь",
            "февраль",
            "март",
            "апрель",
            "май",
            "июнь",
            "июль",
            "август",
            "сентябрь",
            "октябрь",
            "ноябрь",
            "декабрь",
        ]
    }

    /// 1, 21, 101 take the first form; 2–4, 22–24 the second; everything else, and 11–14, the third.
    fn form(&self, count: u64) -> usize {
        match (count % 10, count % 100) {
            (_, 11..=14) => 2,
            (1, _) => 0,
            (2..=4, _) => 1,
            _ => 2,
        }
    }

    fn question(&self) -> &'static [&'static str] {
        &["вопрос", "вопроса", "вопросов"]
    }

    fn token(&self) -> &'static [&'static str] {
        &["токен", "токена", "токенов"]
    }

    /// A space that does not break; four digits stay together.
    fn separator(&self) -> (char, usize) {
        ('\u{a0}', 5)
    }
}

words! { Russian on access:
    private_bot(user: UserId) "Это закрытый бот. Ваш id: {user}. Отправьте его владельцу бота."
    excluded()
        "Владелец этого бота исключил вас. Я не отвечаю на то, что вы здесь пишете; если это ошибка, обратитесь к владельцу."
    decide_usage()
        "Напишите id человека: /allow 123456789 впускает, /ban 123456789 исключает, /unban 123456789 отменяет исключение. Или \
         перешлите мне сообщение этого человека и ответьте на него одной командой. Кто здесь бывает, покажет /users."
    origin_hidden()
        "Telegram не сообщает, кто это написал: человек скрывает это при пересылке, или это был не человек. Спросите у него id \
         и напишите /allow 123456789 или /ban 123456789; тем, кого я не знаю, я сообщаю их id."
    stand_in()
        "Под этим id пишут все, кто скрывается за группой или каналом, поэтому его нельзя ни впустить, ни исключить. Укажите id \
         человека."
    holds_owner(who: &str)
        "{who} — владелец бота (ADMIN_USER_IDS): владельцу бот доступен всегда, и исключить его нельзя."
    holds_allowed(who: &str) "{who} — бот доступен. Исключить можно командой /ban."
    holds_open(who: &str)
        "{who} — бот доступен, как и всем, кто не исключён: в ALLOWED_USER_IDS никто не указан."
    holds_banned(who: &str)
        "{who} — исключён(а): на сообщения я не отвечаю, и денег они не стоят. /unban отменяет исключение, /allow впускает."
    holds_stranger(who: &str)
        "{who} не в списке исключённых, но бот закрытый и потому недоступен. Впустить можно командой /allow."
    as_before() "Так было и раньше."
    was_before(standing: &str) "Раньше: {standing}."
    standing_owner() "владелец"
    standing_allowed() "есть доступ"
    standing_banned() "исключён(а)"
    standing_stranger() "без доступа"
    standing_group() "группа, за её анонимных администраторов"
}

words! { Russian on chart:
    chart_days(month: &str) "Стоимость по дням, {month} (UTC)"
    chart_today() "сегодня"
    chart_models(month: &str) "По моделям, {month}"
}

words! { Russian on commands:
    start(model: &str)
        "Здравствуйте! Спрашивайте о чём угодно и на любом языке: ответит языковая модель, прямо у вас на глазах.\n\n\
         Например: «Что приготовить из двух яиц и помидора?» Или пришлите текст и скажите, что с ним сделать.\n\n\
         Я помню, о чём мы говорим; /new начинает с чистого листа. Сейчас отвечает {model}: другие модели в /model, роль \
         для неё в /persona, всё остальное в /help.\n\n\
         Модели ошибаются, поэтому важное проверяйте."
    description()
        "Спрашивайте о чём угодно и на любом языке: языковая модель ответит у вас на глазах. Она помнит разговор, отвечает \
         заново, если исправить вопрос, берёт на себя роли и помогает в группах.\n\nНажмите «Старт» и пишите."
    short_description() "Языковая модель в вашем чате: спросите, и она ответит у вас на глазах."
    help_with(commands: &str)
        "Напишите мне что угодно, и я отвечу. Пока я читаю только текст.\n\n{commands}"
    help_in_a_group_with(commands: &str)
        "Упомяните меня, ответьте на моё сообщение или напишите /ask, и я отвечу. Остального, что здесь пишут, я не \
         читаю.\n\n{commands}"
    started_over() "Новый разговор. Прежний отложен, я его больше не учитываю."
    started_over_as() "Новый разговор, с вашими указаниями. Они действуют до следующей команды /new."
    nothing_to_forget() "Забывать пока нечего. Просто напишите вопрос."
    stopped() "Остановлено."
    nothing_to_stop() "Останавливать нечего: сейчас я ничего не пишу. Просто напишите следующий вопрос."
    stop_not_yours() "Этот ответ просил кто-то другой, он и может его остановить."
    button_expired()
        "Эта кнопка больше не работает. Напишите вопрос ещё раз или отправьте /retry, чтобы повторить последний."
    unknown_command(command: &str) "Я не знаю команды /{command}. Все мои команды: /help."
    unknown_command_but(command: &str, meant: &str) "Я не знаю команды /{command}. Может быть, /{meant}?"
    edit_too_late() "Этот вопрос уже поздно править: разговор ушёл дальше. Отправьте его новым сообщением."
    edit_of_a_part()
        "Я прочитал ваши сообщения как один длинный текст и не могу заменить его часть. Отправьте весь текст ещё раз."
    nothing_to_retry() "Отвечать заново пока не на что. Просто напишите вопрос."
    placeholder() "💬 Сейчас будет ответ."
    stop_button() "⏹ Остановить"
    retry_button() "🔄 Ещё раз"
    continued_in_file() "Этот ответ слишком длинный для сообщений: целиком он в файле."
    menu_ask() "спросить меня"
    menu_new() "начать новый разговор"
    new_instructed() "/new Ты пират — начать со своими указаниями"
    menu_stop() "прервать ответ"
    menu_retry() "ответить на последний вопрос заново"
    menu_model() "выбрать модель"
    menu_persona() "выбрать мне роль"
    menu_status() "как дела у бота (владелец)"
    menu_users() "кто мне пишет и сколько это стоит (владелец)"
    menu_allow() "впустить кого-то по номеру (владелец)"
    menu_ban() "исключить кого-то (владелец)"
    menu_unban() "снять исключение (владелец)"
    menu_budget() "сколько кто-то может потратить за день (владелец)"
    menu_settings() "как я отвечаю"
    menu_language() "на каком языке я говорю"
    menu_stats() "сколько стоили ответы и сколько осталось"
    menu_privacy() "что я о вас храню"
    menu_export() "забрать всё, что я о вас храню"
    menu_forget() "удалить всё, что я о вас храню"
    menu_help() "что я умею"
    menu_start() "с чего начать"
}

words! { Russian on failures:
    busy() "Модель перегружена. Попробуйте /retry через минуту или выберите другую: /model."
    stalled() "Модель перестала отвечать. То, что она успела написать, выше; /retry спросит ещё раз."
    stalled_before_text() "Модель не ответила вовремя. Попробуйте /retry через минуту."
    took_too_long()
        "На этот ответ ушло больше времени, чем мне разрешено. Попробуйте вопрос поменьше; /retry спросит ещё раз."
    cut_off() "Ответ оборвался: связь с моделью прервалась. /retry спросит ещё раз."
    account() "Аккаунт бота требует внимания владельца. Владельцу уже сообщили."
    length_limit() "Ответ достиг предельной длины. Напишите «дальше», и я продолжу."
    context_too_long()
        "Это слишком длинно для модели. Сократите сообщение или начните новый разговор: /new."
    moderated()
        "Поставщик модели отклонил это по своим правилам о содержании. Попробуйте сформулировать иначе."
    only_reasoning()
        "Модель думала так долго, что на ответ не осталось места. Попробуйте вопрос попроще или поменьше."
    empty_answer() "Модель вернула пустой ответ. Попробуйте /retry или сформулируйте иначе."
    no_such_model() "Модель, на которой работает бот, больше недоступна. Выберите другую: /model."
    refused()
        "Модель отклонила этот запрос, и повторять его в том же виде бесполезно. Попробуйте сформулировать иначе."
    our_failure() "У меня что-то сломалось. Ваше сообщение сохранено, я попробую ещё раз."
    gave_up()
        "Мне не удалось ответить на это сообщение, и оно отложено: его сможет посмотреть владелец. \
         Можете отправить его ещё раз или продолжить разговор о другом."
    too_many_messages(most: u32)
        "Сообщений больше, чем мне разрешено принимать: {most} в минуту. На новые я пока не отвечаю; \
         продолжите, пожалуйста, через минуту."
    budget_used_up(limit: &str) "Бюджет на сегодня исчерпан ({limit}). Новый начнётся в 00:00 UTC."
    bots_budget_used_up() "Этот бот исчерпал свой бюджет на день. Он снова начнёт отвечать в 00:00 UTC."
    answer_too_dear(limit: &str)
        "Один ответ этой модели может стоить больше, чем весь ваш бюджет на день ({limit}). Может помочь сообщение покороче \
         или /new; увеличить бюджет может владелец бота."
    empty_question() "В этом сообщении нет вопроса. Напишите, что вы хотите узнать."
}

words! { Russian on money:
    sums(today: &str, month: &str) "Сегодня (UTC): {today}\nВ этом месяце: {month}"
    by_model(lines: &str) "В этом месяце по моделям:\n{lines}"
    nothing_used() "В этом месяце вы ещё ничего не спрашивали."
    left_today(left: &str, limit: &str)
        "На сегодня осталось {left} из {limit}. Новый бюджет начнётся в 00:00 UTC."
    no_limit() "Стоимость ваших ответов не ограничена."
    kept_back(amount: &str) "Отложено на ответы, стоимость которых ещё не известна: {amount}"
    unpriced_answers(questions: &str) "Стоимость не известна: {questions}"
    cost_unknown() "стоимость не известна"
    model_unknown() "модель не известна"
    other_models() "другие модели"
    budget_usage()
        "Напишите id человека и сколько может стоить день в долларах США: /budget 123456789 5 или 0.50, не больше шести знаков \
         после точки. 0 — без ограничения; «default» отменяет личный бюджет. Без суммы я скажу, что действует сейчас."
    budget_negative()
        "Бюджет не может быть меньше 0. Напишите сумму, например 0.50, или 0, чтобы не ограничивать."
    budget_too_large(most: i64)
        "Это больше ${most} в день. Напишите сумму поменьше или 0, чтобы не ограничивать."
    budget_in_force(user: i64, budget: &str) "Для {user} на день действует: {budget}"
    budget_set(user: i64, budget: &str, before: &str)
        "Для {user} теперь на день действует: {budget} (раньше: {before})"
    unlimited() "без ограничения"
}

words! { Russian on owner:
    owner_account(detail: &str)
        "Я никому не могу ответить: поставщик модели отклоняет мой аккаунт. Проверьте OPENROUTER_API_KEY и остаток \
         средств: openrouter.ai/settings/credits\n\n{detail}"
    owner_no_such_model(detail: &str)
        "Я никому не могу ответить: моя модель больше недоступна. Укажите в MODEL одну из openrouter.ai/models или в \
         FALLBACK_MODELS те, что могут её заменить, и перезапустите меня.\n\n{detail}"
    owner_budget_used_up(detail: &str)
        "Бюджет на день исчерпан, и до 00:00 UTC я никому не отвечаю. Если так быть не должно, увеличьте DAILY_BUDGET_USD \
         и перезапустите меня; если кто-то спрашивает слишком много, уменьшите USER_DAILY_BUDGET_USD.\n\n{detail}"
    owner_parked(detail: &str)
        "Я не смог обработать сообщение и отложил его; всё остальное работает. «routergram parked list» покажет его, \
         «routergram parked retry ID» попробует ещё раз. Если это повторится, проверьте, нет ли моей новой \
         версии.\n\n{detail}"
    owner_undeliverable(detail: &str)
        "Telegram не принимает один из моих ответов ни в каком виде; я отложил его, и кто-то ждёт напрасно. Если дело \
         в правах в группе, разрешите мне там писать и попробуйте ещё раз: «routergram parked retry ID»; какой это \
         ответ, покажет «routergram parked list».\n\n{detail}"
    owner_webhook_taken(detail: &str)
        "Другая программа с моим токеном забирает мои сообщения. Остановите её или отзовите токен у @BotFather и \
         передайте мне новый в BOT_TOKEN. Если сообщения предназначены ей, остановите меня.\n\n{detail}"
    owner_webhook_failing(detail: &str)
        "Telegram не может доставить мне сообщения, и люди ждут. Проверьте, доступен ли мой адрес из интернета и \
         действителен ли его сертификат. Telegram хранит сообщения сутки.\n\n{detail}"
    owner_queue_old(detail: &str)
        "Люди ждут больше минуты, прежде чем я начинаю. Если ответы долгие, увеличьте MAX_CONCURRENT_TURNS; иначе проверьте, \
         хватает ли мне процессора и диска. Очередь покажет /status.\n\n{detail}"
    owner_store_trouble(detail: &str)
        "Мне не удаётся записать или прочитать базу данных, поэтому я не принимаю сообщения; Telegram хранит их сутки. Проверьте \
         диск с DATA_DIR: не заполнен ли он, исправен ли? Если я остановился, запустите меня после этого.\n\n{detail}"
    owner_backlog(detail: &str)
        "С каждой минутой в Telegram меня ждёт всё больше сообщений. Проверьте, хватает ли мне процессора и диска и не \
         задерживает ли что-нибудь запросы на пути ко мне.\n\n{detail}"
}

words! { Russian on panels:
    model_heading(model: &str) "Модель: {model}"
    model_hint() "Выберите разработчика или ищите по названию: /model gpt"
    models_of(maker: &str, first: usize, last: usize, all: usize) "{maker}: {first}–{last} из {all}"
    models_found(query: &str, first: usize, last: usize, all: usize) "«{query}»: {first}–{last} из {all}"
    models_legend()
        "В долларах США за миллион токенов, прочитанных и написанных; затем сколько токенов помещается.\n\
         👁 картинки · 📄 файлы · 🎧 звук · 🧠 сначала думает"
    price_free() "бесплатно"
    price_varies() "цена разная"
    no_model_found(query: &str) "Ни у одной модели в названии нет «{query}». Все модели: /model."
    no_models_known(model: &str)
        "Списка моделей, из которого можно выбрать, пока нет. Попробуйте через несколько минут.\n\nМодель: {model}"
    model_chosen(model: &str) "Теперь здесь отвечает {model}."
    default_model_button(model: &str) "По умолчанию: {model}"
    model_not_offered() "Этого больше не предлагают. Вот список на сейчас."
    model_gone(gone: &str, model: &str)
        "{gone} больше не предлагают, поэтому ответила модель {model}. Выбрать другую: /model."
    makers_button() "« Все разработчики"
    settings_button() "« Настройки"
    panel_not_yours() "Это открыл кто-то другой. Отправьте команду сами."
    panel_expired() "Эти кнопки устарели. Отправьте команду ещё раз."
    settings_heading() "Как я отвечаю в этом разговоре:"
    settings_model_button() "🤖 Другая модель"
    setting_length(value: &str) "Ответы: {value}"
    length_short() "короткие"
    length_normal() "обычные"
    length_long() "подробные"
    setting_effort(value: &str) "Размышление: {value}"
    effort_default() "как обычно"
    effort_none() "совсем нет"
    effort_minimal() "как можно меньше"
    effort_low() "недолго"
    effort_medium() "средне"
    effort_high() "долго"
    effort_xhigh() "очень долго"
    effort_max() "сколько потребуется"
    search_is_on()
        "Поиск в интернете: включён. Он добавляет к ответу до $0.02, а найденное читается по цене модели."
    search_is_off()
        "Поиск в интернете: выключен. Если включить, он добавляет к ответу до $0.02, а найденное читается по цене модели."
    search_on_button() "🔎 Искать в интернете"
    search_off_button() "🔎 Не искать в интернете"
    setting_language(language: &str) "Язык: {language}"
    language_button() "🌐 Другой язык"
    language_heading()
        "На каком языке мне к вам обращаться? Отвечаю я в любом случае на языке ваших вопросов."
    language_of_telegram() "как в Telegram"
    setting_kept() "Готово. Действует со следующего ответа."
}

words! { Russian on people:
    people_heading(first: usize, last: usize, all: usize) "Люди, последние сверху: {first}–{last} из {all}"
    people_found(query: &str, first: usize, last: usize, all: usize)
        "Люди по запросу «{query}»: {first}–{last} из {all}"
    nobody_known() "Мне ещё никто не писал. Отправьте людям ссылку на меня и загляните позже."
    nobody_found(query: &str)
        "Людей по запросу «{query}» я не знаю; имена хранятся только у тех, кому я доступен. Всех показывает /users, человека по \
         id — /users 123456789."
    spent(today: &str, month: &str, questions: &str) "сегодня {today}, в этом месяце {month} ({questions})"
    last_seen(day: Day) "был(а) здесь {day}"
    first_and_last_seen(first: Day, last: Day) "Первый раз здесь {first}, последний — {last}"
    budget_of(budget: &str) "Бюджет на день: {budget}"
    budget_change(user: i64) "Изменить: /budget {user} 5"
    person_not_seen() "Этому человеку я ещё не отвечал. Решение действует с первого же сообщения."
    allow_button() "✅ Впустить"
    ban_button() "⛔ Исключить"
    unban_button() "↩ Отменить исключение"
    people_button() "‹ Люди"
}

words! { Russian on personas:
    persona_heading(persona: &str) "Роль: {persona}"
    persona_none() "никакой, как обычно"
    persona_hint(example: &str)
        "Роль меняет то, как я отвечаю в этом разговоре. По названию: /persona {example}"
    persona_chosen(persona: &str) "Начиная со следующего ответа моя роль: {persona}"
    persona_off() "Начиная со следующего ответа я без роли и отвечаю как обычно."
    persona_waits()
        "В этом разговоре действуют ваши собственные указания, они важнее. Их отменит /new, и тогда подействует роль."
    no_such_persona(words: &str) "Роли «{words}» нет. Вот какие есть:"
    no_such_persona_but(words: &str, meant: &str)
        "Роли «{words}» нет. Может быть, вы имели в виду эту: {meant}?"
    persona_not_offered() "Этой роли больше нет. Вот какие есть сейчас."
    persona_gone(persona: &str)
        "Роли «{persona}» больше нет, поэтому ответ дан без неё. Выбрать другую: /persona."
    settings_persona_button() "🎭 Другая роль"
    own_instructions() "Указания: ваши собственные, до следующей команды /new"
}

words! { Russian on privacy:
    kept()
        "Что я храню: ваши вопросы и мои ответы (и то, что вы пишете мне в группах), указания к /new, выбранные настройки и \
         язык, ваше имя и @username, дни, когда вы были здесь в первый и в последний раз, и стоимость ответов. Остального, что \
         пишут в группах, я не храню."
    kept_for(days: u32) "Как долго: вопросы и ответы удаляются через {days} дн., остальное — когда вы об этом попросите."
    kept_always() "Как долго: пока вы не попросите удалить."
    kept_sealed() "Тексты и имена хранятся зашифрованными."
    processed_by(host: &str)
        "Кто это обрабатывает: Telegram, через который вы пишете, и {host}: туда уходят вопрос и предыдущий разговор, под номером, по \
         которому вас не узнать, и без имени. У них свои правила, и удалить что-то у них я не могу."
    your_rights()
        "/export отдаёт всё это двумя файлами. /forget удаляет всё, что я о вас храню. Остаются суммы, по которым нельзя узнать, чьи они (сегодняшние ваши расходы станут \
         такими, когда кончится день UTC), и решения владельца о вас: доступ, исключение, бюджет."
    policy(url: &str) "Правила владельца бота: {url}"
    export_follows()
        "Всё, что я о вас храню, в двух файлах: разговоры для чтения и всё целиком для программ."
    export_title() "Мои разговоры"
    export_private() "В личных сообщениях"
    export_topic(topic: i64) "В личных сообщениях, тема {topic}"
    export_group(chat: i64) "В группе {chat}"
    export_replaced() "позже дан другой ответ"
    export_empty() "Их нет."
    ask_in_private() "Об этом напишите мне в личные сообщения: здесь это увидели бы все."
    forget_ask()
        "Удалить всё, что я о вас храню: разговоры здесь, ваши вопросы в группах, настройки и имя? Ответ, который я пишу, прервётся. \
         Отменить это нельзя. Сообщения в самом Telegram останутся: их можете удалить вы."
    forget_button() "🗑 Удалить всё"
    forget_keep_button() "Оставить"
    forget_done() "Готово: всё удалено. Напишите, и начнём с начала."
    forget_kept() "Всё осталось как было."
}

words! { Russian on status:
    program(version: &str, mode: &str, uptime: &str)
        "routergram {version}, работает {uptime}\nРежим: {mode}"
    model_of_all(model: &str) "Модель по умолчанию: {model}"
    in_queue(waiting: u64, in_flight: u64, put_aside: u64)
        "Очередь: ждут {waiting}, в работе {in_flight}, отложено {put_aside}"
    oldest_waits(age: &str) "Дольше всех ждёт {age}"
    at_telegram(updates: u64) "В Telegram ждут: {updates}"
    telegram_failed(error: &str, ago: &str) "Последняя ошибка, {ago} назад: {error}"
    telegram_silent(why: &str) "В Telegram: нет ответа ({why})"
    errors_logged(errors: usize) "Ошибок в журнале за последний час: {errors}"
    costs(today: &str, month: &str) "Расходы: сегодня {today}, в этом месяце {month}"
    held_back(amount: &str) "Отложено на ответы, которые сейчас пишутся: {amount}"
    left_for_all(left: &str, limit: &str) "На сегодня осталось: {left} из {limit}"
    no_limit_for_all() "Стоимость дня не ограничена"
    people_here(today: u64, known: u64) "Люди: сегодня {today}, всего {known} (/users)"
    open_to_all() "Ботом может пользоваться каждый; ALLOWED_USER_IDS ограничил бы круг"
    credit_left(left: &str, limit: &str) "Остаток ключа: {left} из {limit}"
    credit_unlimited(used: &str)
        "Ключ без своего лимита, потрачено {used}. Остаток на счёте: openrouter.ai/settings/credits"
    credit_not_told() "Остаток ключа: сервер не сообщает"
    credit_silent(why: &str) "Остаток ключа: нет ответа ({why})"
    seconds(count: u64) "{count} с"
    minutes(count: u64) "{count} мин"
    hours(hours: u64, minutes: u64) "{hours} ч {minutes} мин"
    days(days: u64, hours: u64) "{days} д {hours} ч"
}

words! { Russian on unread:
    video() "Видео я не смотрю. Пришлите картинку того, что важно, или голосовое с тем, что говорят."
    animation() "Гифок я не смотрю. Пришлите фото или скажите словами."
    story() "Историй я не вижу. Пришлите то, что в ней, как фото или скажите словами."
    other() "Такие сообщения я не читаю. Напишите вопрос текстом или пришлите фото, голосовое или файл."
    cannot_see(model: &str) "{model} не видит картинок. Кто будет отвечать дальше? Все модели: /model"
    nobody_sees(model: &str) "{model} не видит картинок, и других моделей, которые видят, здесь нет. Опишите словами, что на ней."
    cannot_hear(model: &str) "{model} не умеет слушать. Кто будет отвечать дальше? Все модели: /model"
    nobody_hears(model: &str) "{model} не умеет слушать, и других моделей, которые умеют, здесь нет. Напишите, пожалуйста, словами."
    file_too_large() "Этот файл больше 20 МБ, а больше ботам не отдают. Пришлите файл поменьше или его часть."
    files_too_much() "В этих файлах вместе больше 20 МБ. Пришлите за раз меньше."
    file_empty() "В этом файле ничего нет. Он был сохранён перед отправкой?"
    file_unreadable(name: &str) "Прочитать {name} я не могу. Я читаю тексты, PDF, картинки и записи: сохраните его так и пришлите ещё раз."
    picture_odd() "Такую картинку файлом модели не берут. Отправьте её как фото: тогда Telegram сделает из неё подходящую."
    this_file() "этот файл"
    file_gone() "У Telegram этого файла больше нет. Пришлите его, пожалуйста, ещё раз."
    file_unreachable() "Telegram сейчас не отдаёт этот файл. Сообщение сохранено: /retry попробует ещё раз."
}
