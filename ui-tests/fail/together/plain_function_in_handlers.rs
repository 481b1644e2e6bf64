use bitcart_events::{Event, handlers};

fn plain(_event: Event) {}

fn main() {
    plain(Event::find("new_block").unwrap());
    let _ = handlers![plain];
}

//~ plain
