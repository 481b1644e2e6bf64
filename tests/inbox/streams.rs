//! More than there is room for: what waits in the file is handled in its order, among what still comes.

use std::collections::HashMap;

use bitcart_events::{ApiManager, BoxError, Update};
use tokio::sync::mpsc;

use super::Place;
use super::shared::Shared;
use super::support::connection::post;
use super::support::server::{next, serve, settings};

const EACH: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_larger_than_the_room_keeps_its_order() {
    let wallets = ["a", "b", "c"];
    for (capacity, is_shared) in [(1, false), (2, false), (7, false), (64, false), (7, true)] {
        let place = Place::file();
        let manager = ApiManager::builder().wallets("BTC", wallets).build().unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let handler = move |update: Update| {
            let tell = tell.clone();
            async move {
                // Slower than what comes, and faster, in turns.
                for _ in 0..update.raw().len() % 7 {
                    tokio::task::yield_now().await;
                }
                let address = update.payload::<bitcart_events::event::NewPayment>()?.address.clone();
                tell.send(format!("{} {address}", update.coin().wallet().unwrap_or_default()))?;
                Ok::<(), BoxError>(())
            }
        };
        manager.add_event_handler("new_payment", handler).unwrap();
        let builder = manager.listener().without_registry().capacity(capacity);
        let builder = if is_shared { builder.inbox(Shared(place.open())) } else { place.inbox(builder) };
        let server = serve(builder, settings()).await;
        let senders = wallets.map(|wallet| {
            let (addr, path) = (server.addr, server.path.clone());
            tokio::spawn(async move {
                for number in 0..EACH {
                    let update = format!(
                        r#"{{"event": "new_payment", "address": "{number}", "status": 3, "status_str": "{}"}}"#,
                        "x".repeat(number % 7)
                    );
                    let envelope =
                        format!(r#"{{"updates": [{update}], "wallet": "{wallet}", "currency": "BTC"}}"#);
                    assert_eq!(post(addr, &path, &envelope).await, Some(200));
                }
            })
        });
        let mut seen: HashMap<String, usize> = HashMap::new();
        for _ in 0..wallets.len() * EACH {
            let line = next(&mut told).await;
            let (wallet, number) = line.split_once(' ').unwrap();
            let expected = seen.entry(wallet.to_owned()).or_default();
            assert_eq!(number, expected.to_string(), "of wallet {wallet}, with room for {capacity}");
            *expected += 1;
        }
        for sender in senders {
            sender.await.unwrap();
        }
        place.wait_pending(0).await;
        server.finish().await;
        assert!(told.try_recv().is_err());
    }
}
