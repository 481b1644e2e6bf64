//! One thing at a time: each course of events that the merge has to know, and what was captured.

use std::sync::Arc;

use super::{CAP, History, KNOWN, Merged, Next, mark_of};
use crate::inbox::Mark;
use crate::update::Came;
use crate::{Coin, Update, intake};

/// What a test says: h for held, m for missed at that place, and what is known again.
struct Told {
    history: History<char>,
}

impl Told {
    fn new() -> Self {
        let mut told = Self { history: History::default() };
        told.history.connected();
        told
    }

    fn held(mut self, text: &str) -> Self {
        text.chars().for_each(|char| self.history.brought(mark_of(char), Some(char)));
        self
    }

    fn delivered(mut self, text: &str) -> Self {
        text.chars().for_each(|char| self.history.brought(mark_of(char), None));
        self
    }

    fn gap(mut self) -> Self {
        self.history.gap();
        self
    }

    fn connected(mut self) -> Self {
        self.history.connected();
        self
    }

    /// What is delivered, and how many are known again.
    fn merged(&mut self, answer: &str, live: bool) -> (String, usize) {
        let (text, known, _) = self.merged_from(answer, live);
        (text, known)
    }

    fn merged_from(&mut self, answer: &str, live: bool) -> (String, usize, Option<usize>) {
        let marks: Vec<Mark> = answer.chars().map(mark_of).collect();
        let Merged { next, begins } = self.history.merge(&marks, live, false);
        let shown = next.into_iter().map(|next| match next {
            Next::Held(char) => char.to_ascii_uppercase(),
            Next::Missed(place) => answer.chars().nth(place).unwrap(),
        });
        let text = shown.collect();
        (text, self.known(), begins)
    }

    fn known(&self) -> usize {
        self.history.stretches.iter().map(|stretch| stretch.entries.len()).sum()
    }
}

fn owned(text: &str, known: usize) -> (String, usize) {
    (text.to_owned(), known)
}

#[test]
fn the_drawing() {
    // b was dropped by the queue: so it is full.
    let mut told = Told::new().delivered("bcd").connected().held("ghi");
    told.history.cap = 6;
    told.history.joined = true;
    assert_eq!(told.merged("cdefgh", true), owned("efGHI", 1));
    assert_eq!(told.connected().merged("ijk", true), owned("jk", 0), "i is known again");
}

#[test]
fn paid_unconfirmed_and_paid_again_are_three() {
    let mut told = Told::new().delivered("3").gap().connected();
    assert_eq!(told.merged("373", true), owned("73", 0));
    let mut told = Told::new().held("373");
    assert_eq!(told.merged("3", true), owned("373", 2), "the queue was asked between them");
    assert_eq!(told.connected().merged("73", true), owned("", 0));
}

#[test]
fn an_empty_answer_comes_before_everything_that_was_held() {
    let mut told = Told::new().held("33");
    assert_eq!(told.merged("", true), owned("33", 2));
    assert_eq!(told.connected().merged("33", true), owned("", 0));
}

#[test]
fn what_an_answer_has_of_before_the_connection_comes_first() {
    assert_eq!(Told::new().held("cd").merged("abc", true), owned("abCD", 1));
    assert_eq!(Told::new().held("cd").merged("ab", true), owned("abCD", 2));
}

#[test]
fn a_live_socket_has_the_answers_end() {
    // So its 3 is not the first one. When the connection was lost it may be.
    assert_eq!(Told::new().held("3").merged("373", true), owned("373", 0));
    assert_eq!(Told::new().held("3").merged("373", false), owned("373", 0));
    assert_eq!(Told::new().held("3").merged("37", true), owned("373", 1));
    assert_eq!(Told::new().held("3").merged("37", false), owned("37", 0));
}

