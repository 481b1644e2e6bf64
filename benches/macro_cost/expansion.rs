//! How many lines stand in the place of `#[on]`.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::program::{Program, typical};
use crate::workspace::{Workspace, project, run};
use crate::{EACH_WITH, EACH_WITHOUT};

/// Expands, and prints the table.
#[allow(clippy::print_stdout)] // The program's output.
pub(crate) fn print(workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    let (without, with) = (expanded(workspace, EACH_WITHOUT)?, expanded(workspace, EACH_WITH)?);
    println!(
        "\nLines that `#[on]` writes, formatted; and with what `inventory::submit!` makes of its own line:\n"
    );
    println!("{:<14} {:>12} {:>12}", "", "`#[on]`", "with submit!");
    for function in typical() {
        let (plain, all) = (lines(&without, function.name), lines(&with, function.name));
        let written = all.len() - plain.len();
        println!("{:<14} {:>12} {written:>12}", function.name, written - submitted(&all)?);
    }
    Ok(())
}

/// The lines of a module, from its head to its end.
fn lines<'a>(text: &'a str, module: &str) -> Vec<&'a str> {
    let head = format!("pub mod {module} {{");
    let lines = text.lines().skip_while(|line| *line != head);
    lines.take_while(|line| *line != "}").collect()
}

/// How many lines one line of `submit!` has become: a block with two statics, the first at its beginning.
fn submitted(lines: &[&str]) -> Result<usize, Box<dyn Error>> {
    let at = |word| lines.iter().position(|line| line.contains(word)).ok_or("`submit!` writes something new");
    let (first, last) = (at("static __INVENTORY")?, at("static __CTOR")?);
    // The block's two lines in front of the first, and its end behind the last, stand for the one.
    Ok(last - first + 3)
}

fn expanded(workspace: &Workspace, program: Program) -> Result<String, Box<dyn Error>> {
    // The only way to see an expansion is one of nightly's flags. The stable compiler takes it from who says so in
    // this variable, which is set for this one call and in a target directory of its own: build scripts see it too.
    let mut cargo = workspace.cargo("rustc", program.package);
    cargo.args(["--lib", "--profile", "check", "--", "-Zunpretty=expanded"]).env("RUSTC_BOOTSTRAP", "1");
    let text = run(cargo.env("CARGO_TARGET_DIR", workspace.target().join("expanded")))?;
    formatted(&text)
}

fn formatted(text: &[u8]) -> Result<String, Box<dyn Error>> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(project())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    rustfmt.stdin.take().ok_or("rustfmt has no input")?.write_all(text)?;
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("rustfmt ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
