use bitcart_events::{Coin, Event, State, on};

struct Orders(Vec<String>);

#[on("new_payment")]
fn paid(event: Event, address: &str, orders: State<Orders>) {
    let known = orders.0.iter().any(|order| order == address);
    println!("{event}: {known}");
}

fn main() -> bitcart_events::Result<()> {
    let listener = Coin::btc("xpub…").listener().build()?;
    println!("{listener:?}");
    Ok(())
}