#[test]
fn a_restart_begins_another_life() {
    let mut told = Told::new();
    told.merged("", true);
    let mut told = told.delivered("abc").connected().held("a");
    assert_eq!(told.merged_from("xa", true), ("xA".to_owned(), 0, Some(0)));
    let mut told = told.delivered("b").connected().held("d");
    assert_eq!(told.merged_from("bcd", true), ("cD".to_owned(), 0, None));
    // What was held on the connection before is of the life before.
    let mut told = told.connected().held("e").connected().held("f");
    assert_eq!(told.merged_from("f", true), ("EF".to_owned(), 0, Some(1)));
}

#[test]
fn a_payment_after_a_restart_is_no_repeat() {
    let mut told = Told::new();
    told.merged("", true);
    // Of the same life the queue would have both, and end with the second.
    assert_eq!(told.delivered("37").connected().merged("3", true), owned("3", 0));
    let mut told = Told::new();
    told.merged("", true);
    assert_eq!(told.delivered("73").connected().merged("3", true), owned("3", 0));
}

#[test]
fn a_queue_that_is_shorter_than_we_think_is_known_by_its_content() {
    let mut told = Told::new();
    told.merged("", true);
    assert_eq!(told.delivered("abcdef").connected().merged("cdefg", true), owned("g", 0));
}

#[test]
fn overflow_with_nothing_in_common() {
    let answer: String = (0..CAP as u32).map(|number| char::from_u32(0x4000 + number).unwrap()).collect();
    let mut told = Told::new();
    told.merged("", true);
    let mut told = told.delivered("abc").connected();
    assert_eq!(told.merged_from(&answer, true), (answer, 0, Some(0)));
}

#[test]
fn what_was_dropped_is_learnt_from_the_answer() {
    let mut told = Told::new().held("ab").gap().held("de");
    assert_eq!(told.merged("abcd", true), owned("ABcDE", 1));
    // All of it came after the answer, and is known when it comes again.
    let mut told = Told::new().held("ab").gap().held("de");
    assert_eq!(told.merged("xyz", true), owned("xyzABDE", 4));
    assert_eq!(told.connected().merged("abcde", true), owned("c", 0));
}

#[test]
fn a_long_hold_does_not_forget_what_was_delivered() {
    let flood: String =
        (0..2 * KNOWN as u32).map(|number| char::from_u32(0x4000 + number).unwrap()).collect();
    let mut told = Told::new();
    told.merged("", true);
    let mut told = told.delivered("abc").connected().held(&flood);
    let first = flood.chars().next().unwrap();
    let (text, known) = told.merged(&format!("abcd{first}"), true);
    assert_eq!((text.starts_with('d'), text.chars().count(), known), (true, 1 + 2 * KNOWN, KNOWN));
}

#[test]
fn what_was_shortened_was_delivered() {
    let flood: String = (0..2 * CAP as u32).map(|number| char::from_u32(0x4000 + number).unwrap()).collect();
    let mut told = Told::new();
    told.merged("", true);
    // A queue that is longer than we think.
    let mut told = told.delivered(&flood).connected();
    assert_eq!(told.known(), KNOWN);
    assert_eq!(told.merged(&format!("{flood}x"), true), owned("x", 0));
}

#[test]
fn what_was_released_is_known() {
    let mut told = Told::new().held("ab");
    assert_eq!(told.history.release(), ['a', 'b']);
    assert_eq!(told.delivered("c").merged("xab", true), owned("x", 1));
}

#[test]
fn a_daemon_that_ended_is_forgotten() {
    let mut told = Told::new().held("ab");
    assert_eq!(told.history.forget(), ['a', 'b']);
    assert_eq!(told.connected().merged_from("ab", true), ("ab".to_owned(), 0, Some(0)));
}

#[test]
fn an_answer_that_was_lost_had_what_came_before() {
    let mut told = Told::new().held("ab");
    told.history.asked_again();
    assert_eq!(told.held("c").merged("", true), owned("ABC", 1));
    let mut told = Told::new().held("ab");
    told.history.asked_again();
    assert_eq!(told.held("c").merged("b", true), owned("ABC", 1), "b was queued late");
}

