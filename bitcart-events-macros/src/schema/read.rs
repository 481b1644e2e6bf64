//! Reads the text of `events!`. All of its mistakes are reported in one run; what cannot be parsed ends it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Token, Type, Visibility};

use super::{EventDef, FieldDef, Kind, Schema, Sent, name_of, option_inner};
use crate::currency::{self, currency};
use crate::errors::{Errors, parse, with_help};
use crate::names;
use crate::tokens::Tokens;

/// The module that the events stand in, and what stands in it, unread.
pub(crate) struct Outline {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) module: Ident,
    body: TokenStream,
    /// What stands behind it, where nothing belongs.
    behind: TokenStream,
}

impl Parse for Outline {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let outline = |input: ParseStream<'_>| {
            let docs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            input.parse::<Token![mod]>()?;
            let module = input.parse()?;
            let body;
            syn::braced!(body in input);
            Ok(Self { docs, vis, module, body: body.parse()?, behind: input.parse()? })
        };
        outline(input).map_err(|error: syn::Error| {
            with_help(&error, "write `events! { mod shop { order_shipped { order_id: Int } } }`")
        })
    }
}

impl Outline {
    /// Reads what stands in it. `others` are events whose names are taken.
    pub(crate) fn read(self, others: Option<&Schema>, errors: &mut Errors) -> Schema {
        let Self { docs, vis, module, body, behind } = self;
        let mut events = Vec::new();
        let read = parse(body, &mut |input| {
            while !input.is_empty() {
                let event = EventDef::read(input, errors).map_err(|error| {
                    with_help(&error, "an event is a name and its fields: `order_shipped { order_id: Int, carrier: Option<Str> }`")
                })?;
                check_name(&event, &events, others, errors);
                events.push(event);
            }
            Ok(())
        });
        if let Err(error) = read {
            errors.push(error);
        }
        if let Some(first) = behind.into_iter().next() {
            let help = "put what stands behind it into an `events! { … }` of its own";
            errors.add(&first, "`events!` writes one module", help);
        }
        Schema { docs, vis, module, events }
    }
}

fn check_name(event: &EventDef, known: &[EventDef], others: Option<&Schema>, errors: &mut Errors) {
    let (ident, name) = (&event.ident, &event.name);
    if let Some(others) = others
        && others.event(name).is_some()
    {
        let help = "give yours another name";
        errors.add(ident, &format!("`{name}` is an event of Bitcart's daemons"), help);
        return;
    }
    if names::each(known, |known| &known.name).contains(&name.as_str()) {
        errors.add(ident, &format!("event `{name}` is written twice"), "remove one of the two");
        return;
    }
    let payload = event.payload();
    for other in known {
        if other.payload() == payload {
            let message = format!("`{}` and `{name}` would have the same type `{payload}`", other.name);
            errors.add(ident, &message, "give one of the two another name");
            return;
        }
    }
}

impl EventDef {
    fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let (docs, sent) = attributes(input, errors)?;
        let ident = name(input)?;
        let body;
        syn::braced!(body in input);
        let mut fields: Vec<FieldDef> = Vec::new();
        while !body.is_empty() {
            let field = FieldDef::read(&body, errors)?;
            check_field(&field, &fields, errors);
            fields.push(field);
            if !body.is_empty() {
                body.parse::<Token![,]>()?;
            }
        }
        Ok(Self { docs, name: name_of(&ident), ident, sent, fields })
    }
}

fn check_field(field: &FieldDef, known: &[FieldDef], errors: &mut Errors) {
    let (ident, name) = (&field.ident, &field.name);
    if name == "event" || name == "instance" {
        let help = "give it another name: every handler can have a parameter of this one";
        errors.add(ident, &format!("a field cannot be named `{name}`"), help);
    } else if name.starts_with('_') {
        let help = "remove it: `_name` is how a handler writes the field `name` that it does not use";
        errors.add(ident, "a field's name does not begin with `_`", help);
    } else if names::each(known, |known| &known.name).contains(&name.as_str()) {
        errors.add(ident, &format!("field `{name}` is written twice"), "remove one of the two");
    }
}

