//! What is recorded of a round, and nothing else: what the checks look at.

use std::collections::{BTreeMap, BTreeSet};

/// One victim's whole story: killed again and again, and at last left alone.
#[derive(Clone, Debug)]
pub struct History {
    pub delivery: Delivery,
    /// What fails holds back what follows it.
    pub strict: bool,
    /// What the daemon emitted, in its order.
    pub emissions: Vec<Emitted>,
    pub lives: Vec<Life>,
}

/// How the events come to the victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Webhook,
    Websocket,
    Polling,
}

impl Delivery {
    pub const ALL: [Self; 3] = [Self::Webhook, Self::Websocket, Self::Polling];

    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Websocket => "websocket",
            Self::Polling => "polling",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.name() == name)
    }
}

#[derive(Clone, Debug)]
pub struct Emitted {
    /// Whose it is; empty for what is everybody's.
    pub wallet: String,
    pub what: String,
    pub fate: Fate,
}

/// What the daemon did with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The webhook was answered: it is the listener's now.
    Answered,
    /// Nobody answered, so it waits for `get_updates`.
    Queued,
    /// Sent to the websockets there are, and queued.
    Sent,
    /// Still under way.
    Open,
}

/// From a start to the next one.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// What the handlers wrote.
    pub lines: Vec<Line>,
    /// The file after its end.
    pub after: Snapshot,
    /// It did not end by itself.
    pub killed: bool,
    /// What the daemon answered it when it asked for updates: which wallet's, and what.
    pub drained: Vec<(String, Vec<String>)>,
}

/// A line of the side file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A handler began.
    Start { id: u64, attempt: u32, origin: String, lane: String, what: String },
    /// It ended, well or not.
    End { id: u64, ok: bool },
}

/// What is in the inbox's file while nobody has it open.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What is accepted and not settled: what it is, by its number.
    pub events: BTreeMap<u64, String>,
    pub dead: BTreeSet<u64>,
    /// What handlers booked, as often as it stands there.
    pub effects: Vec<(u64, String)>,
    /// What stands in texts that were received and not made events of.
    pub received: Vec<String>,
    /// From this number on none was given.
    pub next: u64,
}

impl Line {
    /// As it stands in the side file.
    pub fn write(&self) -> String {
        match self {
            Self::Start { id, attempt, origin, lane, what } => {
                format!("start {id} {attempt} {origin} {lane} {what}\n")
            }
            Self::End { id, ok } => format!("end {id} {ok}\n"),
        }
    }

    /// Nothing for what a kill cut off.
    pub fn read(line: &str) -> Option<Self> {
        let (kind, rest) = line.split_once(' ')?;
        match kind {
            "start" => {
                let mut parts = rest.splitn(5, ' ');
                Some(Self::Start {
                    id: parts.next()?.parse().ok()?,
                    attempt: parts.next()?.parse().ok()?,
                    origin: parts.next()?.to_owned(),
                    lane: parts.next()?.to_owned(),
                    what: parts.next()?.to_owned(),
                })
            }
            "end" => {
                let (id, ok) = rest.split_once(' ')?;
                Some(Self::End { id: id.parse().ok()?, ok: ok.parse().ok()? })
            }
            _ => None,
        }
    }
}
