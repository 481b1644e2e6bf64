use bitcart_events::on;

#[on("new_block")]
struct Block {
    _height: u64,
}

fn main() {}

//~ struct
