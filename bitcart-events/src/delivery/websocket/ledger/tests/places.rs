//! Room for frames that arrive together.

use super::{expect, frame, listening_with, manager};

/// Places are taken for more frames than have come, because more may.
#[tokio::test]
async fn places_for_frames_that_do_not_come_go_back() {
    let manager = manager();
    let (mut alone, mut handled) = listening_with(&manager, manager.listener().capacity(64)).await;
    let addresses: Vec<String> = (0..32).map(|number| number.to_string()).collect();
    let (together, one_by_one) = addresses.split_at(17);
    together.iter().for_each(|address| alone.ledger.frame(&frame(address)));
    alone.ledger.flush();
    for address in one_by_one {
        alone.ledger.frame(&frame(address));
        alone.ledger.flush();
    }
    assert_eq!(alone.ledger.under_way, 0, "all of them have found room, so that nothing is asked for");
    expect(&mut handled, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

/// The wallet's lane has no more than half of all places, however many frames arrive together.
#[tokio::test]
async fn together_they_take_no_more_than_one_by_one() {
    let mut found_room = Vec::new();
    for is_together in [false, true] {
        let manager = manager();
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
