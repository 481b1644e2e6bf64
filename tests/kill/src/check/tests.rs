//! The checks find what they are for, each in the smallest history that has it; and nothing in one that is in order.

use super::{Findings, Kind, check};
use crate::BLOCKS;
use crate::history::{Delivery, Emitted, Fate, History, Life, Line, Snapshot};

const LANE: &str = "wallet";

fn start(id: u64, attempt: u32, what: &str) -> Line {
    let lane = if what.starts_with("block") { BLOCKS } else { LANE };
    let (origin, lane, what) = ("live".to_owned(), lane.to_owned(), what.to_owned());
    Line::Start { id, attempt, origin, lane, what }
}

fn end(id: u64, ok: bool) -> Line {
    Line::End { id, ok }
}

/// From its start to its end, well.
fn whole(id: u64, attempt: u32, what: &str) -> [Line; 2] {
    [start(id, attempt, what), end(id, true)]
}

fn life(
    lines: impl IntoIterator<Item = Line>,
    pending: &[(u64, &str)],
    booked: &[(u64, &str)],
    next: u64,
) -> Life {
    let owned =
        |of: &[(u64, &str)]| of.iter().map(|(id, what)| (*id, (*what).to_owned())).collect::<Vec<_>>();
    let events = owned(pending).into_iter().collect();
    let after = Snapshot { events, effects: owned(booked), next, ..Snapshot::default() };
    Life { lines: lines.into_iter().collect(), after, killed: false, drained: Vec::new() }
}

fn emitted(what: &str, fate: Fate) -> Emitted {
    Emitted { wallet: LANE.to_owned(), what: what.to_owned(), fate }
}

/// Three events: one is done, one is at work when it is killed, one waits.
fn in_order() -> History {
    let first = life(
        [whole(1, 1, "paid a 3 1").to_vec(), vec![start(2, 1, "tx b")]].concat(),
        &[(2, "tx b"), (3, "block 7")],
        &[(1, "paid a 3 1")],
        100,
    );
    let first = Life { killed: true, ..first };
    let booked = [(1, "paid a 3 1"), (2, "tx b"), (100, "paid c 3 1")];
    let lines = [whole(2, 2, "tx b"), whole(3, 1, "block 7"), whole(100, 1, "paid c 3 1")].concat();
    let second = life(lines, &[], &booked, 200);
    let emissions = ["paid a 3 1", "tx b", "block 7", "paid c 3 1"];
    let emissions = emissions.map(|what| emitted(what, Fate::Sent)).to_vec();
    History { delivery: Delivery::Websocket, strict: false, emissions, lives: vec![first, second] }
}

/// With something changed.
fn changed(change: impl FnOnce(&mut History)) -> Findings {
    let mut history = in_order();
    change(&mut history);
    check(&history)
}

#[track_caller]
fn finds(kind: Kind, change: impl FnOnce(&mut History)) {
    let found = changed(change);
    assert!(found.count(kind) > 0, "{:?}", found.faults);
}

/// All of its lines about an event go.
fn forget(history: &mut History, life: usize, id: u64) {
    history.lives[life].lines.retain(|line| match line {
        Line::Start { id: of, .. } | Line::End { id: of, .. } => *of != id,
    });
}

#[test]
fn nothing_is_wrong() {
    let found = changed(|_| ());
    assert_eq!(found.faults, []);
    let figures = found.figures;
    assert_eq!((figures.kills, figures.events, figures.starts, figures.reruns), (1, 4, 5, 1));
    assert_eq!((figures.effects, figures.lost_by_the_protocol, figures.doubles_documented), (3, 0, 0));
}

