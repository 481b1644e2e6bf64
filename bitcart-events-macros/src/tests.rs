//! What `#[on]` writes and says, on plain tokens; `ui-tests/` compiles it and shows where the carets are.

mod messages;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{File, Item};

use crate::on::{attribute, checked};
use crate::schema::Schema;

const SCHEMA: &str = "mod event {
    new_block { height: Int }
    new_transaction {
        tx: Str,
        #[currency(ETH, TRX)] amount: Amount,
        #[currency(ETH, TRX)] contract: Option<Str>
    }
    new_payment {
        address: Str,
        status: Status,
        #[daemon(current)] sent_amount: Amount,
        #[currency(ETH)] #[daemon(current)] token: Str
    }
    #[currency(BTC)] #[daemon(current)] verified_tx { tx: Str, height: Int }
    block_named { height: Str }
}";

const BLOCK: &str = "fn block(event: Event, height: u64)";

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// What the second step makes of `#[on(args)] signature`.
fn expanded(args: &str, signature: &str) -> File {
    let (schema, args, signature) = (tokens(SCHEMA), tokens(args), tokens(signature));
    syn::parse2(checked(quote!({ ::bitcart_events::event } { #schema } { #args } { #signature; }))).unwrap()
}

/// The texts of all `compile_error!`s, help lines shortened to `| `.
fn messages(file: &File) -> Vec<String> {
    let errors = file.items.iter().filter_map(|item| match item {
        Item::Macro(item) if item.mac.path.segments.last().unwrap().ident == "compile_error" => {
            Some(syn::parse2::<syn::LitStr>(item.mac.tokens.clone()).unwrap().value())
        }
        _ => None,
    });
    errors.map(|text| text.replace("\n= help: ", " | ")).collect()
}

#[test]
fn the_attribute_keeps_the_function_and_passes_on_its_signature() {
    let output = attribute(
        tokens("\"new_block\", crate = be"),
        tokens("#[cfg(x)] #[inline] pub async fn block(event: Event) { body() }"),
    );
    let expected = "#[cfg(x)] #[inline] pub async fn block(event: Event) { body() }
        be::event::schema! { { \"new_block\", crate = be } { #[cfg(x)] pub async fn block(event: Event) ; } }";
    assert_eq!(output.to_string(), tokens(expected).to_string());
}

#[test]
fn mistakes_that_the_attribute_finds_itself() {
    for (args, item, message) in [
        ("\"new_block\"", "struct Block {}", "`#[on]` stands on functions only | write it above an `fn`"),
        (
            "",
            "fn f(event: Event) {}",
            "`#[on]` needs the name of an event | \
             write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`",
        ),
        (
            "\"new_block\"",
            "#[bitcart_events::on(\"new_payment\")] fn f(event: Event) {}",
            "a function has one `#[on]` | name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`",
        ),
    ] {
        let file = syn::parse2(attribute(tokens(args), tokens(item))).unwrap();
        assert_eq!(messages(&file), [message], "{item}");
    }
    let method = attribute(tokens("\"new_block\""), tokens("fn f(&self, event: Event) {}")).to_string();
    assert!(method.starts_with("fn f (& self , event : Event) { }"), "{method}");
    assert!(method.contains("stands on free functions only"), "{method}");
}

/// Beside an error stands what other code may name, and only that.
#[test]
fn a_mistaken_handler_leaves_a_stub() {
    let items = |args| expanded(args, "pub fn f(event: Event)").items;
    let stub = items("\"order_shipped\", crate = be");
    let [Item::Macro(_), Item::Struct(companion), Item::Impl(handle)] = stub.as_slice() else { panic!() };
    assert_eq!(companion.ident, "f");
    assert!(handle.to_token_stream().to_string().contains("be :: __private :: Registration :: NOTHING"));
    assert_eq!(items("\"order_shipped\", companion = false").len(), 1);
}

#[test]
fn correct_handlers_bring_no_message() {
    for (args, signature) in [
        ("\"new_block\"", BLOCK),
        ("\"new_block\",", "async fn f(event: &str, _height: Option<u64>) -> Result<(), String>"),
        (
            "[\"new_block\", \"new_payment\"], blocking",
            "fn f(_event: Event, address: std::option::Option<&str>)",
        ),
        ("\"new_transaction\", currency = [\"eth\", \"TRX\"]", "fn f(event: Event, amount: Decimal)"),
        ("\"new_payment\", currency = \"ETH\", daemon = \"current\"", "fn f(event: Event, token: &str)"),
        ("\"verified_tx\"", "fn f(mut event: Event, r#tx: &str)"),
        ("\"new_block\", register = false, companion = false", "fn r#move(instance: Coin, event: Event)"),
        ("\"new_block\", crate = ::a::b", "fn f(event: Event, db: State<&'static str>, x: a::State<u8>)"),
    ] {
        let file = expanded(args, signature);
        assert_eq!(messages(&file), [""; 0], "#[on({args})] {signature}");
        assert!(!file.items.is_empty());
    }
}

#[test]
fn the_expansion_says_what_was_asked_for() {
    let text = |args, signature| expanded(args, signature).to_token_stream().to_string();
    let token = text(
        "[\"new_transaction\", \"verified_tx\"], currency = \"BTC\", blocking",
        "fn f(event: Event, height: Option<u64>, db: State<Db>, tx: Option<&str>)",
    );
    for part in [
        "Call :: Blocking",
        "Currency :: Btc",
        "columns : & [:: bitcart_events :: __private :: None , :: bitcart_events :: __private :: Some (0usize)]",
        "columns : & [:: bitcart_events :: __private :: Some (1usize) , :: bitcart_events :: __private :: Some (0usize)]",
        "< State < Db > as :: bitcart_events :: __private :: StateArgument > :: NEED",
        "only_one_handler_for_event_verified_tx_of_BTC",
        "submit !",
        "struct f { }",
    ] {
        assert!(token.contains(part), "{part} is not in {token}");
    }
    let quiet = text("\"new_block\", register = false, companion = false", BLOCK);
    for part in ["submit !", "only_one", "struct", "impl"] {
        assert!(!quiet.contains(part), "{part} is in {quiet}");
    }
}

#[test]
fn schema_texts() {
    let schema: Schema = syn::parse_str(SCHEMA).unwrap();
    assert_eq!(schema.to_token_stream().to_string(), tokens(SCHEMA).to_string());
    for (text, message) in [
        ("mod m { a { x: Int } a { x: Int } }", "event `a` is written twice"),
        ("mod m { a { x: Float } }", "unknown kind of field `Float`"),
        ("mod m { #[serde] a { x: Int } }", "unknown attribute"),
        ("mod m { #[currency(DOGE)] a { x: Int } }", "unknown currency `DOGE`"),
        ("mod m { #[daemon(old)] a { x: Int } }", "expected `current`"),
    ] {
        let error = syn::parse_str::<Schema>(text).err().unwrap().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
