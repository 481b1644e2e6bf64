//! What events there are: the text of `events!`, read into a model.
//!
//! `events!` reads it to write types; `#[on]` reads the same text, handed on by a hidden `macro_rules!`, to check
//! a handler.

mod builtin;
mod kind;
mod read;
mod wire;

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Visibility};

pub(crate) use builtin::BUILTIN;
pub(crate) use kind::{Kind, argument_of, is_plain, is_small, option_inner, sole_argument, ungrouped};
pub(crate) use read::Outline;

use crate::tokens::Tokens;

/// `pub mod event { new_block { height: Int } … }`
pub(crate) struct Schema {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) module: Ident,
    pub(crate) events: Vec<EventDef>,
}

/// `new_block { height: Int }`
pub(crate) struct EventDef {
    pub(crate) docs: Tokens,
    pub(crate) ident: Ident,
    /// On the wire.
    pub(crate) name: String,
    pub(crate) sent: Sent,
    pub(crate) fields: Vec<FieldDef>,
}

/// `height: Int`
pub(crate) struct FieldDef {
    pub(crate) docs: Tokens,
    pub(crate) ident: Ident,
    /// On the wire.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Written as `Option<…>`: the field may be `null` or missing in any daemon's update.
    pub(crate) nullable: bool,
    pub(crate) sent: Sent,
}

/// Who sends an event or a field.
#[derive(Default, Clone)]
pub(crate) struct Sent {
    /// Only the daemons of these currencies; `None` is all of them.
    pub(crate) currencies: Option<Vec<&'static str>>,
    /// Not the daemons of 2020.
    pub(crate) current_only: bool,
}

impl Schema {
    pub(crate) fn event(&self, name: &str) -> Option<&EventDef> {
        self.events.iter().find(|event| event.name == name)
    }
}

impl EventDef {
    pub(crate) fn field(&self, name: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The name of its typed struct.
    pub(crate) fn payload(&self) -> Ident {
        let name = crate::names::camel_case(&self.name);
        // Nothing is left of `__`, `1` of `_1`, and `Self` of `self_`.
        // Asking the parser takes time, which each handler would spend.
        let is_usual = name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        let is_name = name != "Self" && (is_usual || is_ident(&name));
        let name = if is_name { name } else { format!("Event{name}") };
        Ident::new(&name, self.ident.span())
    }
}

impl FieldDef {
    /// Whether not every update of every daemon has it.
    pub(crate) fn may_lack(&self) -> bool {
        self.nullable || self.sent.describe().is_some()
    }

    /// The type that a handler usually takes it as, where it may lack or not.
    pub(crate) fn usual_type(&self, may_lack: bool) -> String {
        let ty = self.kind.usual_type();
        if may_lack { format!("Option<{ty}>") } else { ty.to_owned() }
    }
}

impl Sent {
    /// Whether the daemon of this currency sends it.
    pub(crate) fn by(&self, code: &str) -> bool {
        self.currencies.as_ref().is_none_or(|codes| codes.contains(&code))
    }

    /// "ETH and BNB daemons", "all but the daemons of 2020": for messages and docs, after "sent by".
    pub(crate) fn describe(&self) -> Option<String> {
        let Some(codes) = &self.currencies else {
            return self.current_only.then(|| "all but the daemons of 2020".to_owned());
        };
        let none_of_2020 = if self.current_only { ", and none of 2020" } else { "" };
        Some(format!("{} daemons{none_of_2020}", crate::names::joined(codes, ", ")))
    }
}

fn is_ident(text: &str) -> bool {
    let token = TokenStream::from_str(text).ok().and_then(|tokens| tokens.into_iter().next());
    matches!(token, Some(TokenTree::Ident(_)))
}

/// The name that an identifier stands for: `r#type` is `type`.
fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}