impl FieldDef {
    fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let (docs, sent) = attributes(input, errors)?;
        let ident = name(input)?;
        input.parse::<Token![:]>()?;
        let ty: Type = input.parse()?;
        let (inner, nullable) = match option_inner(&ty) {
            Some(inner) => (inner, true),
            None => (&ty, false),
        };
        Ok(Self { docs, name: name_of(&ident), ident, kind: kind(inner, errors), nullable, sent })
    }
}

fn kind(ty: &Type, errors: &mut Errors) -> Kind {
    let written = crate::signature::type_text(ty);
    if let Some(kind) = Kind::named(&written) {
        return kind;
    }
    let names = names::each(&Kind::ALL, |kind| kind.name());
    let meant = match Kind::meant_by(ty) {
        Some(kind) => Some(kind.name()),
        None => names::closest(&written, &names),
    };
    let mut help = Vec::new();
    if let Some(kind) = meant {
        help.push(format!("write `{kind}`"));
    }
    help.push(format!("the kinds are {}, and `Option<…>` of each", names::list(&names)));
    errors.add_lines(ty, &format!("unknown kind of field `{written}`"), &help);
    Kind::Json
}

/// A word, in quotes as in `#[on(…)]` or without.
fn word(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let word: Ident = input.parse()?;
    Ok(LitStr::new(&word.to_string(), word.span()))
}

/// Those of an attribute: a list, or one.
fn words(attribute: &Attribute, is_list: bool) -> syn::Result<Vec<LitStr>> {
    let mut words = Vec::new();
    attribute.parse_args_with(|input: ParseStream<'_>| {
        if !is_list {
            words.push(word(input)?);
        }
        while is_list && !input.is_empty() {
            words.push(word(input)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })?;
    Ok(words)
}

/// The name of an event or field.
fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    // Others stand there for something else, or have no raw form.
    let others = ["pub", "struct", "enum", "fn", "mod", "self", "Self", "super", "crate"];
    if !input.peek(Ident)
        && let Ok(word) = input.fork().call(Ident::parse_any)
        && !others.contains(&word.to_string().as_str())
    {
        let message = format!("`{word}` is a keyword of Rust\n= help: write `r#{word}`");
        return Err(syn::Error::new(word.span(), message));
    }
    input.parse()
}

/// Documentation, and `#[currency(…)]` and `#[daemon(current)]`.
fn attributes(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<(Tokens, Sent)> {
    let mut sent = Sent::default();
    let mut docs = TokenStream::new();
    for attribute in input.call(Attribute::parse_outer)? {
        let path = attribute.path();
        if path.is_ident("doc") {
            attribute.to_tokens(&mut docs);
        } else if path.is_ident("currency") {
            let codes = words(&attribute, true)?;
            if codes.is_empty() {
                let help = "write `#[currency(ETH)]`, or leave it out for all";
                errors.add(&attribute, "the list of currencies is empty", help);
            }
            let mut known = Vec::new();
            for code in &codes {
                let text = code.value();
                match currency(&text) {
                    Some(code) => known.push(code),
                    None => {
                        let message = format!("unknown currency `{text}`");
                        errors.add_lines(code, &message, &currency::known(&text));
                    }
                }
            }
            sent.currencies = Some(known);
        } else if path.is_ident("daemon") {
            for generation in &words(&attribute, false)? {
                if generation.value() != "current" {
                    let message = format!("unknown daemon generation `{}`", generation.value());
                    errors.add(generation, &message, "write `#[daemon(current)]`");
                }
            }
            sent.current_only = true;
        } else {
            let path = path.to_token_stream();
            let help = "known are documentation, `#[currency(ETH, …)]` and `#[daemon(current)]`";
            errors.add(&attribute, &format!("an event or field has no attribute `{path}`"), help);
        }
    }
    Ok((Tokens::of(docs), sent))
}
