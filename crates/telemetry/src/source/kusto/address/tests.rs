use super::*;

fn check_error(text: &str, message: &str, help: &str) {
    let error = text.parse::<Address>().unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.help().as_deref(), Some(help));
}

#[test]
fn an_address_names_cluster_database_and_table() {
    let address: Address = "kusto:https://c.westeurope.kusto.windows.net/Telemetry".parse().unwrap();
    assert_eq!(address.cluster(), "https://c.westeurope.kusto.windows.net");
    assert_eq!((address.database.as_str(), address.table.as_str()), ("Telemetry", "NodeTimeBin"));
    assert_eq!((address.bin, address.auth), (BinSize::DEFAULT, Auth::Auto));
    let address: Address = "kusto:https://c:8443/My%20Db?table=Bins+of%20hours&bin=1h&auth=azure-cli".parse().unwrap();
    assert_eq!((address.cluster(), address.database.as_str()), ("https://c:8443", "My Db"));
    assert_eq!((address.entity().as_str(), address.bin.minutes()), ("['Bins of hours']", 60));
    assert_eq!(address.auth, Auth::AzureCli);
    assert_eq!(address.to_string(), "kusto:https://c:8443/My Db?table=Bins of hours");
}

#[test]
fn what_is_no_address_is_told() {
    check_error("kusto:cluster/Db", "the address is none: relative URL without a base", FORM);
    check_error("kusto:ftp://c/Db", "scheme `ftp`, expected `https`", FORM);
    check_error("kusto:https://c", "the address names no database", FORM);
    check_error("kusto:https://c/a/b", "`a/b` is no database", FORM);
    check_error("kusto:https://c/Db?tabel=x", "unknown option `tabel`, expected `table`, `bin` or `auth`", FORM);
    check_error("kusto:https://c/Db?table=x'%5D", "`x']` is no name of a table", FORM);
    check_error("kusto:https://c/Db%0A", "`Db\n` is no name of a database", FORM);
    check_error("kusto:https://c/Db?bin=5s", "option `bin`: `5s` is no bin size", FORM);
    check_error(
        "kusto:https://c/Db?auth=me",
        "option `auth` is `me`, expected one of `auto`, `none`, `token`, `managed-identity`, `workload-identity`, \
         `client-secret`, `azure-cli`",
        FORM,
    );
}

#[test]
fn tokens_travel_in_the_clear_to_this_machine_only() {
    check_error(
        "kusto:http://cluster.example/Db",
        "plain `http` to cluster.example: tokens would travel in the clear",
        "write `https`; `http` is for emulators on this machine",
    );
    for host in ["localhost:8080", "127.0.0.1", "[::1]:80"] {
        assert!(format!("kusto:http://{host}/Db").parse::<Address>().unwrap().is_loopback(), "{host}");
    }
    check_error(
        "kusto:http://127.0.0.1.example/Db",
        "plain `http` to 127.0.0.1.example: tokens would travel in the clear",
        "write `https`; `http` is for emulators on this machine",
    );
}

#[test]
fn an_address_holds_no_secret() {
    let error = "kusto:https://me:hunter2@c/Db".parse::<Address>().unwrap_err();
    assert_eq!(error.to_string(), "the address holds a user or password");
    assert!(!format!("{error:?}").contains("hunter2"));
}
