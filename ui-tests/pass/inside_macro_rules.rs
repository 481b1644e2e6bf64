use bitcart_events::{Decimal, Event, State, handlers, on};

macro_rules! handler {
    ($(#[$meta:meta])* $vis:vis $name:ident, $event:literal, $currency:expr, ($($field:ident: $ty:ty),*) -> $ret:ty) => {
        #[on($event, register = false, currency = $currency)]
        $(#[$meta])*
        $vis fn $name(event: Event, $($field: $ty),*) -> $ret {
            println!("{event}");
            $(let _ = $field;)*
            Ok(())
        }
    };
}

handler!(
    /// Of any wallet.
    pub(crate) token, "new_transaction", "ETH",
    (amount: Decimal, contract: Option<&str>, prices: State<u64>) -> Result<(), String>
);

fn main() {
    let _ = handlers![token];
}
