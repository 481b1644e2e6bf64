//! The one text of the built-in schema.

bitcart_events_macros::events! { { crate } {} {
    /// The events of a Bitcart daemon: a typed struct for each, made from the one text that `#[on]` checks handlers
    /// against.
    ///
    /// A handler takes any of an event's fields as parameters of the same names. A field that not every daemon
    /// sends has to be an `Option`, unless the attribute settles it with `currency = "…"` or `daemon = "current"`.
    /// In a handler by hand, [`Update::payload`](crate::Update::payload) reads the whole struct.
    ///
    /// Which daemon sends what was measured on the daemons of Bitcart `065c8421` (2026, "current"), `f39a98fe` and
    /// `edda6711` (2020); "read in code" marks what was not.
    pub mod event {
        /// A block has been mined.
        ///
        /// Heights can be skipped and can come out of order. A daemon of the BTC family that catches up announces
        /// only the last height (capture `btc_rpc`: 40 blocks at once brought only 149); one of the ETH family
        /// announces them interleaved after a gap of more than 30 (capture `eth_ws`: 6, 36, 66, 37, …). A
        /// reorganisation announces no height again. Take it as "the chain has grown", not as a counter.
        new_block {
            /// The height of the block.
            height: Int,
        }

        /// A transaction of this wallet has appeared.
        ///
        /// A BTC daemon sends it once, when it first sees the transaction, for outgoing ones too (read in code). An
        /// ETH daemon sends it only for incoming transfers that are mined, one for each transfer; an XMR daemon
        /// from the mempool and again when mined (read in code). Closing and loading a wallet makes the daemon send
        /// it again (capture `eth_ws`). A listener delivers it once.
        new_transaction {
            /// The transaction's hash. BTC, XMR and TRX write it without `0x`, ETH, BNB and MATIC with it.
            tx: Str,
            /// The sender, as the chain writes it; lower-case for transfers inside a contract call.
            #[currency(ETH, BNB, MATIC, TRX)]
            from_address: Str,
            /// The receiver: the wallet's own address.
            #[currency(ETH, BNB, MATIC, TRX)]
            to: Str,
            /// What was transferred, in whole units: 18 digits for ETH, BNB and MATIC, 6 for TRX, a token's own
            /// number of digits for tokens.
            #[currency(ETH, BNB, MATIC, TRX)]
            amount: Amount,
            /// The token's contract; `null` for the chain's own coin.
            #[currency(ETH, BNB, MATIC, TRX)]
            contract: Option<Str>,
        }

        /// The status of a payment request has changed.
        ///
        /// Branch on `status`; `status_str` is text for people. The same status can come again with the same
        /// values, and a reorganisation takes it back (capture `btc_ws`: 3, 7, 3). A request that expires sends
        /// nothing, in any currency.
        new_payment {
            /// The request, not an address on the chain: today a BTC daemon sends its `request_id` of ten
            /// hexadecimal digits, ETH and TRX a random id, XMR a payment id. The daemons of 2020, and today's of
            /// BCH and XRG (read in code), send the real address. Compare it with `request_id` of `add_request`
            /// where there is one, with `address` otherwise.
            address: Str,
            /// How far the request has come.
            status: Status,
            /// The status in words, for display only: it differs between daemons and can hold a time in the
            /// daemon's own time zone.
            status_str: Str,
            /// The transactions that paid it so far, in no particular order. A polled event can show one more than
            /// the same event did on the websocket (measured on ETH).
            #[daemon(current)]
            tx_hashes: List,
            /// What was paid so far, in whole units; more than was asked for if somebody overpaid. For a Lightning
            /// payment it is what was asked for (read in code).
            #[daemon(current)]
            sent_amount: Amount,
            /// The token's contract; `null` for the chain's own coin, and always for XMR.
            #[currency(ETH, BNB, MATIC, TRX, XMR)]
            #[daemon(current)]
            contract: Option<Str>,
        }

        /// A transaction of this wallet has been confirmed.
        ///
        /// Comes again after a reorganisation (capture `btc_ws`). BTC daemons send a request's `new_payment` with
        /// status 3 before it. Added in July 2021.
        #[currency(BTC, LTC, BCH, XRG, GRS)]
        #[daemon(current)]
        verified_tx {
            /// The transaction's hash.
            tx: Str,
            /// The height of the block that it is in.
            height: Int,
        }
    }
}}

#[cfg(test)]
mod tests {
    macro_rules! text {
        ({} { $text:literal }) => {
            $text
        };
    }

    #[test]
    fn the_macros_know_the_same_events() {
        let (text, _) = bitcart_events_macros::known!();
        assert_eq!(event_text(), text);
    }

    fn event_text() -> &'static str {
        super::event::schema! { {} { text } }
    }
}
