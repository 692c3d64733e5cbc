//! From the journal of the preloaded library to what a disk without power has.
//!
//! The model is POSIX's, at its strictest. The bytes of a file are durable when an fsync of that file that began after the
//! write has ended; a name (made, changed, removed) when the same holds for its folder. Of everything else the disk may
//! have any part, in any order: each 512-byte sector of a write by itself, the changes of names up to some point. After an
//! fsync that failed, what it should have covered is there in part, and no later fsync makes it whole: the system has
//! forgotten about it.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use anyhow::{Context as _, bail};

/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// The part of what an fsync that failed should have covered that is there.
const HALF: f64 = 0.5;

/// Which file is behind which name.
type Names = BTreeMap<String, usize>;

/// The disk, and what hangs in the air.
pub(super) struct Replay<'a> {
    files: Vec<Contents>,
    /// By the library's numbers.
    numbered: HashMap<u32, usize>,
    /// As the program sees them.
    names: Names,
    /// As they are on the disk.
    durable: Names,
    renaming: Vec<(u64, Renaming)>,
    dice: &'a mut fastrand::Rng,
}

/// A file.
#[derive(Default)]
struct Contents {
    durable: Vec<u8>,
    /// With the places in the journal.
    unsynced: Vec<(u64, Change)>,
}

/// Something that happened to a file.
enum Change {
    Written { at: u64, bytes: Vec<u8> },
    Truncated { length: u64 },
}

/// Something that happened to a folder.
enum Renaming {
    Made { name: String, file: usize },
    Moved { from: String, to: String },
    Removed { name: String },
}

/// One entry of the journal, as tests/faults/shim/disk.c writes it.
struct Entry {
    what: u32,
    file: u32,
    at: u64,
    bytes: Vec<u8>,
}

impl Entry {
    /// The next one; `None` at the end, which a kill may have torn.
    fn read(journal: &mut impl Read) -> anyhow::Result<Option<Self>> {
        let mut head = [0; 24];
        match journal.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let small = |at: usize| head[at..at + 4].try_into().map(u32::from_le_bytes);
        let large = |at: usize| head[at..at + 8].try_into().map(u64::from_le_bytes);
        let mut bytes = vec![0; usize::try_from(large(16)?)?];
        match journal.read_exact(&mut bytes) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        Ok(Some(Self { what: small(0)?, file: small(4)?, at: large(8)?, bytes }))
    }

    fn name(self) -> anyhow::Result<String> {
        String::from_utf8(self.bytes).context("a name that is no text")
    }
}

impl<'a> Replay<'a> {
    /// What became of these files, all of them durable.
    pub(super) fn of(
        journal: &Path,
        files: BTreeMap<String, Vec<u8>>,
        dice: &'a mut fastrand::Rng,
    ) -> anyhow::Result<Self> {
        let durable: Names = files.keys().cloned().zip(0..).collect();
        let files = files.into_values().map(|durable| Contents { durable, unsynced: Vec::new() }).collect();
        let (names, numbered) = (durable.clone(), HashMap::new());
        let mut replay = Self { files, numbered, names, durable, renaming: Vec::new(), dice };
        let mut journal = BufReader::with_capacity(1 << 20, File::open(journal)?);
        let mut place = 0;
        while let Some(entry) = Entry::read(&mut journal)? {
            replay.take(place, entry)?;
            place += 1;
        }
        Ok(replay)
    }

    fn take(&mut self, place: u64, entry: Entry) -> anyhow::Result<()> {
        let (at, number) = (entry.at, entry.file);
        match entry.what {
            1 => self.opened(place, number, entry.name()?),
            2 => self.file(number)?.unsynced.push((place, Change::Written { at, bytes: entry.bytes })),
            3 => self.file(number)?.unsynced.push((place, Change::Truncated { length: at })),
            4 => self.synced(number, at, 1.0)?,
            5 => self.synced(number, at, HALF)?,
            6 => {
                let renamings = self.renaming.extract_if(.., |(place, _)| *place < at);
                renamings.for_each(|(_, renaming)| renaming.happens(&mut self.durable));
            }
            7 => {
                let names = entry.name()?;
                let (from, to) = names.split_once('/').context("a name for a name")?;
                self.renamed(place, Renaming::Moved { from: from.to_owned(), to: to.to_owned() });
            }
            8 => self.renamed(place, Renaming::Removed { name: entry.name()? }),
            unknown => bail!("the journal has an entry of kind {unknown}"),
        }
        Ok(())
    }

    /// The library has met a file: it was there, or it was made.
    fn opened(&mut self, place: u64, number: u32, name: String) {
        let file = self.names.get(&name).copied().unwrap_or(self.files.len());
        self.numbered.insert(number, file);
        if file == self.files.len() {
            self.files.push(Contents::default());
            self.renamed(place, Renaming::Made { name, file });
        }
    }

    fn file(&mut self, number: u32) -> anyhow::Result<&mut Contents> {
        let file = self.numbered.get(&number).context("a file that was never opened")?;
        self.files.get_mut(*file).context("a file")
    }

    fn renamed(&mut self, place: u64, renaming: Renaming) {
        renaming.happens(&mut self.names);
        self.renaming.push((place, renaming));
    }

    /// What happened to this file before `place` is on the disk, as far as chance wants it.
    fn synced(&mut self, number: u32, place: u64, fate: f64) -> anyhow::Result<()> {
        let file = *self.numbered.get(&number).context("a file that was never opened")?;
        let Contents { durable, unsynced } = &mut self.files[file];
        unsynced.extract_if(.., |(at, _)| *at < place).for_each(|(_, change)| change.happens(durable, fate, self.dice));
        Ok(())
    }

    /// How many writes are not synced.
    pub(super) fn unsynced(&self) -> usize {
        self.files.iter().map(|file| file.unsynced.len()).sum()
    }

    /// Ends it: of what hangs in the air, every part is there with this chance.
    pub(super) fn cut(mut self, fate: f64) -> BTreeMap<String, Vec<u8>> {
        for Contents { durable, unsynced } in &mut self.files {
            unsynced.drain(..).for_each(|(_, change)| change.happens(durable, fate, self.dice));
        }
        // The first that is lost takes those after it along.
        for (_, renaming) in self.renaming.drain(..).take_while(|_| self.dice.f64() < fate) {
            renaming.happens(&mut self.durable);
        }
        let files = &mut self.files;
        self.durable.into_iter().map(|(name, file)| (name, std::mem::take(&mut files[file].durable))).collect()
    }
}

impl Change {
    fn happens(self, contents: &mut Vec<u8>, fate: f64, dice: &mut fastrand::Rng) {
        match self {
            Self::Truncated { length } if dice.f64() < fate => {
                contents.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
            }
            Self::Truncated { .. } => {}
            Self::Written { mut at, bytes } => {
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let room = usize::try_from(SECTOR - at % SECTOR).unwrap_or(1);
                    let (sector, after) = rest.split_at(room.min(rest.len()));
                    if dice.f64() < fate {
                        put(contents, at, sector);
                    }
                    at += sector.len() as u64;
                    rest = after;
                }
            }
        }
    }
}

fn put(contents: &mut Vec<u8>, at: u64, bytes: &[u8]) {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    if contents.len() < at + bytes.len() {
        contents.resize(at + bytes.len(), 0);
    }
    contents[at..at + bytes.len()].copy_from_slice(bytes);
}

impl Renaming {
    fn happens(&self, names: &mut Names) {
        match self {
            Self::Made { name, file } => {
                names.insert(name.clone(), *file);
            }
            Self::Moved { from, to } => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Removed { name } => {
                names.remove(name);
            }
        }
    }
}
