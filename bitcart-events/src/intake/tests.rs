//! What is taken apart, and what is refused.

use super::*;

fn parts<'a>(body: &'a str, parcel: &Parcel) -> Vec<&'a str> {
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

/// What is read in one pass is what care would have read.
#[test]
fn quick_and_careful_are_the_same() {
    const AS_SENT: [&str; 4] = [
        r#"{"updates": [{"event": "new_block", "height": 1}, {"event": "new_transaction", "tx": "ab"}], "wallet": "w", "currency": "BTC"}"#,
        r#"{"updates": [{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid", "tx_hashes": ["t"], "sent_amount": "1.0", "new": {"a": [1, 2]}}]}"#,
        r#"{ "updates" : [ { "event" : "new_transaction" , "tx" : "t" , "amount" : "1" , "contract" : null } ] , "wallet" : "w" }"#,
        r#"{"updates": [{"event": "verified_tx", "tx": "t\\n", "height": 7}, {"height": 2, "event": "new_block"}], "wallet": "w"}"#,
    ];
    let is_quick = |body: &str| quick_object(body).is_some();
    assert_eq!(AS_SENT.map(is_quick), [true, true, true, false]);

    let mut chance = fastrand::Rng::with_seed(7);
    let (mut read, mut quickly) = (0, 0);
    for _ in 0..40_000 {
        let mut body = AS_SENT[chance.usize(..AS_SENT.len())].as_bytes().to_vec();
        for _ in 0..chance.usize(..3) {
            let (from, to) = (chance.usize(..body.len()), chance.usize(..body.len()));
            match chance.u32(..4) {
                0 => drop(body.remove(from)),
                1 => body.insert(from, *chance.choice(b" \"\\\\,:{}[]e1-").unwrap()),
                2 => body.swap(from, to),
                // A part of it once more, so that keys and updates are repeated.
                _ => {
                    let part = body[from.min(to)..from.max(to)].to_vec();
                    body.splice(from..from, part);
                }
            }
        }
        let Ok(body) = String::from_utf8(body) else { continue };
        read += usize::from(careful_object(&body).is_ok());
        if let Some(quick) = quick_object(&body) {
            quickly += 1;
            assert_eq!(Ok(quick), careful_object(&body), "{body}");
        }
    }
    assert!(quickly > 5_000 && read > quickly + 1_000, "{quickly} of {read}");
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
        ("7", "but got 7"),
    ] {
        let error = read_any(body).unwrap_err().to_string();
        assert!(error.contains(word), "{body}: {error}");
    }
}
