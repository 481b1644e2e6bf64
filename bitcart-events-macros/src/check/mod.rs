//! Every rule of `#[on]` that needs the schema. What passes here is expanded without further doubts.

mod fields;
mod types;

use syn::{LitStr, Signature};

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
        errors.add(blocking, "an `async` handler cannot be `blocking`", help);
    }
    let is_concrete = check_shape(signature, errors);
    let parameters = parameters(signature, errors);
    let context = Context { schema, args, events: &events, all_known };
    let mut is_named = false;
    for parameter in &parameters {
        is_named = is_named || context.has_type_of_event(parameter);
    }
    for parameter in &parameters {
        is_named = is_named || context.is_meant_as_event(parameter);
    }
    if !is_named && !has_unnamed_event(signature) {
        let help = format!("add it: `fn {}(event: Event, …)`", signature.ident);
        errors.add(&signature.ident, "a handler needs the parameter `event`", &help);
    }
    let mut arguments: Vec<Argument<'_>> = Vec::new();
    for parameter in parameters {
        let Some(source) = context.source(&parameter, errors) else { continue };
        // Of states there are as many as types.
        if let Source::ByType(by_type @ (ByType::Delivery | ByType::InboxTx)) = source
            && arguments.iter().any(|known| matches!(known.source, Source::ByType(other) if other == by_type))
        {
            let message = format!("a handler has one `{}`", by_type.name());
            errors.add(parameter.ident, &message, "remove one of the two");
            continue;
        }
        if is_unsized(parameter.ty) {
            errors.leave_to_rustc();
        } else if let Some((message, write)) = wrong_type(&parameter, &source) {
            errors.add(parameter.ty, &message, &format!("write `{}: {write}`", parameter.ident));
        } else {
            arguments.push(Argument { parameter, source });
        }
    }
    Handler { events, arguments, is_concrete }
}

/// The events named in the attribute, and whether that is all of them. A misspelt one counts as the closest, so
/// that the rest is checked too.
fn check_events<'a>(schema: &'a Schema, args: &Args, errors: &mut Errors) -> (Vec<&'a EventDef>, bool) {
    let mut events: Vec<&EventDef> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut all_known = args.events_read;
    for literal in &args.events {
        let name = literal.value();
        let known = schema.event(&name);
        let meant = match known {
            Some(known) => Some(known),
            None => unknown_event(&name, literal, schema, args, errors),
        };
        match meant {
            Some(event) if !events.iter().any(|listed| listed.name == event.name) => events.push(event),
            // As it is: what only misspells it has been spoken of.
            Some(_) if known.is_some() && names.contains(&name) => {
                errors.add(literal, &format!("event `{name}` is listed twice"), "remove one of the two");
            }
            Some(_) => {}
            None => all_known = false,
        }
        names.push(name);
    }
    (events, all_known)
}

/// The event that was probably meant. Of a schema that is lost, nobody knows.
fn unknown_event<'a>(
    name: &str,
    literal: &LitStr,
    schema: &'a Schema,
    args: &Args,
    errors: &mut Errors,
) -> Option<&'a EventDef> {
    if !args.schema_read {
        return None;
    }
    let message = format!("unknown event `{name}`");
    if let Some(list) = names::as_a_list(name, &|part| schema.event(part).is_some()) {
        errors.add(literal, &message, &list);
        return None;
    }
    let names = names::each(&schema.events, |event| &event.name);
    let known = format!("the events are {}", names::list(&names));
    let meant = names::closest(name, &names);
    let help = match meant {
        Some(meant) => [format!("did you mean `{meant}`?"), known],
        None if args.schema.is_some() => [known, "Bitcart's own come without `schema`".to_owned()],
        None => {
            let own = "an event of your own comes with `schema = path::to::events`, see `events!`";
            [known, own.to_owned()]
        }
    };
    errors.add_lines(literal, &message, &help);
    schema.event(meant?)
}

/// A currency whose daemons send none of the events would make a handler that never runs.
fn check_currencies(args: &Args, events: &[&EventDef], errors: &mut Errors) {
    if events.is_empty() {
        return;
    }
    let mut some_are_sent = false;
    for (code, literal) in &args.currencies {
        if events.iter().any(|event| event.sent.by(code)) {
            some_are_sent = true;
            continue;
        }
        let names = event_list(events);
        let mut who = None;
        for event in events {
            who = who.or_else(|| event.sent.describe());
        }
        let who = who.unwrap_or_default();
        let help = format!("{names} is sent by {who}: name one of these, or none");
        errors.add(literal, &format!("{code} daemons never send {names}"), &help);
    }
    let codes = args.codes();
    for event in events {
        if some_are_sent && !codes.iter().any(|code| event.sent.by(code)) {
            let message = format!("{} daemons never send `{}`", names::joined(&codes, ", "), event.name);
            let mut place = None;
            for literal in &args.events {
                if place.is_none() && literal.value() == event.name {
                    place = Some(literal);
                }
            }
            errors.add(&place, &message, "leave the event out");
        }
    }
}

fn event_list(events: &[&EventDef]) -> String {
    names::list(&names::each(events, |event| &event.name))
}