/// Its a cannot be the one that is known: what came between would be there too.
#[test]
fn what_came_before_it_was_asked_for_is_not_after_it() {
    let told = Told::new().delivered("a").connected().held("q").connected();
    assert_eq!({ told }.merged("ax", true), owned("Qax", 0));
}

// ---------------------------------------------------------------- what was captured

fn marks(text: &str) -> Vec<Mark> {
    let body: Arc<str> = text.into();
    let parcel = intake::read_any(&body).unwrap();
    let came = Came::new(Coin::btc("w"), Arc::clone(&body), parcel.table);
    let mut marker = crate::update::Marker::new(&[0; 16]);
    parcel
        .updates
        .into_iter()
        .map(|part| Update::new(&came, part.unwrap()).said().mark(&mut marker))
        .collect()
}

/// The socket's frames, and the answers with what is around their lists cut off.
fn captured(ws: &str, rpc: &str) -> (Vec<Mark>, Vec<Vec<Mark>>) {
    let frames = ws.lines().flat_map(marks).collect();
    let list = |line: &str| marks(&line[line.find('[').unwrap()..=line.rfind(']').unwrap()]);
    (frames, rpc.lines().map(list).collect())
}

/// Each answer has what the socket had brought since the one before it, and nothing else.
fn is_known(ws: &str, rpc: &str) {
    let (frames, answers) = captured(ws, rpc);
    assert_eq!(frames.len(), answers.iter().map(Vec::len).sum::<usize>());
    for lost in 0..=frames.len() {
        // The connection is lost after so many frames, and the answers come on the next one.
        let mut history = History::default();
        history.connected();
        history.merge(&[], true, false);
        let mut missed = Vec::new();
        let mut frames = frames.iter().enumerate();
        for answer in &answers {
            for (nth, mark) in frames.by_ref().take(answer.len()) {
                if nth < lost {
                    history.brought(*mark, None::<()>);
                } else {
                    missed.push(*mark);
                }
            }
            history.connected();
            let next = history.merge(answer, true, false).next.into_iter();
            let next = next.map(|next| match next {
                Next::Missed(place) => answer[place],
                Next::Held(()) => unreachable!("nothing is held"),
            });
            assert_eq!(next.collect::<Vec<_>>(), std::mem::take(&mut missed), "lost after {lost}");
        }
    }
}

#[test]
fn bitcoin_with_a_reorganisation() {
    is_known(include_str!("captured/btc_ws.jsonl"), include_str!("captured/btc_rpc.jsonl"));
}

/// The queue shows a partial payment with the hash of the next one.
#[test]
fn ethereum_with_hashes_that_came_later() {
    is_known(include_str!("captured/eth_ws.jsonl"), include_str!("captured/eth_rpc.jsonl"));
}

/// The last answer ended with a 7, and another 7 came just after it: they were taken for one. What came then is known all
/// the same.
#[test]
fn where_an_answer_ended_may_be_seen_later() {
    let mut told = Told::new().held("7");
    assert_eq!(told.merged("37", true), owned("37", 0));
    let mut told = told.delivered("abcd").gap().connected();
    assert_eq!(told.merged("7abcd", true), owned("7", 0));
}

/// A frame found no room while the answer was on its way: what came after it waits for the next answer.
#[test]
fn what_came_after_a_gap_waits_for_another_answer() {
    let mut told = Told::new().held("ab").gap().held("e");
    let marks: Vec<Mark> = "ab".chars().map(mark_of).collect();
    let merged = told.history.merge(&marks, true, true);
    assert_eq!(merged.next, [Next::Held('a'), Next::Held('b')]);
    assert_eq!(told.merged("cde", true), owned("cdE", 0));
}

/// A block that came while others were held, after a gap, stays where it was.
#[test]
fn what_was_held_is_dropped_from_between_the_others() {
    let mut told = Told::new().delivered("ab").connected().held("c");
    told.history.asked_again();
    let mut told = told.delivered("d").held("e");
    told.history.asked_again();
    told.history.drop_held();
    assert_eq!(told.merged("abcdef", false).0, "cef");
}
