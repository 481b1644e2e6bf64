//! Room for frames that arrive together.

use super::{Alone, expect, frame, listening_with, manager, payment};
use crate::{BoxError, Update};

/// These frames, together.
fn arrive(alone: &mut Alone, addresses: &[&str]) {
    addresses.iter().for_each(|address| alone.ledger.frame(&frame(address)));
    alone.ledger.flush();
}

/// Places are taken for more frames than have come, because more may.
#[tokio::test]
async fn places_for_frames_that_do_not_come_go_back() {
    let manager = manager();
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().capacity(64)).await;
    let addresses: Vec<String> = (0..32).map(|number| number.to_string()).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let (together, one_by_one) = addresses.split_at(17);
    arrive(&mut alone, together);
    one_by_one.chunks(1).for_each(|address| arrive(&mut alone, address));
    assert_eq!(alone.ledger.under_way, 0, "all of them have found room, so that nothing is asked for");
    expect(&mut handled, &addresses).await;
}

/// The wallet's lane has no more than half of all places, however many frames arrive together, and had arrived before.
#[tokio::test]
async fn together_they_take_no_more_than_one_by_one() {
    let mut found_room = Vec::new();
    for is_together in [false, true] {
        let manager = manager();
        // Nothing of it ends.
        let own = |_: Update| std::future::pending::<Result<(), BoxError>>();
        manager.coins().remove(0).add_event_handler("new_payment", own).unwrap();
        let (mut alone, _handled) = listening_with(&manager, manager.listener().capacity(64)).await;
        let finds_room = |number: &usize| {
            alone.ledger.frame(&frame(&number.to_string()));
            if !is_together {
                alone.ledger.flush();
            }
            alone.ledger.under_way == 0
        };
        found_room.push((0..64).take_while(finds_room).count());
    }
    assert_eq!(found_room, [33, 33]);
}

/// Where there is one thread, who reads handles what it brings. Whether all of it is handled decides who is next on that thread.
#[tokio::test]
async fn what_ends_at_once_is_handled_by_whoever_reads_it() {
    let manager = manager();
    let (mut alone, mut handled) = listening_with(&manager, manager.listener()).await;
    arrive(&mut alone, &["1", "2", "3"]);
    assert!(alone.ledger.is_at_rest());
    let told = ["1", "2", "3"].map(|_| handled.try_recv().unwrap());
    assert_eq!(told, ["1", "2", "3"].map(payment));

    let waits = |_: Update| async {
        tokio::task::yield_now().await;
        Ok(())
    };
    manager.coins().remove(0).add_event_handler("new_payment", waits).unwrap();
    arrive(&mut alone, &["4", "5"]);
    assert!(!alone.ledger.is_at_rest(), "somebody else goes on with it");
    while !alone.ledger.is_at_rest() {
        tokio::task::yield_now().await;
    }
}

/// A handler may block its thread where the runtime can have another one. Nobody else waits for it then.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_handler_that_blocks_in_place_holds_up_nobody_else() {
    let manager = manager();
    let (mut alone, _handled) = listening_with(&manager, manager.listener()).await;
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
    let blocks = move |_: Update| {
        let waited = tokio::task::block_in_place(|| {
            gate.lock().unwrap().recv_timeout(std::time::Duration::from_secs(5))
        });
        let _ = ended.send(waited.is_ok());
        async { Ok(()) }
    };
    manager.coins().remove(0).add_event_handler("new_payment", blocks).unwrap();
    // In a task, as the websocket is read by one.
    let reads = async move {
        arrive(&mut alone, &["1"]);
        // What the handler waits for is brought by a later frame.
        open.send(()).unwrap();
        alone
    };
    let _alone = tokio::spawn(reads).await.unwrap();
    assert!(has_ended.recv().await.unwrap(), "the frame after it was not read");
}
