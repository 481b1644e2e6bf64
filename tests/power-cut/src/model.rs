//! What was promised up to some point.

use std::collections::HashMap;

use crate::log::{Op, Settling};

/// What has to be there after a cut.
#[derive(Debug, Default)]
pub struct Model {
    /// Accepted events, and what became of them.
    pub events: HashMap<u32, Promise>,
    /// The value that is stored for sure, and the last that may be.
    pub remembered: (u32, u32),
}

/// What is known of an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Promise {
    /// It was told that it is stored.
    pub is_accepted: bool,
    /// What became of it, and whether that is stored for sure.
    pub settling: Option<(Settling, bool)>,
}

impl Model {
    /// Something happens.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Accepted(event) => self.events.entry(*event).or_default().is_accepted = true,
            Op::Settling(event, settling) => {
                self.events.entry(*event).or_default().settling = Some((*settling, false));
            }
            Op::Settled(event) => {
                if let Some((_, is_stored)) = &mut self.events.entry(*event).or_default().settling {
                    *is_stored = true;
                }
            }
            Op::Remembering(value) => self.remembered.1 = *value,
            Op::Remembered(value) => self.remembered.0 = *value,
            _ => {}
        }
    }
}