#[test]
fn lost() {
    finds(Kind::Lost, |history| forget(history, 1, 3));
    finds(Kind::Lost, |history| {
        // It waits to the end.
        forget(history, 1, 3);
        history.lives[1].after.events.insert(3, "block 7".to_owned());
    });
    // Settled while its handler was at work, which the next life cannot know.
    finds(Kind::Lost, |history| drop(history.lives[0].after.events.remove(&2)));
    // Nothing is known of it but that its number is missing.
    finds(Kind::Lost, |history| {
        forget(history, 1, 3);
        history.lives[0].after.events = [(2, "tx b".to_owned()), (4, "tx d".to_owned())].into();
        history.lives[1].lines.extend(whole(4, 1, "tx d"));
    });
    finds(Kind::Lost, |history| history.lives[0].after.received.push("tx d".to_owned()));
    let answered = |history: &mut History| {
        history.delivery = Delivery::Webhook;
        history.emissions.push(emitted("paid a 3 1", Fate::Answered));
        history.emissions[0].fate = Fate::Answered;
    };
    finds(Kind::Lost, answered);
    // Each wallet is told of a block, and it is one.
    let found = changed(|history| {
        history.delivery = Delivery::Webhook;
        history.emissions.extend([emitted("block 7", Fate::Answered), emitted("block 7", Fate::Answered)]);
    });
    assert_eq!(found.faults, []);
    finds(Kind::Dead, |history| {
        forget(history, 1, 3);
        history.lives[1].after.dead.insert(3);
    });
}

#[test]
fn handled_again() {
    finds(Kind::HandledAgain, |history| history.lives[1].lines.extend(whole(1, 2, "paid a 3 1")));
    finds(Kind::HandledAgain, |history| history.lives[1].lines.extend(whole(100, 2, "paid c 3 1")));
}

#[test]
fn reruns() {
    finds(Kind::Rerun, |history| {
        history.lives[1].lines[0] = start(2, 1, "tx b");
    });
    // A wallet's events wait for each other's acknowledgement, so two cannot be without.
    finds(Kind::Rerun, |history| {
        history.lives[0].after.events.insert(1, "paid a 3 1".to_owned());
        history.lives[0].after.effects.clear();
        history.lives[1].lines.splice(0..0, whole(1, 2, "paid a 3 1"));
    });
    // Blocks do not.
    let found = changed(|history| {
        history.lives[0].lines.extend([whole(3, 1, "block 7"), whole(4, 1, "block 8")].concat());
        history.lives[0].after.events.insert(4, "block 8".to_owned());
        history.emissions.push(emitted("block 8", Fate::Sent));
        history.lives[1].lines[2] = start(3, 2, "block 7");
        history.lives[1].lines.splice(4..4, whole(4, 2, "block 8"));
    });
    assert_eq!(found.faults, []);
    assert_eq!(found.figures.reruns, 3);
    let found = changed(|history| {
        history.lives[1]
            .lines
            .splice(0..2, [start(2, 2, "tx b"), end(2, false), start(2, 3, "tx b"), end(2, true)]);
    });
    assert_eq!((found.faults.len(), found.figures.retries, found.figures.reruns), (0, 1, 1));
}

#[test]
fn order() {
    finds(Kind::Order, |history| history.lives[1].lines.rotate_right(2));
    // Two of a lane at the same time.
    finds(Kind::Order, |history| history.lives[1].lines.swap(1, 4));
    // What failed comes later, unless it holds back what follows.
    let later = |history: &mut History| {
        let lines = [start(2, 2, "tx b"), end(2, false)].into_iter();
        let lines = lines.chain(history.lives[1].lines.drain(2..).collect::<Vec<_>>());
        history.lives[1].lines = lines.chain(whole(2, 3, "tx b")).collect();
    };
    assert_eq!(changed(later).faults, []);
    finds(Kind::Order, |history| {
        later(history);
        history.strict = true;
    });
    assert_eq!(changed(|history| history.strict = true).faults, []);
}

