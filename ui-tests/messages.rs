//! What every message is like, so that a later change cannot spoil it: one error for one mistake, its caret on the token
//! that has to change, short, without a name that its reader has not written, and with what to write instead.
//!
//! Each fixture ends with what its carets stand on: `//~ adress`.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the mistakes come in company.
const TOGETHER: &str = "together";
/// Names of ours that a reader meets in a sentence of rustc's, or as what to derive.
const TRAITS: [&str; 16] = [
    "Handle",
    "Registration",
    "Invocation",
    "IntField",
    "StrField",
    "AmountField",
    "StatusField",
    "ListField",
    "BoolField",
    "JsonField",
    "EventArgument",
    "InstanceArgument",
    "StateArgument",
    "DeliveryArgument",
    "InboxTxArgument",
    "IntoOutcome",
];
/// What a message that helps says somewhere.
const ADVICE: [&str; 14] = [
    "return ",
    "write ",
    "add it",
    "remove ",
    "did you mean",
    "put ",
    "move ",
    "leave ",
    "name ",
    "name it",
    "give ",
    " are ",
    "makes a value",
    "expected nothing",
];

struct Fixture {
    path: PathBuf,
    source: String,
    stderr: String,
}

/// One error, from its first line to the next one.
struct Message<'a>(Vec<&'a str>);

impl Fixture {
    fn read(path: PathBuf) -> Self {
        let read = |path: &Path| {
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let (source, stderr) = (read(&path), read(&path.with_extension("stderr")));
        Self { path, source, stderr }
    }

    fn is_together(&self) -> bool {
        self.path.parent().unwrap().ends_with(TOGETHER)
    }

    fn messages(&self) -> Vec<Message<'_>> {
        let mut messages: Vec<Message<'_>> = Vec::new();
        for line in self.stderr.lines().filter(|line| !line.is_empty()) {
            if line.starts_with("error") || line.starts_with("warning") {
                messages.push(Message(Vec::new()));
            }
            messages.last_mut().expect("it begins with an error").0.push(line);
        }
        messages
    }

    /// What the carets should stand on.
    fn marks(&self) -> Vec<&str> {
        self.source.lines().filter_map(|line| line.strip_prefix("//~ ")).collect()
    }
}

impl Message<'_> {
    /// Whether the words are ours, and not rustc's.
    fn is_ours(&self) -> bool {
        let head = self.0[0];
        (head.starts_with("error[E0277]") && !head.contains("the size for values"))
            || (head.starts_with("error: ")
                && !["error: future ", "error: expected one of `", "error: struct is not supported"]
                    .iter()
                    .any(|words| head.starts_with(words)))
    }

    /// What it says: its lines without the user's code.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().copied().filter(|line| !line.trim_start().starts_with(char::is_numeric))
    }

    /// The text over the carets; of several lines the first.
    fn pointed_at(&self) -> Option<String> {
        let column = |line: &str| line.find('|').map(|bar| bar + 2);
        let carets = self.0.iter().position(|line| line.contains('^'))?;
        let line = self.0[carets];
        if let Some(begin) = self.0.iter().find(|line| line.contains("| / ")) {
            return Some(begin[begin.find("| / ")? + 4..].trim().to_owned());
        }
        let code =
            self.0[..carets].iter().rev().find(|line| line.trim_start().starts_with(char::is_numeric))?;
        let (first, last) = (line.find('^')?, line.rfind('^')?);
        debug_assert_eq!(column(line), column(code));
        Some(code.chars().skip(first).take(last - first + 1).collect())
    }

    /// What is wrong with it.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let (limit, whose) = if self.is_ours() { (12, "ours") } else { (20, "rustc's") };
        if self.0.len() > limit {
            faults.push(format!("{} lines, {limit} are allowed for {whose}", self.0.len()));
        }
        if self.words().any(|line| line.contains("__") && !line.trim_matches([' ', '|', '_', '^']).is_empty())
        {
            faults.push("it shows a hidden name".to_owned());
        }
        if self.0.iter().any(|line| line.contains("$RUST")) {
            faults.push(
                "whether it shows the standard library's code depends on who has `rust-src`".to_owned(),
            );
        }
        if self.is_ours()
            && !ADVICE.iter().any(|advice| self.words().skip(1).any(|line| line.contains(advice)))
        {
            faults.push("it does not say what to write".to_owned());
        }
        let in_a_sentence = |line: &str| {
            ["the trait `", "#[derive(bitcart_events::field::", "`impl ", "is derived for"]
                .iter()
                .any(|words| line.contains(words))
        };
        for line in self.words().filter(|line| self.is_ours() && !in_a_sentence(line)) {
            faults.extend(
                TRAITS
                    .iter()
                    .filter(|name| line.contains(**name))
                    .map(|name| format!("`{name}` is unexplained")),
            );
        }
        faults
    }
}

fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let inside =
        |path: &Path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = inside(&root).into_iter().flat_map(|folder| inside(&folder));
    let mut sources: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect();
    sources.sort();
    sources.into_iter().map(Fixture::read).collect()
}

#[test]
fn every_message_helps() {
    let mut faults = Vec::new();
    for fixture in fixtures() {
        let (messages, marks) = (fixture.messages(), fixture.marks());
        let mut fault = |text: String| faults.push(format!("{}: {text}", fixture.path.display()));
        if messages.len() != 1 && !fixture.is_together() {
            fault(format!("{} messages for one mistake", messages.len()));
        }
        let pointed: Vec<_> =
            messages.iter().map(|message| message.pointed_at().unwrap_or_default()).collect();
        if pointed != marks {
            fault(format!("the carets stand on {pointed:?}, but should on {marks:?}"));
        }
        for message in &messages {
            message.faults().into_iter().for_each(&mut fault);
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The figures of the promise.
#[test]
fn there_are_enough_of_them() {
    let (together, single): (Vec<_>, Vec<_>) = fixtures().into_iter().partition(Fixture::is_together);
    let passing = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("pass")).unwrap().count();
    let ours = single.iter().filter(|fixture| fixture.messages().iter().all(Message::is_ours)).count();
    println!(
        "{} mistakes, {ours} in our words; {} in company; {passing} programs that pass",
        single.len(),
        together.len()
    );
    assert!(single.len() >= 80 && together.len() >= 5 && passing >= 25);
}
