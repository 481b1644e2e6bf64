//! Parameters against the fields of the events.

use syn::Ident;

use super::types::{instead, misplaced};
use super::{Source, event_list};
use crate::args::Args;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, FieldDef, Schema, Sent, argument_of, is_small, option_inner};
use crate::signature::{ByType, Parameter, type_text};

/// What a handler is for.
pub(super) struct Context<'c, 'a> {
    pub(super) schema: &'a Schema,
    pub(super) args: &'c Args,
    pub(super) events: &'c [&'a EventDef],
    /// Whether `events` are all that the handler is for.
    pub(super) all_known: bool,
}

impl<'a> Context<'_, 'a> {
    /// Also where it has another name, which is then the one mistake to report.
    pub(super) fn has_type_of_event(&self, parameter: &Parameter<'_>) -> bool {
        parameter.type_is("Event") && !self.is_field(parameter)
    }

    /// The same of one that is misspelt. To compare names takes longer.
    pub(super) fn is_meant_as_event(&self, parameter: &Parameter<'_>) -> bool {
        let is_close = || names::closest(&parameter.name, &["event"]).is_some();
        let is_other = ByType::of(parameter.ty).is_some() && parameter.name != "event";
        !self.is_field(parameter) && !is_other && is_close()
    }

    fn is_field(&self, parameter: &Parameter<'_>) -> bool {
        for event in self.events {
            if event.field(&parameter.name).is_some() {
                return true;
            }
        }
        false
    }

    pub(super) fn source(&self, parameter: &Parameter<'_>, errors: &mut Errors) -> Option<Source> {
        match parameter.name.as_str() {
            "event" => return Some(Source::Event),
            "instance" => return Some(Source::Instance),
            _ => {}
        }
        if let Some(known) = ByType::of(parameter.ty) {
            return Some(Source::ByType(known));
        }
        let mut found: Option<(&EventDef, &FieldDef)> = None;
        for event in self.events {
            let Some(field) = event.field(&parameter.name) else { continue };
            let (first_event, first) = found.unwrap_or((event, field));
            found = Some((first_event, first));
            if field.kind != first.kind {
                let message = format!("`{}` is of another kind in each event", parameter.name);
                let kinds = format!(
                    "`{}` has `{}`, `{}` has `{}`: write two handlers",
                    first_event.name,
                    first.kind.name(),
                    event.name,
                    field.kind.name(),
                );
                errors.add(parameter.ident, &message, &kinds);
                return None;
            }
        }
        let Some((_, first)) = found else {
            if self.all_known && !self.events.is_empty() {
                self.add_unknown(parameter, errors);
            }
            return None;
        };
        if self.args.schema.is_none() && first.name == "height" && is_small(parameter.ty) {
            let message = format!("no block's height fits `{}`", parameter.written_type());
            let may_lack = self.events.len() > 1 || option_inner(parameter.ty).is_some();
            let write = format!("write `{}: {}`", parameter.ident, first.usual_type(may_lack));
            errors.add(parameter.ty, &message, &write);
            return None;
        }
        let is_answered = self.check_option(parameter, first, errors);
        (!is_answered).then_some(Source::Field(first.kind))
    }

    fn add_unknown(&self, parameter: &Parameter<'_>, errors: &mut Errors) {
        if let Some((place, message, write)) = misplaced(parameter) {
            errors.add(place, &message, &format!("write `{write}`"));
            return;
        }
        let name = parameter.name.as_str();
        let mut known: Vec<String> = Vec::new();
        let mut listed: Vec<String> = Vec::new();
        for event in self.events {
            for field in &event.fields {
                // As one writes them: `r#type`.
                known.push(field.ident.to_string());
                let is_open = field.nullable || self.open(&field.sent).describe().is_some();
                let usual_type = field.usual_type(is_open || self.events.len() > 1);
                let text = format!("{}: {usual_type}", field.ident);
                if !listed.contains(&text) {
                    listed.push(text);
                }
            }
        }
        let mut names = names::each(&known, String::as_str);
        names.extend_from_slice(&["event", "instance"]);
        let mut help = names::did_you_mean(name, &names);
        let mut elsewhere = Vec::new();
        for event in &self.schema.events {
            if event.field(name).is_some() {
                elsewhere.push(event);
            }
        }
        if !elsewhere.is_empty() {
            help.push(format!("`{name}` is a field of {}", event_list(&elsewhere)));
        }
        let is_foreign = help.is_empty();
        let (verb, whose) = if self.events.len() > 1 { ("have", "their") } else { ("has", "its") };
        help.push(match listed.as_slice() {
            [] => format!("it {verb} no fields"),
            listed => format!("{whose} fields are {}", names::list(&names::each(listed, String::as_str))),
        });
        if is_foreign {
            help.push(self.in_another_way(parameter));
        }
        let message = format!("{} {verb} no field `{name}`", event_list(self.events));
        errors.add_lines(parameter.ident, &message, &help);
    }

    /// How what is no field may come.
    fn in_another_way(&self, parameter: &Parameter<'_>) -> String {
        match parameter.name.as_str() {
            "wallet" | "xpub" | "currency" => "the wallet comes as `instance: Coin`".to_owned(),
            name @ ("attempt" | "attempts" | "key" | "origin" | "accepted") => {
                let name = name.strip_suffix('s').unwrap_or(name);
                format!("take `delivery: Delivery`, and write `delivery.{name}()`")
            }
            _ if parameter.refers_to("Transaction") => {
                format!("the transaction of an inbox in SQLite comes as `{}: InboxTx`", parameter.ident)
            }
            _ if self.is_whole_update(parameter) => {
                "the whole update comes to a handler by hand, see `add_event_handler`".to_owned()
            }
            _ => {
                let own = as_a_state(parameter);
                match self.told_by_type(parameter) {
                    Some(told) => format!("{told} If not, {own}"),
                    None => own,
                }
            }
        }
    }

    /// Whether all of the event is meant: by the name of its struct, or of what it is in other frameworks.
    fn is_whole_update(&self, parameter: &Parameter<'_>) -> bool {
        let mut is_whole = parameter.refers_to("Update") || parameter.refers_to("Value");
        for event in self.events {
            is_whole = is_whole || parameter.refers_to(&event.payload().to_string());
        }
        is_whole
    }

    /// The field that is meant by a type which only one has.
    fn told_by_type(&self, parameter: &Parameter<'_>) -> Option<String> {
        let mut only: Option<&Ident> = None;
        for event in self.events {
            for field in &event.fields {
                let is_told = field.kind.is_told_by(parameter.ty);
                if is_told && only.replace(&field.ident).is_some_and(|other| *other != field.ident) {
                    return None;
                }
            }
        }
        let only = only?;
        Some(format!("did you mean `{only}`, the one field of this type?"))
    }

    /// Where the field may be missing, the parameter has to be an `Option`. Whether everything about the parameter's type
    /// was said.
    fn check_option(&self, parameter: &Parameter<'_>, field: &FieldDef, errors: &mut Errors) -> bool {
        if self.is_never_sent(&field.name) {
            let message =
                format!("{} daemons never send `{}`", names::joined(&self.args.codes(), ", "), field.name);
            let mut help = Vec::new();
            if let Some(who) = field.sent.describe() {
                help.push(format!("it is sent by {who}"));
            }
            help.push("remove the parameter".to_owned());
            errors.add_lines(parameter.ident, &message, &help);
            return true;
        }
        // Of an `Option` without a type rustc says so.
        if option_inner(parameter.ty).is_some() || parameter.type_is("Option") {
            return false;
        }
        let mut help = self.why_it_may_lack(&parameter.name, field);
        if help.is_empty() {
            return false;
        }
        let (kind, ty) = (field.kind, parameter.written_type());
        // What rustc, or the next check, would say of the type is said here.
        let wrong = match instead(kind, parameter.ty) {
            None if kind.refuses(parameter.ty) => {
                Some((kind.reason_against(parameter.ty, &ty), kind.type_instead_of(&ty)))
            }
            wrong => wrong,
        };
        let is_wrong = wrong.is_some();
        let (because, ty) = match wrong {
            Some((reason, write)) => (format!(", because {reason}"), write),
            None => (String::new(), ty),
        };
        let ty = if ty.starts_with("Option<") { ty } else { format!("Option<{ty}>") };
        let write = format!("write `{}: {ty}`{because}", parameter.ident);
        help.insert(1, write);
        errors.add_lines(parameter.ty, &format!("`{}` must be an `Option`", parameter.name), &help);
        is_wrong
    }

    /// Why a field may be missing, and what would settle it; nothing if it is always there.
    fn why_it_may_lack(&self, name: &str, field: &FieldDef) -> Vec<String> {
        if self.args.events.len() > 1 {
            let mut lacking = Vec::new();
            for event in self.events {
                if event.field(name).is_none() {
                    lacking.push(*event);
                }
            }
            return vec![match lacking.as_slice() {
                [] => "a handler of several events takes every field as an `Option`".to_owned(),
                [event] => format!("`{}` does not carry `{name}`", event.name),
                events => format!("{} do not carry `{name}`", event_list(events)),
            }];
        }
        if field.nullable {
            return vec![format!("`{name}` can be null")];
        }
        let open = self.open(&field.sent);
        let why = match (open.describe(), &open.currencies) {
            (Some(who), Some(_)) if self.args.options_read => format!("`{name}` is sent by {who}"),
            (Some(_), None) if self.args.options_read => format!("the daemons of 2020 do not send `{name}`"),
            _ => return Vec::new(),
        };
        vec![why, Self::settling(&open)]
    }

    /// The options that would settle what is open.
    fn settling(open: &Sent) -> String {
        let daemon = "`daemon = \"current\"`";
        let settle = match open.currencies.as_deref() {
            Some([code, ..]) if open.current_only => format!("`currency = \"{code}\"` and {daemon}"),
            Some([code, ..]) => format!("`currency = \"{code}\"`"),
            _ if open.current_only => daemon.to_owned(),
            _ => String::new(),
        };
        format!("or settle it: {settle} in `#[on(…)]`")
    }

    /// What the options of the attribute leave open of a field's limits.
    fn open(&self, sent: &Sent) -> Sent {
        let chosen = &self.args.currencies;
        let mut settled = !chosen.is_empty();
        for (code, _) in chosen {
            settled = settled && sent.by(code);
        }
        Sent {
            currencies: if settled { None } else { sent.currencies.clone() },
            current_only: sent.current_only && !self.args.current_only,
        }
    }

    fn is_never_sent(&self, name: &str) -> bool {
        let chosen = &self.args.currencies;
        for event in self.events {
            let Some(field) = event.field(name) else { continue };
            for (code, _) in chosen {
                if field.sent.by(code) {
                    return false;
                }
            }
        }
        !chosen.is_empty()
    }
}

/// What no field could be.
fn as_a_state(parameter: &Parameter<'_>) -> String {
    let inner = parameter.referred_to().unwrap_or(parameter.ty);
    let shared = argument_of(inner, &["Arc"]);
    let given = if shared.is_some() { ", given with `.shared_state(…)`" } else { "" };
    let inner = match type_text(shared.unwrap_or(inner)).as_str() {
        "str" => "String".to_owned(),
        inner => inner.to_owned(),
    };
    format!("a value of your own comes as `{}: State<{inner}>`{given}", parameter.ident)
}
