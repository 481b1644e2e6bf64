//! Every rule of `#[on]` that needs the schema. What passes here is expanded without further doubts.

use proc_macro2::Span;
use syn::{LitStr, Signature};

use crate::args::Args;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, FieldDef, Kind, Schema, Sent, option_inner};
use crate::signature::{Parameter, check_shape, parameters};

/// A handler that broke no rule.
pub(crate) struct Handler<'a> {
    pub(crate) events: Vec<&'a EventDef>,
    pub(crate) arguments: Vec<Argument<'a>>,
}

/// A parameter, and where its value comes from.
pub(crate) struct Argument<'a> {
    pub(crate) parameter: Parameter<'a>,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    Event,
    Instance,
    State,
    /// A field, with its place in each of the handler's events; `None` where an event lacks it.
    Field {
        kind: Kind,
        columns: Vec<Option<usize>>,
    },
}

/// Checks a signature; all its mistakes go to `errors`.
pub(crate) fn check<'a>(
    schema: &'a Schema,
    args: &Args,
    signature: &'a Signature,
    errors: &mut Errors,
) -> Handler<'a> {
    check_shape(signature, errors);
    let parameters = parameters(signature, errors);
    if let (Some(blocking), Some(_)) = (args.blocking, signature.asyncness) {
        let help = "remove `blocking`, or remove `async`: a plain function may block, an `async` one awaits";
        errors.add(blocking, "an `async` handler cannot be `blocking`", &[help.to_owned()]);
    }
    if !parameters.iter().any(|parameter| parameter.name == "event") {
        let help = format!("add it: `fn {}(event: Event, …)`", signature.ident);
        errors.add(signature.ident.span(), "a handler needs the parameter `event`", &[help]);
    }
    let events = check_events(schema, args, errors);
    check_currencies(args, &events, errors);
    let context = Context { schema, args, events: &events };
    let arguments = parameters
        .into_iter()
        .filter_map(|parameter| {
            let source = context.source(&parameter, errors)?;
            Some(Argument { parameter, source })
        })
        .collect();
    Handler { events, arguments }
}

/// The events named in the attribute. A misspelt one counts as the closest, so that the rest is checked too.
fn check_events<'a>(schema: &'a Schema, args: &Args, errors: &mut Errors) -> Vec<&'a EventDef> {
    let mut events: Vec<&EventDef> = Vec::new();
    let known: Vec<String> = schema.event_names().collect();
    for literal in &args.events {
        let name = literal.value();
        let candidates = || known.iter().map(String::as_str);
        let event = schema.event(&name).or_else(|| {
            let help = names::did_you_mean(&name, candidates())
                .into_iter()
                .chain([format!("the events are {}", names::list(candidates()))]);
            errors.add(literal.span(), format!("unknown event `{name}`"), &help.collect::<Vec<_>>());
            names::closest(&name, candidates()).and_then(|meant| schema.event(meant))
        });
        let Some(event) = event else { continue };
        if !events.iter().any(|listed| listed.name == event.name) {
            events.push(event);
        } else if event.name == name {
            add_repeated(literal, errors);
        }
    }
    events
}

fn add_repeated(literal: &LitStr, errors: &mut Errors) {
    let message = format!("event `{}` is listed twice", literal.value());
    errors.add(literal.span(), message, &["remove one of the two".to_owned()]);
}

/// A currency whose daemons send none of the events would make a handler that never runs.
fn check_currencies(args: &Args, events: &[&EventDef], errors: &mut Errors) {
    if events.is_empty() {
        return;
    }
    for (code, span) in &args.currencies {
        if events.iter().all(|event| !event.sent.by(code)) {
            let names = event_list(events);
            let who = events.iter().find_map(|event| event.sent.describe()).unwrap_or_default();
            let help = format!("{names} is sent by {}", who.replace("only ", ""));
            errors.add(*span, format!("{code} daemons never send {names}"), &[help]);
        }
    }
}

fn event_list(events: &[&EventDef]) -> String {
    let names: Vec<String> = events.iter().map(|event| event.name.to_string()).collect();
    names::list(names.iter().map(String::as_str))
}

struct Context<'c, 'a> {
    schema: &'a Schema,
    args: &'c Args,
    events: &'c [&'a EventDef],
}

impl Context<'_, '_> {
    fn source(&self, parameter: &Parameter<'_>, errors: &mut Errors) -> Option<Source> {
        match parameter.name.as_str() {
            "event" => return Some(Source::Event),
            "instance" => return Some(Source::Instance),
            _ if parameter.type_is("State") => return Some(Source::State),
            _ => {}
        }
        let columns: Vec<_> = self.events.iter().map(|event| event.column(&parameter.name)).collect();
        let found: Vec<(&EventDef, &FieldDef)> = self
            .events
            .iter()
            .zip(&columns)
            .filter_map(|(event, column)| Some((*event, event.fields.get((*column)?)?)))
            .collect();
        let Some(((first_event, first), others)) = found.split_first() else {
            if !self.events.is_empty() {
                self.add_unknown(parameter, errors);
            }
            return None;
        };
        if let Some((event, other)) = others.iter().find(|(_, field)| field.kind != first.kind) {
            let message = format!("`{}` is of another kind in each event", parameter.name);
            let kinds = format!(
                "`{}` has `{}`, `{}` has `{}`: write two handlers",
                first_event.name,
                first.kind.name(),
                event.name,
                other.kind.name(),
            );
            errors.add(parameter.ident.span(), message, &[kinds]);
            return None;
        }
        self.check_option(parameter, first, errors);
        Some(Source::Field { kind: first.kind, columns })
    }

