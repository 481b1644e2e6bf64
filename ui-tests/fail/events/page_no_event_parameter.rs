use bitcart_events::on;

#[on("new_block")]
fn block(height: u64) {
    println!("{height}");
}

fn main() {}

//~ block
