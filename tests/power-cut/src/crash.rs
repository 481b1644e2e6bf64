//! Looking at what a cut has left.

use std::fs;
use std::path::Path;
use std::sync::mpsc;

use bitcart_events::inbox::{Batch, DeadLetters, Inbox, SqliteInbox};

use crate::disk::State;
use crate::log::{File, Settling};
use crate::model::Model;
use crate::work::{event, number, wait};

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It cannot be opened or read.
    Unreadable(String),
    /// An accepted event is gone.
    Lost(u32),
    /// One that was settled is handed out again.
    Again(u32),
    /// An event is there that nobody appended, or twice.
    Odd(String),
    /// What was remembered is not what it was.
    Forgotten(String),
    /// What an accepted event stated is not known any more.
    NoFact(u32),
}

/// Puts the files there, opens the inbox, and compares it with what was promised.
#[must_use]
pub fn look(path: &Path, state: &State, model: &Model) -> Vec<Found> {
    for (file, content) in File::ALL.iter().zip(state) {
        let path = format!("{}{}", path.display(), file.end());
        match content {
            Some(content) => fs::write(path, content).expect("a disk with room"),
            None => drop(fs::remove_file(path)),
        }
    }
    drop(fs::remove_file(format!("{}-shm", path.display())));
    compare(path, model).unwrap_or_else(|error| vec![Found::Unreadable(error.to_string())])
}

fn compare(path: &Path, model: &Model) -> bitcart_events::Result<Vec<Found>> {
    let mut found = Vec::new();
    let inbox = SqliteInbox::open(path)?;
    let mut handed = Vec::new();
    loop {
        let claims = wait(inbox.claim(500, true))?;
        if claims.events.is_empty() {
            break;
        }
        handed.extend(claims.events.iter().map(|event| number(&event.event.text)));
    }
    let dead = wait(inbox.dead_letters(DeadLetters::all(), usize::MAX))?;
    let dead: Vec<Option<u32>> = dead.iter().map(|letter| number(&letter.text)).collect();
    let mut all: Vec<Option<u32>> = handed.iter().chain(&dead).copied().collect();
    all.sort_unstable();
    if all.first() == Some(&None) || all.windows(2).any(|two| two[0] == two[1]) {
        found.push(Found::Odd(format!("{handed:?} {dead:?}")));
    }
    if !handed.is_sorted() {
        found.push(Found::Odd(format!("not in order: {handed:?}")));
    }
    let (mut known, mut facts) = (model.events.iter().collect::<Vec<_>>(), Vec::new());
    known.sort_unstable_by_key(|(event, _)| **event);
    for (&event, promise) in known {
        let (is_pending, is_dead) = (handed.contains(&Some(event)), dead.contains(&Some(event)));
        let is_right = match promise.settling {
            _ if !promise.is_accepted => true,
            None => is_pending && !is_dead,
            Some((Settling::Handled, true)) => !is_pending && !is_dead,
            Some((Settling::Handled, false)) => !is_dead,
            Some((Settling::Dead, true)) => is_dead,
            Some((Settling::Dead, false)) => is_pending || is_dead,
            Some((Settling::Retry, _)) => is_pending,
        };
        if !is_right {
            found.push(if is_pending || is_dead { Found::Again(event) } else { Found::Lost(event) });
        }
        if promise.is_accepted {
            facts.push(event);
        }
    }
    let value =
        wait(inbox.recall("value"))?.first().map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let value = value.as_ref().map_or(Some(0), |value| value.parse::<u32>().ok());
    let (stored, last) = model.remembered;
    if !value.is_some_and(|value| (stored..=last).contains(&value)) {
        found.push(Found::Forgotten(format!("{value:?} instead of {stored} to {last}")));
    }
    // It still works, and knows what it has delivered.
    let mut batch = Batch::default();
    batch.events = facts.iter().copied().chain([1_000_000]).map(event).collect();
    let (tell, told) = mpsc::channel();
    inbox.append(batch, Box::new(move |result| tell.send(result).expect("somebody waits")));
    let ids = told.recv().expect("an answer")?;
    let again = facts.iter().zip(&ids).filter(|(_, id)| id.is_some());
    found.extend(again.map(|(event, _)| Found::NoFact(*event)));
    Ok(found)
}
