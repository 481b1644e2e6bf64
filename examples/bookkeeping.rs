//! Run: cargo run --example bookkeeping
//!
//! The books of a shop, in the same file as its inbox: each paid request is booked exactly once, although the program is
//! killed in between, the customers go on paying and the blockchain takes a payment back for a while. With no outside service: a daemon
//! for tests starts in this process.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use bitcart_events::inbox::SqliteInbox;
use bitcart_events::rusqlite::Connection;
use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{Coin, Currency, Daemon, Decimal, Delivery, Event, InboxTx, PaymentStatus, on};

const WALLET: &str = "xpub-of-the-shop";

/// What is written through `InboxTx` is committed together with the event's end: both, or neither. That is once for each event; the
/// payment may become paid again by another event after a reorganisation, so its request is the key of the table.
#[on("new_payment")]
fn paid(
    event: Event,
    address: String,
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    delivery: Delivery,
    books: InboxTx,
) {
    println!("  {event} {address} {status} ({:?}, attempt {})", delivery.origin(), delivery.attempt());
    if status == PaymentStatus::Paid {
        books.write(move |books| {
            // The daemons of 2020 do not send it: then it is NULL, not 0.
            let amount = sent_amount.map(|amount| amount.to_string());
            books.execute("INSERT OR IGNORE INTO booked VALUES (?1, ?2)", (address, amount))?;
            Ok(())
        });
    }
}

/// The program: until it is killed.
#[tokio::main]
async fn shop(daemon: &str, file: &str) -> anyhow::Result<()> {
    bitcart_events::log_to_stderr();
    let coin = Coin::at(Currency::Btc, Daemon::new(daemon)?, WALLET);
    // The inbox first, because it makes the file readable by its owner alone.
    let inbox = SqliteInbox::open(file)?;
    Connection::open(file)?
        .execute("CREATE TABLE IF NOT EXISTS booked (request TEXT PRIMARY KEY, amount TEXT)", ())?;
    Ok(coin.listener().inbox(inbox).websocket().await?)
}

/// The same program once more, as a process of its own, which is killed when this is dropped.
struct Program(Child);

impl Program {
    fn start(daemon: &TestDaemon, file: &Path) -> anyhow::Result<Self> {
        Ok(Self(Command::new(std::env::current_exe()?).arg(daemon.url()).arg(file).spawn()?))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn booked(file: &Path) -> anyhow::Result<Vec<(String, Option<String>)>> {
    let books = Connection::open(file)?;
    let mut rows = books.prepare("SELECT request, amount FROM booked ORDER BY rowid")?;
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

async fn wait_until_booked(file: &Path, count: usize) -> anyhow::Result<()> {
    while booked(file)?.len() < count {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn sell(daemon: &TestDaemon, amount: &str) -> anyhow::Result<()> {
    let request = daemon.request(WALLET, amount).await?;
    daemon.pay(&request.id, amount).await?;
    daemon.mine(1).await;
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [daemon, file] => shop(daemon, file),
        _ => customers(),
    }
}

#[tokio::main]
async fn customers() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.db");
    let daemon = TestDaemon::builder().version(DaemonVersion::Current).start().await?;
    for round in 1..=3 {
        println!("the program starts, {round}");
        let program = Program::start(&daemon, &file)?;
        daemon.wait_websockets(1).await;
        sell(&daemon, "0.1").await?;
        // The last block is replaced by another one, so the payment becomes unconfirmed, and then paid again.
        daemon.reorganise(1).await;
        // This one and what was sold while the program was not there.
        wait_until_booked(&file, 2 * round - 1).await?;
        println!("it is killed, and something else is sold");
        drop(program);
        sell(&daemon, "0.2").await?;
    }
    let booked = booked(&file)?;
    println!("booked: {booked:?}");
    anyhow::ensure!(booked.len() == 5, "five sales were to be booked before the last kill, each once");
    Ok(())
}
