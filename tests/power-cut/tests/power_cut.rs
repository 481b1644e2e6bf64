//! Nothing that was accepted is gone after a power cut; and that this would be noticed.

use std::path::{Path, PathBuf};

use bitcart_events_power_cut::{Disk, Found, How, Model, Op, Random, look, work};

/// A folder that is gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // In memory, where there is such a place: gigabytes are written.
        let memory = Path::new("/dev/shm");
        let temp = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let path = temp.join(format!("bitcart-power-cut-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

struct Cuts {
    states: usize,
    found: Vec<Found>,
}

/// Cuts the power at these points of the work, in their order, at each in several ways.
fn cut(
    folder: &Path,
    ops: &[Op],
    at: impl IntoIterator<Item = usize>,
    ways: usize,
    random: &mut Random,
) -> Cuts {
    let mut cuts = Cuts { states: 0, found: Vec::new() };
    let (mut disk, mut model, mut done) = (Disk::new(), Model::default(), 0);
    for point in at {
        for op in &ops[done..point] {
            disk.apply(op);
            model.apply(op);
        }
        done = point;
        for _ in 0..ways {
            let found = look(&folder.join("cut.db"), &disk.cut(random), &model);
            cuts.states += 1;
            cuts.found.extend(found);
        }
    }
    cuts
}

fn run(how: How, name: &str, works: u64, batches: u32, points: usize, ways: usize) -> Cuts {
    let folder = Folder::new(name);
    let mut all = Cuts { states: 0, found: Vec::new() };
    for seed in 0..works {
        let (ops, _) = work(&folder.0.join(format!("work-{seed}.db")), how, batches, seed);
        let mut random = Random::new(seed);
        let mut at: Vec<usize> = (0..points).map(|_| random.below(ops.len() + 1)).collect();
        at.sort_unstable();
        let cuts = cut(&folder.0, &ops, at, ways, &mut random);
        all.states += cuts.states;
        all.found.extend(cuts.found);
    }
    all
}

#[test]
fn nothing_accepted_is_lost() {
    let cuts = run(How::Restarting, "short", 15, 40, 40, 4);
    assert_eq!((cuts.states, cuts.found), (2_400, Vec::new()));
}

/// At every point, because there are few.
#[test]
fn it_can_be_made_at_any_time() {
    let folder = Folder::new("made");
    let (ops, _) = work(&folder.0.join("work.db"), How::Plainly, 2, 3);
    let cuts = cut(&folder.0, &ops, 0..=ops.len(), 12, &mut Random::new(3));
    assert_eq!((cuts.states, cuts.found), (12 * (ops.len() + 1), Vec::new()));
}

/// So long that SQLite makes checkpoints of its own.
#[test]
fn nothing_accepted_is_lost_over_many_checkpoints() {
    let cuts = run(How::Restarting, "long", 1, 500, 40, 3);
    assert_eq!((cuts.states, cuts.found), (120, Vec::new()));
}

#[test]
fn what_is_not_flushed_is_found_to_be_lost() {
    let cuts = run(How::Unflushed, "unflushed", 4, 40, 25, 4);
    let lost = cuts.found.iter().filter(|found| matches!(found, Found::Lost(_))).count();
    assert!(lost > 0, "nothing was lost in {} states", cuts.states);
    // What is lost is lost as a whole: nothing else is wrong.
    assert!(!cuts.found.iter().any(|found| matches!(found, Found::Unreadable(_))), "{:?}", cuts.found);
}

#[test]
fn a_commit_is_one_flush_with_what_is_settled() {
    let folder = Folder::new("flushes");
    let (ops, commits) = work(&folder.0.join("work.db"), How::Plainly, 300, 7);
    let flushes = |ops: &[Op]| ops.iter().filter(|op| matches!(op, Op::Sync(_))).count() as u64;
    let first = ops.iter().position(|op| matches!(op, Op::Accepted(_))).unwrap();
    // After the first one, by which time the file is made: the WAL's each, and a checkpoint's.
    let flushed = flushes(&ops[first..]);
    println!("300 batches: {commits} commits, {flushed} flushes");
    assert!((300..=commits + 8).contains(&(flushed + 1)), "{flushed} flushes of {commits} commits");
}
