//! Russian, as it is said to owners, and of who may use the bot.

use teloxide::types::UserId;

use super::Russian;
use crate::clock::Day;
use crate::replies::phrases::words;

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
