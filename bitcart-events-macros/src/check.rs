//! Every rule of `#[on]` that needs the schema. What passes here is expanded without further doubts.

use quote::ToTokens;
use syn::{Signature, Type};

use crate::args::Args;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, FieldDef, Kind, Schema, Sent, is_plain, option_inner};
use crate::signature::{Parameter, check_shape, last_segment_is, mentions, parameters, type_text};

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
    let (events, all_known) = check_events(schema, args, errors);
    check_currencies(args, &events, errors);
    if let (Some(blocking), Some(_)) = (&args.blocking, &signature.asyncness) {
        let help = "remove `blocking`, or remove `async`: a plain function may block, an `async` one awaits";
        errors.add(blocking, "an `async` handler cannot be `blocking`", &[help.to_owned()]);
    }
    let is_concrete = check_shape(signature, errors);
    let parameters = parameters(signature, errors);
    let context = Context { schema, args, events: &events, all_known };
    if !parameters.iter().any(|parameter| context.is_meant_as_event(parameter)) {
        let help = format!("add it: `fn {}(event: Event, …)`", signature.ident);
        errors.add(&signature.ident, "a handler needs the parameter `event`", &[help]);
    }
    let arguments = parameters
        .into_iter()
        .filter_map(|parameter| {
            let source = context.source(&parameter, errors)?;
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
    for literal in &args.events {
        let name = literal.value();
        let event = schema.event(&name).or_else(|| {
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
        } else if event.name == name {
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
}

fn event_list(events: &[&EventDef]) -> String {
    names::list(events.iter().map(|event| event.name.as_str()))
}

/// What rustc would say of the generated code rather than of the parameter, or at length: the message, and what to
/// write.
fn wrong_type(parameter: &Parameter<'_>, source: &Source) -> Option<(String, String)> {
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
fn misplaced<'p>(parameter: &'p Parameter<'_>) -> Option<(&'p dyn ToTokens, &'static str, String)> {
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

struct Context<'c, 'a> {
    schema: &'a Schema,
    args: &'c Args,
    events: &'c [&'a EventDef],
    /// Whether `events` are all that the handler is for.
    all_known: bool,
}

impl Context<'_, '_> {
    /// Also where it has another name or is misspelt, which is then the one mistake to report.
    fn is_meant_as_event(&self, parameter: &Parameter<'_>) -> bool {
        let is_field = self.events.iter().any(|event| event.column(&parameter.name).is_some());
        let is_close = names::closest(&parameter.name, ["event"].into_iter()).is_some();
        parameter.name == "event" || (!is_field && (is_close || parameter.type_is("Event")))
    }

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
            if self.all_known && !self.events.is_empty() {
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
            errors.add(parameter.ident, message, &[kinds]);
            return None;
        }
        let is_answered = self.check_option(parameter, first, errors);
        (!is_answered).then_some(Source::Field { kind: first.kind, columns })
    }

    fn add_unknown(&self, parameter: &Parameter<'_>, errors: &mut Errors) {
        if let Some((place, message, write)) = misplaced(parameter) {
            errors.add(place, message, &[format!("write `{write}`")]);
            return;
        }
        let name = parameter.name.as_str();
        let fields = || self.events.iter().flat_map(|event| &event.fields);
        let names = fields().map(|field| field.name.as_str()).chain(["event", "instance"]);
        let elsewhere: Vec<&EventDef> =
            self.schema.events.iter().filter(|event| event.column(name).is_some()).collect();
        let mut help = Vec::new();
        help.extend(names::did_you_mean(name, names));
        if !elsewhere.is_empty() {
            help.push(format!("`{name}` is a field of {}", event_list(&elsewhere)));
        }
        let is_foreign = help.is_empty();
        let mut listed: Vec<String> = Vec::new();
        for field in fields() {
            let may_lack =
                self.events.len() > 1 || field.nullable || self.open(&field.sent).describe().is_some();
            let text = format!("{}: {}", field.name, field.usual_type(may_lack));
            if !listed.contains(&text) {
                listed.push(text);
            }
        }
        let (verb, whose) = if self.events.len() > 1 { ("have", "their") } else { ("has", "its") };
        help.push(match listed.as_slice() {
            [] => format!("it {verb} no fields"),
            listed => format!("{whose} fields are {}", names::list(listed.iter().map(String::as_str))),
        });
        if is_foreign {
            let inner = if parameter.is_reference() { "…".to_owned() } else { parameter.written_type() };
            help.push(format!("a value of your own comes as `{}: State<{inner}>`", parameter.ident));
        }
        errors.add(parameter.ident, format!("{} {verb} no field `{name}`", event_list(self.events)), &help);
    }

    /// Where the field may be missing, the parameter has to be an `Option`. Whether everything about the parameter's type
    /// was said.
    fn check_option(&self, parameter: &Parameter<'_>, field: &FieldDef, errors: &mut Errors) -> bool {
        if self.is_never_sent(field) {
            let codes: Vec<&str> = self.args.currencies.iter().map(|(code, _)| *code).collect();
            let message = format!("{} daemons never send `{}`", codes.join(", "), field.name);
            let help = field.sent.describe().map(|who| format!("it is sent by {who}"));
            let help: Vec<String> = help.into_iter().chain(["remove the parameter".to_owned()]).collect();
            errors.add(parameter.ident, message, &help);
            return true;
        }
        if option_inner(parameter.ty).is_some() {
            return false;
        }
        let name = parameter.name.as_str();
        let (why, settle) = if self.args.events.len() > 1 {
            let lacking: Vec<&EventDef> =
                self.events.iter().copied().filter(|event| event.column(name).is_none()).collect();
            let why = match lacking.as_slice() {
                [] => "a handler of several events takes every field as an `Option`".to_owned(),
                events => format!("{} does not carry `{name}`", event_list(events)),
            };
            (why, None)
        } else if field.nullable {
            (format!("`{name}` can be null"), None)
        } else {
            let open = self.open(&field.sent);
            let Some(who) = open.describe().filter(|_| self.args.options_read) else { return false };
            let why = match open.currencies {
                Some(_) => format!("`{name}` is sent by {who}"),
                None => format!("the daemons of 2020 do not send `{name}`"),
            };
            (why, Some(self.settling(&open)))
        };
        let (kind, ty) = (field.kind, parameter.written_type());
        let is_wrong = kind.refuses(parameter.ty);
        let write = if is_wrong {
            let write =
                format!("write `{}: Option<{}>`", parameter.ident, kind.usual_type().replace('T', &ty));
            format!("{write}, because {}", kind.reason_against(parameter.ty, &ty))
        } else {
            format!("write `{}: Option<{ty}>`", parameter.ident)
        };
        let help: Vec<String> = [why, write].into_iter().chain(settle).collect();
        errors.add(parameter.ty, format!("`{name}` must be an `Option`"), &help);
        is_wrong
    }

    /// The attribute that would settle what is open.
    fn settling(&self, open: &Sent) -> String {
        let currency = open.currencies.as_ref().and_then(|codes| codes.first());
        let currency = currency.map(|code| format!("currency = \"{code}\""));
        let daemon = open.current_only.then(|| "daemon = \"current\"".to_owned());
        let settle = currency.into_iter().chain(daemon).collect::<Vec<_>>().join(", ");
        let event = self.events.first().map(|event| event.name.as_str()).unwrap_or_default();
        format!("or settle it: `#[on(\"{event}\", {settle})]`")
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

    fn is_never_sent(&self, field: &FieldDef) -> bool {
        let chosen = &self.args.currencies;
        self.events.len() == 1 && !chosen.is_empty() && chosen.iter().all(|(code, _)| !field.sent.by(code))
    }
}
