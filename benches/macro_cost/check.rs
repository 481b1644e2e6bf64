//! What `cargo check` of the handlers costs, in CPU time.

use std::error::Error;

use crate::program::Program;
use crate::workspace::{Workspace, run};
use crate::{HANDLERS, WITH, WITHOUT, cpu};

/// Enough for a median that a disturbed round does not move.
const ROUNDS: u32 = 7;

/// What the compiler knows of the functions from an earlier check.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    /// All but a constant. That spares it much, but no macro.
    Most,
}

/// One kind of check, measured again and again.
struct Kind {
    name: &'static str,
    known: Known,
    /// In milliseconds.
    without: Vec<f64>,
    with: Vec<f64>,
}

/// Measures, and prints the table.
#[allow(clippy::print_stdout)] // The program's output.
pub(crate) fn print(workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    let kind = |name, known| Kind { name, known, without: Vec::new(), with: Vec::new() };
    let mut kinds = [kind("first check", Known::Nothing), kind("after an edit", Known::Most)];
    for program in [WITHOUT, WITH] {
        // Builds the dependencies, too.
        run(&mut workspace.cargo("check", program.package))?;
    }
    for round in 0..ROUNDS {
        for kind in &mut kinds {
            // In turn, so that what changes slowly, like the machine's heat, is the same for both.
            kind.without.push(check(workspace, WITHOUT, kind.known, round)?);
            kind.with.push(check(workspace, WITH, kind.known, round)?);
        }
    }
    println!("CPU time of `cargo check`, {HANDLERS} handlers, median of {ROUNDS} rounds:\n");
    println!(
        "{:<14} {:>12} {:>12} {:>14} {:>18}",
        "", "plain", "with #[on]", "a handler", "lowest … highest"
    );
    for Kind { name, without, with, .. } in kinds {
        let each = with.iter().zip(&without).map(|(with, without)| (with - without) / f64::from(HANDLERS));
        let each = sorted(each.collect());
        let (lowest, highest) = (each.first().ok_or("no rounds")?, each.last().ok_or("no rounds")?);
        let (without, with, difference) = (median(without)?, median(with)?, median(each.clone())?);
        println!(
            "{name:<14} {without:>9.0} ms {with:>9.0} ms {difference:>11.2} ms {:>18}",
            format!("{lowest:.2} … {highest:.2}")
        );
    }
    Ok(())
}

/// The time of one check, of this package alone.
fn check(workspace: &Workspace, program: Program, known: Known, round: u32) -> Result<f64, Box<dyn Error>> {
    let text = program.library();
    match known {
        Known::Nothing => {
            workspace.forget(program.package)?;
            workspace.change(program.package, &text)?;
        }
        Known::Most => {
            let changed = text.replacen("MODULE: u32 = 25;", &format!("MODULE: u32 = {};", 1000 + round), 1);
            workspace.change(program.package, &changed)?;
        }
    }
    let mut cargo = workspace.cargo("check", program.package);
    let before = cpu::of_children()?;
    run(cargo.args(["--lib", "--offline"]))?;
    Ok((cpu::of_children()? - before).as_secs_f64() * 1000.0)
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn median(values: Vec<f64>) -> Result<f64, Box<dyn Error>> {
    let middle = values.len() / 2;
    Ok(sorted(values).get(middle).copied().ok_or("no rounds")?)
}
