use bitcart_events::inbox::SqliteInbox;
use bitcart_events::rusqlite::Connection;
use bitcart_events::{Coin, Event, InboxTx, PaymentStatus, on};

#[on("new_payment", retries = 10)]
fn paid(_event: Event, address: String, status: PaymentStatus, books: InboxTx) {
    if status == PaymentStatus::Paid {
        // Into a table of yours, in the same file. Committed together with the end of the event.
        books.write(move |books| {
            books.execute("INSERT OR IGNORE INTO booked (request) VALUES (?1)", (address,))?;
            Ok(())
        });
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    bitcart_events::log_to_stderr();
    let inbox = SqliteInbox::open("events.db")?; // first, because it makes the file readable by its owner alone
    Connection::open("events.db")?
        .execute("CREATE TABLE IF NOT EXISTS booked (request TEXT PRIMARY KEY)", ())?;
    Ok(Coin::btc("xpub…").listener().inbox(inbox).websocket().await?)
}
