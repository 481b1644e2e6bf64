//! A captured conversation, had again with the test daemon: what was asked is asked as it was, and every
//! answer and frame is compared letter for letter. Only what cannot be the same is translated: hashes,
//! addresses and ids that a daemon makes up, and times.

use std::collections::{BTreeMap, BTreeSet};

use bitcart_events::testing::TestDaemon;
use serde_json::Value;
use tokio::io::AsyncReadExt;

use crate::asking::exchange;
use crate::captures::{essential_head, lines, split};
use crate::sockets::{CLOSE, TEXT, Websocket, handshake};

pub(crate) struct Story {
    pub(crate) daemon: TestDaemon,
    /// Requests and their answers that were not had yet, by label.
    exchanges: BTreeMap<String, Vec<(String, String)>>,
    /// What each captured websocket said and was told, and what has not come yet.
    sockets: BTreeMap<String, Captured>,
    open: BTreeMap<String, Websocket>,
    /// What they had, and what we have instead.
    translations: Vec<(String, String)>,
    pub(crate) answers: usize,
    pub(crate) frames: usize,
    pub(crate) handshakes: usize,
}

#[derive(Default)]
struct Captured {
    request: String,
    response: String,
    said: Vec<String>,
    told: Vec<String>,
    /// How it ended, if that was captured.
    end: Option<End>,
}

enum End {
    /// A close frame's payload.
    Goodbye(String),
    /// Without one.
    Broken,
}

impl Story {
    /// Everything in these files.
    pub(crate) fn new(daemon: TestDaemon, files: &[&str]) -> Self {
        let mut exchanges: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let mut sockets: BTreeMap<String, Captured> = BTreeMap::new();
        for line in files.iter().flat_map(|file| lines(file)) {
            let word = |name: &str| line[name].as_str().unwrap().to_owned();
            let (label, raw) = (word("label"), word("raw"));
            match (line["transport"].as_str().unwrap(), line["dir"].as_str().unwrap()) {
                ("http", "c2s") => exchanges.entry(label).or_default().push((raw, String::new())),
                ("http", _) => exchanges.get_mut(&label).unwrap().last_mut().unwrap().1 = raw,
                ("ws-handshake", "c2s") => sockets.entry(label).or_default().request = raw,
                ("ws-handshake", _) => sockets.entry(label).or_default().response = raw,
                ("ws", "c2s") => sockets.entry(label).or_default().said.push(raw),
                ("ws", _) if line["eof"] == true => sockets.entry(label).or_default().end = Some(End::Broken),
                ("ws", _) if line["opcode"] == 8 => {
                    sockets.entry(label).or_default().end = Some(End::Goodbye(raw))
                }
                ("ws", _) => sockets.entry(label).or_default().told.push(raw),
                other => panic!("{other:?}"),
            }
        }
        let (open, translations) = (BTreeMap::new(), Vec::new());
        Self { daemon, exchanges, sockets, open, translations, answers: 0, frames: 0, handshakes: 0 }
    }

    /// From now on `ours` stands where they have `theirs`.
    pub(crate) fn translate(&mut self, theirs: &str, ours: &str) {
        assert_eq!(theirs.len(), ours.len(), "{theirs} is not of the kind of {ours}");
        self.translations.push((theirs.to_owned(), ours.to_owned()));
    }

    /// The one captured hash or id that begins so, for ours.
    pub(crate) fn is(&mut self, begins: &str, ours: &str) {
        let texts = self.exchanges.values().flatten().map(|(_, answer)| answer);
        let texts = texts.chain(self.sockets.values().flat_map(|socket| &socket.told));
        let found: BTreeSet<&str> = texts
            .flat_map(|text| text.split('"'))
            .filter(|word| word.starts_with(begins) && word.len() == ours.len())
            .collect();
        let [theirs] = found.into_iter().collect::<Vec<_>>()[..] else { panic!("{begins} is not unique") };
        let theirs = theirs.to_owned();
        self.translate(&theirs, ours);
    }

