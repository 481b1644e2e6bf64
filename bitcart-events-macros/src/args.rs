//! The grammar of `#[on(…)]`: event names, then options.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, Ident, Lit, LitBool, LitStr, Path, Token, bracketed};

use crate::currency::{CURRENCIES, currency};
use crate::errors::Errors;
use crate::names;

/// What stands between the parentheses of `#[on(…)]`.
pub(crate) struct Args {
    pub(crate) events: Vec<LitStr>,
    pub(crate) blocking: Option<Span>,
    pub(crate) register: bool,
    pub(crate) companion: bool,
    pub(crate) currencies: Vec<(&'static str, Span)>,
    pub(crate) current_only: bool,
    pub(crate) krate: TokenStream,
}

/// Each option with an example. The messages about unknown and repeated ones are made from this list.
const OPTIONS: [(&str, &str); 6] = [
    ("blocking", "blocking"),
    ("register", "register = false"),
    ("currency", "currency = \"ETH\""),
    ("daemon", "daemon = \"current\""),
    ("companion", "companion = false"),
    ("crate", "crate = path::to::bitcart_events"),
];

impl Args {
    /// Reads the arguments as far as they make sense; what does not goes to `errors`.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self {
            events: Vec::new(),
            blocking: None,
            register: true,
            companion: true,
            currencies: Vec::new(),
            current_only: false,
            krate: quote!(::bitcart_events),
        };
        let parser = |input: ParseStream<'_>| args.read(input, errors);
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        args
    }

    fn read(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        self.read_events(input, errors)?;
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
            if seen.iter().any(|known| name == known) {
                errors.add(
                    name.span(),
                    format!("option `{name}` is given twice"),
                    &["remove one of the two".into()],
                );
            }
            seen.push(name.to_string());
            self.read_option(&name, input, errors)?;
        }
        Ok(())
    }

    fn read_events(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if input.peek(syn::token::Bracket) {
            let list;
            let bracket = bracketed!(list in input);
            while !list.is_empty() {
                self.events.push(event_name(&list)?);
                if !list.is_empty() {
                    list.parse::<Token![,]>()?;
                }
            }
            if self.events.is_empty() {
                let span = bracket.span.join();
                errors.add(
                    span,
                    "the list of events is empty",
                    &["name at least one: `#[on([\"new_block\"])]`".into()],
                );
            }
            return Ok(());
        }
        if input.is_empty() {
            let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
            return Err(syn::Error::new(
                Span::call_site(),
                format!("`#[on]` needs the name of an event\n= help: {help}"),
            ));
        }
        self.events.push(event_name(input)?);
        Ok(())
    }

    fn read_option(&mut self, name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        match name.to_string().as_str() {
            "blocking" => self.blocking = Some(name.span()),
            "register" => self.register = flag(input)?,
            "companion" => self.companion = flag(input)?,
            "currency" => {
                input.parse::<Token![=]>()?;
                for code in strings(input)? {
                    self.add_currency(&code, errors);
                }
            }
            "daemon" => {
                input.parse::<Token![=]>()?;
                let generation: LitStr = input.parse()?;
                if generation.value() == "current" {
                    self.current_only = true;
                } else {
                    let message = format!("unknown daemon generation `{}`", generation.value());
                    errors.add(
                        generation.span(),
                        message,
                        &["write `daemon = \"current\"`, or leave the option out".into()],
                    );
                }
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                let path: Path = input.parse()?;
                self.krate = quote!(#path);
            }
            other => {
                let known = names::list(OPTIONS.iter().map(|(_, example)| *example));
                let meant = names::did_you_mean(other, OPTIONS.iter().map(|(name, _)| *name));
                let help: Vec<String> =
                    meant.into_iter().chain([format!("the options are {known}")]).collect();
                errors.add(name.span(), format!("unknown option `{other}`"), &help);
                if input.parse::<Option<Token![=]>>()?.is_some() {
                    input.parse::<Expr>()?;
                }
            }
        }
        Ok(())
    }

    fn add_currency(&mut self, code: &LitStr, errors: &mut Errors) {
        let text = code.value();
        match currency(&text) {
            Some(code_) if self.currencies.iter().any(|(known, _)| *known == code_) => {
                errors.add(
                    code.span(),
                    format!("currency `{text}` is listed twice"),
                    &["remove one of the two".into()],
                );
            }
            Some(known) => self.currencies.push((known, code.span())),
            None => {
                let known = format!("the currencies are {}", names::list(CURRENCIES.into_iter()));
                errors.add(code.span(), format!("unknown currency `{text}`"), &[known]);
            }
        }
    }
}

/// A string literal; a bare word is answered with the same word in quotes.
fn event_name(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    if let Ok(name) = input.fork().parse::<Ident>() {
        let message = format!("the name of an event is a string\n= help: write `\"{name}\"`");
        return Err(syn::Error::new(name.span(), message));
    }
    Err(input.error("expected the name of an event\n= help: write `#[on(\"new_payment\")]`"))
}

fn flag(input: ParseStream<'_>) -> syn::Result<bool> {
    input.parse::<Token![=]>()?;
    Ok(input.parse::<LitBool>()?.value())
}

/// `"ETH"` or `["ETH", "BNB"]`.
fn strings(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let expected =
        "expected a currency or a list of them: `currency = \"ETH\"`, `currency = [\"ETH\", \"BNB\"]`";
    let string = |expr: Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        other => Err(syn::Error::new_spanned(other, expected)),
    };
    match input.parse::<Expr>()? {
        Expr::Array(array) if !array.elems.is_empty() => array.elems.into_iter().map(string).collect(),
        expr => Ok(vec![string(expr)?]),
    }
}
