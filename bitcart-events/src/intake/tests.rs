//! What is taken apart, and what is refused.

use super::*;

fn parts<'a>(body: &'a str, parcel: &Parcel<'_>) -> Vec<&'a str> {
    let raw = |part: &Part| part.as_ref().map_or_else(|(_, raw)| raw.clone(), Outline::raw);
    parcel.updates.iter().map(|part| &body[raw(part)]).collect()
}

#[test]
fn the_three_forms() {
    let envelope =
        r#" {"updates": [ {"event": "new_block", "height": 1} , 7], "wallet": "w", "currency": "BTC"} "#;
    let parcel = read_object(envelope).unwrap();
    assert_eq!(parts(envelope, &parcel), [r#"{"event": "new_block", "height": 1}"#, "7"]);
    assert_eq!((parcel.wallet.as_deref(), parcel.currency.as_deref()), (Some("w"), Some("BTC")));

    let bare = r#" {"event": "new_block", "height": 1} "#;
    assert_eq!(parts(bare, &read_object(bare).unwrap()), [bare.trim()]);

    let list = r#"[{"event": "new_block"}, null]"#;
    assert_eq!(parts(list, &read_any(list).unwrap()), [r#"{"event": "new_block"}"#, "null"]);
    assert!(read_object(list).is_err(), "a list does not come from the network");
}

/// Whether it is read in one pass, which then is what care would have read.
fn is_quick(body: &str) -> bool {
    let is_object = quick::object(Spare::default(), body).is_some_and(|quick| {
        assert_eq!(Ok(quick), careful_object(body), "{body}");
        true
    });
    let is_list = quick::list(body).is_some_and(|quick| {
        assert_eq!(Ok(quick), careful_list(body), "{body}");
        true
    });
    is_object || is_list
}

const AS_SENT: [&str; 6] = [
    r#"{"updates": [{"event": "new_block", "height": 1}, {"event": "new_transaction", "tx": "ab"}], "wallet": "w", "currency": "BTC"}"#,
    r#"{"updates": [{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid", "tx_hashes": ["t"], "sent_amount": "1.0", "new": {"a": [1, 2]}}]}"#,
    r#"{ "updates" : [ { "event" : "new_transaction" , "tx" : "t" , "amount" : "1" , "contract" : null } ] , "wallet" : "w" }"#,
    r#"[{"event": "new_transaction", "tx": "the text of another transaction, which is longer than a block or two"}, {"event":"new_block","height":21}]"#,
    "{\"wallet\": null, \"updates\"\n:\t[\r\n], \"new\": -1.5e+3, \"currency\": \"BTC\"}",
    r#"{"updates": [{"event": "verified_tx", "tx": "t\\n", "height": 7}, {"height": 2, "event": "new_block"}], "wallet": "w"}"#,
];

/// Changes it in up to two places, each with four chances of so many.
pub(super) fn mutate(body: &mut Vec<u8>, chance: &mut fastrand::Rng, of: u32) {
    for _ in 0..chance.usize(..3) {
        let (from, to) = (chance.usize(..body.len()), chance.usize(..body.len()));
        match chance.u32(..of) {
            0 => drop(body.remove(from)),
            1 => body.insert(from, *chance.choice(b" \"\\,:{}[]e10-.+n\n\0\x1f\x7f").unwrap()),
            2 => body.swap(from, to),
            // A part of it once more, so that keys and updates are repeated.
            3 => {
                let part = body[from.min(to)..from.max(to)].to_vec();
                body.splice(from..from, part);
            }
            _ => {}
        }
    }
}

#[test]
fn quick_and_careful_are_the_same() {
    assert_eq!(AS_SENT.map(is_quick), [true, true, true, true, true, false]);

    let mut chance = fastrand::Rng::with_seed(7);
    let (mut read, mut quickly) = (0, 0);
    for _ in 0..60_000 {
        let mut body = AS_SENT[chance.usize(..AS_SENT.len())].as_bytes().to_vec();
        mutate(&mut body, &mut chance, 4);
        let Ok(body) = String::from_utf8(body) else { continue };
        read += usize::from(careful_object(&body).is_ok() || careful_list(&body).is_ok());
        quickly += usize::from(is_quick(&body));
    }
    assert!(quickly > 12_000 && read > quickly + 2_000, "{quickly} of {read}");
}

#[cfg(feature = "websocket")]
#[test]
fn what_was_read_before_in_the_same_memory_is_gone() {
    let mut spare = Spare::default();
    for body in AS_SENT.iter().filter(|body| is_quick(body) && body.starts_with('{')).cycle().take(12) {
        let parcel = quick::object(spare, body).unwrap();
        assert_eq!(Ok(&parcel), careful_object(body).as_ref());
        spare = parcel.done();
    }
}

/// The pieces that Python writes between values are read as one, and each of them can be another.
#[test]
fn any_white_space_between_any_two_tokens() {
    const TOKENS: [&str; 25] = [
        "[",
        "{",
        r#""event""#,
        ":",
        r#""new_payment""#,
        ",",
        r#""address""#,
        ":",
        r#""a""#,
        ",",
        r#""status""#,
        ":",
        "3",
        ",",
        r#""status_str""#,
        ":",
        r#""s""#,
        "}",
        ",",
        "{",
        r#""event""#,
        ":",
        r#""new_block""#,
        "}",
        "]",
    ];
    const SPACES: [&str; 5] = ["", " ", "  ", "\n", "\r\n\t "];
    let python = TOKENS.map(|token| if matches!(token, "," | ":") { " " } else { "" });
    let compact = [""; TOKENS.len()];
    for usual in [python, compact] {
        for (first, second) in
            (0..TOKENS.len()).flat_map(|first| (0..=first).map(move |second| (first, second)))
        {
            for (one, other) in SPACES.iter().flat_map(|one| SPACES.map(|other| (*one, other))) {
                let mut spaces = usual;
                (spaces[first], spaces[second]) = (one, other);
                let body: String =
                    TOKENS.iter().zip(spaces).flat_map(|(token, space)| [*token, space]).collect();
                assert!(is_quick(&body), "{body}");
            }
        }
    }
}

#[test]
fn a_body_that_ends_too_soon() {
    for body in AS_SENT {
        for end in 0..body.len() {
            let body = &body[..end];
            assert!(
                !is_quick(body) && careful_object(body).is_err() && careful_list(body).is_err(),
                "{body}"
            );
        }
    }
}

/// Where a name stands that is nearly the one which comes next, or the one that came before.
#[test]
fn names_that_begin_alike() {
    let with = |event: &str, members: &str| format!(r#"[{{"event": "{event}"{members}}}]"#);
    for event in [
        "",
        "n",
        "new_bloc",
        "new_block_",
        "new_block ",
        " new_block",
        "New_block",
        "new_blocks",
        "new_blocknew_block",
    ] {
        assert!(!is_quick(&with(event, r#", "height": 1"#)), "{event:?}");
    }
    for (members, expected) in [
        (r#", "address": "a", "status_str": "s", "status": 3"#, true),
        (r#", "address": "a", "status_str": "s""#, true),
        (r#", "status": 3, "status_str": "s", "address": "a""#, true),
        (r#", "addres": "a", "address_": "b", "": "c", "address": "d""#, true),
        (r#", "address": "a", "statu": 3, "status_": 4, "status_st": 5, "status_str_": 6"#, true),
        (r#", "address": "a", "status": 3, "status": 3"#, false),
        (r#", "address": "a", "status_str": "s", "status_str": "s""#, false),
        (r#", "status": 3, "address": "a", "status": 3"#, false),
        (r#", "address": "a", "event": "new_payment""#, false),
        (r#", "address": "a", "status" 3"#, false),
        (r#", "address": "a", status": 3"#, false),
        (r#", "address": "a", "status: 3"#, false),
        (r#", "address": "a", "status": "#, false),
        (r#", "address": "a", "status": , "status_str": "s""#, false),
        (r#", "address": "a", , "status": 3"#, false),
        (r#", "address": "a" "status": 3"#, false),
        (r#" "address": "a""#, false),
    ] {
        for body in
            [with("new_payment", members), with("new_payment", members).replace(", ", ",").replace(": ", ":")]
        {
            assert_eq!(is_quick(&body), expected, "{body}");
        }
    }
}

/// Texts are read in blocks: whatever ends one is seen in each place of a block, and in the rest of the body after the last.
#[test]
fn each_end_of_a_text_is_seen() {
    let is_quick_with = |inside: &str, after: usize| {
        let after = " ".repeat(after);
        is_quick(&format!(r#"{{"updates": [{{"event": "new_transaction", "tx": "{inside}"}}]}}{after}"#))
    };
    for before in 0..40 {
        for after in [0, 1, 8, 15, 40] {
            let text = |special: char| format!("{}{special}n{}", "a".repeat(before), "b".repeat(after));
            for special in ('\0'..' ').chain(['\\', '"']) {
                assert!(!is_quick_with(&text(special), after), "{special:?} at {before}");
            }
            for fine in [' ', '!', '#', '[', ']', '\u{7f}', 'é', '\u{2028}', '\u{10ffff}'] {
                assert!(is_quick_with(&text(fine), after), "{fine:?} at {before}");
            }
            let open = format!(r#"[{{"event": "new_transaction", "tx": "{}"#, "a".repeat(before));
            assert!(!is_quick(&open));
        }
    }
}

#[test]
fn values_of_all_kinds() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let fine = [
        "0",
        "7",
        "10",
        "-0",
        "-10",
        "1.0",
        "0.5",
        "1e400",
        "1E-7",
        "-1.5e+3",
        "123456789012345678901234567890",
        "null",
        "true",
        "false",
        "{}",
        "[]",
        " [ ] ",
        r#"{"a": [1, {"b": "\ud800 \" ] }"}]}"#,
        r#""text""#,
        "\"\u{7f}\"",
    ];
    let surprising = [
        "",
        "00",
        "01",
        "-01",
        "-",
        "+1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "0x1",
        "1_0",
        "NaN",
        "nul",
        "nullx",
        "truee",
        "1 2",
        "1.5.5",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        r#"{"a" 1}"#,
        "[}",
        "]",
        "'a'",
        r#""\n""#,
        r#""\u00e9""#,
        r#""\ud800""#,
        r#""\x""#,
        r#"["\u12x4"]"#,
        r#"["\x"]"#,
        "[\"\n\"]",
        "\"\t\"",
        r#""a"#,
        "\u{a0}1",
        "1\u{b}",
    ];
    let (fine_deep, half_deep) = (deep(100_000), "[".repeat(100_000));
    let fine = fine.into_iter().chain([&*fine_deep]).map(|value| (value, true));
    for (value, expected) in
        fine.chain(surprising.into_iter().chain([&*half_deep]).map(|value| (value, false)))
    {
        for body in [
            format!(r#"{{"updates": [{{"event": "new_block", "height": {value}}}]}}"#),
            format!(r#"[{{"event":"new_block","height":{value}}}]"#),
            format!(r#"{{"updates": [{{"event": "new_block", "unknown": {value}, "height": 1}}]}}"#),
            format!(r#"{{"unknown":{value},"updates":[{{"event":"new_block","height":1}}]}}"#),
        ] {
            assert_eq!(is_quick(&body), expected, "{}", body.get(..100).unwrap_or(&body));
        }
    }
}

#[test]
fn what_is_refused_is_named() {
    for (body, word) in [
        ("", "nothing"),
        ("{}", "there is none"),
        (r#"{"updates": {}}"#, "list of `updates`"),
        (r#"{"updates": [], "updates": []}"#, "duplicate"),
        (r#"{"updates": []} {}"#, "trailing"),
        (r#"{"updates": [], "wallet": 7}"#, "expected a string"),
        ("7", "but got a number"),
        // JSON that was made JSON once more.
        (r#""{\"updates\": [], \"wallet\": \"abandon about\"}""#, "but got a text"),
        ("\u{feff}{\"updates\": [], \"wallet\": \"abandon about\"}", "but got a byte order mark before it"),
        (" null ", "but got another value"),
        ("wallet=abandon+about\nERROR", "but got no JSON"),
    ] {
        let error = read_any(body).unwrap_err().to_string();
        assert!(error.contains(word), "{body}: {error}");
        // The key of a wallet may be a seed.
        assert!(!error.contains("abandon"), "{error}");
    }
    let error = read_object(r#"[{"updates": [], "wallet": "abandon about"}]"#).unwrap_err().to_string();
    assert!(error.contains("but got a list") && !error.contains("abandon"), "{error}");
}
