//! What can stand behind the `=` of an option.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token};

use super::{Args, OPTIONS};
use crate::errors::{Errors, with_help};
use crate::signature::last_segment;
use crate::tokens::Tokens;

impl Args {
    /// Takes over what stands behind `=`. Whether it is a value of this option: if not, or if there is none, the option is as
    /// it is when nobody writes it.
    pub(super) fn take(&mut self, option: &str, expr: Option<&Expr>, errors: &mut Errors) -> bool {
        match option {
            "retries" => {
                self.retries = expr.and_then(retries);
                self.retries.is_some()
            }
            "register" => take_flag(&mut self.register, expr),
            "companion" => take_flag(&mut self.companion, expr),
            "currency" => {
                let Some(codes) = expr.and_then(strings) else { return false };
                for code in &codes {
                    self.add_currency(code, errors);
                }
                true
            }
            "daemon" => {
                let Some(generation) = expr.and_then(string) else { return false };
                self.current_only = generation.value() == "current";
                if !self.current_only {
                    self.options_read = false;
                    let message = format!("unknown daemon generation `{}`", generation.value());
                    let help = "write `daemon = \"current\"`, or leave the option out";
                    errors.add(&generation, &message, help);
                }
                true
            }
            "schema" => {
                self.schema = path_of(option, expr, errors);
                self.schema_read = self.schema.is_some();
                self.schema_read
            }
            _ => {
                let Some(path) = path_of(option, expr, errors) else { return false };
                (self.krate, self.is_renamed) = (Tokens::of(path.into_token_stream()), true);
                true
            }
        }
    }

    pub(super) fn refuse(&mut self, option: &str, expr: &Expr, errors: &mut Errors) {
        self.options_read = false;
        let help = match path(expr) {
            Some(path) if option == "currency" || option == "daemon" => {
                format!("write `{option} = {:?}`", last_word(&path))
            }
            _ => help(option),
        };
        errors.add(expr, &format!("option `{option}` does not take this value"), &help);
    }

    /// Whatever stands behind `=`.
    pub(super) fn expression(
        &mut self,
        option: &str,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<Expr>> {
        let has_sign = input.parse::<Option<Token![=]>>()?.is_some();
        if !has_sign || input.is_empty() || input.peek(Token![,]) {
            self.options_read = false;
            errors.add(name, &format!("option `{option}` needs a value"), &help(option));
            skip_to_comma(input)?;
            return Ok(None);
        }
        match input.parse() {
            Ok(expr) => Ok(Some(expr)),
            Err(error) => Err(with_help(&error, &help(option))),
        }
    }
}

/// A path. In quotes it is refused, and goes on nevertheless: what it leads to is not missing as well.
fn path_of(option: &str, expr: Option<&Expr>, errors: &mut Errors) -> Option<Path> {
    let expr = expr?;
    if let Some(path) = path(expr) {
        return Some(path);
    }
    let text = string(expr)?;
    let path = text.parse().ok()?;
    let help = format!("write `{option} = {}`", text.value());
    errors.add(&text, &format!("option `{option}` is a path, without quotes"), &help);
    Some(path)
}

/// What to write for an option.
fn help(option: &str) -> String {
    let mut example = "";
    for (known, of_it) in &OPTIONS {
        if *known == option {
            example = of_it;
        }
    }
    match option {
        "retries" => format!("write a whole number up to {MOST_RETRIES}: `{example}`"),
        "currency" => format!("write `{example}`, or a list: `currency = [\"ETH\", \"BNB\"]`"),
        _ => format!("write `{example}`"),
    }
}

/// What stands behind `=`, if there is one.
pub(super) fn value_of(input: ParseStream<'_>) -> syn::Result<Option<Expr>> {
    match input.parse::<Option<Token![=]>>()? {
        Some(_) => Ok(Some(input.parse()?)),
        None => Ok(None),
    }
}

/// `currency: "ETH"` and `currency("ETH")` are one mistake.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// What came through `macro_rules!` as `$value:expr` has an invisible group around it.
pub(super) fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        expr => expr,
    }
}

/// `true` or `false`.
fn take_flag(flag: &mut bool, expr: Option<&Expr>) -> bool {
    let (value, is_flag) = match expr {
        Some(Expr::Lit(ExprLit { lit: Lit::Bool(written), .. })) => (written.value, true),
        _ => (true, false),
    };
    *flag = value;
    is_flag
}

/// More than this would go on for longer than anybody waits for a payment.
const MOST_RETRIES: u32 = 100;

/// `5`; without a suffix, because it means nothing here.
fn retries(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.suffix().is_empty() => {
            number.base10_parse().ok().filter(|number| *number <= MOST_RETRIES)
        }
        _ => None,
    }
}

fn string(expr: &Expr) -> Option<LitStr> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// `"ETH"` or `["ETH", "BNB"]`.
fn strings(expr: &Expr) -> Option<Vec<LitStr>> {
    match expr {
        Expr::Array(array) if !array.elems.is_empty() => {
            let mut texts = Vec::new();
            while let Some(expr) = array.elems.get(texts.len()) {
                texts.push(string(expr)?);
            }
            Some(texts)
        }
        expr => Some(vec![string(expr)?]),
    }
}

fn path(expr: &Expr) -> Option<Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => None,
    }
}

pub(super) fn last_word(path: &Path) -> String {
    match last_segment(path) {
        Some(segment) => segment.ident.to_string(),
        None => String::new(),
    }
}
