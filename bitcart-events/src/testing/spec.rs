//! `/spec`: the numbers of errors and their names, letter for letter.

use crate::Currency;

use super::family::Family;

/// What a currency's daemon answers. Those on Electrum have a list of their own, all others that of Ethereum
/// (measured for BTC and ETH; the rest read in code at `065c8421`).
pub(super) fn text(currency: Currency) -> String {
    match Family::of(currency) {
        Family::Electrum => ELECTRUM,
        Family::Blocks | Family::Monero => BLOCKS,
    }
    .to_owned()
}

/// (measured, Bitcart `065c8421`, capture `btc_rpc`: spec)
const ELECTRUM: &str = concat!(
    r#"{"version": "4.5.0", "electrum_map": {"Procedure not found": -32601, "#,
    r#""wallet not loaded": -32000, "should be a transaction hash": -32001, "#,
    r#""No such mempool or blockchain transaction. Use gettransaction for wallet transactions.": -32002, "#,
    r#""No such mempool transaction.": -32002, "missing transaction": -32002, "#,
    r#""No such blockchain transaction": -32002, "Request not found": -32003, "#,
    r#""Invalid Bitcoin address or alias": -32004, "Invalid bitcoin address:": -32004, "#,
    r#""Insufficient funds": -32006, "Invalid node ID, must be 33 bytes and hexadecimal": -32007, "#,
    r#""Remove the existing wallet first!": -32008, "Bad bech32 checksum": -32009, "#,
    r#""Does not start with ln": -32009, "Wrong Lightning invoice HRP": -32009, "#,
    r#""Too short to contain signature": -32009, "No path found": -32010, "#,
    r#""Lightning not supported in this wallet type": -32011, "Invoice not found": -32012, "#,
    r#""This version of Electrum is too old to open this wallet": -32013, "#,
    r#""No ConfigVar with key": -32014}, "#,
    r#""exceptions": {"-32601": {"exc_name": "ProcedureNotFoundError", "#,
    r#""docstring": "Procedure not found"}, "-32000": {"exc_name": "WalletNotLoadedError", "#,
    r#""docstring": "Wallet not loaded. No xpub was provided and this function requires wallet"}, "#,
    r#""-32001": {"exc_name": "InvalidTxHashError", "docstring": "Invalid tx hash provided"}, "#,
    r#""-32002": {"exc_name": "TxNotFoundError", "#,
    r#""docstring": "No such mempool or blockchain transaction"}, "#,
    r#""-32003": {"exc_name": "RequestNotFoundError", "docstring": "Payment request not found"}, "#,
    r#""-32004": {"exc_name": "InvalidAddressError", "docstring": "Invalid address or alias"}, "#,
    r#""-32005": {"exc_name": "LoadingWalletError", "#,
    r#""docstring": "Error loading wallet: seed or key not recognized"}, "#,
    r#""-32006": {"exc_name": "NotEnoughFundsError", "docstring": "Insufficient funds"}, "#,
    r#""-32007": {"exc_name": "InvalidNodeIDError", "docstring": "Invalid node ID"}, "#,
    r#""-32008": {"exc_name": "WalletExistsError", "docstring": "This wallet already exists"}, "#,
    r#""-32009": {"exc_name": "InvalidLightningInvoiceError", "#,
    r#""docstring": "Invalid lightning invoice"}, "-32010": {"exc_name": "NoPathFoundError", "#,
    r#""docstring": "No path found to pay the invoice"}, "#,
    r#""-32011": {"exc_name": "LightningUnsupportedError", "#,
    r#""docstring": "Lightning not supported in this wallet type"}, "#,
    r#""-32012": {"exc_name": "InvoiceNotFoundError", "docstring": "Invoice not found"}, "#,
    r#""-32013": {"exc_name": "WalletVersionMismatchError", "#,
    r#""docstring": "Wallet file was opened in a newer electrum version than Bitcart is using. Delete the wallet file to fix this issue"}, "#,
    r#""-32014": {"exc_name": "NoConfigKeyError", "docstring": "No config key found"}}, "#,
    r#""capabilities": {"lightning": false}}"#,
);

/// (measured, Bitcart `065c8421`, capture `eth_rpc`: spec)
const BLOCKS: &str = concat!(
    r#"{"version": "4.5.0", "electrum_map": {"Procedure not found": -32601, "#,
    r#""wallet not loaded": -32000, "error loading wallet": -32000, "NotImplementedError": -32602, "#,
    r#""it must be a hex string": -32001, "TransactionNotFound": -32002, "#,
    r#""The private key must be exactly": -32003, "No message specified": -32004, "#,
    r#""Invalid key provided": -32005, "Invalid private key imported: address mismatch": -32005, "#,
    r#""This is a watching-only wallet": -32006, "This wallet has no seed words": -32007, "#,
    r#""Invalid transaction": -32008, "Invalid contract address or non-ERC20 token": -32009, "#,
    r#""Contract ABI is missing": -32010, "Invalid arguments for": -32011, "#,
    r#""Invalid mix of transaction fee params": -32012}, "#,
    r#""exceptions": {"-32601": {"exc_name": "ProcedureNotFoundError", "#,
    r#""docstring": "Procedure not found"}, "-32602": {"exc_name": "NotImplementedError", "#,
    r#""docstring": "Not implemented"}, "-32000": {"exc_name": "WalletNotLoadedError", "#,
    r#""docstring": "Wallet not loaded. No address was provided and this function requires wallet"}, "#,
    r#""-32001": {"exc_name": "InvalidHexStringError", "#,
    r#""docstring": "Invalid hex string provided"}, "-32002": {"exc_name": "TxNotFoundError", "#,
    r#""docstring": "No such blockchain transaction"}, "#,
    r#""-32003": {"exc_name": "PrivateKeyRequiredError", "#,
    r#""docstring": "This function requires signing capabilities, "#,
    r#"but no private key was provided"}, "-32004": {"exc_name": "NoMessageSpecifiedError", "#,
    r#""docstring": "Please specify a message to sign"}, "#,
    r#""-32005": {"exc_name": "InvalidKeyProvidedError", "#,
    r#""docstring": "Invalid key provided. We support seed, private, "#,
    r#"public keys and address directly as a key"}, "-32006": {"exc_name": "WatchOnlyWalletError", "#,
    r#""docstring": "This is a watch-only wallet. Please restore from seed or private key to use wallet functions"}, "#,
    r#""-32007": {"exc_name": "NoSeedError", "#,
    r#""docstring": "This wallet has no seed words. Please restore from seed"}, "#,
    r#""-32008": {"exc_name": "InvalidTransactionError", "docstring": "Invalid transaction"}, "#,
    r#""-32009": {"exc_name": "InvalidContractAddressError", "#,
    r#""docstring": "Invalid contract address or non-ERC20 token"}, "#,
    r#""-32010": {"exc_name": "NoSuchContractFunctionError", "#,
    r#""docstring": "Contract ABI is missing this function"}, "#,
    r#""-32011": {"exc_name": "InvalidContractArgumentsError", "#,
    r#""docstring": "Invalid arguments for this contract function"}, "#,
    r#""-32012": {"exc_name": "InvalidFeeParametersError", "#,
    r#""docstring": "Invalid mix of transaction fee params"}}}"#,
);
