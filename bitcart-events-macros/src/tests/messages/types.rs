//! Types that certainly do not fit.

use super::assert_each;

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
