//! What child processes cost: CPU time, which does not depend on what else the machine does as wall time does.

use std::error::Error;
use std::time::Duration;

/// User's and system's time of all children that have ended, and of theirs.
#[cfg(unix)]
pub(crate) fn of_children() -> Result<Duration, Box<dyn Error>> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(micros.try_into()?))
}

#[cfg(not(unix))]
pub(crate) fn of_children() -> Result<Duration, Box<dyn Error>> {
    Err("CPU time is measured on Unix only".into())
}
