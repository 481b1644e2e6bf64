//! Programs B, F and G of the README's promise: they compile as written, and they run.

use std::sync::Mutex;

use bitcart_events::{ApiManager, BoxError, Coin, Event, Update, event, handlers, on};

/// Program A is the example `webhook`, which cannot run in a test: it is the whole of a program.
#[test]
fn a_is_in_the_readme_as_the_example_has_it() {
    let readme = include_str!("../README.md");
    let (_, program) = include_str!("../examples/webhook.rs").split_once("\n\n").unwrap();
    assert!(readme.replace("{on, Event}", "{Event, on}").contains(program), "{program}");
}

/// What the README shows of the compiler is what the compiler says.
#[test]
fn the_readme_shows_the_real_message() {
    let message = include_str!("../ui-tests/fail/fields/page_misspelt.stderr");
    let message = message.replace("fail/fields/page_misspelt.rs", "src/main.rs");
    assert!(include_str!("../README.md").contains(&message), "{message}");
}

// Program B: one handler, several events; a plain function.
#[on(["new_block", "new_transaction"])]
fn either(event: Event, height: Option<u64>, tx: Option<String>) {
    match event.name() {
        "new_block" => println!("block {height:?}"),
        _ => println!("transaction {tx:?}"),
    }
}

#[test]
fn b_is_called_like_any_function() {
    let block = Event::find("new_block").unwrap();
    either(block, Some(1), None);
}

// Program F: updates from anywhere.
#[tokio::test]
async fn f_processes_text_bytes_and_values() -> bitcart_events::Result<()> {
    let btc = Coin::btc("xpub…");

    let updates = r#"[{"event": "new_block", "height": 1}, {"event": "new_block", "height": "two"}]"#;
    let report = btc.process_updates(updates).await?;
    println!("{} handled, {} rejected", report.handled, report.rejected.len());
    assert_eq!((report.handled, report.rejected.len()), (1, 1));
    assert_eq!(
        report.rejected[0].to_string(),
        "update 1 (new_block): `height` should be a whole number that fits `u64`, but is \"two\""
    );

    let report = btc.process_updates(br#"[{"event": "new_block", "height": 2}]"#.as_slice()).await?;
    assert_eq!(report.handled, 1);
    let report = btc.process_updates(serde_json::json!([{"event": "new_block", "height": 3}])).await?;
    assert_eq!(report.handled, 1);
    Ok(())
}

// Program G: handlers without the registry.
static CALLS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn called(what: impl Into<String>) {
    CALLS.lock().unwrap().push(what.into());
}

#[on("new_block", register = false)]
fn block(event: Event, height: u64) {
    called(format!("{event} {height}"));
}

mod other {
    pub mod module {
        use bitcart_events::{Event, PaymentStatus, on};

        #[on("new_payment", register = false)]
        pub fn paid(event: Event, address: &str, status: PaymentStatus) {
            crate::called(format!("{event} {address} {status}"));
        }
    }
}

async fn log_it(update: Update) -> Result<(), BoxError> {
    called(format!("by hand {}", update.raw()));
    Ok(())
}

#[tokio::test]
async fn g_adds_handlers_and_returns_what_they_replace() -> bitcart_events::Result<()> {
    let btc = Coin::btc("xpub…");
    assert!(btc.add_event_handlers(handlers![block, other::module::paid])?.is_empty());
    let report = btc
        .process_updates(
            r#"[{"event": "new_block", "height": 1},
                {"event": "new_payment", "address": "1f804621c6", "status": 3, "status_str": "Paid"}]"#,
        )
        .await?;
    assert_eq!(report.handled, 2);

    let replaced = btc.add_event_handler("new_block", |update: Update| async move {
        let block: event::NewBlock = update.payload()?;
        called(format!("closure {}", block.height));
        Ok(())
    })?;
    assert_eq!(replaced.len(), 1);
    assert!(replaced[0].name.ends_with("::block"), "{}", replaced[0]);
    btc.process_updates(r#"[{"event": "new_block", "height": 2}]"#).await?;

    let manager = ApiManager::builder().wallet("BTC", "xpub-a").build()?;
    manager.add_event_handler(["new_block", "verified_tx"], log_it)?;
    manager
        .process_updates(
            r#"{"updates": [{"event": "verified_tx", "tx": "a"}], "wallet": "xpub-a", "currency": "BTC"}"#,
        )
        .await?;

    let calls = std::mem::take(&mut *CALLS.lock().unwrap());
    assert_eq!(
        calls,
        [
            "new_block 1",
            "new_payment 1f804621c6 Paid",
            "closure 2",
            r#"by hand {"event": "verified_tx", "tx": "a"}"#
        ]
    );

    let unknown = btc.add_event_handler("new_blok", |_| async { Ok(()) }).unwrap_err();
    assert!(unknown.to_string().contains("did you mean `new_block`?"), "{unknown}");
    Ok(())
}
