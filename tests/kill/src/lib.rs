//! Kills a listener again and again, and looks at what became of its events.
//!
//! A [`victim`] is a real program: a listener with an inbox in a file, run by webhook, websocket or polling. The tester has
//! the daemon in its own process, so that it survives: it has events [emitted](script), [kills](life) the victim at moments
//! chosen by chance, starts it again, and records what the victim's handlers did and what was in the file after each kill
//! ([`history`]). What has to be true of that is said by [`check`], which sees nothing but the record.
//!
//! The seed decides what is emitted, when the victim is killed, and how its handlers behave; not how the operating system
//! divides the time. So the same seed is the same test, and seldom the same run.

pub mod check;
pub mod figures;
pub mod handlers;
pub mod history;
pub mod life;
pub mod progress;
pub mod round;
pub mod script;
pub mod snapshot;
pub mod teller;
pub mod victim;
pub mod watched;
pub mod what;

/// The wallets that the victim listens to.
pub const WALLETS: [&str; 2] = ["vpub-kill-a", "vpub-kill-b"];
/// The lane of the blocks, which are nobody's in particular.
pub const BLOCKS: &str = "blocks";
