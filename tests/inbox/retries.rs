use std::sync::Arc;
use std::time::Duration;

use bitcart_events::event::NewPayment;
use bitcart_events::inbox::{DeadLetters, EventId, Inbox};
use bitcart_events::{Coin, Delivery, Event, Final, HandlerError, Origin, State, Update, handlers, on};

use super::support::server::{Gate, next};
use super::{Place, listener, payment};

/// Tells of each attempt. An address says how many of them fail, and how.
#[on("new_payment", register = false)]
async fn paid(event: Event, address: &str, delivery: Delivery, gate: State<Gate>) -> Result<(), Final> {
    let origin = if delivery.origin() == Origin::Replayed { " replayed" } else { "" };
    gate.tell(format!("{address} {}{origin}", delivery.attempt()));
    match address {
        "panics" if delivery.attempt() == 1 => panic!("{event} is too much"),
        "final" => Err(Final::new("no such order")),
        "hangs" if delivery.attempt() == 1 => std::future::pending().await,
        _ => Ok(()),
    }
}

#[on("new_payment", register = false)]
async fn failing(event: Event, address: &str, delivery: Delivery, gate: State<Gate>) -> Result<(), String> {
    let attempt = delivery.attempt();
    gate.tell(format!("{address} {attempt} {}", delivery.key()));
    let fails: u32 = address.parse().unwrap_or(0);
    if attempt <= fails { Err(format!("{event} not now")) } else { Ok(()) }
}

#[on("new_payment", register = false, retries = 0)]
async fn once(event: Event, address: &str, gate: State<Gate>) -> Result<(), String> {
    gate.tell(format!("{event} {address}"));
    Err("no".to_owned())
}

async fn dead(inbox: &Arc<dyn Inbox>) -> Vec<String> {
    let letters = inbox.dead_letters(DeadLetters::all(), 100).await.unwrap();
    letters.into_iter().map(|letter| format!("{} after {}", letter.error, letter.attempts)).collect()
}

#[tokio::test]
async fn what_fails_is_tried_again_under_the_same_key_until_it_works_or_is_a_dead_letter() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::opened();
        let (builder, _gate) = listener(&place, gate);
        let listener = builder.handlers(handlers![failing]).retries(3).build().unwrap();

        let report = listener.process_updates(payment("2")).await.unwrap();
        assert_eq!((report.handled, report.failed.len()), (0, 1), "the report is of the first attempt");
        assert!(report.failed[0].retry.is_some());
        let first = next(&mut seen).await;
        let key = first.strip_prefix("2 1 ").unwrap();
        assert_eq!(
            [next(&mut seen).await, next(&mut seen).await],
            [format!("2 2 {key}"), format!("2 3 {key}")]
        );

        listener.process_updates(payment("99")).await.unwrap();
        for attempt in 1..=4 {
            assert!(next(&mut seen).await.starts_with(&format!("99 {attempt} ")));
        }
        listener.process_updates(payment("0")).await.unwrap();
        assert!(next(&mut seen).await.starts_with("0 1 "), "it holds up nothing");
        listener.shut_down().await.unwrap();
        assert_eq!(dead(&place.afterwards(&listener)).await, ["new_payment not now after 4"]);
    }
}

#[tokio::test]
async fn a_handler_may_say_that_it_is_not_tried_again() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::opened();
        let (builder, _gate) = listener(&place, gate);
        let listener = builder.handlers(handlers![once]).build().unwrap();
        let report = listener.process_updates(payment("x")).await.unwrap();
        assert_eq!(report.failed[0].retry, None);
        assert_eq!(next(&mut seen).await, "new_payment x");
        assert_eq!(dead(listener.inbox()).await, ["no after 1"]);
    }
}

#[tokio::test]
async fn an_error_may_say_that_it_is_final_and_an_argument_that_cannot_be_read_is() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::opened();
        let (builder, _gate) = listener(&place, gate);
        let listener = builder.handlers(handlers![paid]).build().unwrap();
        let report = listener.process_updates(payment("final")).await.unwrap();
        assert_eq!(report.failed[0].retry, None);
        let lacking = r#"[{"event": "new_payment", "status": 3}, 7, {"event": "misspelt"}]"#;
        let report = listener.process_updates(lacking).await.unwrap();
        assert_eq!((report.rejected.len(), report.ignored.len()), (2, 1));
        assert_eq!(next(&mut seen).await, "final 1");
        // They are sorted by when they died, and these may have in the same millisecond.
        let mut dead = dead(listener.inbox()).await;
        dead.sort();
        let expected = [
            "`address` is missing after 1",
            "an update should be a JSON object, but is 7 after 0",
            "no such order after 1",
        ];
        assert_eq!(dead, expected);
    }
}

