//! What was captured of the real daemons.

use serde_json::Value;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/captures");
pub(crate) const W1: &str = "vpub5UHUES5SFKEnu1M1Vn5oT5uk4BF6npRaS4vCxraUhP8gdVvFq22bfbhMesuktdcEBB6H77BmUq8oqPRDm7Gh1dt8FQ4FBnoP2fAzGMmTVvt";
pub(crate) const W2: &str = "vpub5Umf8zCfzHuqBZbNg6C5wrGkAzCBvCb484vPi4Ue9YP8CGZsKHSF7KqbYqJNpZ4G5c7chV1XEG751pv4sVEPP8e12EjYf4h2mwdWbVYe829";

/// Every captured line of a file.
pub(crate) fn lines(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{CAPTURES}/{file}.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All captured bytes with this label and direction, in order.
pub(crate) fn captured(file: &str, label: &str, dir: &str) -> Vec<String> {
    let found: Vec<String> = lines(file)
        .iter()
        .filter(|line| line["label"] == label && line["dir"] == dir)
        .map(|line| line["raw"].as_str().unwrap().to_owned())
        .collect();
    assert!(!found.is_empty(), "no {dir} of {label} in {file}");
    found
}

pub(crate) fn webhook(label: &str, index: usize) -> String {
    captured("webhook_http", label, "c2s").swap_remove(index)
}

pub(crate) fn split(message: &str) -> (&str, &str) {
    message.split_once("\r\n\r\n").unwrap()
}

/// The lines of a head that are the same for every daemon and every second.
pub(crate) fn essential_head(message: &str) -> Vec<String> {
    let changing = ["date:", "server:"];
    let mut lines: Vec<String> = split(message)
        .0
        .lines()
        .map(str::to_lowercase)
        .filter(|line| !changing.iter().any(|name| line.starts_with(name)))
        .collect();
    lines.sort();
    lines
}
