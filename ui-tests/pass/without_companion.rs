mod paid {
    use bitcart_events::{Event, on};

    #[on("new_payment", companion = false)]
    pub fn paid(_event: Event, _address: &str) {}
}
use paid::paid;

fn main() {
    paid(bitcart_events::Event::find("new_payment").unwrap(), "");
}
