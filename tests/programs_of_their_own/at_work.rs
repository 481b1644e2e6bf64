//! A handler that never ends, in a program that logs slowly: whoever reads a line is quicker than what follows it.

use std::io::{self, Write};
use std::time::Duration;

use bitcart_events::{Event, on};

#[on("new_transaction")]
async fn at_work(_event: Event, tx: String) {
    println!("at work on {tx}");
    std::future::pending().await
}

struct Slowly;

impl Write for Slowly {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(line)?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    tracing_subscriber::fmt().with_writer(|| Slowly).init();
    bitcart_events::run_websocket().await
}
