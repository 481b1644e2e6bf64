//! Events of one's own: the macro that describes them, and the registry by which they are found.

use std::sync::LazyLock;

use super::{EventSchema, event};

/// Describes events of one's own, which handlers are then checked against and receive like those of Bitcart.
///
/// Each event is a name and its fields, with a kind each: `Int`, `Str`, `Amount`, `Status`, `List`, `Bool` or `Json`, in
/// `Option<…>` where it can be `null` or missing; [`field`](crate::field) says which types a handler can take each as.
/// Documentation in the text becomes that of a typed struct for the event.
///
/// ```standalone_crate
/// use bitcart_events::{Coin, Event, on};
///
/// bitcart_events::events! {
///     pub mod shop {
///         /// A parcel has left.
///         order_shipped {
///             /// The shop's number.
///             order_id: Int,
///             carrier: Option<Str>,
///         }
///     }
/// }
///
/// #[on("order_shipped", schema = shop)]
/// fn shipped(event: Event, order_id: u64, carrier: Option<&str>) {
///     println!("order {order_id} went with {}", carrier.unwrap_or("nobody knows whom"));
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let update = r#"[{"event": "order_shipped", "order_id": 7}]"#;
/// let report = Coin::btc("xpub…").process_updates(update).await?;
/// assert_eq!(report.handled, 1);
/// # Ok::<(), bitcart_events::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `schema = …` is the path to the module: in the same crate or another one, before or after the handler. The module has
/// the visibility that is written, its structs are read with [`Update::payload`](crate::Update::payload).
///
/// A name that is a keyword is written as one writes it in Rust, `r#type`, in the text and in the handler. A field of kind
/// `Json` is taken as [`Json<T>`](crate::field::Json) of whatever the handler says.
///
/// Such an event comes like any other: passed by hand, posted to the webhook by another sender, or sent by the
/// [test daemon](crate::testing) with `emit(Some(wallet), json)`. It belongs to a wallet if the sender names one, and is kept in the wallet's order.
///
/// # Posting one to the webhook
/// Another program posts what a daemon would, with the wallet's key as the listener has it:
///
/// ```text
/// POST /SECRET HTTP/1.1
/// Host: 127.0.0.1:6000
/// Content-Type: application/json
///
/// {"updates": [{"event": "order_shipped", "order_id": 7}], "wallet": "xpub…", "currency": "BTC"}
/// ```
///
/// Set `BITCART_WEBHOOK_SECRET`, or [`WebhookSettings::secret`](crate::WebhookSettings::secret): a random one is logged
/// nowhere. The answer to what was accepted is 200. A POST without the secret, or one that cannot be taken now, gets no status: its connection is closed. One that could never be taken is
/// answered with 400, 413 or 415.
///
/// # In a handler by hand
/// ```
/// # use bitcart_events::Update;
/// # bitcart_events::events! { mod shop { order_shipped { order_id: Int } } }
/// async fn by_hand(update: Update) -> Result<(), bitcart_events::BoxError> {
///     let shipped: shop::OrderShipped = update.payload()?;
///     println!("order {}", shipped.order_id);
///     Ok(())
/// }
/// ```
///
/// A name belongs to one event: one of Bitcart's is refused while compiling, one that two `events!` of a program
/// describe when the first listener is built. `#[currency(ETH, BNB)]` or `#[daemon(current)]` on an event or field say that
/// only these daemons send it, as they do for [Bitcart's own](mod@crate::event).
#[macro_export]
macro_rules! events {
    ($($text:tt)*) => { $crate::event::schema! { { $crate } { $crate::__private::events } { $($text)* } } };
}

/// What `events!` hands to the registry.
#[doc(hidden)]
#[derive(Debug)]
pub struct RegisteredSchema(pub &'static [&'static EventSchema]);

inventory::collect!(RegisteredSchema);

/// The names of all events that the program knows: Bitcart's, then those of `events!`.
pub(super) fn names() -> Vec<&'static str> {
    let mut names = Vec::new();
    for events in &[event::EVENTS, own_events()] {
        for event in *events {
            names.push(event.name);
        }
    }
    names
}

/// The first of them of which this is true.
pub(crate) fn find_first(mut is: impl FnMut(&EventSchema) -> bool) -> Option<&'static EventSchema> {
    for event in event::EVENTS {
        if is(event) {
            return Some(event);
        }
    }
    own_events().iter().find(|event| is(event)).copied()
}

/// Those of `events!`, in an order that does not change from run to run: by their names.
pub(crate) fn own_events() -> &'static [&'static EventSchema] {
    static OWN: LazyLock<Vec<&'static EventSchema>> = LazyLock::new(|| {
        let order = |event: &EventSchema| (event.name, event.file, event.line);
        let mut events: Vec<&'static EventSchema> = Vec::new();
        // Put in order one by one: they are few, and code that sorts would be in memory as long as the program is.
        for schema in inventory::iter::<RegisteredSchema> {
            for event in schema.0 {
                let at = events.partition_point(|known| order(known) < order(event));
                events.insert(at, event);
            }
        }
        events
    });
    &OWN
}

/// Names on the wire are exact: no other case, no white space.
pub(crate) fn find(name: &str) -> Option<&'static EventSchema> {
    find_first(|event| event.name == name)
}
