//! The picture says what the sums say, and every word of it is where it belongs.

use super::*;

/// A picture, as whoever looks at it has it.
struct Seen {
    rgb: Vec<u8>,
}

const WHITE: [u8; 3] = [0xff; 3];

impl Seen {
    fn of(chart: &Chart) -> Self {
        let png = draw(chart).unwrap();
        assert!((4_000..60_000).contains(&png.len()), "{} bytes", png.len());
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut rgb).unwrap();
        assert_eq!((frame.width, frame.height, rgb.len()), (1200, 800, 1200 * 800 * 3));
        Self { rgb }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let begin = (y * WIDTH + x) * 3;
        self.rgb[begin..begin + 3].try_into().unwrap()
    }

    /// How high the bar of a day stands on the axis, and its colour.
    fn bar(&self, day: usize, days: usize) -> (usize, [u8; 3]) {
        let Area { left, width, .. } = slot(day, days);
        let (x, bottom) = (left + width / 2, PLOT.top + PLOT.height);
        let ink = self.at(x, bottom - 1);
        let bars = [Ink::Bar.rgb(), Ink::Today.rgb()];
        let height =
            (0..PLOT.height).take_while(|up| self.at(x, bottom - 1 - up) == ink && bars.contains(&ink)).count();
        (height, ink)
    }

    /// Columns between these lines that hold ink, as runs with less than `gap` columns of paper in them.
    fn words(&self, lines: std::ops::Range<usize>, gap: usize) -> Vec<(usize, usize)> {
        let mut words: Vec<(usize, usize)> = Vec::new();
        for x in (0..WIDTH).filter(|x| lines.clone().any(|y| self.at(*x, y) != WHITE)) {
            match words.last_mut() {
                Some((_, end)) if x - *end < gap => *end = x,
                _ => words.push((x, x)),
            }
        }
        words
    }
}

/// A month in which every day cost something else.
fn month(days: usize, today: usize) -> Chart {
    let cost = |day: usize| if day > today { 0 } else { i64::try_from((day * 37) % 101).unwrap() * 12_345 };
    Chart {
        heading: "Cost per day, November 2026 (UTC)".to_owned(),
        days: (0..days).map(cost).collect(),
        today,
        today_word: "today".to_owned(),
        models_heading: "By model, November 2026".to_owned(),
        models: vec![("lab/large".to_owned(), 3_000_000), ("lab/small".to_owned(), 1_000_000)],
        rest: None,
    }
}

/// The longest words that there are, in Russian, and sums that nobody hopes for.
fn large() -> Chart {
    let maker = "nousresearch/deephermes-3-mistral-24b-preview-extended:free";
    Chart {
        heading: "Стоимость по дням, сентябрь 2026 (UTC)".to_owned(),
        days: vec![999_999_000_000; 31],
        today: 30,
        today_word: "сегодня".to_owned(),
        models_heading: "По моделям, сентябрь 2026".to_owned(),
        models: (0..4).map(|n| (maker.to_owned(), 888_888_888_888 - n)).collect(),
        rest: Some(("другие модели".to_owned(), 1)),
    }
}

#[test]
fn the_picture_is_light_and_has_a_margin() {
    for chart in [month(30, 20), large()] {
        let seen = Seen::of(&chart);
        let light = seen.rgb.iter().filter(|channel| **channel > 0xd0).count();
        assert!(light * 10 > seen.rgb.len() * 6, "{light}");
        for edge in 0..16 {
            assert!((0..WIDTH).all(|x| seen.at(x, edge) == WHITE && seen.at(x, HEIGHT - 1 - edge) == WHITE));
            assert!((0..HEIGHT).all(|y| seen.at(edge, y) == WHITE && seen.at(WIDTH - 1 - edge, y) == WHITE));
        }
    }
}

#[test]
fn every_day_is_as_high_as_it_cost_and_today_is_marked() {
    let chart = month(31, 20);
    let seen = Seen::of(&chart);
    // The dearest, 1.23 dollars, is below a line at 1.50.
    let top = 1_500_000;
    assert_eq!(axis::ticks(*chart.days.iter().max().unwrap()).last(), Some(&top));
    for (day, cost) in chart.days.iter().enumerate() {
        let (height, ink) = seen.bar(day, 31);
        let exact = usize::try_from(cost * 330 / top).unwrap();
        let least = if *cost > 0 { LEAST } else { 0 };
        assert!(height.abs_diff(exact.max(least)) <= 1, "day {day}: {height}, not {exact}");
        if height > 0 {
            assert_eq!(ink, if day == 20 { Ink::Today.rgb() } else { Ink::Bar.rgb() }, "day {day}");
        }
    }
    let idle = Seen::of(&Chart { days: vec![0, 5, 0], today: 2, ..chart });
    let Area { left, width, .. } = slot(2, 3);
    assert_eq!(idle.at(left + width / 2, PLOT.top + PLOT.height + 3), Ink::Today.rgb(), "also a day that cost nothing");
}

