//! Types that certainly do not fit.

use super::{assert_each, expanded, messages};

#[test]
fn types() {
    assert_each(&[
        (
            "\"new_block\"",
            "fn f(event: Event, db: &State<Db>)",
            "a state comes by value | write `db: State<Db>`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: Option<&'static str>)",
            "an argument is borrowed only for as long as the handler runs | write `tx: Option<&str>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: &mut State<Db>)",
            "a state comes by value | write `db: State<Db>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, db: Option<State<Db>>)",
            "a state is always there | write `db: State<Db>`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: &mut str)",
            "an argument cannot be borrowed mutably | write `tx: &str`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: &mut u64)",
            "an argument cannot be borrowed mutably | write `height: u64`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: Option<&'static u64>)",
            "an argument is borrowed only for as long as the handler runs | write `height: Option<u64>`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: &'static str)",
            "an argument is borrowed only for as long as the handler runs | write `height: u64`",
        ),
        (
            "\"new_block\"",
            "fn f(event: &'static Event)",
            "an argument is borrowed only for as long as the handler runs | write `event: Event`",
        ),
        (
            "\"new_block\"",
            "fn f(event: String)",
            "the event cannot be passed as `String` | write `event: Event`",
        ),
        ("\"new_block\"", "fn f(event: &Event)", "the event comes by value | write `event: Event`"),
        (
            "\"new_block\"",
            "fn f(event: Event, instance: &Coin)",
            "the wallet comes by value | write `instance: Coin`",
        ),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: &String)",
            "text cannot be passed as `&String` | write `tx: String`",
        ),
        (
            "\"new_block\"",
            "fn f(event: Event, height: &u64)",
            "a whole number cannot be passed as `&u64` | write `height: u64`",
        ),
        ("\"new_block\"", "fn f(event: &u64)", "the event cannot be passed as `&u64` | write `event: Event`"),
        (
            "\"new_transaction\"",
            "fn f(event: Event, tx: Cow<'static, str>)",
            "an argument is borrowed only for as long as the handler runs | write `tx: Cow<'_, str>`",
        ),
    ]);
}

/// What rustc would say at length, or twice.
#[test]
fn types_that_look_wrong() {
    let shared = |ty: &str, write: &str| {
        format!("`State<{ty}>` cannot be shared by handlers | write `x: State<{write}>`")
    };
    let said = |ty: &str, write: &str| format!("text cannot be passed as `{ty}` | write `tx: {write}`");
    let json = |write: &str| {
        format!("what `Json` reads owns its text: `String` rather than `&str` | write `tx: {write}`")
    };
    for (parameter, message) in [
        ("x: State<RefCell<Db>>", shared("RefCell<Db>", "Mutex<Db>")),
        ("x: State<std::cell::Cell<u8>>", shared("std::cell::Cell<u8>", "Mutex<u8>")),
        ("x: State<Rc<Db>>", shared("Rc<Db>", "Db")),
        ("tx: Arc<String>", said("Arc<String>", "Arc<str>")),
        ("tx: std::sync::Arc<String>", said("std::sync::Arc<String>", "std::sync::Arc<str>")),
        ("tx: Box<u64>", said("Box<u64>", "&str")),
        ("tx: Rc<String>", said("Rc<String>", "Arc<str>")),
        ("tx: Rc<str>", said("Rc<str>", "Arc<str>")),
        ("tx: Cow<String>", said("Cow<String>", "Cow<str>")),
        ("tx: Json<&str>", json("Json<String>")),
        ("tx: Option<Json<Vec<&str>>>", json("Option<Json<Vec<String>>>")),
        ("tx: Json<Order<'_>>", json("Json<Order>")),
        (
            "tx: Id<'static>",
            "an argument is borrowed only for as long as the handler runs | write `tx: Id<'_>`".to_owned(),
        ),
    ] {
        let signature = format!("fn f(event: Event, {parameter})");
        assert_eq!(messages(&expanded("\"new_transaction\"", &signature)), [message], "{parameter}");
    }
    let amount = messages(&expanded(
        "\"new_payment\", daemon = \"current\"",
        "fn f(event: Event, sent_amount: Box<Decimal>)",
    ));
    assert_eq!(amount, ["an amount cannot be passed as `Box<Decimal>` | write `sent_amount: Decimal`"]);
    for parameter in [
        "tx: Box<str>",
        "tx: Arc<Mine>",
        "tx: Json<Mine>",
        "tx: Option<Json<String>>",
        "x: State<Mutex<u8>>",
        "x: State<Cell>",
        "tx: Wrapper<String>",
        "tx: Pair<u8, String>",
    ] {
        let signature = format!("fn f(event: Event, {parameter})");
        assert_eq!(messages(&expanded("\"new_transaction\"", &signature)), [""; 0], "{parameter}");
    }
}

/// rustc says that they have no size, and nothing is built on them.
#[test]
fn types_without_a_size() {
    for parameter in
        ["tx: str", "tx: Option<str>", "tx: [u8]", "x: State<dyn Db>", "x: State<str>", "tx: dyn Display"]
    {
        let file = expanded("\"new_transaction\"", &format!("fn f(event: Event, {parameter})"));
        assert_eq!(messages(&file), [""; 0], "{parameter}");
        let text = quote::ToTokens::to_token_stream(&file).to_string();
        assert!(
            text.contains("NOTHING") && !text.contains("ReadStr") && !text.contains("ReadState"),
            "{text}"
        );
    }
}

/// Other schemas may have a height that fits, and other fields too.
#[test]
fn a_blocks_height_is_more_than_16_bits_hold() {
    for (ty, write) in [("u8", "u64"), ("i16", "u64"), ("Option<u16>", "Option<u64>")] {
        assert_each(&[(
            "\"new_block\"",
            &format!("fn f(event: Event, _height: {ty})"),
            &format!("no block's height fits `{ty}` | write `_height: {write}`"),
        )]);
    }
    assert_each(&[(
        "[\"new_block\", \"verified_tx\"]",
        "fn f(event: Event, height: i8)",
        "no block's height fits `i8` | write `height: Option<u64>`",
    )]);
    for (args, parameter) in [
        ("\"new_block\"", "height: u32"),
        ("\"new_block\", schema = own", "height: u8"),
        ("\"new_payment\"", "status: u8"),
    ] {
        assert!(messages(&expanded(args, &format!("fn f(event: Event, {parameter})"))).is_empty());
    }
}
