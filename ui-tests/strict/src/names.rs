//! Names that are hard to write, and names of the standard library that mean something else here.

use payments::{events, on, Event, State};

use crate::Notes;

events! {
    /// A module with a raw name.
    pub(crate) mod r#priv {
        /// An event with one.
        r#move {
            /// And a field.
            r#type: Int,
            größe: Option<Int>,
            update: Str,
            value: Bool,
        }
        /// Types that are in every scope.
        option { string: Str }
        string { result: Option<Str>, vec: Status }
        ok { some: Int, none: Option<Int> }
    }
}

/// Everything is raw that can be.
#[on("move", schema = r#priv, crate = payments)]
fn r#move(
    _event: Event, r#type: u64, größe: Option<u8>, _update: &str, r#value: bool, notes: State<Notes>
) {
    notes.add(&format!("move {type} {größe:?} {value}"));
}

/// A parameter like the function, and one like what the expansion might use.
#[on("option", schema = r#priv, crate = payments)]
fn string(_event: Event, string: &str, invocation: State<Notes>) {
    invocation.add(string);
}

/// Nothing here is what it seems.
mod hostile {
    use super::r#priv as core;
    use payments::{on as std, State};

    /// Not the usual one.
    type Option = crate::Notes;
    /// Not the usual one.
    type String = Option;

    /// Not the usual one.
    #[expect(non_snake_case, clippy::missing_const_for_fn, reason = "that is its name")]
    fn Ok() {}

    /// Not the usual one.
    macro_rules! concat {
        () => {
            Ok()
        };
    }

    /// The expansion names nothing of the above.
    #[std(["string", "ok"], schema = core, crate = payments)]
    #[expect(clippy::absolute_paths, reason = "the usual ones")]
    fn none(event: &::core::primitive::str, vec: ::core::option::Option<Text>, notes: State<String>) {
        concat!();
        notes.add(&format!("{event} {}", vec.is_some()));
    }

    /// As it is named elsewhere.
    type Text = ::payments::PaymentStatus;
}
