//! The macros of [`bitcart-events`](https://docs.rs/bitcart-events), which re-exports and documents them.
//!
//! The rooms, in the order in which a handler passes them: `args`, `function` and `signature` read what the user wrote,
//! `schema` reads what events there are, `check` holds every rule, `expand` writes the registration and cannot
//! fail. `errors` collects the mistakes on the way, `lints` keeps the user's lints away from what is written.
//! `events` writes a schema's own types, `newtype` derives the traits of fields, `tokens` is what they write with.

mod args;
mod beside;
mod check;
mod configured;
mod currency;
mod errors;
mod events;
mod expand;
mod function;
mod lints;
mod names;
mod newtype;
mod on;
mod schema;
mod signature;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro::TokenStream;

#[allow(missing_docs)] // `bitcart-events` documents it, and rustdoc would put this text behind that one.
#[proc_macro_attribute]
pub fn on(args: TokenStream, item: TokenStream) -> TokenStream {
    // What stands in an `impl` is indented, and so is more, which costs rustc a little for nothing.
    let is_indented = proc_macro::Span::call_site().column() > 1;
    on::attribute(args.into(), item.into(), is_indented).into()
}

/// The second step of `#[on]` with a schema of the user's own: called by its hidden macro.
#[doc(hidden)]
#[proc_macro]
pub fn on_checked(input: TokenStream) -> TokenStream {
    beside::checked(input.into()).into()
}

/// In between, where parameters depend on the configuration.
#[doc(hidden)]
#[proc_macro_derive(OnConfigured, attributes(on_configured))]
pub fn on_configured(input: TokenStream) -> TokenStream {
    configured::answer(input.into()).into()
}

/// Writes down what events there are: the schema.
#[doc(hidden)]
#[proc_macro]
pub fn events(input: TokenStream) -> TokenStream {
    events::events(input.into()).into()
}

macro_rules! newtypes {
    ($($name:ident $function:ident)*) => { $(
        #[allow(missing_docs)] // As above.
        #[proc_macro_derive($name, attributes(field))]
        pub fn $function(input: TokenStream) -> TokenStream {
            newtype::derive(stringify!($name), input.into()).into()
        }
    )* };
}
newtypes! {
    IntField int_field
    StrField str_field
    AmountField amount_field
    StatusField status_field
    ListField list_field
    BoolField bool_field
    JsonField json_field
}

/// What the macros know of `bitcart-events`: the text of the built-in schema, and the currencies. Its tests compare them.
#[doc(hidden)]
#[proc_macro]
pub fn known(_: TokenStream) -> TokenStream {
    let (text, codes) = (schema::BUILTIN, &currency::CURRENCIES);
    quote::quote!((#text, [#(#codes),*])).into()
}