    fn add_unknown(&self, parameter: &Parameter<'_>, errors: &mut Errors) {
        let fields = || self.events.iter().flat_map(|event| &event.fields);
        let names: Vec<String> = fields().map(|field| field.name.to_string()).collect();
        let mut help = Vec::new();
        let elsewhere: Vec<String> = self
            .schema
            .events
            .iter()
            .filter(|event| event.column(&parameter.name).is_some())
            .map(|event| event.name.to_string())
            .collect();
        if parameter.type_is("Coin") {
            help.push("the wallet's coin comes as `instance: Coin`".to_owned());
        } else if parameter.type_is("Event") {
            help.push("the event comes as `event: Event`".to_owned());
        } else if !elsewhere.is_empty() {
            let events = names::list(elsewhere.iter().map(String::as_str));
            help.push(format!("`{}` is a field of {events}", parameter.name));
        } else {
            help.extend(names::did_you_mean(&parameter.name, names.iter().map(String::as_str)));
        }
        let mut listed: Vec<String> = Vec::new();
        for field in fields() {
            let text = format!("{}: {}", field.name, field.kind.name());
            if !listed.contains(&text) {
                listed.push(text);
            }
        }
        help.push(format!("its fields are {}", names::list(listed.iter().map(String::as_str))));
        help.push("any other value comes as `State<…>`".to_owned());
        let verb = if self.events.len() > 1 { "have" } else { "has" };
        let message = format!("{} {verb} no field `{}`", event_list(self.events), parameter.name);
        errors.add(parameter.ident.span(), message, &help);
    }

    /// Where the field may be missing, the parameter has to be an `Option`.
    fn check_option(&self, parameter: &Parameter<'_>, field: &FieldDef, errors: &mut Errors) {
        if let Some(span) = self.never_sent(parameter, field) {
            let codes: Vec<&str> = self.args.currencies.iter().map(|(code, _)| *code).collect();
            let message = format!("{} daemons never send `{}`", codes.join(", "), field.name);
            let help = field.sent.describe().map(|who| format!("it is sent by {}", who.replace("only ", "")));
            errors.add(
                span,
                message,
                &help.into_iter().chain(["remove the parameter".to_owned()]).collect::<Vec<_>>(),
            );
            return;
        }
        if option_inner(parameter.ty).is_some() {
            return;
        }
        let name = parameter.name.as_str();
        let write = format!("write `{}: Option<{}>`", parameter.ident, parameter.written_type());
        let help = if self.events.len() > 1 {
            let lacking: Vec<&EventDef> =
                self.events.iter().copied().filter(|event| event.column(name).is_none()).collect();
            let why = match lacking.as_slice() {
                [] => "a handler of several events takes every field as an `Option`".to_owned(),
                events => format!("{} does not carry `{name}`", event_list(events)),
            };
            vec![why, write]
        } else if field.nullable {
            vec![format!("`{name}` can be null"), write]
        } else {
            let open = self.open(&field.sent);
            let Some(who) = open.describe() else { return };
            let settle = match (&open.currencies, open.current_only) {
                (Some(codes), _) => format!("currency = \"{}\"", codes.first().copied().unwrap_or("ETH")),
                (None, _) => "daemon = \"current\"".to_owned(),
            };
            let event = self.args.events.first().map(LitStr::value).unwrap_or_default();
            vec![
                format!("`{name}` is sent by {}", who.replacen("not by", "all but", 1)),
                write,
                format!("or settle it: `#[on(\"{event}\", {settle})]`"),
            ]
        };
        errors.add(syn::spanned::Spanned::span(parameter.ty), format!("`{name}` must be an `Option`"), &help);
    }

    /// What the options of the attribute leave open of a field's limits.
    fn open(&self, sent: &Sent) -> Sent {
        let chosen = &self.args.currencies;
        let settled = !chosen.is_empty() && chosen.iter().all(|(code, _)| sent.by(code));
        Sent {
            currencies: sent.currencies.clone().filter(|_| !settled),
            current_only: sent.current_only && !self.args.current_only,
        }
    }

    fn never_sent(&self, parameter: &Parameter<'_>, field: &FieldDef) -> Option<Span> {
        let chosen = &self.args.currencies;
        let never = self.events.len() == 1
            && !chosen.is_empty()
            && chosen.iter().all(|(code, _)| !field.sent.by(code));
        never.then(|| parameter.ident.span())
    }
}
