//! The chart of `/stats`: what each day of the month cost, and below it what each model did, as a PNG.
//!
//! A [`Chart`] is what is needed to draw it, words included: some hundred bytes of JSON. That is what the store keeps of a
//! picture that is owed; it is drawn when it is sent, and after a crash again, to the same bytes. So no picture is ever
//! stored, and nothing here reads a clock or a setting.
//!
//! # Drawn with what
//! Three small libraries, which weigh some 170 KB of the program together, and a font of 15 KB:
//! - `read-fonts` (Google's Fontations) reads the font's tables. `skrifa`, which stands on it, would draw the outlines as
//!   well, and hint them, for 450 KB more; what is needed of that is one function here. `ttf-parser`, and what stands on
//!   it (`ab_glyph`, `fontdue`, `plotters`), is given up by its author (RUSTSEC-2026-0192).
//! - `ab_glyph_rasterizer`, without any dependency, turns outlines into ink. Everything else is rectangles, for which a
//!   library of paths (`tiny-skia`) would be much.
//! - `png` (of image-rs) writes the file.
//!
//! `plotters` with its bitmaps would take 420 KB and leave the words where it wants them.
//!
//! What it refuses: to scale down to nothing. A day that cost something has a bar, however small.

mod axis;
mod canvas;
mod letters;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use canvas::{Area, Canvas, HEIGHT, Ink, WIDTH};
use letters::{Hand, Letters, Place};