    pub(crate) fn translated(&self, theirs: &str) -> String {
        self.translations.iter().fold(theirs.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
    }

    /// Asks what was asked under these labels, one after another, and expects the captured answers.
    pub(crate) async fn ask(&mut self, labels: &[&str]) {
        for label in labels {
            let (ours, theirs) = self.exchange(label).await;
            self.same(label, &ours, &theirs);
        }
    }

    /// Makes the request for payment that was made, and learns what is named differently here.
    pub(crate) async fn ask_for_money(&mut self, label: &str) {
        let (ours, theirs) = self.exchange(label).await;
        let result = |answer: &str| serde_json::from_str::<Value>(split(answer).1).unwrap()["result"].clone();
        let (made, captured) = (result(&ours), result(&theirs));
        // How long it lasts may not be translated away.
        let lasts =
            |made: &Value| made["expiration"].as_u64().map(|end| end - made["timestamp"].as_u64().unwrap());
        assert_eq!(lasts(&made), lasts(&captured), "{label}");
        for name in ["request_id", "address", "timestamp", "expiration", "status_str"] {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let (ours, theirs) = (text(&made[name]), text(&captured[name]));
            if ours != theirs && (name != "status_str" || theirs.starts_with("Expires at ")) {
                self.translate(&theirs, &ours);
            }
        }
        self.same(label, &ours, &theirs);
    }

    /// Our answer and theirs, for what cannot be compared as a whole.
    pub(crate) async fn exchange(&mut self, label: &str) -> (String, String) {
        let exchanges = self.exchanges.get_mut(label).unwrap_or_else(|| panic!("{label} is not captured"));
        let (request, theirs) = exchanges.remove(0);
        if exchanges.is_empty() {
            self.exchanges.remove(label);
        }
        let request = self.translated(&request);
        let (head, body) = split(&request);
        let length = |line: &str| line.to_lowercase().starts_with("content-length:");
        let same_length =
            head.lines().filter(|line| length(line)).all(|line| line.ends_with(&format!(" {}", body.len())));
        assert!(same_length, "{label}");
        self.answers += 1;
        (exchange(&self.daemon, &request).await, theirs)
    }

    fn same(&self, label: &str, ours: &str, theirs: &str) {
        assert_eq!(split(ours).1, self.translated(split(theirs).1), "{label}");
        // Where a path was shortened after it was captured, the length is that of the longer one.
        let is_length = |line: &String| line.starts_with("content-length:");
        let says_its_length = |answer: &str| {
            let length = essential_head(answer).into_iter().find(is_length).unwrap();
            length == format!("content-length: {}", split(answer).1.len())
        };
        assert!(says_its_length(ours), "{label}");
        assert!(says_its_length(theirs) || theirs.contains("\"/data/"), "{label}");
        let head =
            |answer| essential_head(answer).into_iter().filter(|line| !is_length(line)).collect::<Vec<_>>();
        assert_eq!(head(ours), head(theirs), "{label}");
    }

    /// Opens the captured websockets, with what was said on them.
    pub(crate) async fn open(&mut self, labels: &[&str]) {
        for label in labels {
            let Captured { request, response, said, .. } = &self.sockets[*label];
            let mut socket = handshake(&self.daemon, request).await;
            assert_eq!(essential_head(&socket.head), essential_head(response), "{label}");
            self.handshakes += 1;
            let answer = split(response).1;
            if !answer.is_empty() {
                let mut ours = vec![0; answer.len()];
                socket.stream.read_exact(&mut ours).await.unwrap();
                assert_eq!(String::from_utf8(ours).unwrap(), answer, "{label}");
                continue;
            }
            for said in said {
                socket.say(TEXT, said.as_bytes()).await;
            }
            if !matches!(self.sockets[*label].end, Some(End::Broken))
                || said.is_empty()
                || said[0].starts_with('{')
            {
                socket.settle().await;
            }
            self.open.insert((*label).to_owned(), socket);
        }
    }

    /// Takes what has come on all open websockets, and expects it to be what came to theirs next.
    pub(crate) async fn hear(&mut self) {
        let labels: Vec<String> = self.open.keys().cloned().collect();
        for label in labels {
            let ours = self.open.get_mut(&label).unwrap().rest().await;
            self.heard(&label, ours, |frames| frames);
        }
    }

    /// The same, where only the order of what has the same key can be compared.
    pub(crate) async fn hear_by<K: Ord>(&mut self, key: impl Fn(&String) -> K) {
        let labels: Vec<String> = self.open.keys().cloned().collect();
        for label in labels {
            let ours = self.open.get_mut(&label).unwrap().rest().await;
            self.heard(&label, ours, |mut frames| {
                frames.sort_by_key(&key);
                frames
            });
        }
    }

    /// Compares as `shown`.
    fn heard(&mut self, label: &str, ours: Vec<String>, shown: impl Fn(Vec<String>) -> Vec<String>) {
        let told = &mut self.sockets.get_mut(label).unwrap().told;
        let theirs: Vec<String> = told.drain(..ours.len().min(told.len())).collect();
        self.frames += theirs.len();
        let theirs: Vec<String> = theirs.iter().map(|frame| self.translated(frame)).collect();
        assert_eq!(shown(ours), shown(theirs), "{label}");
    }

    /// The websockets that were closed by now.
    pub(crate) fn close(&mut self, labels: &[&str]) {
        for label in labels {
            self.open.remove(*label).unwrap();
        }
    }

    /// The daemon has ended this websocket as it did then.
    pub(crate) async fn ended(&mut self, label: &str) {
        let mut socket = self.open.remove(label).unwrap();
        match self.sockets.get_mut(label).unwrap().end.take().unwrap() {
            End::Broken => assert_eq!(socket.next().await, None, "{label}"),
            End::Goodbye(theirs) => {
                let (first, payload) = socket.next().await.unwrap();
                assert_eq!(first, CLOSE, "{label}");
                assert_eq!(payload.into_iter().map(char::from).collect::<String>(), theirs, "{label}");
                self.frames += 1;
            }
        }
    }

    /// Nothing captured is left but these exchanges, which cannot be compared.
    pub(crate) fn ends(&self, left: &[&str]) {
        assert_eq!(self.exchanges.keys().map(String::as_str).collect::<Vec<_>>(), left);
        for (label, socket) in &self.sockets {
            assert_eq!(socket.told, Vec::<String>::new(), "{label}");
            assert!(socket.end.is_none(), "{label}");
        }
    }
}
