//! What the bot says when something is wrong: one sentence that tells what to do, never a detail of what broke.

use super::phrases::phrases;

phrases! {
    /// The model is overloaded or out of reach, after the retries.
    pub busy() {
        "The model is busy. Try /retry in a minute, or another one with /model."
        "Модель перегружена. Попробуйте /retry через минуту или выберите другую: /model."
    }
    /// No progress for the time the owner allows, after some text had come; it stands above this sentence.
    pub stalled() {
        "The model stopped answering. What it wrote so far is above; /retry asks again."
        "Модель перестала отвечать. То, что она успела написать, выше; /retry спросит ещё раз."
    }
    /// No progress for the time the owner allows, and no text at all.
    pub stalled_before_text() {
        "The model did not answer in time. Try /retry in a minute."
        "Модель не ответила вовремя. Попробуйте /retry через минуту."
    }
    /// The whole answer took longer than the owner allows. What there is of it stands above.
    pub took_too_long() {
        "This answer took longer than I may take. A smaller question may help; /retry asks again."
        "На этот ответ ушло больше времени, чем мне разрешено. Попробуйте вопрос поменьше; /retry спросит ещё раз."
    }
    /// The connection to the model broke after some text had come; it stands above this sentence.
    pub cut_off() {
        "The answer was cut off: the connection to the model broke. /retry asks again."
        "Ответ оборвался: связь с моделью прервалась. /retry спросит ещё раз."
    }
    /// The owner's key or credit is refused. The log tells the owner.
    pub account() {
        "The bot's account needs its owner's attention. The owner has been told."
        "Аккаунт бота требует внимания владельца. Владельцу уже сообщили."
    }
    /// The answer reached `MAX_TOKENS`. It stands above.
    pub length_limit() {
        "This is as long as an answer may be. Write “go on” for the rest."
        "Ответ достиг предельной длины. Напишите «дальше», и я продолжу."
    }
    /// Question and history do not fit the model, even after the oldest turns went.
    pub context_too_long() {
        "This is too long for the model. Shorten your message, or start a new conversation with /new."
        "Это слишком длинно для модели. Сократите сообщение или начните новый разговор: /new."
    }
    /// The provider refused the question or the answer for its content.
    pub moderated() {
        "The model's provider refused this for its content rules. Try to put it differently."
        "Поставщик модели отклонил это по своим правилам о содержании. Попробуйте сформулировать иначе."
    }
    /// The model spent the whole length of the answer on thinking.
    pub only_reasoning() {
        "The model thought for so long that no room was left for the answer. Try a simpler or a smaller question."
        "Модель думала так долго, что на ответ не осталось места. Попробуйте вопрос попроще или поменьше."
    }
    /// The model answered with nothing, more than once.
    pub empty_answer() {
        "The model answered with nothing. Try /retry, or put it differently."
        "Модель вернула пустой ответ. Попробуйте /retry или сформулируйте иначе."
    }
    /// The configured model does not exist any more.
    pub no_such_model() {
        "The model that this bot uses is not available any more. Choose another one with /model."
        "Модель, на которой работает бот, больше недоступна. Выберите другую: /model."
    }
    /// The provider refused the request, and asking again would not help.
    pub refused() {
        "The model refused this request, and asking again as it is will not help. Try to put it differently."
        "Модель отклонила этот запрос, и повторять его в том же виде бесполезно. Попробуйте сформулировать иначе."
    }
    /// Something failed here. The update is kept and will be tried again.
    pub our_failure() {
        "Something broke on my side. Your message is kept; I will try again."
        "У меня что-то сломалось. Ваше сообщение сохранено, я попробую ещё раз."
    }
    /// It was tried again and again, and has been parked.
    pub gave_up() {
        "I could not answer this message, and I have put it aside for my owner to look at. \
         You can send it again, or go on with something else."
        "Мне не удалось ответить на это сообщение, и оно отложено: его сможет посмотреть владелец. \
         Можете отправить его ещё раз или продолжить разговор о другом."
    }
    /// More messages than one person may send in a minute; said once in that minute.
    pub too_many_messages(most: u32 = 20) {
        "These are more messages than I may answer: {most} a minute. What you write now gets no answer; \
         please go on in a minute."
        "Сообщений больше, чем мне разрешено принимать: {most} в минуту. На новые я пока не отвечаю; \
         продолжите, пожалуйста, через минуту."
    }
    /// What a person's answers may cost in a day is used up; said once, until one is answered again.
    pub budget_used_up(limit: &str = "$0.50") {
        "Today's budget is used up ({limit}). It starts again at 00:00 UTC."
        "Бюджет на сегодня исчерпан ({limit}). Новый начнётся в 00:00 UTC."
    }
    /// The same for all people together.
    pub bots_budget_used_up() {
        "What this bot may spend in a day is used up. It answers again from 00:00 UTC on."
        "Этот бот исчерпал свой бюджет на день. Он снова начнёт отвечать в 00:00 UTC."
    }
    /// One answer may cost more than a person's whole budget.
    pub answer_too_dear(limit: &str = "$0.50") {
        "One answer of this model may cost more than your budget for a whole day ({limit}). A shorter message or /new may \
         help; the owner of the bot can give you more."
        "Один ответ этой модели может стоить больше, чем весь ваш бюджет на день ({limit}). Может помочь сообщение покороче \
         или /new; увеличить бюджет может владелец бота."
    }
    /// A message without anything to answer: a mention of the bot alone, a command that wants a text.
    pub empty_question() {
        "There is no question in this message. Write what you would like to know."
        "В этом сообщении нет вопроса. Напишите, что вы хотите узнать."
    }
}
