//! What keeps the user's lints away from what `#[on]` writes.

use quote::ToTokens;

use super::{assert_holds, attribute, expanded, tokens};

#[test]
fn lints_that_are_off_for_the_function_are_off_for_its_registration() {
    let function =
        "#[allow(a)] #[deny(b)] #[expect(c, reason = \"d\")] #[deprecated = \"e\"] fn f(event: Event)";
    let asked = attribute(tokens("\"a\", schema = b"), tokens(&format!("{function} {{}}")));
    let travelling = "#[allow(a)] #[allow(c, reason = \"d\")] #[allow(deprecated)] fn f(event: Event) ;";
    assert_holds(&asked, &[travelling]);
    let written = expanded("\"new_block\"", travelling.trim_end_matches(';'));
    assert_holds(&written, &["#[allow(a)] #[allow(c, reason = \"d\")] #[allow(deprecated)] impl"]);
}

#[test]
fn a_function_that_is_named_as_unused_is_called() {
    let allow = "#[allow(clippy::used_underscore_items)] impl";
    assert_holds(&expanded("\"new_block\"", "fn _f(event: Event)"), &[allow]);
    let named = expanded("\"new_block\"", "fn f(event: Event)").to_token_stream().to_string();
    assert!(!named.contains("underscore"), "{named}");
}

#[test]
fn what_clippy_would_have_by_reference_comes_by_value() {
    let allows = |function: &str| {
        let output = attribute(tokens("\"new_block\""), tokens(&format!("{function} {{}}"))).to_string();
        output.starts_with("# [allow (clippy :: needless_pass_by_value)]")
    };
    assert!(allows("fn f(event: Event, db: a::State<Db>)") && allows("fn f(event: Event, instance: Coin)"));
    assert!(allows("fn f(event: Event, how: Delivery)") && allows("fn f(event: Event, tx: b::InboxTx)"));
    assert!(!allows("fn f(event: Event, tx: String)") && !allows("async fn f(event: Event, db: State<Db>)"));
}

/// clippy finds more than seven parameters too many; an event can have as many fields.
#[test]
fn many_parameters_are_allowed() {
    let says = |count: usize| {
        let parameters: String = (0..count).map(|index| format!("p{index}: u8, ")).collect();
        let item = format!("fn f({parameters}) {{}}");
        attribute(tokens("\"new_block\""), tokens(&item)).to_string().contains("too_many_arguments")
    };
    assert_eq!((says(7), says(8)), (false, true));
}
