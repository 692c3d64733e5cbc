//! Photos for whoever has none at hand: as many as wanted, of a small picture that any model can read.

use bytes::Bytes;

use super::item::Item;
use super::world::World;

/// What every such photo shows.
const PHOTO: &[u8] = include_bytes!("photo.png");

/// So many of them.
pub(super) fn photos(count: usize) -> Vec<Item> {
    // More are refused as an album whatever their number.
    (0..count.min(100)).map(|_| Item::Photo { bytes: Bytes::from_static(PHOTO) }).collect()
}

impl World {
    /// A new `media_group_id`.
    pub(super) fn new_album(&mut self) -> String {
        self.albums += 1;
        format!("1300{:013}", self.albums)
    }
}