#[test]
fn the_shares_of_models_are_as_long_as_they_are_large() {
    let chart = Chart { rest: Some(("others".to_owned(), 1_000_000)), ..month(30, 3) };
    let seen = Seen::of(&chart);
    for (place, (share, ink)) in [(60, Ink::Bar), (20, Ink::Bar), (20, Ink::Rest)].into_iter().enumerate() {
        let y = SHARES.top + place * NEXT_MODEL + SHARES.height / 2;
        let length = (SHARES.left..WIDTH).take_while(|x| seen.at(*x, y) == ink.rgb()).count();
        assert_eq!(length, SHARES.width * share / 100, "model {place}");
    }
}

#[test]
fn no_word_leaves_its_place() {
    let letters = Letters::read().unwrap();
    for most in [1, 999, 123_456, 1_234_560_000, 999_999_000_000] {
        for tick in axis::ticks(most) {
            let width = letters.width(&axis::tick(tick), NUMBER.size);
            assert!(width <= pixels(PLOT.left - 16 - MARGIN / 2), "{} is {width} wide", axis::tick(tick));
        }
    }
    let room = pixels(WIDTH - MARGIN - SHARES.left - SHARES.width - 16);
    for cost in [1, 12_345, 1_234_560_000, 888_888_888_888] {
        let amount = format!("{} · 100%", axis::amount(cost));
        assert!(letters.width(&amount, NUMBER.size) <= room, "{amount}");
    }
    for name in [&large().models[0].0, "anthropic/claude-sonnet-4.5", "другие модели"] {
        let fitted = letters.fitted(name, NAME.size, 560.0);
        assert!(letters.width(&fitted, NAME.size) <= 560.0, "{fitted}");
        assert_eq!(fitted == *name, name.len() < 40, "{fitted}");
    }
    let seen = Seen::of(&large());
    let names = seen.words(SHARES.top..SHARES.top + 4 * NEXT_MODEL, 16);
    assert!(names.iter().all(|(begin, end)| *end < NAMES_END || *begin >= SHARES.left), "{names:?}");
}

#[test]
fn dates_never_run_into_each_other() {
    let dates = PLOT.top + PLOT.height + 10..PLOT.top + PLOT.height + 48;
    for (word, widest) in [("today", 80), ("сегодня", 120)] {
        for (days, today) in [(31, 0), (31, 1), (31, 2), (31, 16), (31, 28), (31, 29), (31, 30), (28, 27)] {
            let seen = Seen::of(&Chart { today_word: word.to_owned(), ..month(days, today) });
            let mut words = seen.words(dates.clone(), 10);
            // The zero of the axis reaches down to here.
            words.retain(|(begin, _)| *begin >= PLOT.left);
            let longest = words.iter().map(|(begin, end)| end - begin).max().unwrap();
            assert!((5..=8).contains(&words.len()) && longest <= widest, "{today} of {days}: {words:?}");
        }
    }
}

#[test]
fn every_letter_of_both_languages_is_in_the_font_and_others_are_a_box() {
    let letters = Letters::read().unwrap();
    let known = ('а'..='я').chain('А'..='Я').chain(' '..='~').chain("ёЁ·…–—×\u{a0}".chars());
    let strange: Vec<char> = known.filter(|letter| letters.lacks(*letter)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(letters.lacks('漢') && letters.width("漢", 30.0) > 10.0);
}

#[test]
fn an_axis_has_round_steps_and_ends_above_the_dearest_day() {
    for (most, ticks) in [
        (0, vec![0, 1]),
        (3, vec![0, 1, 2, 3]),
        (1_130_000, vec![0, 500_000, 1_000_000, 1_500_000]),
        (2_000_000, vec![0, 500_000, 1_000_000, 1_500_000, 2_000_000]),
        (7_345, vec![0, 2_000, 4_000, 6_000, 8_000]),
    ] {
        assert_eq!(axis::ticks(most), ticks);
    }
    assert!(axis::ticks(i64::MAX).len() > 1);
    let written = [0, 2_000, 500_000, 25_000_000, 1_500_000_000].map(axis::tick);
    assert_eq!(written, ["$0", "$0.002", "$0.50", "$25", "$1,500"]);
    let written = [0, 7, 123, 1_050, 12_345, 98_765, 999_999, 1_234_567_891].map(axis::amount);
    assert_eq!(written, ["$0", "$0.000007", "$0.00012", "$0.0011", "$0.012", "$0.099", "$1.00", "$1,234.57"]);
    assert_eq!(
        [(1, 3, 100), (2, 3, 100), (5, 0, 100), (9, 3, 10)].map(|(part, all, of)| axis::share(part, all, of)),
        [33, 67, 0, 10]
    );
}
