//! Every rule of `#[on]` that needs the schema. What passes here is expanded without further doubts.

mod fields;
mod types;

use syn::Signature;

use self::fields::Context;
use self::types::{is_unsized, wrong_type};
use crate::args::Args;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, Kind, Schema};
use crate::signature::{ByType, Parameter, check_shape, has_unnamed_event, parameters};

/// A handler: all of it if it broke no rule, otherwise what of it is right.
pub(crate) struct Handler<'a> {
    pub(crate) events: Vec<&'a EventDef>,
    pub(crate) arguments: Vec<Argument<'a>>,
    /// Whether the types mean the same in another function: no generics.
    pub(crate) is_concrete: bool,
}

/// A parameter, and where its value comes from.
pub(crate) struct Argument<'a> {
    pub(crate) parameter: Parameter<'a>,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    Event,
    Instance,
    ByType(ByType),
    Field(Kind),
}

/// Checks a signature; all its mistakes go to `errors`.
pub(crate) fn check<'a>(
    schema: &'a Schema,
    args: &Args,
    signature: &'a Signature,
    errors: &mut Errors,
) -> Handler<'a> {
    let (events, all_known) = check_events(schema, args, errors);
    check_currencies(args, &events, errors);
    if let (Some(blocking), Some(_)) = (&args.blocking, &signature.asyncness) {
        let help = "remove `blocking`, or remove `async`: a plain function may block, an `async` one awaits";
        errors.add(blocking, "an `async` handler cannot be `blocking`", &[help.to_owned()]);
    }
    let is_concrete = check_shape(signature, errors);
    let parameters = parameters(signature, errors);
    let context = Context { schema, args, events: &events, all_known };
    let is_named = parameters.iter().any(|parameter| context.has_type_of_event(parameter))
        || parameters.iter().any(|parameter| context.is_meant_as_event(parameter));
    if !is_named && !has_unnamed_event(signature) {
        let help = format!("add it: `fn {}(event: Event, …)`", signature.ident);
        errors.add(&signature.ident, "a handler needs the parameter `event`", &[help]);
    }
    let mut known: Vec<ByType> = Vec::new();
    let arguments = parameters
        .into_iter()
        .filter_map(|parameter| {
            let source = context.source(&parameter, errors)?;
            // Of states there are as many as types.
            if let Source::ByType(by_type @ (ByType::Delivery | ByType::InboxTx)) = source {
                if known.contains(&by_type) {
                    let message = format!("a handler has one `{}`", by_type.name());
                    errors.add(parameter.ident, message, &["remove one of the two".to_owned()]);
                    return None;
                }
                known.push(by_type);
            }
            if is_unsized(parameter.ty) {
                errors.leave_to_rustc();
                return None;
            }
            if let Some((message, write)) = wrong_type(&parameter, &source) {
                errors.add(parameter.ty, message, &[format!("write `{}: {write}`", parameter.ident)]);
                return None;
            }
            Some(Argument { parameter, source })
        })
        .collect();
    Handler { events, arguments, is_concrete }
}

/// The events named in the attribute, and whether that is all of them. A misspelt one counts as the closest, so
/// that the rest is checked too.
fn check_events<'a>(schema: &'a Schema, args: &Args, errors: &mut Errors) -> (Vec<&'a EventDef>, bool) {
    let mut events: Vec<&EventDef> = Vec::new();
    let mut all_known = args.events_read;
    for (index, literal) in args.events.iter().enumerate() {
        let name = literal.value();
        let event = schema.event(&name).or_else(|| {
            if let Some(list) = names::as_a_list(&name, |part| schema.event(part).is_some()) {
                errors.add(literal, format!("unknown event `{name}`"), &[list]);
                return None;
            }
            let meant = names::closest(&name, schema.event_names());
            let known = format!("the events are {}", names::list(schema.event_names()));
            let help = match meant {
                Some(meant) => vec![format!("did you mean `{meant}`?"), known],
                None if args.schema.is_some() => {
                    vec![known, "Bitcart's own come without `schema`".to_owned()]
                }
                None => {
                    let own = "an event of your own comes with `schema = path::to::events`, see `events!`";
                    vec![known, own.to_owned()]
                }
            };
            errors.add(literal, format!("unknown event `{name}`"), &help);
            meant.and_then(|meant| schema.event(meant))
        });
        let Some(event) = event else {
            all_known = false;
            continue;
        };
        if !events.iter().any(|listed| listed.name == event.name) {
            events.push(event);
        } else if event.name == name && args.events.iter().take(index).any(|before| before.value() == name) {
            // As it is: what only misspells it has been spoken of.
            errors.add(
                literal,
                format!("event `{name}` is listed twice"),
                &["remove one of the two".to_owned()],
            );
        }
    }
    (events, all_known)
}

/// A currency whose daemons send none of the events would make a handler that never runs.
fn check_currencies(args: &Args, events: &[&EventDef], errors: &mut Errors) {
    if events.is_empty() {
        return;
    }
    for (code, literal) in &args.currencies {
        if events.iter().all(|event| !event.sent.by(code)) {
            let names = event_list(events);
            let who = events.iter().find_map(|event| event.sent.describe()).unwrap_or_default();
            let help = format!("{names} is sent by {who}: name one of these, or none");
            errors.add(literal, format!("{code} daemons never send {names}"), &[help]);
        }
    }
    let codes = || args.currencies.iter().map(|(code, _)| *code);
    let some_are_sent = codes().any(|code| events.iter().any(|event| event.sent.by(code)));
    let unsent = events.iter().filter(|event| some_are_sent && codes().all(|code| !event.sent.by(code)));
    for event in unsent {
        let literal = args.events.iter().find(|literal| literal.value() == event.name);
        let message =
            format!("{} daemons never send `{}`", codes().collect::<Vec<_>>().join(", "), event.name);
        errors.add(literal, message, &["leave the event out".to_owned()]);
    }
}

fn event_list(events: &[&EventDef]) -> String {
    names::list(events.iter().map(|event| event.name.as_str()))
}
