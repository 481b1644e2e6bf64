//! What runs again was at work when the process was killed, and is told so.

use std::collections::BTreeMap;

use super::index::{Event, Index, Run};
use super::{Findings, Kind};
use crate::BLOCKS;

pub(super) fn check(index: &Index<'_>, findings: &mut Findings) {
    // How many of a lane came to be handled again because of a kill.
    let mut at_work = BTreeMap::<(usize, &str), Vec<u64>>::new();
    for (id, event) in &index.events {
        for pair in event.runs.windows(2) {
            let [before, run] = pair else { continue };
            if run.attempt < 2 {
                let what = event.what;
                findings.add(Kind::Rerun, format!("{id} {what} ran again, and was told that it did not"));
            }
            findings.figures.attempts_twice += usize::from(run.attempt <= before.attempt);
            if run.life > before.life {
                if before.ended == Some(false) {
                    findings.figures.retries += 1;
                } else {
                    findings.figures.reruns += 1;
                    at_work.entry((before.life, before.lane)).or_default().push(*id);
                }
            } else {
                again_in_one_life(*id, event, before, findings);
            }
        }
        settled_before(index, *id, event, findings);
    }
    for ((life, lane), ids) in at_work {
        // Blocks are acknowledged with what is committed next, so several can be under way; the others wait for it.
        if lane != BLOCKS && ids.len() > 1 {
            let life = life + 1;
            findings.add(
                Kind::Rerun,
                format!("{ids:?} of {lane} ran again, of which one was at work at the end of life {life}"),
            );
        }
    }
}

fn again_in_one_life(id: u64, event: &Event<'_>, before: &Run<'_>, findings: &mut Findings) {
    let what = event.what;
    match before.ended {
        Some(false) => findings.figures.retries += 1,
        Some(true) => {
            findings
                .add(Kind::HandledAgain, format!("{id} {what} ran again after it was handled, in one life"));
        }
        None => findings.add(Kind::Rerun, format!("{id} {what} ran twice at the same time")),
    }
}

fn settled_before(index: &Index<'_>, id: u64, event: &Event<'_>, findings: &mut Findings) {
    for run in &event.runs {
        let settled = (0..run.life).find(|life| index.is_settled(id, *life));
        if let Some(settled) = settled {
            let (what, again, settled) = (event.what, run.life + 1, settled + 1);
            findings.add(
                Kind::HandledAgain,
                format!("{id} {what}, settled in life {settled}, ran again in life {again}"),
            );
        }
    }
}
