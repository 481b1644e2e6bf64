//! What a handler's signature must not look like, whatever the events are.

use super::{expanded, messages};

#[test]
fn shape() {
    let generic = "a handler cannot be generic";
    let concrete = "write concrete types: the listener calls it, and could not choose others";
    let returns = "return nothing or `Result<(), E>`; what waits is an `async fn`";
    let pattern = "a handler's parameter is a name, not a pattern | \
        write the field's name in its place, and take it apart inside the function";
    for (signature, message) in [
        (
            "unsafe fn f(event: Event)",
            "a handler cannot be `unsafe` | remove `unsafe`: the listener calls it from safe code".to_owned(),
        ),
        (
            "extern \"C\" fn f(event: Event)",
            "a handler cannot be `extern` | remove the ABI: the listener calls it as a Rust function"
                .to_owned(),
        ),
        ("fn f<T: Send>(event: Event, height: T) where T: Sync", format!("{generic} | {concrete}")),
        ("fn f<const N: usize>(event: Event)", format!("{generic} | {concrete}")),
        (
            "fn f(event: Event, height: Option<impl Into<u64>>)",
            format!("{generic} | write a concrete type instead of `impl …`"),
        ),
        (
            "fn f(event: Event, height: (impl Into<u64>, u8))",
            format!("{generic} | write a concrete type instead of `impl …`"),
        ),
        (
            "fn f<'a>(event: Event)",
            "a handler has no lifetime parameters | \
             leave `'a` out: text is borrowed as `&str`, its lifetime has no name"
                .to_owned(),
        ),
        (
            "fn f(event: Event) where u8: Copy",
            "a handler has no `where` clause | remove it: a handler has no type parameters".to_owned(),
        ),
        ("fn f(event: Event, args: ...)", "a handler cannot be variadic | name each parameter".to_owned()),
        ("fn f(event: Event) -> impl Sized", format!("a handler cannot return `impl Sized` | {returns}")),
        ("fn f(event: Event) -> !", format!("a handler cannot return `!` | {returns}")),
        (
            "fn f(event: Event, _: u64)",
            "a handler's parameter needs a name | \
             name it after the field, with an underscore in front if it is not used: `_height: u64`"
                .to_owned(),
        ),
        ("fn f(event: Event, (a, b): (u8, &'a str))", pattern.to_owned()),
        ("fn f(event: Event, ref height: u64)", pattern.to_owned()),
        ("fn f(event: Event, height @ 1..: u64)", pattern.to_owned()),
    ] {
        assert_eq!(messages(&expanded("\"new_block\"", signature)), [message], "{signature}");
    }
}

#[test]
fn a_pattern_of_ones_own_type() {
    let message = "a handler's parameter is a name, not a pattern | \
                   write the field's name in its place, and take it apart inside the function";
    for signature in ["fn f(event: Event, OrderId(id): OrderId)", "fn f(&event: Event)"] {
        assert_eq!(messages(&expanded("\"new_block\"", signature)), [message], "{signature}");
    }
}
