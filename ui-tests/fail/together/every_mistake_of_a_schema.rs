bitcart_events::events! {
    mod shop {
        #[serde]
        order_shipped { order_id: u64, order_id: Int, _carrier: Option<String>, event: Str }
        new_block { height: Int }
        order_shipped {}
    }
}

// Its handlers are not blamed.
#[bitcart_events::on("order_shipped", schema = shop)]
fn shipped(order: u64) {
    let _ = order;
}

fn main() {
    let _ = bitcart_events::handlers![shipped];
}

//~ #[serde]
//~ u64
//~ order_id
//~ String
//~ _carrier
//~ event
//~ new_block
//~ order_shipped
