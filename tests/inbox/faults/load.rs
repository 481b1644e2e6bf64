//! Handlers that are slower than what comes.

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::rusqlite::Connection;
use bitcart_events::{Coin, Delivery, ErrorKind, Event, ListenerBuilder, State, handlers, on};

use super::super::support::listening::{Listening, payment, today};
use super::super::support::server::{Gate, coin, next};
use super::{Place, all_is_handled, left};

/// Passes the gate with its attempt.
#[on("new_payment", register = false)]
async fn waits(event: Event, address: String, delivery: Delivery, gate: State<Gate>) {
    let _ = event;
    gate.pass(format!("{address} {}", delivery.attempt())).await;
}

fn listener(place: &Place, coin: &Coin, gate: &Arc<Gate>) -> ListenerBuilder {
    let builder = coin.listener().without_registry().handlers(handlers![waits]);
    place.inbox(builder).shared_state(Arc::clone(gate))
}

fn list(numbers: std::ops::Range<usize>) -> String {
    let all: Vec<String> = numbers.map(|number| payment(&number.to_string(), 3)).collect();
    format!("[{}]", all.join(", "))
}

/// How many events a listener has in its memory.
fn in_memory(place: &Place) -> i64 {
    let file = Connection::open(place.path()).unwrap();
    file.query_row("SELECT count(*) FROM bitcart_event WHERE claimed <> 0", [], |row| row.get(0)).unwrap()
}

/// Lost: nothing. The file takes what memory has no room for, also of frames that arrive together, as they do where the daemon
/// has a thread of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_does_not_end_keeps_nothing_from_being_accepted_and_memory_small() {
    const MANY: usize = 1_000;
    let (daemon, place, (gate, mut seen)) = (today().await, Place::file(), Gate::new());
    let (btc, gate) = (coin(&daemon, "vpub-a"), Arc::new(gate));
    let listening = Listening::by_websocket(listener(&place, &btc, &gate).capacity(8));
    daemon.wait_loaded("vpub-a").await;
    let emit = async |number: usize| {
        daemon.emit(Some("vpub-a"), &payment(&number.to_string(), 3)).await.unwrap();
    };
    emit(0).await;
    // From now on no frame is held for an answer, of which there is no more than room in memory.
    assert_eq!(next(&mut seen).await, "0 1");
    for number in 1..MANY {
        emit(number).await;
    }
    place.wait_pending(MANY as u64).await;
    let held = in_memory(&place);
    // Besides those that have a place there may be the reserve, for what they wait for.
    assert!((1..=8 + 64).contains(&held), "{held}");
    gate.open();
    for number in 1..MANY {
        assert_eq!(next(&mut seen).await, format!("{number} 1"));
    }
    place.wait_pending(0).await;
    listening.finish().await;
    assert!(seen.try_recv().is_err());
    all_is_handled(&place).await;
}

/// Lost: nothing. Told: that handlers were broken off, and that their events are handled again.
#[tokio::test]
async fn a_shutdown_leaves_what_never_began_as_if_nothing_had_been() {
    const MANY: usize = 300;
    for within in [Duration::ZERO, Duration::from_secs(3_600)] {
        let (daemon, place, (gate, mut seen)) = (today().await, Place::file(), Gate::new());
        let (btc, gate) = (coin(&daemon, "vpub-a"), Arc::new(gate));
        let builder = listener(&place, &btc, &gate).shutdown_deadline(within);
        let processor = builder.build().unwrap();
        let (first, second) = (processor.clone(), processor.clone());
        let one = tokio::spawn(async move { first.process_updates(list(0..MANY / 2)).await });
        assert_eq!(next(&mut seen).await, "0 1");
        let other = tokio::spawn(async move { second.process_updates(list(MANY / 2..MANY)).await });
        place.wait_pending(MANY as u64).await;
        while in_memory(&place) < MANY as i64 {
            tokio::task::yield_now().await;
        }

        let shutting = processor.clone();
        let ending = tokio::spawn(async move { shutting.shut_down().await });
        let is_broken_off = within.is_zero();
        if !is_broken_off {
            // It is refused from the moment on that nothing new begins.
            while processor.process_updates("[]").await.is_ok() {}
            gate.open();
        }
        let ended = tokio::time::timeout(Duration::from_secs(60), ending).await.unwrap().unwrap();
        if is_broken_off {
            let error = ended.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Shutdown);
            assert!(
                // Without the number of all that stood behind the one that had begun.
                error.to_string().contains(
                    "; handlers were broken off; their events are in the inbox, and are handled again"
                ),
                "{error}"
            );
        } else {
            ended.unwrap();
        }
        for given_up in [one, other] {
            assert_eq!(given_up.await.unwrap().unwrap_err().kind(), ErrorKind::Shutdown);
        }
        let begun = 1 + std::iter::from_fn(|| seen.try_recv().ok()).count();
        let done = if is_broken_off { 0 } else { begun };
        assert!(begun < MANY, "it waited for all of them");
        assert_eq!(left(&place).await.pending, (MANY - done) as u64);

        let (gate, mut seen) = Gate::opened();
        let gate = Arc::new(gate);
        let listening = Listening::by_websocket(listener(&place, &btc, &gate));
        for number in done..MANY {
            let attempt = if number < begun { 2 } else { 1 };
            assert_eq!(next(&mut seen).await, format!("{number} {attempt}"));
        }
        place.wait_pending(0).await;
        listening.finish().await;
        all_is_handled(&place).await;
    }
}

/// What waits in the file needs the places that those who wait for a report have.
#[tokio::test]
async fn a_report_comes_though_the_file_has_a_backlog_and_memory_no_room() {
    for capacity in [1, 4] {
        let (place, (gate, mut seen)) = (Place::file(), Gate::new());
        let (btc, gate) = (Coin::btc("vpub-a"), Arc::new(gate));
        let before = listener(&place, &btc, &gate).shutdown_deadline(Duration::ZERO).build().unwrap();
        let accepting = before.clone();
        let given_up = tokio::spawn(async move { accepting.process_updates(list(0..20)).await });
        assert_eq!(next(&mut seen).await, "0 1");
        before.shut_down().await.unwrap_err();
        given_up.await.unwrap().unwrap_err();
        drop(before);

        let (gate, mut seen) = Gate::opened();
        let now = listener(&place, &btc, &Arc::new(gate)).capacity(capacity).build().unwrap();
        let calls = (20..30).map(|number| {
            let now = now.clone();
            tokio::spawn(async move { now.process_updates(list(number..number + 1)).await })
        });
        for call in calls.collect::<Vec<_>>() {
            let report =
                tokio::time::timeout(Duration::from_secs(60), call).await.expect("it waits for itself");
            assert_eq!(report.unwrap().unwrap().handled, 1);
        }
        let all: Vec<String> = std::iter::from_fn(|| seen.try_recv().ok()).collect();
        assert_eq!(all.len(), 30);
        assert_eq!(
            all[..20],
            (0..20).map(|number| format!("{number} {}", 1 + usize::from(number == 0))).collect::<Vec<_>>()
        );
        now.shut_down().await.unwrap();
        all_is_handled(&place).await;
    }
}
