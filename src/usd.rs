//! US dollars, in whole millionths: how amounts are read from people and written for them.
//!
//! The provider charges fractions of a cent, and sums of floating-point fractions drift. So an amount is a whole number of
//! micro-dollars (`i64`) from the moment it is read until it is written, and nothing here rounds: what has more decimals
//! than that is refused.

/// The largest amount that is believed, in whole dollars: more is a slip of the finger.
pub const MOST: i64 = 1_000_000;
const MICRO: i64 = 1_000_000;
/// Decimals of a millionth.
const DECIMALS: usize = 6;

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAmount {
    /// It is no number: "five", "1,5", "1e3".
    NotANumber,
    /// It is below nothing.
    Negative,
    /// It has more than six decimals.
    TooFine,
    /// It is more than [`MOST`].
    TooLarge,
}

/// "5", "0.50", "$1.25" → millionths of a dollar.
///
/// A comma is refused: "1,000" is a thousand to some people and one to others.
pub fn read(text: &str) -> Result<i64, NoAmount> {
    let text = text.trim();
    let (negative, number) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let number = number.strip_prefix('$').unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(NoAmount::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    if negative && !(whole.is_empty() && fraction.is_empty()) {
        return Err(NoAmount::Negative);
    }
    if fraction.len() > DECIMALS {
        return Err(NoAmount::TooFine);
    }
    let number = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<i64>() };
    let whole = number(whole).map_err(|_| NoAmount::TooLarge)?;
    let fraction = number(&format!("{fraction:0<DECIMALS$}")).map_err(|_| NoAmount::TooFine)?;
    let amount = whole.checked_mul(MICRO).and_then(|whole| whole.checked_add(fraction));
    amount.filter(|amount| *amount <= MOST * MICRO).ok_or(NoAmount::TooLarge)
}

/// "$0.50", "$12.00", "$0.001234": at least the cents, and as many millionths as there are.
#[must_use]
pub fn write(micro_usd: i64) -> String {
    let sign = if micro_usd < 0 { "-" } else { "" };
    let amount = micro_usd.unsigned_abs();
    let text = format!("{sign}${}.{:06}", amount / MICRO.unsigned_abs(), amount % MICRO.unsigned_abs());
    let cents = text.len() - (DECIMALS - 2);
    let end = text.trim_end_matches('0').len().max(cents);
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_millionth() {
        for (text, micro_usd) in [
            ("0", 0),
            ("-0.0", 0),
            ("5", 5_000_000),
            (" $1.25 ", 1_250_000),
            (".5", 500_000),
            ("1.", 1_000_000),
            ("0.000001", 1),
            ("0.1000000000", 100_000),
            ("1000000", 1_000_000_000_000),
        ] {
            assert_eq!(read(text), Ok(micro_usd), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for (text, why) in [
            ("five", NoAmount::NotANumber),
            ("", NoAmount::NotANumber),
            (".", NoAmount::NotANumber),
            ("$", NoAmount::NotANumber),
            ("1,5", NoAmount::NotANumber),
            ("1e3", NoAmount::NotANumber),
            ("٣", NoAmount::NotANumber),
            ("--1", NoAmount::NotANumber),
            ("-0.01", NoAmount::Negative),
            ("0.0000001", NoAmount::TooFine),
            ("1000000.000001", NoAmount::TooLarge),
            ("99999999999999999999999", NoAmount::TooLarge),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
    }

    #[test]
    fn amounts_are_written_with_cents_and_no_idle_zeros() {
        for (micro_usd, text) in [
            (0, "$0.00"),
            (500_000, "$0.50"),
            (1_000_000, "$1.00"),
            (1_234, "$0.001234"),
            (120_300, "$0.1203"),
            (1, "$0.000001"),
            (20_000_000, "$20.00"),
            (-1_500_000, "-$1.50"),
        ] {
            assert_eq!(write(micro_usd), text);
        }
    }
}
