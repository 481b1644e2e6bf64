//! The text of the programs that are compared: the same functions with `#[on]` and without.

use crate::HANDLERS;

/// What every generated library begins with.
const SHOP: &str = include_str!("program/shop.rs");
/// The typical handlers, with an empty line between them and none inside.
const TYPICAL: &str = include_str!("program/handlers.rs");
const MAIN: &str = include_str!("program/main.rs");

/// A generated package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) package: &'static str,
    /// Whether its functions have their `#[on]`.
    pub(crate) attributes: bool,
}

/// One of the typical handlers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    text: &'static str,
}

/// The typical handlers, in the order of their text.
pub(crate) fn typical() -> impl Iterator<Item = Function> {
    TYPICAL.split("\n\n").filter_map(|text| {
        let (_, behind) = text.split_once("fn ")?;
        let (name, _) = behind.split_once('(')?;
        Some(Function { name, text })
    })
}

/// As many as it takes for all handlers.
fn modules() -> impl Iterator<Item = usize> {
    (0..HANDLERS as usize).step_by(typical().count()).enumerate().map(|(number, _)| number)
}

impl Program {
    /// Modules that have all of the typical handlers, because two for the same event in one module are refused.
    pub(crate) fn library(self) -> String {
        let all: Vec<Function> = typical().collect();
        let modules = modules().map(|number| self.module(&format!("module_{number}"), number, &all));
        with_shop(modules)
    }

    /// A module for each typical handler, so that what is written for it can be told apart.
    pub(crate) fn one_by_one(self) -> String {
        with_shop(typical().map(|function| self.module(function.name, 0, &[function])))
    }

    fn module(self, name: &str, number: usize, functions: &[Function]) -> String {
        let texts = functions.iter().flat_map(|function| function.text.lines());
        let lines: Vec<&str> = texts.filter(|line| self.attributes || !line.starts_with("#[on(")).collect();
        // The number is used by the bodies, or the optimizer would make one function of those that are alike.
        format!(
            "pub mod {name} {{
use bitcart_events::{{Coin, Decimal, Event, PaymentStatus, State, on}};
use super::{{Chain, Shop, Unsettled}};
const MODULE: u32 = {number};
{}
}}
",
            lines.join("\n")
        )
    }

    /// A program with the library's functions in it. A registration keeps its handler; without one, naming it does.
    pub(crate) fn main(self) -> String {
        let kept = modules().flat_map(|number| typical().map(move |function| function.keep(number)));
        let kept: String = if self.attributes { String::new() } else { kept.collect() };
        format!("{MAIN}fn keep() {{\n{kept}}}\n")
    }
}

fn with_shop(modules: impl Iterator<Item = String>) -> String {
    format!("#![allow(dead_code, unused_imports)]\n{SHOP}\n{}", modules.collect::<String>())
}

impl Function {
    fn keep(self, module: usize) -> String {
        let path = format!("handlers::module_{module}::{}", self.name);
        let places = vec!["_"; self.parameters()].join(", ");
        let mut text = format!("black_box({path} as fn({places}) -> _);\n");
        // What an `async` function does is in its future.
        if self.text.contains("async fn") {
            let values = vec!["any()"; self.parameters()].join(", ");
            text.push_str(&format!("keep_future(|| {path}({values}));\n"));
        }
        text
    }

    /// None of their types has a comma or a parenthesis in it.
    fn parameters(self) -> usize {
        let list = self.text.split_once("fn ").and_then(|(_, behind)| behind.split(['(', ')']).nth(1));
        list.unwrap_or_default().split(',').filter(|parameter| !parameter.trim().is_empty()).count()
    }
}
