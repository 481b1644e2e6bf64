//! Parameters with a `#[cfg(…)]`: the question to rustc, and what is made of its answer.

use super::{attribute, tokens};
use crate::configured::answer;

#[test]
fn rustc_is_asked_which_parameters_are_there() {
    let function = "#[cfg(z)] pub fn f(event: Event, #[cfg(x)] #[allow(y)] height: u64, #[cfg_attr(x, cfg(y))] tx: &str)";
    let output = attribute(tokens("\"new_block\", crate = be"), tokens(&format!("{function} {{}}")));
    let expected = format!(
        "{function} {{}}
        #[cfg(z)]
        #[derive(be::__private::OnConfigured)]
        #[on_configured({{ \"new_block\", crate = be }} {{ {function} ; }})]
        struct parameters_of_f {{ #[cfg(x)] p1: (), #[cfg_attr(x, cfg(y))] p2: () }}"
    );
    assert_eq!(output.to_string(), tokens(&expected).to_string());
}

#[test]
fn those_that_are_there_go_on_to_the_schema() {
    let output = answer(tokens(
        "#[allow(dead_code)]
        #[on_configured({ \"a\", schema = shop } { pub fn f(event: Event, #[cfg(x)] #[cfg_attr(x, y)] #[allow(y)] height: u64, #[cfg(y)] tx: &str) ; })]
        struct parameters_of_f { p1: () }",
    ));
    let expected = "shop::schema! {
        { shop }
        { ::bitcart_events::__private::on_checked }
        { \"a\", schema = shop }
        { pub fn f(event: Event, #[allow(y)] height: u64) ; }
    }";
    assert_eq!(output.to_string(), tokens(expected).to_string());
}
