use super::super::history::{History, Merged, Next};
use super::*;
use crate::inbox::WalletId;

const CURRENCY: Currency = Currency::Btc;
const WALLET: WalletId = WalletId([7; 16]);

fn mark(letter: u8) -> Mark {
    Mark([letter; 16])
}

/// What comes of these rows and an answer: lower case for what was missed.
fn merged(rows: &[Remember], answer: &str) -> String {
    let mut kept = Kept::default();
    for row in rows {
        let Remember::Put(key, value) = row else { unreachable!("only rows") };
        kept.read(key.strip_prefix(&all_of(CURRENCY)).unwrap(), value);
    }
    let mut history = kept.take(WALLET, &mut |ReceivedId(id)| Some(id as u8)).unwrap();
    history.connected();
    let marks: Vec<Mark> = answer.bytes().map(mark).collect();
    let Merged { next, .. } = history.merge(&marks, true, false);
    let shown = next.into_iter().map(|next| match next {
        Next::Held(letter) => char::from(letter).to_ascii_uppercase(),
        Next::Missed(place) => char::from(answer.as_bytes()[place]),
    });
    shown.collect()
}

struct Wallet {
    rows: Rows,
    number: u64,
    kept: Vec<Remember>,
}

impl Wallet {
    fn put(&mut self, what: What) {
        self.number += 1;
        self.kept.push(self.rows.put(CURRENCY, &WALLET.hex(), self.number, what));
    }

    fn hold(&mut self, letters: &str) {
        letters.bytes().for_each(|letter| self.put(What::Held(mark(letter), ReceivedId(letter.into()))));
    }
}

/// A wallet that has a handler of its own for blocks has rows for them, of the same numbers as those for all wallets.
#[test]
fn a_block_of_its_own_is_one() {
    let mut wallet = Wallet { rows: Rows::new(), number: 0, kept: Vec::new() };
    let mut blocks = BlockRows::new();
    wallet.put(What::Asked);
    for letter in *b"pbqc" {
        wallet.put(What::Delivered(mark(letter)));
        if matches!(letter, b'b' | b'c') {
            wallet.kept.extend(blocks.put(CURRENCY, wallet.number, mark(letter)));
        }
    }
    wallet.number += 1;
    wallet.kept.extend(blocks.put(CURRENCY, wallet.number, mark(b'd')));
    assert_eq!(merged(&wallet.kept, "pbqcd"), "");
}

/// Frames of two connections are held, and the process ends before any answer has come. What came between them is no
/// reason to deliver the others twice.
#[test]
fn what_is_held_has_its_gaps() {
    let mut wallet = Wallet { rows: Rows::new(), number: 0, kept: Vec::new() };
    wallet.put(What::Asked);
    wallet.hold("ab");
    wallet.rows.gap = true;
    wallet.put(What::Asked);
    wallet.hold("de");
    assert_eq!(merged(&wallet.kept, "abcde"), "ABcDE");
    // One that could not be stored.
    wallet.hold("fgh");
    wallet.kept.remove(7);
    assert_eq!(merged(&wallet.kept, "abcdefgh"), "ABcDEFgH");
}

/// What one version has written every other one has to read.
#[test]
fn what_is_written_stays_the_same() {
    let (mut rows, mut written) = (Rows { last: 300, count: 0, gap: true }, Vec::new());
    let (held, block) = (What::Held(mark(b'b'), ReceivedId(70_000)), What::Block(mark(b'c'), 200));
    for what in [What::Delivered(mark(b'a')), held, What::Asked, block] {
        written.push(rows.put(CURRENCY, ALL, rows.last + 1, what));
    }
    let mut history = History::default();
    history.asked_again();
    history.brought(mark(b'a'), None);
    history.brought(mark(b'b'), Some(u64::MAX));
    history.gap();
    history.brought(mark(b'c'), None);
    written.extend(rows.put_whole(CURRENCY, ALL, 1 << 40, &history.save(|id| Some(ReceivedId(*id)))));
    let bytes = written.iter().filter_map(|remember| match remember {
        Remember::Put(_, bytes) => Some(&**bytes),
        _ => None,
    });
    let (a, b, c) = (&[b'a'; 16][..], &[b'b'; 16][..], &[b'c'; 16][..]);
    let longest = &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1][..];
    let whole = [
        &[128, 128, 128, 128, 128, 32, 100, 2, 1, 0, 0, 2][..],
        a,
        &[0],
        b,
        &[1],
        longest,
        &[0, 0, 0, 1],
        c,
        &[0],
    ];
    let expected = [
        [&[172, 2, 1, 0], a].concat(),
        [&[173, 2, 0, 1], b, &[240, 162, 4]].concat(),
        vec![174, 2, 0, 2],
        [&[175, 2, 0, 3], c, &[200, 1]].concat(),
        whole.concat(),
    ];
    assert_eq!(bytes.collect::<Vec<_>>(), expected);

    for row in &expected[..4] {
        assert_eq!(Row::read(row).unwrap().write(), *row);
        assert!((0..row.len()).all(|end| Row::read(&row[..end]).is_none()), "a part of it is nothing");
    }
    let Whole { number, history } = Whole::read(&expected[4]).unwrap();
    let history: History<u64> = history.restore(&mut |ReceivedId(id)| Some(id));
    let again = rows.put_whole(CURRENCY, ALL, number, &history.save(|id| Some(ReceivedId(*id))));
    assert!(matches!(&again[1], Remember::Put(_, bytes) if *bytes == expected[4]), "{again:?}");
    assert!((0..expected[4].len()).all(|end| Whole::read(&expected[4][..end]).is_none()));
    assert!(Row::read(&[172, 2, 2, 2]).is_none() && Row::read(&[172, 2, 0, 4]).is_none());
    assert!(Row::read(&[128; 20]).is_none(), "no number is as long");
}
