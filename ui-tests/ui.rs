//! What the compiler says about a mistake, letter for letter, and that what is right compiles.
//!
//! One mistake a file, named after it, in a folder for each rule of `#[on]`. A new message is written down with
//! `TRYBUILD=overwrite cargo test -p bitcart-events-ui-tests`, and then read as somebody who is lost would read it.
//! Those that begin with `page_` are shown by the page of the rules, `bitcart_events::rules`.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*/*.rs");
}
