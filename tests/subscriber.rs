//! A subscriber that panics. By itself, because another test that comes to a span first may keep it from being seen at all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bitcart_events::{Coin, Update};

const PATIENCE: Duration = Duration::from_secs(60);

/// As one that writes to a closed pipe does.
struct Panics(AtomicUsize);

impl tracing::Subscriber for Panics {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "handler"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &tracing::span::Id) {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "a closed pipe");
    }

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn a_subscriber_that_panics_ends_no_lane() {
    let coin = Coin::btc("a");
    coin.add_event_handler("new_transaction", |_: Update| async { Ok(()) }).unwrap();
    let listener = coin.listener().without_registry().build().unwrap();
    let _subscriber = tracing::subscriber::set_default(Panics(AtomicUsize::new(0)));
    let report = listener.process_updates(r#"[{"event": "new_transaction", "tx": "one"}]"#).await.unwrap();
    assert!(format!("{report:?}").contains("a closed pipe"), "{report:?}");
    let another = r#"[{"event": "new_transaction", "tx": "another"}]"#;
    let report = tokio::time::timeout(PATIENCE, listener.process_updates(another)).await.unwrap().unwrap();
    assert_eq!(report.handled, 1);
}
