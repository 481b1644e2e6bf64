//! The schema as one string literal: how its hidden macro hands it to `#[on]`.
//!
//! A literal rather than the text of `events!`, because it is read again for every handler, by macros that Cargo builds
//! without optimisation: there, splitting a string costs less than parsing tokens.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::Lit;

use super::{EventDef, FieldDef, Kind, Schema, Sent};
use crate::currency::currency;
use crate::names;
use crate::tokens::Tokens;

impl Schema {
    /// A line for the module and for each event; its fields behind it.
    pub(crate) fn to_text(&self) -> String {
        let mut text = self.module.to_string();
        for event in &self.events {
            text.push_str(&format!("\n{} {}", event.ident, sent(&event.sent)));
            for field in &event.fields {
                let nullable = if field.nullable { "?" } else { "!" };
                let (ident, kind) = (&field.ident, field.kind.name());
                text.push_str(&format!(";{ident} {} {kind} {nullable}", sent(&field.sent)));
            }
        }
        text
    }

    /// Reads the literal, if it is there.
    pub(crate) fn from_literal(tokens: TokenStream) -> Option<Self> {
        match tokens.into_iter().next()? {
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(text) => Self::from_text(&text.value()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing if it is something else.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let module = ident(lines.next()?)?;
        let mut events = Vec::new();
        for line in lines {
            events.push(event(line)?);
        }
        Some(Self { docs: Vec::new(), vis: syn::Visibility::Inherited, module, events })
    }
}

fn event(line: &str) -> Option<EventDef> {
    let mut parts = line.split(';');
    let (name, sent) = parts.next()?.split_once(' ')?;
    let (ident, sent) = (ident(name)?, read_sent(sent)?);
    let mut fields = Vec::new();
    for part in parts {
        fields.push(field(part)?);
    }
    Some(EventDef { docs: Tokens::default(), name: unraw(name), ident, sent, fields })
}

fn field(part: &str) -> Option<FieldDef> {
    let mut words = part.split(' ');
    let (name, sent, kind, nullable) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let (ident, sent, kind) = (ident(name)?, read_sent(sent)?, Kind::named(kind)?);
    Some(FieldDef {
        docs: Tokens::default(),
        name: unraw(name),
        ident,
        kind,
        nullable: nullable == "?",
        sent,
    })
}

/// `*`, `ETH,TRX`, and a `+` behind it for daemons of today only.
fn sent(sent: &Sent) -> String {
    let mut text = match &sent.currencies {
        Some(codes) => names::joined(codes, ","),
        None => "*".to_owned(),
    };
    if sent.current_only {
        text.push('+');
    }
    text
}

fn read_sent(text: &str) -> Option<Sent> {
    let (codes, current_only) = match text.strip_suffix('+') {
        Some(codes) => (codes, true),
        None => (text, false),
    };
    if codes == "*" {
        return Some(Sent { currencies: None, current_only });
    }
    let mut currencies = Vec::new();
    for code in codes.split(',') {
        if !code.is_empty() {
            currencies.push(currency(code)?);
        }
    }
    Some(Sent { currencies: Some(currencies), current_only })
}

/// The name that it stands for on the wire.
fn unraw(text: &str) -> String {
    text.strip_prefix("r#").unwrap_or(text).to_owned()
}

/// It was one before.
fn ident(text: &str) -> Option<Ident> {
    match text.strip_prefix("r#") {
        Some(raw) => Some(Ident::new_raw(raw, Span::call_site())),
        None => (!text.is_empty()).then(|| Ident::new(text, Span::call_site())),
    }
}
