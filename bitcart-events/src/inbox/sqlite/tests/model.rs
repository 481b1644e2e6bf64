//! Whatever is done in whatever order: what is claimed is what a plain list says.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::{Folder, SqliteInbox, wait};
use crate::inbox::promises::{append, batch, dead, event, retry};
use crate::inbox::{Batch, Claimed, DeadLetters, EventId, Inbox, Verdict};

#[derive(Debug, Clone)]
enum Step {
    Append { events: u32, claim: bool },
    Claim { most: usize, held: bool },
    Settle { which: usize, how: How },
    Replay,
    Restart,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Handled,
    Released,
    Dead,
    Retry { later: bool, held: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let retried = (any::<bool>(), any::<bool>()).prop_map(|(later, held)| How::Retry { later, held });
    let how =
        prop_oneof![2 => Just(How::Handled), 1 => Just(How::Released), 1 => Just(How::Dead), 4 => retried];
    prop_oneof![
        3 => (1..5_u32, any::<bool>()).prop_map(|(events, claim)| Step::Append { events, claim }),
        4 => (0..6_usize, any::<bool>()).prop_map(|(most, held)| Step::Claim { most, held }),
        8 => (any::<usize>(), how).prop_map(|(which, how)| Step::Settle { which, how }),
        1 => Just(Step::Replay),
        1 => Just(Step::Restart),
    ]
}

#[derive(Debug, Clone, Default)]
struct Row {
    claimed: u32,
    attempt: u32,
    failures: u32,
    /// Whether that is in the future.
    due: Option<bool>,
}

struct Model {
    folder: Folder,
    inbox: Option<SqliteInbox>,
    me: u32,
    rows: BTreeMap<EventId, Row>,
    dead: BTreeMap<EventId, u32>,
    mine: Vec<Claimed>,
}

impl Model {
    fn open() -> Self {
        let folder = Folder::new();
        let inbox = SqliteInbox::open_without_flushes(folder.file()).unwrap();
        let (rows, dead) = (BTreeMap::new(), BTreeMap::new());
        Self { folder, inbox: Some(inbox), me: 1, rows, dead, mine: Vec::new() }
    }

    fn step(&mut self, step: Step) {
        let inbox = self.inbox.clone().unwrap();
        match step {
            Step::Append { events, claim } => {
                let new = (0..events).map(event).collect::<Vec<_>>();
                let ids = append(&inbox, Batch { claim, ..batch(new.clone()) }).unwrap();
                for (id, event) in ids.into_iter().flatten().zip(new) {
                    assert!(self.rows.keys().chain(self.dead.keys()).all(|before| *before < id));
                    let row = Row { attempt: 1, claimed: if claim { self.me } else { 0 }, ..Row::default() };
                    self.rows.insert(id, row);
                    self.mine.extend(claim.then(|| Claimed::appended(id, event)));
                }
            }
            Step::Claim { most, held } => self.claim(&inbox, most, held),
            Step::Settle { which, how } => {
                if !self.mine.is_empty() {
                    let event = self.mine.swap_remove(which % self.mine.len());
                    self.settle(&inbox, event, how);
                }
            }
            Step::Replay => {
                let replayed = wait(inbox.replay(DeadLetters::all())).unwrap();
                assert_eq!(replayed, self.dead.len());
                for (id, attempts) in std::mem::take(&mut self.dead) {
                    self.rows.insert(id, Row { attempt: attempts + 1, due: Some(false), ..Row::default() });
                }
            }
            Step::Restart => {
                drop((inbox, self.inbox.take()));
                self.inbox = Some(SqliteInbox::open_without_flushes(self.folder.file()).unwrap());
                (self.me, self.mine) = (self.me + 1, Vec::new());
            }
        }
    }

    fn claim(&mut self, inbox: &SqliteInbox, most: usize, held: bool) {
        let claims = wait(inbox.claim(most, held)).unwrap();
        let may_be_claimed = |row: &Row| row.claimed != self.me && (held || row.due != Some(true));
        let possible = self.rows.values().filter(|row| may_be_claimed(row)).count();
        assert_eq!(claims.events.len(), possible.min(most), "{:?}", self.rows);
        assert!(claims.events.is_sorted_by(|first, second| first.id < second.id));
        for event in &claims.events {
            let row = &self.rows[&event.id];
            assert!(may_be_claimed(row), "{event:?} {row:?}");
            assert_eq!(event.attempt, row.attempt + u32::from(row.claimed != 0));
            assert_eq!((event.failures, event.due.is_some()), (row.failures, row.due == Some(true)));
            let row = self.rows.get_mut(&event.id).unwrap();
            (row.claimed, row.attempt) = (self.me, event.attempt);
            row.due = row.due.filter(|is_later| *is_later);
        }
        let waiting: Vec<bool> =
            self.rows.values().filter(|row| row.claimed != self.me).filter_map(|row| row.due).collect();
        // The first: one that is due already, if there is one.
        let next = claims.next_due.map(|due| due > SystemTime::now());
        assert_eq!(next, waiting.into_iter().min());
        self.mine.extend(claims.events);
    }

    fn settle(&mut self, inbox: &SqliteInbox, event: Claimed, how: How) {
        let hour = Duration::from_secs(3_600);
        let row = self.rows.get_mut(&event.id).unwrap();
        match how {
            How::Handled => {
                self.rows.remove(&event.id);
                inbox.settle(&event, Verdict::Handled);
            }
            How::Released => {
                row.claimed = 0;
                inbox.settle(&event, Verdict::Released);
            }
            How::Dead => {
                self.rows.remove(&event.id);
                self.dead.insert(event.id, event.attempt);
                inbox.settle(&event, dead("the model says so"));
            }
            How::Retry { later, held } => {
                row.attempt = event.attempt + u32::from(!held);
                (row.failures, row.due) = (event.failures + 1, Some(later));
                row.claimed = if held { self.me } else { 0 };
                let due = if later { SystemTime::now() + hour } else { SystemTime::now() - hour };
                inbox.settle(&event, retry(due, held));
                if held {
                    let (attempt, failures) = (event.attempt + 1, event.failures + 1);
                    self.mine.push(Claimed { attempt, failures, ..event });
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_a_list_would_be(steps in prop::collection::vec(step(), 1..60)) {
        let mut model = Model::open();
        for step in steps {
            model.step(step);
        }
        let stats = wait(model.inbox.as_ref().unwrap().stats()).unwrap();
        let retrying = model.rows.values().filter(|row| row.failures > 0).count();
        let counted = [stats.pending, stats.retrying, stats.dead];
        prop_assert_eq!(counted, [model.rows.len(), retrying, model.dead.len()].map(|count| count as u64));
    }
}
