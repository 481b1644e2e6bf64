//! Settings from the environment: what is wrong is named, with what is allowed.

use bitcart_events::{Currency, ErrorKind, Settings};

fn problems(vars: &[(&str, &str)]) -> String {
    let error = Settings::from_vars(vars.iter().copied()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    error.to_string()
}

#[test]
fn wallets_and_currencies_are_read() {
    let settings = Settings::from_vars([
        ("BITCART_CRYPTOS", "btc, LTC"),
        ("BTC_WALLETS", "xpub-a, xpub-b"),
        ("LTC_WALLETS", "xpub-c"),
        ("ETH_WALLETS", "not asked for"),
        ("BITCART_INBOX", "memory"),
        ("BTC_HOST", ""),
    ])
    .unwrap();
    let manager = settings.manager();
    assert_eq!(manager.coins().len(), 3);
    assert!(manager.coin(Currency::Btc, "xpub-b").is_some());
    assert!(manager.coin(Currency::Ltc, "xpub-c").is_some());
}

#[test]
fn without_a_wallet_it_says_where_to_name_one() {
    let message = problems(&[("BITCART_CRYPTOS", "btc,eth")]);
    assert!(message.contains("BTC_WALLETS or ETH_WALLETS"), "{message}");
    let message = problems(&[("BTC_WALLET", "xpub")]);
    assert!(message.contains("BTC_WALLET is set, without the S"), "{message}");
}

#[test]
fn a_host_is_a_host_alone() {
    for host in [
        "http://localhost:5000",
        "https://localhost:5000",
        "localhost:5000",
        "ftp://localhost",
        "localhost/daemon",
        "me:hunter22@localhost",
        "https://me:hunter22@localhost",
    ] {
        let message = problems(&[("BTC_WALLETS", "xpub"), ("BTC_HOST", host)]);
        assert!(
            message.contains("BTC_HOST: write the host alone") && !message.contains("hunter22"),
            "{message}"
        );
        assert!(message.contains(&format!("not `{host}`")) || host.contains('@'), "{message}");
    }
}

/// How a daemon's settings are shown.
fn daemon(vars: &[(&str, &str)]) -> String {
    let vars = vars.iter().copied().chain([("BTC_WALLETS", "xpub")]);
    let settings = Settings::from_vars(vars).unwrap();
    format!("{:?}", settings.manager().coin(Currency::Btc, "xpub").unwrap().daemon())
}

#[test]
fn a_daemon_behind_tls_or_a_proxy_is_named() {
    for (host, url) in [
        ("localhost", "http://localhost:5000"),
        ("https://daemon.example", "https://daemon.example:5000"),
        ("http://10.0.0.7", "http://10.0.0.7:5000"),
        ("::1", "http://[::1]:5000"),
        ("https://[::1]", "https://[::1]:5000"),
    ] {
        assert_eq!(daemon(&[("BTC_HOST", host)]), format!("Daemon({url} as electrum)"));
    }
    let shown = daemon(&[("BTC_PROXY", "socks5h://me:hunter22@localhost:9050")]);
    assert_eq!(shown, "Daemon(http://localhost:5000 as electrum, through socks5h://localhost:9050)");
    let message = problems(&[("BTC_WALLETS", "xpub"), ("BTC_PROXY", "localhost")]);
    assert!(message.contains("`localhost` is none"), "{message}");
    let wrong = [("BTC_WALLETS", "xpub"), ("BTC_PROXY", "me:hunter22@localhost")];
    let message = problems(&wrong);
    assert!(
        message.contains("BTC_PROXY: the address of a proxy is like") && !message.contains("hunter22"),
        "{message}"
    );
}

#[test]
fn a_root_certificate_is_a_file() {
    let message = problems(&[("BTC_WALLETS", "xpub"), ("BTC_ROOT_CERTIFICATE", "/nowhere/cert.pem")]);
    assert!(message.contains("BTC_ROOT_CERTIFICATE: cannot read `/nowhere/cert.pem`"), "{message}");
    let message = problems(&[
        ("BTC_WALLETS", "xpub"),
        ("BTC_ROOT_CERTIFICATE", concat!(env!("CARGO_MANIFEST_DIR"), "/settings.rs")),
    ]);
    assert!(message.contains("BTC_ROOT_CERTIFICATE: no certificate in PEM form"), "{message}");
}

#[test]
fn every_wrong_value_is_named_in_one_run() {
    let message = problems(&[
        ("BITCART_CRYPTOS", "btc,dodge"),
        ("BTC_WALLETS", "xpub"),
        ("BTC_PORT", "70000"),
        ("BITCART_WEBHOOK_ADDR", "localhost"),
        ("BITCART_WEBHOOK_URL", "shop.example/hooks"),
        ("BITCART_INBOX", "redis://db"),
    ]);
    for part in [
        "BITCART_CRYPTOS: unknown currency `dodge`",
        "BTC, LTC, BCH",
        "BTC_PORT: `70000` is not a port",
        "BITCART_WEBHOOK_ADDR: `localhost` is not an address and port",
        "BITCART_WEBHOOK_URL: `shop.example/hooks` is not an address",
        "BITCART_INBOX: `redis` is not possible in this version; write `memory`, or the name of a file",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn what_is_meant_as_no_file_is_none() {
    for (inbox, refused) in [
        (
            "sqlite:events.db",
            "`sqlite` is not possible in this version; write `memory`, or the name of a file like",
        ),
        ("None", "write `memory`, or the name of a file like `events.db`, not `None`"),
        ("off", "not `off`"),
    ] {
        let message = problems(&[("BTC_WALLETS", "xpub"), ("BITCART_INBOX", inbox)]);
        assert!(message.contains("BITCART_INBOX: ") && message.contains(refused), "{refused} in {message}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    let message = problems(&[
        ("BTC_WALLETS", "seed words of a wallet"),
        ("BTC_PASSWORD", "pass:word"),
        ("BITCART_WEBHOOK_SECRET", "too-short"),
        ("BITCART_WEBHOOK_URL", "ftp://me:hunter22@shop.example"),
        ("BITCART_INBOX", "postgres://me:hunter22@db/events"),
        ("BTC_HOST", "me:hunter22@daemon"),
    ]);
    for part in [
        "BTC_HOST",
        "BITCART_WEBHOOK_SECRET",
        "at least 16",
        "BITCART_WEBHOOK_URL",
        "BITCART_INBOX: `postgres`",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    for secret in ["pass:word", "too-short", "seed words", "hunter22"] {
        assert!(!message.contains(secret), "{secret} in {message}");
    }

    let message = problems(&[("BTC_WALLETS", "xpub"), ("BTC_PASSWORD", "pass:word")]);
    assert!(message.contains("BTC_LOGIN, BTC_PASSWORD:") && !message.contains("pass:word"), "{message}");

    let settings = Settings::from_vars([
        ("BTC_WALLETS", "seed words of a wallet"),
        ("BTC_PASSWORD", "hunter22"),
        ("BITCART_WEBHOOK_SECRET", "0123456789abcdef"),
        ("BITCART_WEBHOOK_URL", "https://me:hunter22@shop.example"),
    ]);
    let shown = format!("{:?}", settings.unwrap());
    for secret in ["hunter22", "0123456789abcdef", "seed words"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_monero_wallet_with_two_addresses_is_listed_too() {
    let wallets = [("BITCART_CRYPTOS", "xmr,btc"), ("XMR_WALLETS", "f3_44,f3_45"), ("BTC_PORT", "0")];
    let message = problems(&wallets);
    for part in ["XMR_WALLETS: ", "with another address", "BTC_PORT"] {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(!message.contains("f3") && !message.contains("44"), "{message}");
}

#[test]
fn every_mistake_about_one_daemon_is_listed() {
    let vars = [
        ("BTC_WALLETS", "xpub"),
        ("BTC_HOST", "host/path"),
        ("BTC_PORT", "0"),
        ("BTC_PROXY", "nonsense"),
        ("BTC_LOGIN", "a:b"),
    ];
    let error = Settings::from_vars(vars).unwrap_err().to_string();
    for name in ["BTC_HOST", "BTC_PORT", "BTC_PROXY", "BTC_LOGIN"] {
        assert!(error.contains(name), "{name}: {error}");
    }
}
