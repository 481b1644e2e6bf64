//! Types that look wrong: what is said of them here is shorter, or more to the point, than what rustc would say.

use quote::ToTokens;
use syn::Type;

use super::Source;
use crate::schema::{is_plain, option_inner};
use crate::signature::{Parameter, last_segment_is, mentions, type_text};

/// What rustc would say of the generated code rather than of the parameter, or at length: the message, and what to
/// write.
pub(super) fn wrong_type(parameter: &Parameter<'_>, source: &Source) -> Option<(String, String)> {
    let ty = parameter.written_type();
    let is_read = matches!(source, Source::Event | Source::Field { .. });
    if is_read && mentions(parameter.ty.to_token_stream(), "static") {
        let message = "an argument is borrowed only for as long as the handler runs";
        return Some((message.to_owned(), ty.replace("'static ", "").replace("<'static,", "<'_,")));
    }
    if is_read && mentions(parameter.ty.to_token_stream(), "mut") {
        let message = "an argument cannot be borrowed mutably";
        return Some((message.to_owned(), ty.replace("mut ", "")));
    }
    let inner = parameter.referred_to();
    let kind = match source {
        Source::Event if parameter.refers_to("Event") => {
            return inner.map(|_| ("the event comes by value".to_owned(), "Event".to_owned()));
        }
        Source::Event
            if inner.is_none_or(|inner| !last_segment_is(inner, "str")) && is_plain(parameter.ty) =>
        {
            return Some((format!("the event cannot be passed as `{ty}`"), "Event".to_owned()));
        }
        Source::Instance if parameter.refers_to("Coin") => {
            return inner.map(|_| ("the wallet comes by value".to_owned(), "Coin".to_owned()));
        }
        Source::Field { kind, .. } => kind,
        _ => return None,
    };
    let owned = inner.filter(|inner| kind.refuses(parameter.ty) && !kind.refuses(inner))?;
    Some((format!("{} cannot be passed as `{ty}`", kind.words()), type_text(owned)))
}

/// What is known by its type, but stands there in another way: its place, the message, and what to write.
pub(super) fn misplaced<'p>(
    parameter: &'p Parameter<'_>,
) -> Option<(&'p dyn ToTokens, &'static str, String)> {
    let (ident, ty) = (parameter.ident, parameter.ty);
    let is_state = |ty: &&Type| last_segment_is(ty, "State");
    let state = |state: &Type| format!("{ident}: {}", type_text(state));
    if parameter.refers_to("Event") {
        Some((ident, "the event comes in a parameter named `event`", "event: Event".to_owned()))
    } else if parameter.refers_to("Coin") {
        Some((ident, "the wallet comes in a parameter named `instance`", "instance: Coin".to_owned()))
    } else if let Some(inner) = parameter.referred_to().filter(is_state) {
        Some((ty, "a state comes by value", state(inner)))
    } else if let Some(inner) = option_inner(ty).filter(is_state) {
        Some((ty, "a state is always there", state(inner)))
    } else {
        None
    }
}
