//! What the handlers weigh in a program.

use std::error::Error;
use std::fs;

use crate::program::Program;
use crate::workspace::{Workspace, run};
use crate::{HANDLERS, WITH, WITHOUT};

/// Builds, and prints the table.
#[allow(clippy::print_stdout)] // The program's output.
pub(crate) fn print(workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    let (without, with) = (built(workspace, WITHOUT)?, built(workspace, WITH)?);
    // The same framework is in both, and what nobody refers to is in none: the rest is what `#[on]` wrote.
    let each = (i128::from(with) - i128::from(without)) / i128::from(HANDLERS);
    println!("\nA stripped release program with them, in bytes:\n");
    println!("{:<14} {:>12} {:>12} {:>14}", "", "plain", "with #[on]", "a handler");
    println!("{:<14} {without:>12} {with:>12} {each:>14}", "program");
    Ok(())
}

fn built(workspace: &Workspace, program: Program) -> Result<u64, Box<dyn Error>> {
    run(workspace.cargo("build", program.package).args(["--release", "--bins"]))?;
    let file = format!("release/{}{}", program.package, std::env::consts::EXE_SUFFIX);
    Ok(fs::metadata(workspace.target().join(file))?.len())
}
