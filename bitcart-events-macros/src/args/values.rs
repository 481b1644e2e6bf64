//! What can stand behind the `=` of an option.

use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Token};

use super::{Args, OPTIONS};
use crate::errors::{Errors, with_help};

impl Args {
    /// The value behind `=`, if `read` takes it; otherwise the option's example is the answer.
    pub(super) fn value<T>(
        &mut self,
        option: &str,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
        read: impl FnOnce(&Expr) -> Option<T>,
    ) -> syn::Result<Option<T>> {
        let Some(expr) = self.expression(option, name, input, errors)? else { return Ok(None) };
        let value = read(ungrouped(&expr));
        if value.is_none() {
            self.refuse(option, &expr, errors);
        }
        Ok(value)
    }

    fn refuse(&mut self, option: &str, expr: &Expr, errors: &mut Errors) {
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
    fn expression(
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
        input.parse().map(Some).map_err(|error| with_help(&error, &help(option)))
    }

    /// A path. In quotes it is refused, and goes on nevertheless: what it leads to is not missing as well.
    pub(super) fn path(
        &mut self,
        option: &str,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<Path>> {
        let mut quoted = None;
        let read = |expr: &Expr| path(expr).or_else(|| quoted.insert(string(expr)?).parse().ok());
        let path = self.value(option, name, input, errors, read)?;
        if let (Some(text), Some(_)) = (quoted, &path) {
            let help = format!("write `{option} = {}`", text.value());
            errors.add(&text, &format!("option `{option}` is a path, without quotes"), &help);
        }
        Ok(path)
    }
}

/// What to write for an option.
fn help(option: &str) -> String {
    let example = OPTIONS.iter().find(|(known, _)| *known == option).map_or("", |(_, example)| example);
    match option {
        "retries" => format!("write a whole number up to {MOST_RETRIES}: `{example}`"),
        "currency" => format!("write `{example}`, or a list: `currency = [\"ETH\", \"BNB\"]`"),
        _ => format!("write `{example}`"),
    }
}

/// What stands behind `=`, if there is one.
pub(super) fn value_of(input: ParseStream<'_>) -> syn::Result<Option<Expr>> {
    input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()
}

/// `currency: "ETH"` and `currency("ETH")` are one mistake.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// What came through `macro_rules!` as `$value:expr` has an invisible group around it.
fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        expr => expr,
    }
}

pub(super) fn flag(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Some(flag.value),
        _ => None,
    }
}

/// More than this would go on for longer than anybody waits for a payment.
const MOST_RETRIES: u32 = 100;

/// `5`; without a suffix, because it means nothing here.
pub(super) fn retries(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.suffix().is_empty() => {
            number.base10_parse().ok().filter(|number| *number <= MOST_RETRIES)
        }
        _ => None,
    }
}

pub(super) fn string(expr: &Expr) -> Option<LitStr> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

/// `"ETH"` or `["ETH", "BNB"]`.
pub(super) fn strings(expr: &Expr) -> Option<Vec<LitStr>> {
    match expr {
        Expr::Array(array) if !array.elems.is_empty() => {
            let mut texts = Vec::new();
            for expr in &array.elems {
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
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
