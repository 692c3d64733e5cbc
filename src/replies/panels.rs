//! What stands in the messages that change under somebody's finger: `/model`, `/settings`, `/language`.

use super::phrases::phrases;

phrases! {
    /// The model that answers, above the list of makers and among the settings.
    pub model_heading(model: &str = "OpenAI: GPT-5 Mini") {
        "Model: {model}"
    }
    /// Below it: what to do.
    pub model_hint() {
        "Choose who makes it, or search by name: /model gpt"
    }
    /// Above one maker's models: which of how many are shown.
    pub models_of(maker: &str = "OpenAI", first: usize = 1, last: usize = 8, all: usize = 42) {
        "{maker}: {first}–{last} of {all}"
    }
    /// Above the models that a search has found.
    pub models_found(query: &str = "gpt", first: usize = 1, last: usize = 8, all: usize = 42) {
        "“{query}”: {first}–{last} of {all}"
    }
    /// Below a list of models: what its numbers and marks mean.
    pub models_legend() {
        "In US dollars per million tokens, read and written; then how many tokens fit.\n\
         👁 pictures · 📄 files · 🎧 audio · 🧠 thinks first"
    }
    /// The price of a model that costs nothing.
    pub price_free() { "free" }
    /// The price of a model whose price is not told, or depends.
    pub price_varies() { "price varies" }
    /// A search that found nothing.
    pub no_model_found(query: &str = "gpt") {
        "No model on offer has “{query}” in its name. /model shows all of them."
    }
    /// There is no list of models to choose from.
    pub no_models_known(model: &str = "openai/gpt-5-mini") {
        "I have no list of models to choose from yet. Try again in a few minutes.\n\nModel: {model}"
    }
    /// Shown for a moment when a model was chosen.
    pub model_chosen(model: &str = "OpenAI: GPT-5 Mini") {
        "{model} answers here from now on."
    }
    /// On the button of the owner's model.
    pub default_model_button(model: &str = "Auto Router") { "Default: {model}" }
    /// Shown for a moment when a model was pressed that is gone.
    pub model_not_offered() {
        "That is not on offer any more. This is the list as it is now."
    }
    /// Below the first answer after the chosen model was gone.
    pub model_gone(gone: &str = "openai/gpt-3", model: &str = "Auto Router") {
        "{gone} is not on offer any more, so {model} has answered. Choose another one with /model."
    }
    /// On the button that leads back to all makers.
    pub makers_button() { "« All makers" }
    /// On the button that leads back to the settings.
    pub settings_button() { "« Settings" }
    /// Shown for a moment when somebody presses a button of somebody else's panel.
    pub panel_not_yours() {
        "Somebody else has opened this. Send the command yourself."
    }
    /// Shown for a moment when a button is too old.
    pub panel_expired() {
        "These buttons are too old. Send the command again."
    }
    /// Above the settings.
    pub settings_heading() { "How I answer in this conversation:" }
    /// On the button that leads to the models.
    pub settings_model_button() { "🤖 Another model" }
    /// The setting of the answers' length.
    pub setting_length(value: &str = "short") { "Answers: {value}" }
    /// A length.
    pub length_short() { "short" }
    /// A length.
    pub length_normal() { "normal" }
    /// A length.
    pub length_long() { "in detail" }
    /// The setting of how hard the model thinks.
    pub setting_effort(value: &str = "a little") { "Thinking: {value}" }
    /// As the model, or the owner, has it.
    pub effort_default() { "as usual" }
    /// An effort.
    pub effort_none() { "not at all" }
    /// An effort.
    pub effort_minimal() { "as little as possible" }
    /// An effort.
    pub effort_low() { "a little" }
    /// An effort.
    pub effort_medium() { "medium" }
    /// An effort.
    pub effort_high() { "much" }
    /// An effort.
    pub effort_xhigh() { "very much" }
    /// An effort.
    pub effort_max() { "as much as possible" }
    /// The setting of the web search, on.
    pub search_is_on() {
        "Web search: on. It adds up to $0.02 to an answer, and what is found is read at the model's price."
    }
    /// The setting of the web search, off.
    pub search_is_off() {
        "Web search: off. When it is on, it adds up to $0.02 to an answer, and what is found is read at the model's price."
    }
    /// On the button that switches it on.
    pub search_on_button() { "🔎 Search the web" }
    /// On the button that switches it off.
    pub search_off_button() { "🔎 No web search" }
    /// The setting of transcripts, on.
    pub transcripts_are_on() { "Recordings: I begin by quoting what I heard." }
    /// The setting of transcripts, off.
    pub transcripts_are_off() { "Recordings: I answer without quoting what I heard." }
    /// On the button that switches them on.
    pub transcripts_on_button() { "🎙 Quote recordings" }
    /// On the button that switches them off.
    pub transcripts_off_button() { "🎙 Do not quote recordings" }
    /// The setting of the language.
    pub setting_language(language: &str = "…") { "Language: {language}" }
    /// On the button that leads to the languages.
    pub language_button() { "🌐 Another language" }
    /// Above the languages.
    pub language_heading() {
        "In which language shall I speak to you? My answers are in the language of your questions anyway."
    }
    /// The choice to be spoken to as Telegram is set.
    pub language_of_telegram() { "as in Telegram" }
    /// Above the languages, in a group.
    pub language_of_a_group() {
        "In which language shall I speak in this group? My answers are in the language of your questions anyway."
    }
    /// The choice to be spoken to, in a group, as each person has chosen.
    pub language_of_each() { "each person's own" }
    /// Shown for a moment when a setting was changed.
    pub setting_kept() { "Done. It holds from the next answer on." }
}
