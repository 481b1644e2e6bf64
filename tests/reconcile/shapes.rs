//! What is delivered from the daemon's state, beside what the daemon sent.

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency};

use super::support::kept::Kept;
use super::support::listening::{Listening, record};
use super::support::server::daemon_of;
use super::{ADDRESS, PAYER, SOON, listener, looks};

/// What is found by comparing is what the daemon would have sent, member by member.
#[tokio::test]
async fn the_events_are_those_of_the_daemon() {
    const TOKEN: &str = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";
    let view_key = "0123456789abcdef".repeat(4);
    let token_wallet = format!("{ADDRESS}_{TOKEN}");
    let families = [
        (DaemonVersion::Current, Currency::Btc, "vpub-a"),
        (DaemonVersion::Current, Currency::Ltc, "vpub-a"),
        (DaemonVersion::Edda6711, Currency::Btc, "vpub-a"),
        (DaemonVersion::Current, Currency::Eth, ADDRESS),
        (DaemonVersion::Current, Currency::Bnb, &*token_wallet),
        (DaemonVersion::Current, Currency::Trx, "TJ52LP9eqskXuZ9Paz8CCoKzTRx3TkpKKn"),
        (DaemonVersion::Current, Currency::Xmr, &*view_key),
    ];
    for (version, currency, wallet) in families {
        let builder = TestDaemon::builder().version(version).currency(currency).token(TOKEN, "TST", 6);
        let daemon = builder.start().await.unwrap();
        let (coin, inbox) = (Coin::at(currency, daemon_of(&daemon), wallet), Kept::default());
        let payer = if currency == Currency::Trx { "TJ52LP9eqskXuZ9Paz8CCoKzTRx3TkpKKm" } else { PAYER };
        let mut requests = Vec::new();
        for _ in 0..2 {
            let request = daemon.request(wallet, "0.5").await.unwrap();
            requests.push(request);
        }
        let mut seen = record(&coin);
        let listening = Listening::by_polling(listener(&coin, &inbox), SOON);
        looks(&daemon, 3).await;
        listening.finish().await;
        let before = daemon.emissions().len();
        // One in part, and one whole; each from somebody else, because some know payments by their sender.
        for (nth, (request, amount)) in requests.iter().zip(["0.2", "0.5"]).enumerate() {
            let payer = format!("{}{nth}", payer.split_at(payer.len() - 1).0);
            daemon.expect_payer(&request.id, &payer).await;
            daemon.pay(&request.id, amount).await.unwrap();
        }
        daemon.mine(1).await;
        coin.get_updates().await.unwrap();
        let told: Vec<serde_json::Value> = daemon.emissions()[before..]
            .iter()
            .map(|emission| serde_json::from_str(&emission.json).unwrap())
            .collect();
        let listening = Listening::by_polling(listener(&coin, &inbox), SOON);
        // A daemon of 2020 does not say how much was paid: a part of it changes nothing that can be asked for.
        let payments = if version == DaemonVersion::Current { 2 } else { 1 };
        for _ in 0..payments {
            while !seen.next().await.starts_with("paid") {}
        }
        looks(&daemon, 3).await;
        listening.finish().await;
        let texts = inbox.texts();
        assert_eq!(
            texts.iter().filter(|text| text.contains("new_payment")).count(),
            payments,
            "{currency}: {texts:?}"
        );
        for text in texts {
            let event: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(told.contains(&event), "{currency} {version:?}: {event} is not among {told:#?}");
        }
    }
}
