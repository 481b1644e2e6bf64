//! What `#[on]` costs its users at build time: CPU time of `cargo check`, bytes in the program, lines of expansion.
//!
//! ```sh
//! cargo run --release -p bitcart-events-benches --bin macro_cost
//! ```
//!
//! It compares generated packages: typical handlers in many modules, and the same functions without `#[on]`. Goals:
//! at most 2 ms for a handler, and less than 60 lines.

mod check;
mod cpu;
mod expansion;
mod program;
mod size;
mod workspace;

use std::error::Error;

use program::Program;
use workspace::Workspace;

const HANDLERS: u32 = 500;

const WITH: Program = Program { package: "with", attributes: true };
const WITHOUT: Program = Program { package: "without", attributes: false };
/// The same with one function in each module.
const EACH_WITH: Program = Program { package: "each_with", attributes: true };
const EACH_WITHOUT: Program = Program { package: "each_without", attributes: false };

fn main() -> Result<(), Box<dyn Error>> {
    let workspace =
        Workspace::create(&[WITH, WITHOUT, EACH_WITH, EACH_WITHOUT].map(|program| program.package))?;
    for program in [WITH, WITHOUT] {
        workspace.add(program.package, &program.library(), &program.main())?;
    }
    for program in [EACH_WITH, EACH_WITHOUT] {
        workspace.add(program.package, &program.one_by_one(), "")?;
    }
    // All, or those that are named.
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|name| name == part);
    if is_wanted("check") {
        check::print(&workspace)?;
    }
    if is_wanted("size") {
        size::print(&workspace)?;
    }
    if is_wanted("lines") {
        expansion::print(&workspace)?;
    }
    Ok(())
}