/// What a chart shows. Amounts are in millionths of a dollar.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chart {
    /// Above the days.
    pub heading: String,
    /// What each day of the month cost, from the first to the last.
    pub days: Vec<i64>,
    /// Which of them is today, counted from 0.
    pub today: usize,
    /// "today", below it.
    pub today_word: String,
    /// Above the models.
    pub models_heading: String,
    /// The models that have a line, at most four, the dearest first.
    pub models: Vec<(String, i64)>,
    /// All other models together, by what they are called, if there are any.
    pub rest: Option<(String, i64)>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Undrawable {
    /// The font in the program is not one.
    #[error("the font cannot be read: {0}")]
    Font(#[from] read_fonts::ReadError),
    /// The file could not be written.
    #[error("the picture cannot be written: {0}")]
    Png(#[from] png::EncodingError),
}

/// Between what is drawn and the edges of the paper, in pixels.
const MARGIN: usize = 40;
/// The heading's and the models' letters. On a phone some 12 and 10 points high.
const HEADING: Hand = Hand { size: 38.0, ink: Ink::Text };
const NAME: Hand = Hand { size: 30.0, ink: Ink::Text };
const NUMBER: Hand = Hand { size: 28.0, ink: Ink::Quiet };
const TODAY: Hand = Hand { size: 28.0, ink: Ink::Today };

/// Where the days are: wide enough for 31 of them, between their amounts ("$1,000,000") and the margin.
const PLOT: Area = Area { left: 190, top: 100, width: WIDTH - 190 - MARGIN, height: 330 };
/// Where the names of models end, where the lines for their shares lie, and how far one model is from the next.
const NAMES_END: usize = 600;
const SHARES: Area = Area { left: 620, top: 565, width: 270, height: 26 };
const NEXT_MODEL: usize = 45;
/// A day that cost something is seen, in pixels.
const LEAST: usize = 4;

/// Draws it: the same chart to the same bytes. Takes some milliseconds of work, so do it where that may block.
pub fn draw(chart: &Chart) -> Result<Vec<u8>, Undrawable> {
    let mut sheet = Sheet { canvas: Canvas::new(), letters: Letters::read()? };
    sheet.heading(&chart.heading, 64)?;
    sheet.days(chart)?;
    sheet.heading(&chart.models_heading, 535)?;
    sheet.models(chart)?;
    sheet.canvas.png()
}

/// The paper and what is written with.
struct Sheet {
    canvas: Canvas,
    letters: Letters,
}

/// Which end of a line of letters is given.
#[derive(Clone, Copy)]
enum Hold {
    Left(f32),
    Middle(f32),
    Right(f32),
}

impl Sheet {
    fn heading(&mut self, text: &str, line: usize) -> Result<(), Undrawable> {
        let text = self.letters.fitted(text, HEADING.size, pixels(WIDTH - 2 * MARGIN));
        self.write(&text, Hold::Left(pixels(MARGIN)), line, HEADING)
    }

    fn days(&mut self, chart: &Chart) -> Result<(), Undrawable> {
        let dearest = chart.days.iter().copied().max().unwrap_or_default();
        let ticks = axis::ticks(dearest);
        let top = ticks.last().copied().unwrap_or(1);
        let bottom = PLOT.top + PLOT.height;
        for tick in &ticks {
            let y = bottom - axis::share(*tick, top, PLOT.height);
            let ink = if *tick == 0 { Ink::Quiet } else { Ink::Line };
            self.canvas.fill(Area { top: y, height: 2, ..PLOT }, ink);
            self.write(&axis::tick(*tick), Hold::Right(pixels(PLOT.left - 16)), y + 10, NUMBER)?;
        }
        for (day, cost) in chart.days.iter().enumerate().filter(|(_, cost)| **cost > 0) {
            let height = axis::share(*cost, top, PLOT.height).max(LEAST);
            let ink = if day == chart.today { Ink::Today } else { Ink::Bar };
            self.canvas.fill(Area { top: bottom - height, height, ..slot(day, chart.days.len()) }, ink);
        }
        self.dates(chart, bottom + 38)
    }

    /// Today by its word, and of the others as many as one can read beside it.
    fn dates(&mut self, chart: &Chart, line: usize) -> Result<(), Undrawable> {
        let middle = |day| {
            let Area { left, width, .. } = slot(day, chart.days.len());
            pixels(left) + pixels(width) / 2.0
        };
        let half = self.letters.width(&chart.today_word, TODAY.size) / 2.0;
        let today = middle(chart.today).clamp(pixels(PLOT.left) + half, pixels(WIDTH - MARGIN) - half);
        // Today is marked where it cost nothing, too.
        self.canvas
            .fill(Area { top: PLOT.top + PLOT.height, height: 6, ..slot(chart.today, chart.days.len()) }, Ink::Today);
        self.write(&chart.today_word, Hold::Middle(today), line, TODAY)?;
        for day in (0..chart.days.len()).filter(|day| *day == 0 || (day + 1).is_multiple_of(5)) {
            let text = (day + 1).to_string();
            let room = half + self.letters.width(&text, NUMBER.size) / 2.0 + 12.0;
            if (middle(day) - today).abs() >= room {
                self.write(&text, Hold::Middle(middle(day)), line, NUMBER)?;
            }
        }
        Ok(())
    }

    fn models(&mut self, chart: &Chart) -> Result<(), Undrawable> {
        let listed = chart.models.iter().map(|model| (model, Ink::Bar));
        let lines: Vec<_> = listed.chain(chart.rest.iter().map(|rest| (rest, Ink::Rest))).collect();
        let all = lines.iter().map(|((_, cost), _)| *cost).sum::<i64>().max(1);
        for (place, ((name, cost), ink)) in lines.into_iter().enumerate() {
            let top = SHARES.top + place * NEXT_MODEL;
            let name = self.letters.fitted(name, NAME.size, pixels(NAMES_END - MARGIN));
            self.write(&name, Hold::Left(pixels(MARGIN)), top + 24, NAME)?;
            self.canvas.fill(Area { top, ..SHARES }, Ink::Line);
            let width = axis::share(*cost, all, SHARES.width).max(if *cost > 0 { LEAST } else { 0 });
            self.canvas.fill(Area { top, width, ..SHARES }, ink);
            let amount = format!("{} · {}%", axis::amount(*cost), axis::share(*cost, all, 100));
            self.write(&amount, Hold::Right(pixels(WIDTH - MARGIN)), top + 24, NUMBER)?;
        }
        Ok(())
    }

    /// Writes on a line that is so far from above.
    fn write(&mut self, text: &str, hold: Hold, line: usize, hand: Hand) -> Result<(), Undrawable> {
        let width = self.letters.width(text, hand.size);
        let x = match hold {
            Hold::Left(x) => x,
            Hold::Middle(x) => x - width / 2.0,
            Hold::Right(x) => x - width,
        };
        self.letters.write(&mut self.canvas, text, Place { x, y: pixels(line) }, hand)
    }
}

/// Where the bar of a day may stand: the days share the width, and two thirds of each day's are its bar.
fn slot(day: usize, days: usize) -> Area {
    let at = |thirds: usize| PLOT.left + PLOT.width * thirds / (3 * days.max(1));
    let (left, right) = (at(3 * day), at(3 * day + 2));
    // The third that is left over is on both sides.
    let aside = (at(3 * day + 3) - right) / 2;
    Area { left: left + aside, top: PLOT.top, width: right - left, height: PLOT.height }
}

/// A length on the paper: less than its width.
fn pixels(length: usize) -> f32 {
    f32::from(u16::try_from(length).unwrap_or(u16::MAX))
}

// The paper is as high as the lowest line needs.
const _: () = assert!(SHARES.top + 4 * NEXT_MODEL + SHARES.height + MARGIN / 2 <= HEIGHT);
