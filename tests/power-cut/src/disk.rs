//! What is on the disk at some point, and what may be there after a cut at that point.

use crate::log::{File, Op};
use crate::random::Random;

/// What a disk writes at once.
const SECTOR: usize = 512;

/// The files, with what is not flushed yet.
#[derive(Debug, Default)]
pub struct Disk([OnDisk; 3]);

/// Each file after a cut; `None` if it is not there.
pub type State = [Option<Vec<u8>>; 3];

#[derive(Debug, Clone, Default)]
struct OnDisk {
    /// What was flushed; `None`: there is no file.
    flushed: Option<Vec<u8>>,
    pending: Vec<Change>,
    /// The folder still shows this in its place, as far as it was flushed.
    before: Option<Box<Option<Vec<u8>>>>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Disk {
    /// One with an empty database, whose name is flushed.
    #[must_use]
    pub fn new() -> Self {
        let mut disk = Self::default();
        disk.0[File::Main as usize].flushed = Some(Vec::new());
        disk
    }

    /// Something happens.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Create(file) => self.exchange(*file, Some(Vec::new())),
            Op::Delete(file) => self.exchange(*file, None),
            Op::Write(file, offset, bytes) => {
                self.0[*file as usize].pending.push(Change::Write(*offset, bytes.clone()));
            }
            Op::Truncate(file, size) => self.0[*file as usize].pending.push(Change::Truncate(*size)),
            Op::Sync(file) => {
                let file = &mut self.0[*file as usize];
                let mut content = file.flushed.take().unwrap_or_default();
                file.pending.drain(..).for_each(|change| change.apply(&mut content));
                file.flushed = Some(content);
                // SQLite flushes the folder with the first flush of a new journal.
                if file.before.is_some() {
                    self.0.iter_mut().for_each(|file| file.before = None);
                }
            }
            _ => {}
        }
    }

    fn exchange(&mut self, file: File, new: Option<Vec<u8>>) {
        let file = &mut self.0[file as usize];
        let old = file.flushed.take();
        let before = file.before.take().unwrap_or_else(|| Box::new(old));
        *file = OnDisk { flushed: new, pending: Vec::new(), before: Some(before) };
    }

    /// One of the states that a cut may leave now.
    #[must_use]
    pub fn cut(&self, random: &mut Random) -> State {
        // One kind for all files: some are seldom met by chance.
        let kind = random.below(6);
        std::array::from_fn(|file| self.0.get(file).and_then(|file| file.cut(kind, random)))
    }
}

impl OnDisk {
    fn cut(&self, kind: usize, random: &mut Random) -> Option<Vec<u8>> {
        if let Some(before) = &self.before
            && random.coin()
        {
            return (**before).clone();
        }
        let mut content = self.flushed.clone()?;
        let some = random.below(self.pending.len() + 1);
        for (number, change) in self.pending.iter().enumerate() {
            match kind {
                // Everything is lost, or there.
                0 => {}
                1 => change.apply(&mut content),
                // The first ones are there, and a part of the next.
                2 if number < some => change.apply(&mut content),
                2 if number == some => change.tear(&mut content, random),
                2 => {}
                // Some are there, in whatever order they came.
                3 if random.coin() => change.apply(&mut content),
                3 => {}
                // All but one.
                4 if number != some => change.apply(&mut content),
                4 => {}
                // Parts of each.
                _ => change.tear(&mut content, random),
            }
        }
        Some(content)
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => put(content, *offset, bytes),
            Self::Truncate(size) => content.truncate(*size),
        }
    }

    /// Any of its sectors.
    fn tear(&self, content: &mut Vec<u8>, random: &mut Random) {
        let Self::Write(offset, bytes) = self else {
            return if random.coin() {
                self.apply(content)
            };
        };
        let mut begin = 0;
        while begin < bytes.len() {
            let end = bytes.len().min(begin + SECTOR - (offset + begin) % SECTOR);
            if random.coin() {
                put(content, offset + begin, &bytes[begin..end]);
            }
            begin = end;
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}
