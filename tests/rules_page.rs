//! The page of the rules, `bitcart_events::rules`, shows what the compiler and a listener really say.
//!
//! A message that begins with `error` is the `.stderr` of a fixture in `ui-tests/fail`, whose program is the block above
//! it; one that begins with `Error` is what a program of `programs_of_their_own` ends with. The paths are the only
//! difference: on the page every program is `src/main.rs`, from its first line on, so that the lines in a message are right.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = include_str!("../bitcart-events/src/rules.md");
/// The folder of what happens to several mistakes at once; every other one is a rule.
const NO_RULE: &str = "together";

/// A block of code or text, and the line of the page that it begins in.
struct Block {
    line: usize,
    info: &'static str,
    text: String,
}

impl Block {
    fn is_message(&self) -> bool {
        self.info == "text"
    }

    fn is_compiled(&self) -> bool {
        !self.is_message() && !self.info.contains("compile_fail")
    }
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            blocks.push(Block { line: at + 1, info, text: text.collect::<Vec<_>>().join("\n") });
        }
    }
    blocks
}

/// The wrong programs of the page, each with its message, which begins with this word.
fn mistakes<'a>(blocks: &'a [Block], word: &str) -> impl Iterator<Item = (&'a Block, &'a Block)> {
    let pairs = blocks.windows(2).map(|pair| (&pair[0], &pair[1]));
    pairs.filter(move |(_, message)| message.is_message() && message.text.starts_with(word))
}

/// What a reader sees of a doc test: without its hidden lines.
fn shown(code: &str) -> String {
    code.lines().filter(|line| *line != "#" && !line.starts_with("# ")).collect::<Vec<_>>().join("\n")
}

fn without_white_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Fixture {
    /// Below `ui-tests/fail`.
    path: String,
    code: String,
    message: String,
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn fixtures() -> Vec<Fixture> {
    let fail = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests/fail");
    let files = entries(&fail).into_iter().flat_map(|folder| entries(&folder));
    let programs = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&fail).unwrap().to_str().unwrap().replace('\\', "/");
        let message = fs::read_to_string(file.with_extension("stderr")).unwrap();
        let message = message.replace("$DIR/", "").replace(&format!("fail/{path}"), "src/main.rs");
        Fixture { path, code: fs::read_to_string(&file).unwrap(), message: message.trim_end().to_owned() }
    };
    programs.map(read).collect()
}

#[test]
fn every_message_is_the_compilers() {
    let fixtures = fixtures();
    let mut shown_rules = BTreeSet::new();
    for (wrong, message) in mistakes(&blocks(), "error") {
        let code = without_white_space(&shown(&wrong.text));
        let of_this: Vec<&Fixture> =
            fixtures.iter().filter(|fixture| without_white_space(&fixture.code).starts_with(&code)).collect();
        assert!(!of_this.is_empty(), "line {}: no fixture has this program:\n{}", wrong.line, wrong.text);
        let Some(fixture) = of_this.iter().find(|fixture| fixture.message == message.text) else {
            // The page lags behind: what it should say.
            let Fixture { path, message: real, .. } = of_this[0];
            panic!(
                "line {}: the compiler says of {path}:\n{real}\n\nthe page:\n{}",
                message.line, message.text
            );
        };
        shown_rules.insert(fixture.path.split('/').next().unwrap());
    }
    let rules = fixtures.iter().map(|fixture| fixture.path.split('/').next().unwrap());
    let rules: BTreeSet<&str> = rules.filter(|rule| *rule != NO_RULE).collect();
    assert_eq!(shown_rules, rules);
}

/// They end with it, without a word before: `main` returns the listener's error.
#[test]
fn every_other_message_is_a_programs() {
    let programs = [
        ("two_handlers", env!("CARGO_BIN_EXE_two_handlers")),
        ("missing_state", env!("CARGO_BIN_EXE_missing_state")),
    ];
    let mut found = 0;
    for (wrong, message) in mistakes(&blocks(), "Error") {
        let code = without_white_space(&shown(&wrong.text));
        let is_this = |path: &str| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            without_white_space(&fs::read_to_string(file).unwrap()).starts_with(&code)
        };
        let path = |name: &str| format!("programs_of_their_own/{name}.rs");
        let Some((name, program)) = programs.iter().find(|(name, _)| is_this(&path(name))) else {
            panic!("line {}: this is no program of the tests:\n{}", wrong.line, wrong.text);
        };
        let said = String::from_utf8(Command::new(program).output().unwrap().stderr).unwrap();
        let said = said.replace('\\', "/").replace(&format!("tests/{}", path(name)), "src/main.rs");
        assert_eq!(message.text, said.trim_end(), "line {}", message.line);
        found += 1;
    }
    assert_eq!(found, programs.len());
}

/// A wrong program, its message and the mended program, in this order, and nothing unchecked between them.
#[test]
fn every_mistake_has_its_message_and_is_mended() {
    let blocks = blocks();
    for (at, block) in blocks.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| blocks.get(at)), blocks.get(at + 1));
        if block.is_message() {
            let is_checked = block.text.starts_with("error") || block.text.starts_with("Error");
            assert!(is_checked, "line {}: a message begins with `error`", block.line);
            assert!(before.is_some_and(|wrong| !wrong.is_message()), "line {}: no program", block.line);
            assert!(after.is_some_and(Block::is_compiled), "line {}: it is not mended", block.line);
        } else {
            assert!(block.info.starts_with("rust"), "line {}: {}", block.line, block.info);
            assert!(!block.info.contains("ignore"), "line {}: nothing checks this", block.line);
            let has_message = after.is_some_and(Block::is_message);
            assert!(block.is_compiled() || has_message, "line {}: it has no message", block.line);
        }
    }
}

/// The table at the top has every section, and leads to it.
#[test]
fn the_table_leads_to_every_section() {
    let headings = PAGE.lines().filter_map(|line| line.strip_prefix("## "));
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '_' | '-'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let sections: BTreeSet<String> = headings.map(anchor).collect();
    let links = PAGE.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
    assert_eq!(sections, links.collect());
}
