use bitcart_events::{Event, on};

#[on("new_transaction")]
fn r#move(_event: Event, r#tx: &str, _amount: Option<&str>) {
    println!("{tx}");
}

#[on("new_block")]
fn block(mut event: &str, #[allow(unused_variables)] height: u64) {
    println!("{}", std::mem::take(&mut event));
}

fn main() {
    r#move(Event::find("new_transaction").unwrap(), "00", None);
}
