//! What can stand behind the `=` of an option.

use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token};

/// What stands behind `=`, if there is one.
pub(super) fn value_of(input: ParseStream<'_>) -> syn::Result<Option<Expr>> {
    input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()
}

/// `currency: "ETH"` and `currency("ETH")` are one mistake.
pub(super) fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
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

pub(super) fn flag(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Some(flag.value),
        _ => None,
    }
}

/// More than this would go on for longer than anybody waits for a payment.
pub(super) const MOST_RETRIES: u32 = 100;

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
        Expr::Array(array) if !array.elems.is_empty() => array.elems.iter().map(string).collect(),
        expr => Some(vec![string(expr)?]),
    }
}

pub(super) fn path(expr: &Expr) -> Option<Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => None,
    }
}

pub(super) fn last_word(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
