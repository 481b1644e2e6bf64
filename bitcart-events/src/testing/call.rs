//! A call, as Python would take it.

use serde_json::{Map, Value};

use super::account::Account;
use super::{Config, DaemonVersion};

/// What is wrong, as the daemon tells it: a code, and the last line of Python's traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RpcError {
    pub(super) code: i32,
    pub(super) message: String,
}

/// One call: a method, the wallet it is about, and its arguments.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) account: Option<Account>,
    /// The error stays here until the method is known to exist, where Python meets it.
    pub(super) arguments: Result<Arguments, RpcError>,
}

/// Python's `*args` and `**kwargs`.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    positional: Vec<Value>,
    named: Map<String, Value>,
}

impl Call {
    /// `None` if the daemon breaks on how the wallet is named.
    pub(super) fn read(mut request: Map<String, Value>, config: &Config) -> Option<Self> {
        let method = match request.remove("method") {
            Some(Value::String(method)) => method,
            // No method has an empty name, so this one will not be found.
            _ => String::new(),
        };
        let mut arguments = Arguments::read(request.remove("params"), config.version);
        let xpub = arguments.as_mut().ok().and_then(|arguments| arguments.named.remove("xpub"));
        let account = Account::read(xpub, config).ok()?;
        Some(Self { method, account, arguments })
    }
}

impl Arguments {
    fn read(params: Option<Value>, version: DaemonVersion) -> Result<Self, RpcError> {
        match params {
            None => Ok(Self::default()),
            Some(Value::Object(named)) => Ok(Self { positional: Vec::new(), named }),
            Some(Value::Array(mut positional)) => {
                // A dict at the end of a list is taken for the named arguments (measured, Bitcart `065c8421`,
                // capture `eth_rpc`: params-list-with-dict), but in 2020 not one that is alone in it (read in
                // code at `edda6711`).
                let fewest = if version == DaemonVersion::Current { 1 } else { 2 };
                let last_is_named =
                    positional.len() >= fewest && positional.last().is_some_and(Value::is_object);
                match last_is_named.then(|| positional.pop()).flatten() {
                    Some(Value::Object(named)) => Ok(Self { positional, named }),
                    _ => Ok(Self { positional, named: Map::new() }),
                }
            }
            // (measured, Bitcart `065c8421`, capture `eth_rpc`: null-params)
            Some(other) => Err(RpcError::type_error(format!(
                "argument after * must be an iterable, not {}",
                type_name(&other)
            ))),
        }
    }

    /// Hands out the arguments by the names a Python function gives them, with the errors Python would raise.
    pub(super) fn bind<const N: usize>(
        mut self,
        function: &str,
        names: [&str; N],
    ) -> Result<[Option<Value>; N], RpcError> {
        let given = self.positional.len();
        if given > N {
            let message = format!("{function}() takes {N} positional arguments but {given} were given");
            return Err(RpcError::type_error(message));
        }
        if let Some(twice) = names.iter().take(given).find(|name| self.named.contains_key(**name)) {
            let message = format!("{function}() got multiple values for argument '{twice}'");
            return Err(RpcError::type_error(message));
        }
        let mut positional = self.positional.into_iter();
        let bound = names.map(|name| positional.next().or_else(|| self.named.remove(name)));
        match self.named.keys().next() {
            // (measured, Bitcart `065c8421`, capture `eth_rpc`: unknown-kw)
            Some(unknown) => Err(RpcError::type_error(format!(
                "{function}() got an unexpected keyword argument '{unknown}'"
            ))),
            None => Ok(bound),
        }
    }
}

impl RpcError {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// -32603 is the code of every error without one of its own.
    pub(super) fn type_error(message: impl std::fmt::Display) -> Self {
        Self::new(-32603, format!("TypeError: {message}"))
    }
}

pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
