use bitcart_events::{Event, on};

#[on("new_block")]
async fn block(_event: Event, height: u64) {
    let shared = std::rc::Rc::new(height);
    std::future::ready(()).await;
    println!("{shared}");
}

fn main() {}

//~ block
