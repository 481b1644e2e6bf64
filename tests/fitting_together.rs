//! Handlers and events of several crates and modules that do not fit together: every problem is named when the listener
//! is built, with both places and what to do.

use bitcart_events::{Coin, ErrorKind, Event, State, on};
use bitcart_events_tests as _;

struct Orders;

mod here {
    use super::{Event, Orders, State, on};

    #[on(["new_block", "verified_tx"])]
    pub fn first(_event: Event, _orders: State<Orders>, _prices: State<u64>) {}

    #[on("new_transaction", currency = ["ETH", "BNB"])]
    pub fn tokens(_event: Event) {}
}

mod there {
    use super::{Event, on};

    #[on("new_block")]
    pub fn second(_event: Event) {}

    #[on("new_transaction", currency = ["TRX", "BNB"])]
    pub fn others(_event: Event) {}

    bitcart_events::events! {
        mod mine {
            order_shipped { id: Str }
        }
    }
}

#[test]
fn every_problem_is_named() {
    let listener = Coin::btc("xpub").listener().expect_events(["new_payment", "order_shiped", "shop_closed"]);
    let error = listener.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Handlers);
    let message = error.to_string();
    let lines: Vec<&str> = message.lines().collect();
    let first = "`fitting_together::here::first` (tests/fitting_together.rs:12)";
    let state = "which was not given; build the listener with `.state(…)` \
                 (`run_webhook()`, `run_websocket()` and `run_polling()` give none: see `Settings`)";
    let expected = [
        "the listener cannot be built, 9 problems with its handlers:",
        "  - event `order_shipped` is described twice, in tests/fitting_together.rs:28 and in tests/lib.rs:5; \
         give one of the two another name",
        &format!(
            "  - `new_block` has two handlers: {first} and `fitting_together::there::second` \
             (tests/fitting_together.rs:22); remove one, or leave it out of the registry with `register = false`"
        ),
        "  - `new_transaction` of BNB has two handlers: `fitting_together::here::tokens` \
         (tests/fitting_together.rs:15) and `fitting_together::there::others` (tests/fitting_together.rs:25); \
         remove one, or leave it out of the registry with `register = false`",
        &format!(
            "  - `verified_tx` has two handlers: {first} and `bitcart_events_tests::verified` \
             (tests/lib.rs:24); remove one, or leave it out of the registry with `register = false`"
        ),
        &format!("  - {first} asks for `State<fitting_together::Orders>`, {state}"),
        &format!("  - {first} asks for `State<u64>`, {state}"),
        "  - `new_payment` was expected to have a handler and has none",
        "  - a handler is expected for what is no event: unknown event `order_shiped`, did you mean `order_shipped`?",
        "  - `shop_closed` was expected to have a handler and has none",
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\nis not\n{expected}");
    }
    assert_eq!(lines.len(), expected.len(), "{message}");
}
