//! What events there are: the text of `events!`, read into a model.
//!
//! `events!` reads it to write types; `#[on]` reads the same text, handed on by a hidden `macro_rules!`, to check
//! a handler.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, GenericArgument, Ident, PathArguments, Token, Type, Visibility, braced};

use crate::currency::currency;

/// `pub mod event { new_block { height: Int } … }`
pub(crate) struct Schema {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) module: Ident,
    pub(crate) events: Vec<EventDef>,
}

/// `new_block { height: Int }`
pub(crate) struct EventDef {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) sent: Sent,
    pub(crate) fields: Vec<FieldDef>,
}

/// `height: Int`
pub(crate) struct FieldDef {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) name: Ident,
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

/// What a field holds, and with it which types a handler can take it as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int,
    Str,
    Amount,
    Status,
    List,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Int, Self::Str, Self::Amount, Self::Status, Self::List];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "Int",
            Self::Str => "Str",
            Self::Amount => "Amount",
            Self::Status => "Status",
            Self::List => "List",
        }
    }

    /// The type that an example or a suggestion writes.
    pub(crate) fn usual_type(self) -> &'static str {
        match self {
            Self::Int => "u64",
            Self::Str => "&str",
            Self::Amount => "Decimal",
            Self::Status => "PaymentStatus",
            Self::List => "Vec<String>",
        }
    }
}

impl Schema {
    pub(crate) fn event(&self, name: &str) -> Option<&EventDef> {
        self.events.iter().find(|event| event.name == name)
    }

    pub(crate) fn event_names(&self) -> impl Iterator<Item = String> + '_ {
        self.events.iter().map(|event| event.name.to_string())
    }
}

impl EventDef {
    pub(crate) fn column(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|candidate| candidate.name == field)
    }
}

impl Sent {
    /// Whether the daemon of this currency sends it.
    pub(crate) fn by(&self, code: &str) -> bool {
        self.currencies.as_ref().is_none_or(|codes| codes.contains(&code))
    }

    /// "only ETH, BNB daemons", "not the daemons of 2020": for messages and docs.
    pub(crate) fn describe(&self) -> Option<String> {
        let currencies = self.currencies.as_ref().map(|codes| format!("only {} daemons", codes.join(", ")));
        match (currencies, self.current_only) {
            (Some(who), true) => Some(format!("{who}, and none of 2020")),
            (Some(who), false) => Some(who),
            (None, true) => Some("not by the daemons of 2020".to_owned()),
            (None, false) => None,
        }
    }
}

impl Parse for Schema {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (docs, _) = attributes(input)?;
        let vis = input.parse()?;
        input.parse::<Token![mod]>()?;
        let module = input.parse()?;
        let body;
        braced!(body in input);
        let mut events: Vec<EventDef> = Vec::new();
        while !body.is_empty() {
            let event: EventDef = body.parse()?;
            if events.iter().any(|known| known.name == event.name) {
                return Err(syn::Error::new(
                    event.name.span(),
                    format!("event `{}` is written twice", event.name),
                ));
            }
            events.push(event);
        }
        Ok(Self { docs, vis, module, events })
    }
}

impl Parse for EventDef {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (docs, sent) = attributes(input)?;
        let name = input.parse()?;
        let body;
        braced!(body in input);
        let fields = Punctuated::<FieldDef, Token![,]>::parse_terminated(&body)?.into_iter().collect();
        Ok(Self { docs, name, sent, fields })
    }
}

impl Parse for FieldDef {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (docs, sent) = attributes(input)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty: Type = input.parse()?;
        let (inner, nullable) = match option_inner(&ty) {
            Some(inner) => (inner, true),
            None => (&ty, false),
        };
        let written = inner.to_token_stream().to_string();
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == written) else {
            let known = crate::names::list(Kind::ALL.into_iter().map(Kind::name));
            return Err(syn::Error::new_spanned(
                &ty,
                format!(
                    "unknown kind of field `{written}`\n= help: the kinds are {known}, and `Option<…>` of each"
                ),
            ));
        };
        Ok(Self { docs, name, kind, nullable, sent })
    }
}

/// Documentation, and `#[currency(…)]` and `#[daemon(current)]`.
fn attributes(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Sent)> {
    let mut sent = Sent::default();
    let mut docs = Vec::new();
    for attribute in input.call(Attribute::parse_outer)? {
        if attribute.path().is_ident("doc") {
            docs.push(attribute);
        } else if attribute.path().is_ident("currency") {
            let codes = attribute.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)?;
            let codes = codes.iter().map(|code| {
                currency(&code.to_string())
                    .ok_or_else(|| syn::Error::new(code.span(), format!("unknown currency `{code}`")))
            });
            sent.currencies = Some(codes.collect::<syn::Result<_>>()?);
        } else if attribute.path().is_ident("daemon") {
            let generation: Ident = attribute.parse_args()?;
            if generation != "current" {
                return Err(syn::Error::new(generation.span(), "expected `current`"));
            }
            sent.current_only = true;
        } else {
            return Err(syn::Error::new_spanned(
                attribute,
                "unknown attribute\n= help: expected documentation, `#[currency(…)]` or `#[daemon(current)]`",
            ));
        }
    }
    Ok((docs, sent))
}

/// The `T` of an `Option<T>`, known by the last segment of its path: an alias hides it.
pub(crate) fn option_inner(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// What came through `macro_rules!` as `$ty:ty` has an invisible group around it.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}

/// The text again, without its documentation: what `#[on]` needs for its checks.
impl ToTokens for Schema {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let module = &self.module;
        let events = self.events.iter().map(|event| {
            let (name, sent) = (&event.name, &event.sent);
            let fields = event.fields.iter().map(|field| {
                let (name, sent) = (&field.name, &field.sent);
                let kind = Ident::new(field.kind.name(), name.span());
                let kind = if field.nullable { quote!(Option<#kind>) } else { quote!(#kind) };
                quote!(#sent #name: #kind)
            });
            quote!(#sent #name { #(#fields),* })
        });
        tokens.extend(quote!(mod #module { #(#events)* }));
    }
}

impl ToTokens for Sent {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(codes) = &self.currencies {
            let codes = codes.iter().map(|code| Ident::new(code, proc_macro2::Span::call_site()));
            tokens.extend(quote!(#[currency(#(#codes),*)]));
        }
        if self.current_only {
            tokens.extend(quote!(#[daemon(current)]));
        }
    }
}
