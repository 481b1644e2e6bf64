#![deny(private_interfaces, unreachable_pub)]

mod shop {
    pub(crate) mod orders {
        use bitcart_events::{Event, on};

        #[on("new_block")]
        pub(crate) fn of_the_crate(_event: Event) {}

        #[on("new_payment")]
        pub(in crate::shop) async fn of_the_shop(_event: Event) {}

        #[on("verified_tx")]
        pub(super) fn of_the_parent(_event: Event) {}

        #[on("new_transaction")]
        pub(self) fn of_this(_event: Event) {}
    }

    // Another module, another place: only the start of a listener can see that there are two.
    #[bitcart_events::on("new_block")]
    fn again(_event: bitcart_events::Event) {}
}

fn main() {
    shop::orders::of_the_crate(bitcart_events::Event::find("new_block").unwrap());
}
