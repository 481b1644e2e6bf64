//! What `#[on]` writes and says, on plain tokens; `ui-tests/` compiles it and shows where the carets are.

mod configured;
mod events;
mod expansion;
mod lints;
mod messages;
mod newtype;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{File, Item};

use crate::beside::checked;
use crate::errors::Errors;
use crate::schema::Outline;

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

/// Whether the code holds all of the parts, however it is spaced.
fn assert_holds(code: &impl ToTokens, parts: &[&str]) {
    let tight = |text: &str| text.split_whitespace().collect::<String>();
    let code = code.to_token_stream().to_string();
    for part in parts {
        assert!(tight(&code).contains(&tight(part)), "{part} is not in {code}");
    }
}

/// What `#[on(args)]` makes of an item at the beginning of a line.
fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    crate::on::attribute(args, item, false)
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

/// A schema's text as it is handed on.
fn schema(text: &str) -> String {
    let outline: Outline = syn::parse_str(text).unwrap();
    outline.read(None, &mut Errors::default()).to_text()
}

/// What the second step makes of `#[on(args)] signature`.
fn expanded(args: &str, signature: &str) -> File {
    let (schema, args, signature) = (schema(SCHEMA), tokens(args), tokens(signature));
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
        be::event::schema! {
            { be::event }
            { be::__private::on_checked }
            { \"new_block\", crate = be }
            { #[cfg(x)] pub async fn block(event: Event) ; }
        }";
    assert_eq!(output.to_string(), tokens(expected).to_string());
}

/// There only the one struct is refused, and its derive, which writes all that stands beside a handler, does not run.
#[test]
fn what_may_stand_in_an_impl_is_written_by_a_derive() {
    let output = crate::on::attribute(tokens("\"new_block\""), tokens("fn f(event: Event) {}"), true);
    let expected = "fn f(event: Event) {}
        #[derive(::bitcart_events::__private::OnConfigured)]
        #[on_configured({ \"new_block\" } { fn f(event: Event) ; })]
        struct parameters_of_f {}";
    assert_eq!(output.to_string(), tokens(expected).to_string());
}

#[test]
fn a_body_is_not_read() {
    let output = attribute(tokens("\"new_block\""), tokens("fn block(event: Event) { let x = event. ; if }"));
    assert!(output.to_string().starts_with("fn block (event : Event) { let x = event . ; if }"), "{output}");
}

#[test]
fn a_schema_is_asked_where_it_was_said_to_be() {
    let output = attribute(tokens("\"shipped\", schema = self::shop"), tokens("fn f(event: Event) {}"));
    let expected = "fn f(event: Event) {}
        self::shop::schema! {
            { self::shop }
            { ::bitcart_events::__private::on_checked }
            { \"shipped\", schema = self::shop }
            { fn f(event: Event) ; }
        }";
    assert_eq!(output.to_string(), tokens(expected).to_string());
}

/// rustc has said what is wrong with it. What stands beside the function is there nevertheless, if its name is known.
#[test]
fn what_cannot_be_read_is_left_to_rustc() {
    let told =
        "#[deny(unused_must_use)] const _: () = { fn unread() { ::bitcart_events::__private::unread(); } };";
    for item in ["fn f(event, height: u64) {}", "fn f(event: Event height: u64) {}"] {
        let output = attribute(tokens("\"new_block\""), tokens(item));
        assert_holds(&output, &[item, "struct f {}", "Handle for f", told]);
        assert!(!output.to_string().contains("compile_error"), "{output}");
    }
    for item in ["#[a] pub fn (event: Event) {}", "fn (event: Event) {}", "fn f", "fn f(event: Event) -> {}"]
    {
        let output = attribute(tokens("\"new_block\""), tokens(item));
        assert_eq!(output.to_string(), tokens(&format!("{item} {told}")).to_string());
    }
    let output = attribute(tokens("\"new_block\""), tokens("fn f(&self, event) {}"));
    assert!(!output.to_string().contains("struct"), "{output}");
    let output = attribute(tokens("\"new_block\", blockin"), tokens("fn f(event) {}"));
    assert_holds(&output, &["unknown option `blockin`"]);
    // That is read the long way.
    let output = attribute(tokens("\"new_block\""), tokens("unsafe extern \"C\" fn f(event: Event, ...) {}"));
    assert_holds(&output, &["cannot be variadic"]);
}

/// A schema with a mistake has said so itself.
#[test]
fn a_mistaken_schema_is_not_held_against_its_handlers() {
    let file: File = syn::parse2(checked(quote!({ shop } {} { "no_event" } { fn f(); }))).unwrap();
    assert_eq!(messages(&file), [""; 0]);
    assert_eq!(file.items.len(), 2);
}

#[test]
fn mistakes_that_the_attribute_finds_itself() {
    for (args, item, message) in [
        ("\"new_block\"", "struct Block {}", "`#[on]` stands on functions only | write it above an `fn`"),
        ("\"new_block\"", "#[a] type F = fn();", "`#[on]` stands on functions only | write it above an `fn`"),
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
        (
            "\"new_block\"",
            "#[on(\"new_payment\")] fn f(event: Event) {}",
            "a function has one `#[on]` | name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`",
        ),
        (
            "\"new_block\"",
            "#[tokio::test] async fn f(event: Event) {}",
            "a handler starts no runtime of its own | \
             remove the attribute: an `async` handler is called in the runtime that the listener runs in",
        ),
    ] {
        let file = syn::parse2(attribute(tokens(args), tokens(item))).unwrap();
        assert_eq!(messages(&file), [message], "{item}");
    }
    let main = attribute(tokens("\"new_block\""), tokens("#[tokio::main] async fn main() {}")).to_string();
    assert!(main.contains("tokio :: main") && main.contains("needs the parameter"), "{main}");
    // Only what starts a runtime is refused.
    for beside in ["tokio::main", "tracing::instrument", "test"] {
        let item = tokens(&format!("#[{beside}] async fn f(event: Event) {{}}"));
        let output = attribute(tokens("\"new_block\""), item).to_string();
        assert_eq!(output.contains("starts no runtime"), beside == "tokio::main", "{output}");
    }
    let method = attribute(tokens("\"new_block\""), tokens("fn f(&self, event: Event) {}")).to_string();
    assert!(method.starts_with("fn f (& self , event : Event) { }"), "{method}");
    let message = "`#[on]` stands on free functions only\\n= help: \
        move the handler out of the `impl`, and take what `self` holds as `State<…>`";
    assert!(method.contains(message), "{method}");
}

/// Beside an error stands what other code may name, and only that.
#[test]
fn a_mistaken_handler_leaves_a_stub() {
    let items = |args| expanded(args, "pub fn f(event: Event)").items;
    let stub = items("\"order_shipped\", crate = be");
    let [Item::Struct(companion), Item::Impl(handle), Item::Const(_), Item::Macro(_)] = stub.as_slice()
    else {
        panic!()
    };
    assert_eq!(companion.ident, "f");
    assert!(handle.to_token_stream().to_string().contains("be :: __private :: Call :: NOTHING"));
    assert_eq!(items("\"order_shipped\", companion = false").len(), 2);
    assert_eq!(items("\"order_shipped\", companion = 5").len(), stub.len() + 1);
}

/// rustc's own checks of what is right come in the same run, and none of what was answered already.
#[test]
fn types_are_checked_beside_an_error() {
    let text = |signature| expanded("\"new_payment\"", signature).to_token_stream().to_string();
    let output = expanded(
        "\"new_payment\"",
        "#[cfg(x)] fn f(event: Event, adress: u8, status: u16, sent_amount: f64) -> u32",
    );
    assert_holds(
        &output,
        &[
            "#[cfg(x)] const _",
            "let _: u16 = parts::read(call, ::bitcart_events::__private::ReadStatus::argument::<>, 0)??;",
            "let _: Event = parts::read(call, ::bitcart_events::__private::ReadEvent::argument::<>, 0)??;",
            "let _: fn(u32) -> parts::Outcome = ::bitcart_events::__private::Report::into_outcome::<>;",
        ],
    );
    let output = output.to_token_stream().to_string();
    assert!(!output.contains(": u8") && !output.contains(": f64"), "{output}");
    // Of an unknown type rustc says whether it fits, too.
    let output = text("fn f(event: Event, sent_amount: Money)");
    assert!(
        output.contains("let _ : Money = parts :: read (call , :: bitcart_events :: __private :: ReadAmount"),
        "{output}"
    );
    let output = text("fn f(event: Event, adress: u8, address: &'static str) -> !");
    assert!(!output.contains("into_outcome") && !output.contains("ReadStr"), "{output}");
    let output = text("fn f(event: Event, adress: u8)");
    assert!(!output.contains("into_outcome"), "{output}");
    // A type parameter would mean nothing there.
    let output = text("fn f<T>(event: Event, address: T) -> T");
    assert!(!output.contains("ReadStr") && !output.contains("into_outcome"), "{output}");
    let output = text("fn f(event: Event, address: impl X)");
    assert!(!output.contains("ReadStr"), "{output}");
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
        // Of the currency's daemons one of the events is enough.
        (
            "[\"new_block\", \"verified_tx\"], currency = [\"ETH\", \"BTC\"]",
            "fn f(event: Event, height: Option<u64>)",
        ),
        ("\"new_transaction\", currency = [\"eth\", \"TRX\"]", "fn f(event: Event, amount: Decimal)"),
        ("\"new_payment\", currency = \"ETH\", daemon = \"current\"", "fn f(event: Event, token: &str)"),
        ("\"verified_tx\"", "fn f(mut event: Event, r#tx: &str)"),
        ("\"new_block\", register = false, companion = false", "fn r#move(instance: Coin, event: Event)"),
        // Whether a type of the user's own fits, rustc says.
        ("\"new_block\"", "fn f(event: Event, instance: &Wallet)"),
        ("\"new_block\"", "fn f(event: (u8, u8))"),
        // Known by their types, whatever they are called, and needing no `Option`.
        (
            "[\"new_block\", \"new_payment\"], retries = 100",
            "fn f(event: Event, height: a::Delivery, tx: InboxTx)",
        ),
        ("\"new_block\", retries = 0x1_0", "fn f(event: Event, postman: State<Delivery>)"),
        ("\"new_block\", crate = ::a::b", "fn f(event: Event, db: State<&'static str>, x: a::State<u8>)"),
    ] {
        let file = expanded(args, signature);
        assert_eq!(messages(&file), [""; 0], "#[on({args})] {signature}");
        assert!(!file.items.is_empty());
    }
}
