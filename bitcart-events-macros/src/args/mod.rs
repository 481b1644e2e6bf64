//! The grammar of `#[on(…)]`: event names, then options.

mod values;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path, Token, bracketed};

use self::values::{last_word, ungrouped, value_of};
use crate::currency::{self, currency};
use crate::errors::{Errors, parse, with_help};
use crate::names;
use crate::schema::Schema;
use crate::tokens::Tokens;

/// What stands between the parentheses of `#[on(…)]`.
pub(crate) struct Args {
    pub(crate) events: Vec<LitStr>,
    pub(crate) blocking: Option<Ident>,
    /// How often it is tried again, if not as often as the listener says.
    pub(crate) retries: Option<u32>,
    pub(crate) register: bool,
    pub(crate) companion: bool,
    pub(crate) currencies: Vec<(&'static str, LitStr)>,
    pub(crate) current_only: bool,
    /// Where the events are described, if not where Bitcart's are.
    pub(crate) schema: Option<Path>,
    /// Whether that is so. If not, an event that is not Bitcart's may be one of the schema that is lost.
    pub(crate) schema_read: bool,
    pub(crate) krate: Tokens,
    pub(crate) is_renamed: bool,
    /// Whether every event could be read. If not, an unknown parameter may be a field of the one that is lost.
    pub(crate) events_read: bool,
    /// Whether every option could be read. If not, the one that is lost may settle what a check would ask for.
    pub(crate) options_read: bool,
}

/// Each option with an example, which the messages about unknown and badly written ones show.
const OPTIONS: [(&str, &str); 8] = [
    ("blocking", "blocking"),
    ("retries", "retries = 5"),
    ("register", "register = false"),
    ("currency", "currency = \"ETH\""),
    ("daemon", "daemon = \"current\""),
    ("schema", "schema = path::to::events"),
    ("companion", "companion = false"),
    ("crate", "crate = path::to::bitcart_events"),
];

impl Args {
    /// Reads the arguments as far as they make sense; what does not goes to `errors`.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self {
            events: Vec::new(),
            blocking: None,
            retries: None,
            register: true,
            companion: true,
            currencies: Vec::new(),
            current_only: false,
            schema: None,
            schema_read: true,
            krate: Tokens::default().then(Ident::new("bitcart_events", Span::call_site())),
            is_renamed: false,
            events_read: true,
            options_read: true,
        };
        let read = parse(tokens, &mut |input| args.read(input, errors));
        if let Err(error) = read {
            errors.push(error);
            (args.events_read, args.options_read) = (false, false);
        }
        args
    }

    /// What its events are called.
    pub(crate) fn event_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for literal in &self.events {
            names.push(literal.value());
        }
        names
    }

    /// The currencies that it is limited to.
    pub(crate) fn codes(&self) -> Vec<&str> {
        names::each(&self.currencies, |(code, _)| code)
    }

    fn read(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        self.read_events(input, errors)?;
        let mut strays: Vec<LitStr> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            let is_sign = input.peek(Token![;]) || input.peek(Token![|]);
            input.parse::<Token![,]>().map_err(|error| {
                let help = if is_sign { "write a comma in its place" } else { "put a comma in front of it" };
                with_help(&error, &format!("{help}: `#[on(\"new_payment\", daemon = \"current\")]`"))
            })?;
            if input.is_empty() {
                break;
            }
            if input.peek(LitStr) {
                let stray: LitStr = input.parse()?;
                if is_option(&stray.value()) {
                    self.options_read = false;
                    let help = format!("write `{}`", stray.value());
                    errors.add(&stray, "an option stands without quotes", &help);
                } else {
                    strays.push(stray);
                }
                continue;
            }
            let name = input.call(Ident::parse_any).map_err(|error| {
                syn::Error::new(error.span(), format!("expected an option\n= help: {}", known_options()))
            })?;
            if seen.contains(&name.to_string()) {
                errors.add(&name, &format!("option `{name}` is given twice"), "remove one of the two");
            }
            seen.push(name.to_string());
            self.read_option(&name.to_string(), &name, input, errors)?;
        }
        if let Some(first) = strays.first().cloned() {
            self.events.append(&mut strays);
            let write = format!("write `#[on({:?})]`", names::each(&self.event_names(), String::as_str));
            errors.add(&first, "several events are written as a list", &write);
        }
        Ok(())
    }

    fn read_events(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::token::Bracket) {
            return self.read_event(input, errors);
        }
        let list;
        let bracket = bracketed!(list in input);
        if list.is_empty() {
            let mut place = TokenStream::new();
            bracket.surround(&mut place, |_| {});
            let help = "name at least one: `#[on([\"new_block\"])]`";
            errors.add(&place, "the list of events is empty", help);
        }
        while !list.is_empty() {
            self.read_event(&list, errors)?;
            if !list.is_empty() {
                list.parse::<Token![,]>().map_err(|error| {
                    with_help(&error, "put a comma in front of it: `#[on([\"new_block\", \"new_payment\"])]`")
                })?;
            }
        }
        Ok(())
    }

    /// A string; a bare word is answered with the same word in quotes.
    fn read_event(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            if !name.suffix().is_empty() {
                self.options_read = false;
                let help = "put a comma behind the name: `#[on(\"new_payment\", blocking)]`";
                errors.add(&name, "the name of an event ends with its quotes", help);
            }
            self.events.push(name);
            return Ok(());
        }
        self.events_read = false;
        let expected = |span| {
            let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
            syn::Error::new(span, format!("expected the name of an event\n= help: {help}"))
        };
        if input.peek(Ident) && input.peek2(Token![!]) {
            // No macro is expanded here.
            return Err(expected(input.span()));
        }
        let path = input.call(Path::parse_mod_style).map_err(|error| expected(error.span()))?;
        let word = last_word(&path);
        if is_option(&word) {
            let help = "write `#[on(\"new_payment\", …)]`, with the options behind it";
            let message = format!("the name of an event comes before the options\n= help: {help}");
            let path: &dyn ToTokens = &path;
            return Err(syn::Error::new_spanned(path, message));
        }
        if let Some(name) = value_of(input)? {
            let help = format!("write `#[on({})]`", name.to_token_stream());
            errors.add(&path, "the name of an event stands by itself", &help);
        } else {
            let name = names::snake_case(&word);
            let is_event = || Schema::builtin().is_some_and(|schema| schema.event(&name).is_some());
            let help = if word.to_uppercase() == word && !is_event() {
                "write its text, `\"new_payment\"`: no macro can see what a constant holds".to_owned()
            } else {
                format!("write `\"{name}\"`")
            };
            errors.add(&path, "the name of an event is a string", &help);
        }
        Ok(())
    }

    /// `name` is what the user wrote, `option` what counts: for a misspelt one the closest.
    fn read_option(
        &mut self,
        option: &str,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if option == "blocking" {
            self.blocking = Some(name.clone());
            if value_of(input)?.is_some() {
                errors.add(name, "option `blocking` takes no value", "write `blocking`, or leave it out");
            }
            return Ok(());
        }
        if is_option(option) {
            self.schema_read &= option != "schema";
            let expr = self.expression(option, name, input, errors)?;
            let is_taken = self.take(option, expr.as_ref().map(ungrouped), errors);
            if let Some(expr) = expr
                && !is_taken
            {
                self.refuse(option, &expr, errors);
            }
            return Ok(());
        }
        let mut meant = names::closest(option, &names::each(&OPTIONS, |(option, _)| option));
        if meant.is_none() && option == "retry" {
            meant = Some("retries");
        }
        let mut help = Vec::new();
        if let Some(meant) = meant {
            help.push(format!("did you mean `{meant}`?"));
        }
        help.push(known_options());
        errors.add_lines(name, &format!("unknown option `{option}`"), &help);
        // With what the meant one has behind it; otherwise that would be a second mistake.
        if let Some(meant) = meant
            && (meant == "blocking") != input.peek(Token![=])
        {
            return self.read_option(meant, name, input, errors);
        }
        self.options_read = false;
        value_of(input)?;
        Ok(())
    }

    fn add_currency(&mut self, code: &LitStr, errors: &mut Errors) {
        let text = code.value();
        match currency(&text) {
            Some(listed) if self.codes().contains(&listed) => {
                errors.add(code, &format!("currency `{text}` is listed twice"), "remove one of the two");
            }
            Some(known) => self.currencies.push((known, code.clone())),
            None => {
                self.options_read = false;
                let help = match names::as_a_list(&text, &|part| currency(part).is_some()) {
                    Some(list) => vec![list],
                    None => currency::known(&text),
                };
                errors.add_lines(code, &format!("unknown currency `{text}`"), &help);
            }
        }
    }
}

/// `blocking`, and `register = false`.
fn is_option(text: &str) -> bool {
    let name = before(before(text, ' '), '=');
    names::each(&OPTIONS, |(option, _)| option).contains(&name)
}

/// What stands before a sign, or all of it.
fn before(text: &str, sign: char) -> &str {
    match text.split_once(sign) {
        Some((before, _)) => before,
        None => text,
    }
}

fn known_options() -> String {
    format!("the options are {}", names::list(&names::each(&OPTIONS, |(_, example)| example)))
}
