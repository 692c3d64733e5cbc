//! What is drawn on: paper, inks, and how much of an ink is on each pixel.
//!
//! A pixel is one byte: which ink, in sixteenths of how much of it. That is all a chart needs (nothing shines through
//! anything), it makes a third of the work of red, green and blue for whoever compresses it, and the same bytes are a
//! PNG with a palette. The picture is the same on every machine.

use super::Undrawable;

/// Pixels.
pub(super) const WIDTH: usize = 1200;
/// Pixels. On a phone the picture is shown some 390 points wide, so what is to be read is about 30 pixels high.
pub(super) const HEIGHT: usize = 800;

/// Steps from paper to the whole ink: edges of letters look smooth from some ten on, and so ink and step fit a byte.
const STEPS: u8 = 15;
/// White, also where the messenger is dark: a chart without a ground of its own could not be read there.
const PAPER: [u8; 3] = [0xff, 0xff, 0xff];

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Of headings and names.
    Text,
    /// Of numbers along the axes.
    Quiet,
    /// Of the lines behind the bars.
    Line,
    /// Of a day, and of a model.
    Bar,
    /// Of today.
    Today,
    /// Of the models that have no line of their own.
    Rest,
}

impl Ink {
    /// In the order of the palette.
    const ALL: [(Self, [u8; 3]); 6] = [
        (Self::Text, [0x1b, 0x26, 0x38]),
        (Self::Quiet, [0x5a, 0x67, 0x7d]),
        (Self::Line, [0xe3, 0xe8, 0xef]),
        (Self::Bar, [0x2b, 0x6c, 0xd9]),
        (Self::Today, [0xe0, 0x5a, 0x10]),
        (Self::Rest, [0x9a, 0xa6, 0xb8]),
    ];

    /// A pixel of it.
    const fn step(self, step: u8) -> u8 {
        (self as u8) << 4 | step
    }

    /// The colour of the whole ink.
    #[cfg(test)]
    pub(super) fn rgb(self) -> [u8; 3] {
        Self::ALL[self as usize].1
    }
}

/// A rectangle, in pixels from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// A picture that is being drawn.
pub(super) struct Canvas {
    /// Line by line.
    pixels: Vec<u8>,
}

impl Canvas {
    /// Paper.
    pub(super) fn new() -> Self {
        Self { pixels: vec![0; WIDTH * HEIGHT] }
    }

    /// Fills a rectangle. What lies outside of the paper is left out.
    pub(super) fn fill(&mut self, area: Area, ink: Ink) {
        let right = (area.left + area.width).min(WIDTH);
        for y in area.top..(area.top + area.height).min(HEIGHT) {
            self.pixels[y * WIDTH + area.left.min(right)..y * WIDTH + right].fill(ink.step(STEPS));
        }
    }

    /// Covers so much of a pixel, from 0 to 1. What lies outside of the paper is left out.
    pub(super) fn cover(&mut self, (x, y): (i64, i64), coverage: f32, ink: Ink) {
        let inside = |at: i64, end: usize| usize::try_from(at).ok().filter(|at| *at < end);
        let (Some(x), Some(y)) = (inside(x, WIDTH), inside(y, HEIGHT)) else { return };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 15 and a half")]
        let step = (coverage.clamp(0.0, 1.0) * f32::from(STEPS) + 0.5) as u8;
        let pixel = &mut self.pixels[y * WIDTH + x];
        let there = if *pixel >> 4 == ink as u8 { *pixel & STEPS } else { 0 };
        // Letters that touch share pixels.
        if step > there {
            *pixel = ink.step(step);
        }
    }

    /// As a PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>, Undrawable> {
        let mut file = Vec::with_capacity(32 << 10);
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(0);
        let mut encoder = png::Encoder::new(&mut file, size(WIDTH), size(HEIGHT));
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette());
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(file)
    }
}

/// Every ink in all its steps, from paper on.
fn palette() -> Vec<u8> {
    let steps = u16::from(STEPS);
    let blend = |step: u16, ink: u8, paper: u8| (u16::from(ink) * step + u16::from(paper) * (steps - step)) / steps;
    let shade = |step, ink: [u8; 3]| {
        let channel = move |at: usize| u8::try_from(blend(step, ink[at], PAPER[at])).unwrap_or(u8::MAX);
        [channel(0), channel(1), channel(2)]
    };
    Ink::ALL.into_iter().flat_map(|(_, ink)| (0..=steps).flat_map(move |step| shade(step, ink))).collect()
}