#[test]
fn effects() {
    finds(Kind::Effect, |history| history.lives[1].after.effects.extend_from_within(..));
    finds(Kind::Effect, |history| drop(history.lives[1].after.effects.pop()));
    finds(Kind::Effect, |history| history.lives[0].after.effects.push((2, "tx b".to_owned())));
    finds(Kind::Effect, |history| history.lives[1].after.effects.push((7, "tx b".to_owned())));
    finds(Kind::Effect, |history| "tx d".clone_into(&mut history.lives[1].after.effects[1].1));
}

#[test]
fn doubles() {
    let twice = |what: &'static str| {
        move |history: &mut History| {
            history.lives[1].lines.extend(whole(101, 1, what));
            history.lives[1].after.effects.push((101, what.to_owned()));
        }
    };
    finds(Kind::Double, twice("tx b"));
    finds(Kind::Double, twice("paid a 3 1"));
    finds(Kind::Double, twice("tx of nobody"));
    // It was really sent twice.
    let found = changed(|history| {
        twice("paid a 3 1")(history);
        history.emissions.push(emitted("paid a 3 1", Fate::Sent));
    });
    assert_eq!(found.faults, []);
    // A daemon that got no answer sends it again, and says so.
    let found = changed(|history| {
        twice("paid a 3 1")(history);
        history.delivery = Delivery::Webhook;
        history.emissions[0].fate = Fate::Queued;
    });
    assert_eq!((found.faults.len(), found.figures.doubles_documented), (0, 1));
}

/// What was emitted to all that there was, and answered in these lives.
fn drained(what: &str, lives: &[usize]) -> impl FnOnce(&mut History) {
    move |history| {
        history.emissions.insert(3, emitted(what, Fate::Sent));
        for life in lives {
            history.lives[*life].drained.push((LANE.to_owned(), vec![what.to_owned()]));
        }
    }
}

#[test]
fn gone() {
    // With an answer that was under way at a kill.
    for what in ["tx d", "block 8", "paid d 3 1"] {
        let found = changed(drained(what, &[0]));
        assert_eq!((found.faults.len(), found.figures.lost_by_the_protocol), (0, 1));
        // Nobody was answered it.
        finds(Kind::Vanished, drained(what, &[]));
        // Nothing was killed then.
        finds(Kind::Vanished, drained(what, &[1]));
        // It asked again, so it had the answer.
        finds(Kind::Vanished, |history| {
            drained(what, &[0])(history);
            history.lives[0].drained.push((LANE.to_owned(), Vec::new()));
        });
        // Who asked for another wallet need not have had it.
        let found = changed(|history| {
            drained(what, &[0])(history);
            history.lives[0].drained.push(("other".to_owned(), Vec::new()));
        });
        assert_eq!(found.faults, []);
    }
    // Something else that only this answer had was accepted.
    finds(Kind::Vanished, |history| {
        drained("tx d", &[0])(history);
        history.lives[0].drained[0].1.push("tx b".to_owned());
        history.lives[0].lines[2] = Line::Start {
            id: 2,
            attempt: 1,
            origin: "drained".to_owned(),
            lane: LANE.to_owned(),
            what: "tx b".to_owned(),
        };
    });
    // A life that nobody killed took it along.
    finds(Kind::Vanished, |history| {
        drained("tx d", &[0])(history);
        history.lives[0].killed = false;
    });
    // A second answer brought it again, and nothing was killed then.
    finds(Kind::Vanished, drained("tx d", &[0, 1]));
    finds(Kind::Vanished, |history| {
        drained("paid d 3 1", &[0])(history);
        history.emissions.push(emitted("paid d 3 1", Fate::Sent));
    });
}

#[test]
fn lines_are_read_as_they_were_written() {
    for line in [start(7, 2, "paid a 3 1"), end(7, false), end(8, true)] {
        assert_eq!(Line::read(line.write().trim_end()), Some(line));
    }
    for cut in ["", "sta", "start", "start 7 1 li", "end 7", "end 7 tr"] {
        assert_eq!(Line::read(cut), None);
    }
}
