//! The pictures of a fake that cannot paint: one colour for every prompt, another for what is made of a picture.

use sha2::{Digest as _, Sha256};

use super::journal::AskedBeside;

/// The side of a picture that is made of nothing, in pixels.
const SIDE: u32 = 256;
/// No side is longer.
const LONGEST: usize = 1024;

/// A PNG. One that is made of another is as large as that.
pub(super) fn painted(asked: &AskedBeside, number: u64) -> Vec<u8> {
    let mut digest = Sha256::new().chain_update(&asked.prompt).chain_update(number.to_le_bytes());
    for media in &asked.media {
        digest.update(&media.bytes);
    }
    let colour = digest.finalize();
    let cut = |length: usize| u32::try_from(length.clamp(1, LONGEST)).unwrap_or(SIDE);
    let size = asked.media.first().map(|media| media.pixels);
    let (width, height) = size.map_or((SIDE, SIDE), |(width, height)| (cut(width), cut(height)));
    let mut file = Vec::new();
    let mut png = ::png::Encoder::new(&mut file, width, height);
    png.set_color(::png::ColorType::Indexed);
    png.set_depth(::png::BitDepth::One);
    png.set_palette([&colour[..3], &colour[3..6]].concat());
    // A frame around the one colour in the other.
    let row = vec![0_u8; width.div_ceil(8) as usize];
    let edge = vec![0xff_u8; width.div_ceil(8) as usize];
    let rows: Vec<u8> = (0..height).flat_map(|y| if y % 16 == 0 { edge.clone() } else { row.clone() }).collect();
    // Memory does not run out of room, and the numbers fit together.
    let written = png.write_header().and_then(|mut writer| writer.write_image_data(&rows));
    if written.is_err() {
        file.clear();
    }
    file
}
