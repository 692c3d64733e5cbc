//! Amounts along an axis: round steps, short numbers, lengths.

/// Lines beside zero on an axis, at most.
const LINES: i64 = 4;
const DOLLAR: i64 = 1_000_000;
const CENT: i64 = 10_000;

/// From 0 in equal, round steps (1, 2 or 5 of a power of ten) to the first that is not below `most`.
pub(super) fn ticks(most: i64) -> Vec<i64> {
    let wanted = most.max(1);
    let powers = (0..18).map(|power| 10_i64.pow(power));
    let mut steps = powers.flat_map(|power| [power, power * 2, power * 5]);
    let step = steps.find(|step| step.saturating_mul(LINES) >= wanted).unwrap_or(wanted);
    let count = wanted.div_euclid(step) + i64::from(wanted % step > 0);
    (0..=count).map(|line| step.saturating_mul(line)).collect()
}

/// A round amount: "$0", "$0.005", "$0.50", "$25", "$1,500".
pub(super) fn tick(micro_usd: i64) -> String {
    let (dollars, rest) = (grouped(micro_usd / DOLLAR), micro_usd % DOLLAR);
    if rest == 0 {
        return format!("${dollars}");
    }
    format!("${dollars}.{}", decimals(rest))
}

/// An amount for a glance: to the cent, and below ten cents to two digits. The sums that are exact stand in the text.
pub(super) fn amount(micro_usd: i64) -> String {
    let micro_usd = micro_usd.max(0);
    let unit = match micro_usd {
        0 => return "$0".to_owned(),
        1..100 => 1,
        100..1_000 => 10,
        1_000..10_000 => 100,
        10_000..100_000 => 1_000,
        _ => CENT,
    };
    let rounded = micro_usd.saturating_add(unit / 2) / unit * unit;
    format!("${}.{}", grouped(rounded / DOLLAR), decimals(rounded % DOLLAR))
}

/// What is less than a dollar: the cents, and as many decimals more as there are.
fn decimals(rest: i64) -> String {
    let all = format!("{rest:06}");
    all[..all.trim_end_matches('0').len().max(2)].to_owned()
}

/// "1,234": in both languages as dollars are written.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So much of a length as `part` is of `whole`, rounded.
pub(super) fn share(part: i64, whole: i64, length: usize) -> usize {
    let (part, whole) = (i128::from(part.clamp(0, whole.max(0))), i128::from(whole.max(1)));
    let scaled = part * i128::try_from(length).unwrap_or_default() * 2 + whole;
    usize::try_from(scaled / (whole * 2)).unwrap_or_default()
}
