//! What stands around the personas: `/persona`, its line in `/settings`, and what is said when one is gone.
//!
//! A persona's own name, description and first words are its file's.

use super::phrases::phrases;

phrases! {
    /// The persona that holds, above the list and among the settings.
    pub persona_heading(persona: &str = "🏴 …") {
        "Persona: {persona}"
        "Роль: {persona}"
    }
    /// No persona holds; also on the button that takes it away.
    pub persona_none() { "none, as usual" "никакой, как обычно" }
    /// Below the list.
    pub persona_hint(example: &str = "cook") {
        "A persona changes how I answer in this conversation. By name: /persona {example}"
        "Роль меняет то, как я отвечаю в этом разговоре. По названию: /persona {example}"
    }
    /// A persona was chosen.
    pub persona_chosen(persona: &str = "🏴 …") {
        "From the next answer on I am: {persona}"
        "Начиная со следующего ответа моя роль: {persona}"
    }
    /// The persona was taken away.
    pub persona_off() {
        "From the next answer on I have no persona and answer as usual."
        "Начиная со следующего ответа я без роли и отвечаю как обычно."
    }
    /// What was given with `/new` is stronger.
    pub persona_waits() {
        "This conversation has your own instructions, and they come first. /new ends them, and then the persona holds."
        "В этом разговоре действуют ваши собственные указания, они важнее. Их отменит /new, и тогда подействует роль."
    }
    /// Nobody is called that.
    pub no_such_persona(words: &str = "…") {
        "There is no persona “{words}”. These are the ones I have:"
        "Роли «{words}» нет. Вот какие есть:"
    }
    /// Nobody is called that, but somebody almost is.
    pub no_such_persona_but(words: &str = "…", meant: &str = "🏴 …") {
        "There is no persona “{words}”. Did you mean this one: {meant}?"
        "Роли «{words}» нет. Может быть, вы имели в виду эту: {meant}?"
    }
    /// Shown for a moment when a persona was pressed that is gone.
    pub persona_not_offered() {
        "That persona is gone. These are the ones I have now."
        "Этой роли больше нет. Вот какие есть сейчас."
    }
    /// Below the first answer after the chosen persona was gone.
    pub persona_gone(persona: &str = "…") {
        "The persona “{persona}” does not exist any more, so I have answered without it. Choose another one with /persona."
        "Роли «{persona}» больше нет, поэтому ответ дан без неё. Выбрать другую: /persona."
    }
    /// On the button that leads from the settings to the personas.
    pub settings_persona_button() { "🎭 Another persona" "🎭 Другая роль" }
    /// Among the settings, where a conversation was begun with instructions of one's own.
    pub own_instructions() {
        "Instructions: your own, until the next /new"
        "Указания: ваши собственные, до следующей команды /new"
    }
}
