use std::sync::Arc;

use bitcart_events::field::{Field, FieldError, StrField};
use bitcart_events::{Event, on};

struct Hash(String);

impl<'u> StrField<'u> for Hash {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        String::from_field(field).map(Self)
    }
}

type Text = Arc<str>;

#[on("new_transaction")]
fn seen(_event: Event, tx: Hash, _to: Option<Text>, _from_address: Option<Box<str>>) {
    println!("{}", tx.0);
}

fn main() {}