/// A handler that was added by hand reads them itself, and its error stands for them.
#[tokio::test]
async fn what_a_handler_cannot_read_by_hand_is_final_too() {
    for place in Place::both() {
        let coin = Coin::btc("a");
        let read = |update: Update| std::future::ready(update.payload::<NewPayment>().map(drop));
        let handler = move |update| async move { Ok(read(update).await?) };
        coin.add_event_handler("new_payment", handler).unwrap();
        let listener = place.inbox(coin.listener().without_registry()).build().unwrap();
        let report = listener.process_updates(r#"[{"event": "new_payment", "status": 3}]"#).await.unwrap();
        assert_eq!((report.failed.len(), report.failed[0].retry), (1, None));
        assert_eq!(dead(listener.inbox()).await, ["`address` is missing after 1"]);
    }
}

#[tokio::test]
async fn a_panic_and_a_time_limit_are_failures() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::opened();
        let (builder, _gate) = listener(&place, gate);
        let listener =
            builder.handlers(handlers![paid]).time_limit(Duration::from_millis(1)).build().unwrap();
        let report = listener.process_updates(payment("panics")).await.unwrap();
        assert!(matches!(report.failed[0].error, HandlerError::Panicked(_)));
        assert_eq!([next(&mut seen).await, next(&mut seen).await], ["panics 1", "panics 2"]);
        let report = listener.process_updates(payment("hangs")).await.unwrap();
        assert_eq!(report.failed[0].error.to_string(), "took longer than 1ms");
        assert_eq!([next(&mut seen).await, next(&mut seen).await], ["hangs 1", "hangs 2"]);
    }
}

#[tokio::test]
async fn a_dead_letter_can_be_replayed_alone_by_filter_or_not() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::opened();
        let (builder, _gate) = listener(&place, gate);
        let listener = builder.handlers(handlers![paid]).build().unwrap();
        for _ in 0..3 {
            listener.process_updates(payment("final")).await.unwrap();
            assert_eq!(next(&mut seen).await, "final 1");
        }
        let letters = listener.inbox().dead_letters(DeadLetters::all(), 2).await.unwrap();
        assert_eq!(letters.len(), 2, "a look at them changes nothing");
        assert_eq!(letters[0].text, payment("final").trim_matches(['[', ']']));

        assert_eq!(listener.replay(DeadLetters::one(letters[1].id)).await.unwrap(), 1);
        assert_eq!(next(&mut seen).await, "final 2 replayed");
        assert_eq!(listener.replay(DeadLetters::one(EventId(99))).await.unwrap(), 0);
        assert_eq!(listener.replay(DeadLetters::all().event("new_block")).await.unwrap(), 0);
        assert_eq!(listener.replay(DeadLetters::all().error("out of stock")).await.unwrap(), 0);
        assert_eq!(listener.inbox().discard(DeadLetters::one(letters[0].id)).await.unwrap(), 1);
        listener.shut_down().await.unwrap();
        let stats = place.afterwards(&listener).stats().await.unwrap();
        assert_eq!((stats.pending, stats.dead), (0, 2), "{stats:?}");
    }
}

#[tokio::test]
async fn what_failed_holds_back_its_lane_only_if_that_is_wanted() {
    for place in Place::both() {
        for is_strict in [false, true] {
            let (gate, mut seen) = Gate::opened();
            let (builder, _gate) = listener(&place, gate);
            let builder = if is_strict { builder.strict() } else { builder };
            let listener = builder.handlers(handlers![failing]).build().unwrap();
            let both = format!(
                "[{}, {}]",
                payment("1").trim_matches(['[', ']']),
                payment("0").trim_matches(['[', ']'])
            );
            listener.process_updates(both).await.unwrap();
            let mut order = Vec::new();
            for _ in 0..3 {
                order.push(next(&mut seen).await.rsplit_once(' ').unwrap().0.to_owned());
            }
            let expected = if is_strict { ["1 1", "1 2", "0 1"] } else { ["1 1", "0 1", "1 2"] };
            assert_eq!(order, expected);
            listener.shut_down().await.unwrap();
        }
    }
}

/// Passes the gate, so that it is known who waits for whom.
#[on("new_payment", register = false)]
async fn waits(event: Event, address: String, gate: State<Gate>) {
    gate.pass(format!("{event} {address}")).await;
}

#[tokio::test]
async fn payments_may_have_lanes_of_their_own() {
    for place in Place::both() {
        let (gate, mut seen) = Gate::new();
        let (builder, gate) = listener(&place, gate);
        let listener = builder.handlers(handlers![waits]).payments_apart().build().unwrap();
        let all = ["a", "b", "a"].map(payment).map(|payment| payment.trim_matches(['[', ']']).to_owned());
        let processing =
            tokio::spawn(async move { listener.process_updates(format!("[{}]", all.join(","))).await });
        let mut first = [next(&mut seen).await, next(&mut seen).await];
        first.sort();
        assert_eq!(first, ["new_payment a", "new_payment b"], "side by side");
        assert!(seen.try_recv().is_err(), "the same payment waits for itself");
        gate.open();
        assert_eq!(next(&mut seen).await, "new_payment a");
        assert_eq!(processing.await.unwrap().unwrap().handled, 3);
    }
}

#[tokio::test]
async fn a_file_is_for_one_listener_and_not_only_looked_into() {
    let place = Place::file();
    let inbox = place.open();
    let coin = bitcart_events::Coin::btc("a");
    let build =
        |inbox| coin.listener().without_registry().inbox(inbox).build().map(drop).unwrap_err().to_string();
    let listener = coin.listener().without_registry().inbox(inbox.clone()).build().unwrap();
    assert!(build(inbox).contains("belongs to another listener already"));
    let attached = bitcart_events::inbox::SqliteInbox::attach(place.path()).unwrap();
    assert!(build(attached).contains("open it with `SqliteInbox::open`"));
    listener.shut_down().await.unwrap();
}
