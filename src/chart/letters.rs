//! Letters: how wide a line is, and where its ink goes.
//!
//! Advance widths and outlines are all that is asked of the font: labels are single words, numbers and names of models,
//! in scripts that need no shaping. A character that the font has not got is drawn as its empty box, so that nothing is
//! missing in silence.

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use read_fonts::tables::cmap::{Cmap4, CmapSubtable};
use read_fonts::tables::glyf::{CurvePoint, Glyf, Glyph};
use read_fonts::tables::hmtx::Hmtx;
use read_fonts::tables::loca::Loca;
use read_fonts::types::GlyphId;
use read_fonts::{FontRef, ReadError, TableProvider};

use super::Undrawable;
use super::canvas::{Canvas, Ink};

/// Noto Sans Regular, of which 172 glyphs are left (font/README.md): 15 KB.
const FONT: &[u8] = include_bytes!("font/NotoSans-subset.ttf");

/// What stands for the rest of a name that is too long.
const CUT: char = '…';

/// Where a line begins: its left end on the line that its letters stand on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// How a line is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hand {
    /// Pixels from one line to the next, nearly: the font's em.
    pub(super) size: f32,
    pub(super) ink: Ink,
}

/// The font, read.
pub(super) struct Letters {
    glyph_of: Cmap4<'static>,
    advances: Hmtx<'static>,
    places: Loca<'static>,
    outlines: Glyf<'static>,
    /// Of the font's own measure, one em.
    em: f32,
}

impl Letters {
    pub(super) fn read() -> Result<Self, Undrawable> {
        let font = FontRef::new(FONT)?;
        let map = font.cmap()?;
        let mut tables = map.encoding_records().iter().filter_map(|record| record.subtable(map.offset_data()).ok());
        let glyph_of =
            tables.find_map(|table| if let CmapSubtable::Format4(table) = table { Some(table) } else { None });
        Ok(Self {
            glyph_of: glyph_of.ok_or(ReadError::MalformedData("it has no map of its letters"))?,
            advances: font.hmtx()?,
            places: font.loca(None)?,
            outlines: font.glyf()?,
            em: f32::from(font.head()?.units_per_em()),
        })
    }

    /// In pixels.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(self.glyph(letter), size)).sum()
    }

    /// Its empty box, for a letter that the font has not got.
    fn glyph(&self, letter: char) -> GlyphId {
        self.glyph_of.map_codepoint(letter).unwrap_or_default()
    }

    /// Is it drawn as the empty box?
    #[cfg(test)]
    pub(super) fn lacks(&self, letter: char) -> bool {
        self.glyph(letter) == GlyphId::default()
    }

    fn advance(&self, glyph: GlyphId, size: f32) -> f32 {
        f32::from(self.advances.advance(glyph).unwrap_or_default()) * size / self.em
    }

    /// As much of the text as is no wider than this.
    pub(super) fn fitted(&self, text: &str, size: f32, width: f32) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut kept = text.to_owned();
        while kept.pop().is_some() && self.width(&kept, size) + self.width(&CUT.to_string(), size) > width {}
        kept.push(CUT);
        kept
    }

    /// Writes a line.
    pub(super) fn write(&self, canvas: &mut Canvas, text: &str, at: Place, hand: Hand) -> Result<(), Undrawable> {
        let mut x = at.x;
        for letter in text.chars() {
            let glyph = self.glyph(letter);
            // None: a space. A glyph made of others is none here: font/README.md.
            if let Some(Glyph::Simple(glyph)) = self.places.get_glyf(glyph, &self.outlines)? {
                let points: Vec<CurvePoint> = glyph.points().collect();
                let mut pen = Pen::new(x.fract(), hand.size, self.em);
                let mut begin = 0;
                for end in glyph.end_pts_of_contours() {
                    let next = usize::from(end.get()) + 1;
                    pen.round(points.get(begin..next).unwrap_or_default());
                    begin = next;
                }
                pen.ink(canvas, Place { x, ..at }, hand.ink);
            }
            x += self.advance(glyph, hand.size);
        }
        Ok(())
    }
}

/// One glyph, in a box of its own that holds any of this font: two ems wide and high, in which the letter begins half an
/// em from the left, on a line that is one em and a half from above.
struct Pen {
    inked: Rasterizer,
    left: f32,
    line: f32,
    /// Pixels to a unit of the font.
    scale: f32,
}

impl Pen {
    /// `fraction`: of a pixel, between its left edge and the letter.
    fn new(fraction: f32, size: f32, em: f32) -> Self {
        let (left, line) = ((size * 0.5).floor(), (size * 1.5).floor());
        let box_size = usize::try_from(whole(size * 2.0) + 1).unwrap_or_default();
        Self { inked: Rasterizer::new(box_size, box_size), left: left + fraction, line, scale: size / em }
    }

    /// Goes round a contour. Between two points beside the curve there is one on it, in their middle.
    fn round(&mut self, contour: &[CurvePoint]) {
        let Some(first) = contour.iter().position(|point| point.on_curve) else { return };
        let mut way =
            contour.iter().cycle().skip(first).take(contour.len() + 1).map(|point| (self.at(*point), point.on_curve));
        let Some((mut last, _)) = way.next() else { return };
        let mut beside: Option<Point> = None;
        for (point, on_curve) in way.collect::<Vec<_>>() {
            match (beside, on_curve) {
                (None, true) => self.inked.draw_line(last, point),
                (Some(control), true) => self.inked.draw_quad(last, control, point),
                (None, false) => {
                    beside = Some(point);
                    continue;
                }
                (Some(control), false) => {
                    let middle = self::point(f32::midpoint(control.x, point.x), f32::midpoint(control.y, point.y));
                    self.inked.draw_quad(last, control, middle);
                    (last, beside) = (middle, Some(point));
                    continue;
                }
            }
            (last, beside) = (point, None);
        }
    }

    fn at(&self, of: CurvePoint) -> Point {
        point(self.left + f32::from(of.x) * self.scale, self.line - f32::from(of.y) * self.scale)
    }

    fn ink(self, canvas: &mut Canvas, at: Place, ink: Ink) {
        let (left, top) = (whole(at.x) - whole(self.left), whole(at.y) - whole(self.line));
        self.inked.for_each_pixel_2d(|x, y, coverage| {
            canvas.cover((left + i64::from(x), top + i64::from(y)), coverage, ink);
        });
    }
}

/// The pixel in which something is.
#[expect(clippy::cast_possible_truncation, reason = "a place on a picture of some thousand pixels")]
fn whole(value: f32) -> i64 {
    value.floor() as i64
}
