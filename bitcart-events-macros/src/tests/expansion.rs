//! What stands beside a handler that broke no rule.

use quote::ToTokens;

use super::{BLOCK, assert_holds, expanded};

#[test]
fn the_expansion_says_what_was_asked_for() {
    let token = expanded(
        "[\"new_transaction\", \"verified_tx\"], currency = \"BTC\", blocking",
        "fn f(event: Event, height: Option<u64>, db: State<Db>, tx: Option<&str>)",
    );
    assert_holds(
        &token,
        &[
            "use ::bitcart_events::__private as of_f;",
            "of_f::blocking4(call, ",
            "[<::bitcart_events::event::NewTransaction as of_f::Payload>::SCHEMA, \
             <::bitcart_events::event::VerifiedTx as of_f::Payload>::SCHEMA], \
             \"event height db tx\", [of_f::Currency::Btc], f, \
             ::bitcart_events::__private::ReadEvent::argument::<>, \
             ::bitcart_events::__private::ReadInt::argument::<>, \
             ::bitcart_events::__private::ReadState::argument::<>, \
             ::bitcart_events::__private::ReadStr::argument::<>, of_f::Report::into_outcome)",
            "only_one_handler_for_verified_tx_OF_BTC",
            "submit!",
            "#[doc(hidden)] #[allow(non_camel_case_types)] #[non_exhaustive] struct f {}",
            "\"::f\"",
        ],
    );
    let of_coin = "async fn r#move(event: &str, instance: Coin) -> Result<(), E>";
    assert_holds(
        &expanded("\"new_block\"", of_coin),
        &[
            "of_move::async_handler2(call, ",
            "\"event instance\", [], r#move, \
             ::bitcart_events::__private::ReadEvent::argument::<>, \
             ::bitcart_events::__private::ReadInstance::argument::<>, \
             ::bitcart_events::__private::Report::into_outcome::<>)",
            "type only_one_handler_for_new_block = ();",
        ],
    );
    assert_holds(
        &expanded("\"new_block\"", "fn block(_event: Event)"),
        &["of_block::plain1(call, ", "\"event\", [], block,"],
    );
    assert_holds(
        &expanded(
            "[\"new_block\", \"new_payment\"], retries = 0",
            "async fn f(tx: InboxTx, event: Event, how: x::Delivery, height: Option<u64>)",
        ),
        &[
            "::bitcart_events::__private::ReadInboxTx::argument::<>, ::",
            "::bitcart_events::__private::ReadDelivery::argument::<>, ::",
            "of_f::retries(call, 0, of_f::async_handler4(call, ",
        ],
    );
    let states: String = (0..10).map(|n| format!(", s{n}: State<S{n}>")).collect();
    let many = expanded("\"new_block\"", &format!("fn f(event: Event{states})"));
    let ends = [
        "::bitcart_events::__private::ReadState::argument::<>, 10)?);",
        "of_f::Ok(f(read.0?, read.1?,",
        "read.10?)) })(), of_f::Report::",
        "of_f::described(call, ",
        "of_f::plain((|| {",
    ];
    assert_holds(&many, &ends);
    let quiet = expanded("\"new_block\", register = false, companion = false", BLOCK);
    assert_holds(
        &quiet,
        &["enum handler_block {}", "impl ::bitcart_events::__private::Handle for handler_block"],
    );
    let quiet = quiet.to_token_stream().to_string();
    for part in ["submit !", "only_one", "struct"] {
        assert!(!quiet.contains(part), "{part} is in {quiet}");
    }
}
