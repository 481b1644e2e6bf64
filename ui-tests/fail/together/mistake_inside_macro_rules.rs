use bitcart_events::{Event, on};

macro_rules! handler {
    ($name:ident, $event:literal, $parameter:ident: $ty:ty) => {
        #[on($event)]
        fn $name(_event: Event, $parameter: $ty) {}
    };
}

handler!(block, "new_block", _heigth: u64);

fn main() {}

//~ _heigth
