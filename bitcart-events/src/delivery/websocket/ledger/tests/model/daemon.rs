//! The daemon: it tells its socket, then queues for each wallet; and it forgets what it answers.

use std::collections::VecDeque;

use serde_json::{Value, json};

/// Both of them.
pub(super) const WALLETS: [&str; 2] = ["one", "other"];

/// What it tells: a wallet's payment, each of them once, or a block of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Payment(usize, usize),
    Block(usize),
}

impl Told {
    /// Written as daemons write it: one frame of a wallet is read in another way where the one before it was of that wallet too.
    fn event(self) -> String {
        match self {
            Self::Payment(wallet, number) => format!(
                r#"{{"event": "new_payment", "address": "{wallet}/{number}", "status": 3, "status_str": "Paid"}}"#
            ),
            Self::Block(height) => format!(r#"{{"event": "new_block", "height": {height}}}"#),
        }
    }

    /// What a handler was given.
    pub(super) fn read(raw: &str) -> Self {
        let event: Value = serde_json::from_str(raw).unwrap();
        if let Some(height) = event["height"].as_u64() {
            return Self::Block(height as usize);
        }
        let (wallet, number) = event["address"].as_str().unwrap().split_once('/').unwrap();
        Self::Payment(wallet.parse().unwrap(), number.parse().unwrap())
    }
}

/// An answer of `get_updates`.
pub(super) fn text(answer: &[Told]) -> String {
    format!("[{}]", answer.iter().map(|told| told.event()).collect::<Vec<_>>().join(", "))
}

/// What comes together, of one wallet or of all.
pub(super) fn frame(told: &[Told]) -> String {
    let wallet = match told {
        [Told::Payment(wallet, _), ..] => Some(WALLETS[*wallet]),
        _ => None,
    };
    format!(r#"{{"updates": {}, "wallet": {}, "currency": "BTC"}}"#, text(told), json!(wallet))
}

#[derive(Default)]
pub(super) struct Daemon {
    pub(super) queues: [VecDeque<Told>; 2],
    pub(super) payments: [usize; 2],
    pub(super) blocks: usize,
}

impl Daemon {
    pub(super) fn payment(&mut self, wallet: usize) -> Told {
        let told = Told::Payment(wallet, self.payments[wallet]);
        self.payments[wallet] += 1;
        self.queues[wallet].push_back(told);
        told
    }

    pub(super) fn block(&mut self) -> Told {
        let told = Told::Block(self.blocks);
        self.blocks += 1;
        self.queues.iter_mut().for_each(|queue| queue.push_back(told));
        told
    }

    pub(super) fn drain(&mut self, wallet: usize) -> Vec<Told> {
        self.queues[wallet].drain(..).collect()
    }

    /// It was not asked after all.
    pub(super) fn put_back(&mut self, wallet: usize, answer: Vec<Told>) {
        answer.into_iter().rev().for_each(|told| self.queues[wallet].push_front(told));
    }
}
