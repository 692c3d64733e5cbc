//! Numbers with their nouns: plural forms as each language has them, and digits in groups as its readers write them.

use super::Language;

/// "1 question", "1,234 questions"; "1 вопрос", "2 вопроса", "5 вопросов".
pub(super) fn questions(language: Language, count: u64) -> String {
    counted(language, count, language.speech().question())
}

/// "1 token", "1,234 tokens"; "1 токен", "2 токена", "5 токенов".
pub(super) fn tokens(language: Language, count: u64) -> String {
    counted(language, count, language.speech().token())
}

fn counted(language: Language, count: u64, forms: &[&str]) -> String {
    let noun = forms.get(language.speech().form(count)).or(forms.last()).unwrap_or(&"");
    format!("{} {noun}", grouped(language, count))
}

/// Digits in threes, as the language parts them.
fn grouped(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let (separator, from) = language.speech().separator();
    if digits.len() < from {
        return digits;
    }
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_forms_are_right_in_both_languages() {
        for (count, en, ru) in [
            (0, "0 questions", "0 вопросов"),
            (1, "1 question", "1 вопрос"),
            (2, "2 questions", "2 вопроса"),
            (4, "4 questions", "4 вопроса"),
            (5, "5 questions", "5 вопросов"),
            (11, "11 questions", "11 вопросов"),
            (12, "12 questions", "12 вопросов"),
            (14, "14 questions", "14 вопросов"),
            (21, "21 questions", "21 вопрос"),
            (22, "22 questions", "22 вопроса"),
            (100, "100 questions", "100 вопросов"),
            (101, "101 questions", "101 вопрос"),
            (111, "111 questions", "111 вопросов"),
            (1_234, "1,234 questions", "1234 вопроса"),
            (1_234_567, "1,234,567 questions", "1\u{a0}234\u{a0}567 вопросов"),
        ] {
            assert_eq!((questions(Language::En, count), questions(Language::Ru, count)), (en.into(), ru.into()));
        }
        assert_eq!(tokens(Language::Ru, 23), "23 токена");
        assert_eq!(tokens(Language::En, 1), "1 token");
    }
}
