use bitcart_events::{Event, on};

struct Shop;

impl Shop {
    #[on("new_block")]
    fn block(event: Event, height: u64) {
        println!("{event}: {height}");
    }
}

fn main() {}

//~ #[on("new_block")]
