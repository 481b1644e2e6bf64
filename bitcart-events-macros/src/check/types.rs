//! Types that look wrong: what is said of them here is shorter, or more to the point, than what rustc would say.

use quote::ToTokens;
use syn::Type;

use super::Source;
use crate::names::replaced;
use crate::schema::{Kind, argument_of, is_plain, option_inner, sole_argument, ungrouped};
use crate::signature::{ByType, Parameter, holds, last_segment_is, referred_to, type_text};

/// What rustc would say of the generated code rather than of the parameter, or at length: the message, and the type to
/// write.
pub(super) fn wrong_type(parameter: &Parameter<'_>, source: &Source) -> Option<(String, String)> {
    match source {
        Source::ByType(ByType::Delivery | ByType::InboxTx) => return None,
        Source::ByType(ByType::State) => {
            let write = unshareable(parameter.ty)?;
            return Some((format!("`{}` cannot be shared by handlers", parameter.written_type()), write));
        }
        Source::Instance if parameter.is_reference() && parameter.refers_to("Coin") => {
            return Some(("the wallet comes by value".to_owned(), "Coin".to_owned()));
        }
        Source::Instance => return None,
        Source::Field(kind) => return instead(*kind, parameter.ty),
        Source::Event => {}
    }
    let inner = parameter.referred_to();
    if let Some((message, write)) = borrowed_otherwise(parameter.ty) {
        let write = if parameter.refers_to("Event") { "Event".to_owned() } else { write };
        return Some((message.to_owned(), write));
    }
    if inner.is_some() && parameter.refers_to("Event") {
        return Some(("the event comes by value".to_owned(), "Event".to_owned()));
    }
    if inner.is_some_and(|inner| last_segment_is(inner, "str")) || !is_plain(parameter.ty) {
        return None;
    }
    Some((format!("the event cannot be passed as `{}`", parameter.written_type()), "Event".to_owned()))
}

/// What is wrong with the type of a field, and what to write.
pub(super) fn instead(kind: Kind, ty: &Type) -> Option<(String, String)> {
    if let Some((message, text)) = borrowed_otherwise(ty) {
        return Some((message.to_owned(), fitting(kind, &text).unwrap_or(text)));
    }
    if let Some(write) = borrowing_json(ty) {
        return Some(("what `Json` reads owns its text: `String` rather than `&str`".to_owned(), write));
    }
    let write = match (wrapped(kind, ty), referred_to(ty)) {
        (Some(write), _) => write,
        (None, Some(owned)) if kind.refuses(ty) && !kind.refuses(owned) => type_text(owned),
        _ => return None,
    };
    Some((format!("{} cannot be passed as `{}`", kind.words(), type_text(ty)), write))
}

/// What to write for a type that was mended, and does not fit either.
fn fitting(kind: Kind, mended: &str) -> Option<String> {
    let mended = syn::parse_str::<Type>(mended).ok()?;
    let inner = option_inner(&mended);
    let ty = inner.unwrap_or(&mended);
    let write = match instead(kind, ty) {
        Some((_, write)) => write,
        None if kind.refuses(ty) => kind.usual_type().to_owned(),
        None => return None,
    };
    Some(if inner.is_some() { format!("Option<{write}>") } else { write })
}

/// What is borrowed in a way that no argument is: the message, and the type without it.
fn borrowed_otherwise(ty: &Type) -> Option<(&'static str, String)> {
    if holds(ty, "static") {
        let message = "an argument is borrowed only for as long as the handler runs";
        let text = replaced(&type_text(ty), "&'static ", "&");
        return Some((message, replaced(&text, "'static", "'_")));
    }
    if holds(ty, "mut") {
        return Some(("an argument cannot be borrowed mutably", replaced(&type_text(ty), "mut ", "")));
    }
    None
}

/// `Json<String>` for a `Json<&str>`, of which rustc says that an implementation is not general enough.
fn borrowing_json(ty: &Type) -> Option<String> {
    let read = argument_of(option_inner(ty).unwrap_or(ty), &["Json"])?;
    let text = type_text(read);
    if !text.contains('&') && !text.contains('\'') {
        return None;
    }
    let mut owned = type_text(ty);
    for &(borrowed, instead) in &[("&str", "String"), ("<'_>", ""), ("'_, ", ""), ("&", "")] {
        owned = replaced(&owned, borrowed, instead);
    }
    Some(owned)
}

/// Whether a value of the type has no size, itself or in an `Option` or a `State`.
pub(super) fn is_unsized(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::TraitObject(_) | Type::Slice(_) => true,
        ty if last_segment_is(ty, "Option") || last_segment_is(ty, "State") => {
            sole_argument(ty).is_some_and(|(_, inner)| is_unsized(inner))
        }
        ty => last_segment_is(ty, "str"),
    }
}

/// `Arc<str>` for an `Arc<String>` or an `Rc<str>`, `Decimal` for a `Box<Decimal>`.
fn wrapped(kind: Kind, ty: &Type) -> Option<String> {
    let (wrapper, inner) = sole_argument(ty)?;
    if !["Arc", "Box", "Cow", "Rc"].contains(&wrapper.as_str()) {
        return None;
    }
    let text = type_text(inner);
    if kind.refuses(inner) {
        return Some(kind.type_instead_of(&text));
    }
    if last_segment_is(inner, "String") || wrapper == "Rc" && last_segment_is(inner, "str") {
        // With the path that is written, because the name alone may not be there.
        let written = type_text(ty);
        let path = match written.split_once('<') {
            Some((path, _)) if wrapper != "Rc" => path,
            _ => "Arc",
        };
        return Some(format!("{path}<str>"));
    }
    (is_plain(inner) && !last_segment_is(inner, "str")).then_some(text)
}

/// What to write for a state that only one thread may have.
fn unshareable(state: &Type) -> Option<String> {
    let (_, inner) = sole_argument(state)?;
    let (cell, value) = sole_argument(inner)?;
    let value = type_text(value);
    match cell.as_str() {
        "RefCell" | "Cell" => Some(format!("State<Mutex<{value}>>")),
        "Rc" => Some(format!("State<{value}>")),
        _ => None,
    }
}

/// What is behind any `Option`, `&`, `Arc` and `Box`. Not behind `State`: `State<Delivery>` is a value of the user's own.
fn unwrapped(ty: &Type) -> &Type {
    referred_to(ty).or(argument_of(ty, &["Option", "Arc", "Box"])).map_or(ty, unwrapped)
}

/// What is known by its type, but stands there in another way: its place, the message, and what to write.
pub(super) fn misplaced<'p>(parameter: &'p Parameter<'_>) -> Option<(&'p dyn ToTokens, String, String)> {
    let (ident, ty) = (parameter.ident, parameter.ty);
    let inner = unwrapped(ty);
    if last_segment_is(inner, "Event") {
        let message = "the event comes in a parameter named `event`";
        return Some((ident, message.to_owned(), "event: Event".to_owned()));
    }
    if last_segment_is(inner, "Coin") {
        let message = "the wallet comes in a parameter named `instance`";
        return Some((ident, message.to_owned(), "instance: Coin".to_owned()));
    }
    let known = ByType::of(inner)?;
    let what_it_is = if option_inner(ty).is_some() { "is always there" } else { "comes by value" };
    Some((ty, format!("{} {what_it_is}", known.words()), format!("{ident}: {}", type_text(inner))))
}
