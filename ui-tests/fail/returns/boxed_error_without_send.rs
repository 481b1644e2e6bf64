use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _height: u64) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}

//~ Result<(), Box<dyn std::error::Error>>
