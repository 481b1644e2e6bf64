use bitcart_events::{Event, on};

#[on("new_block")]
async fn block(_event: Event, height: u64) -> Result<u64, String> {
    Ok(height)
}

fn main() {}

//~ Result<u64, String>
