use bitcart_events::{Coin, Event, on};

#[on("new_block")]
fn confirm(event: Event, height: u64) {
    println!("{event}: {height}");
}

mod statistics {
    use bitcart_events::{Event, on};

    #[on(["new_block", "verified_tx"])]
    pub fn count(event: Event) {
        println!("{event}");
    }
}

fn main() -> bitcart_events::Result<()> {
    let listener = Coin::btc("xpub…").listener().build()?;
    println!("{listener:?}");
    Ok(())
}
