//! The address of a table: `kusto:https://cluster/Database?table=NodeTimeBin&bin=5m&auth=auto`. Plain `http` is allowed
//! to this machine alone, and no address holds a secret: what is parsed here may be printed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

use super::error::KustoError;
use crate::kql;
use crate::time::BinSize;

const FORM: &str =
    "write `kusto:https://CLUSTER/DATABASE?table=NodeTimeBin&bin=5m&auth=auto`; the options may be left out";

/// Where the identity comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The first of the others that the environment has the means for.
    Auto,
    /// Nobody: an emulator on this machine.
    None,
    /// A bearer token from `FLOWTIME_KUSTO_TOKEN` or from the file that `FLOWTIME_KUSTO_TOKEN_FILE` names.
    Token,
    /// The identity of the Azure machine.
    ManagedIdentity,
    /// The identity of the Kubernetes workload.
    WorkloadIdentity,
    /// An application and its secret, from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// Who is logged in with `az login`.
    AzureCli,
}

/// The names of [`Auth`] in an address.
const AUTHS: [(&str, Auth); 7] = [
    ("auto", Auth::Auto),
    ("none", Auth::None),
    ("token", Auth::Token),
    ("managed-identity", Auth::ManagedIdentity),
    ("workload-identity", Auth::WorkloadIdentity),
    ("client-secret", Auth::ClientSecret),
    ("azure-cli", Auth::AzureCli),
];

/// A table of a database of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The cluster: scheme, host and port.
    pub cluster: Url,
    /// The database.
    pub database: String,
    /// The table, or a function without parameters.
    pub table: String,
    /// The length of the table's bins.
    pub bin: BinSize,
    /// Who asks.
    pub auth: Auth,
}

impl Address {
    /// The cluster as users write it, which is also the resource that tokens are made for.
    pub fn cluster(&self) -> &str {
        self.cluster.as_str().trim_end_matches('/')
    }

    /// The table as queries name it.
    pub(super) fn entity(&self) -> String {
        kql::entity(&self.table).unwrap_or_default()
    }

    /// Whether the cluster is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.cluster)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kusto:{}/{}?table={}", self.cluster(), self.database, self.table)
    }
}

impl FromStr for Address {
    type Err = KustoError;

    fn from_str(text: &str) -> Result<Self, KustoError> {
        let url = parse_url(text)?;
        let mut cluster = url.clone();
        cluster.set_path("");
        cluster.set_query(None);
        let database = parse_database(&url)?;
        let (table, bin, auth) = ("NodeTimeBin".to_owned(), BinSize::DEFAULT, Auth::Auto);
        let address = Address { cluster, database, table, bin, auth };
        url.query_pairs().try_fold(address, |address, (key, value)| address.with_option(&key, &value))
    }
}

impl Address {
    fn with_option(mut self, key: &str, value: &str) -> Result<Self, KustoError> {
        match key {
            "table" => self.table = parse_name("table", value)?,
            "bin" => self.bin = value.parse().map_err(|error| fault(format!("option `bin`: {error}")))?,
            "auth" => self.auth = parse_auth(value)?,
            _ => return Err(fault(format!("unknown option `{key}`, expected `table`, `bin` or `auth`"))),
        }
        Ok(self)
    }
}

/// The part behind `kusto:`, once nothing in it is secret or unsafe.
fn parse_url(text: &str) -> Result<Url, KustoError> {
    let rest = text.strip_prefix("kusto:").unwrap_or(text);
    let url = Url::parse(rest).map_err(|error| fault(format!("the address is none: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(KustoError::Address {
            reason: "the address holds a user or password".to_owned(),
            help: "take it out; secrets come from the environment or a file",
        });
    }
    match url.scheme() {
        "https" if url.host().is_some() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(KustoError::Address {
            reason: format!("plain `http` to {}: tokens would travel in the clear", url.host_str().unwrap_or_default()),
            help: "write `https`; `http` is for emulators on this machine",
        }),
        scheme => Err(fault(format!("scheme `{scheme}`, expected `https`"))),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn parse_database(url: &Url) -> Result<String, KustoError> {
    match url.path().trim_matches('/') {
        "" => Err(fault("the address names no database".to_owned())),
        path if path.contains('/') => Err(fault(format!("`{path}` is no database"))),
        path => parse_name("database", &decode(path)),
    }
}

/// A path segment without its percent signs, by the rules of query strings, which know `+` too.
fn decode(segment: &str) -> String {
    let mut query = Url::parse("http://localhost").ok();
    query.iter_mut().for_each(|url| url.set_query(Some(&format!("_={}", segment.replace('+', "%2B")))));
    let decoded = query.and_then(|url| url.query_pairs().next().map(|(_, value)| value.into_owned()));
    decoded.unwrap_or_else(|| segment.to_owned())
}

fn parse_name(what: &str, text: &str) -> Result<String, KustoError> {
    match kql::entity(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(fault(format!("`{text}` is no name of a {what}"))),
    }
}

fn parse_auth(text: &str) -> Result<Auth, KustoError> {
    let known = AUTHS.iter().find(|(name, _)| *name == text).map(|(_, auth)| *auth);
    let names = || AUTHS.map(|(name, _)| format!("`{name}`")).join(", ");
    known.ok_or_else(|| fault(format!("option `auth` is `{text}`, expected one of {}", names())))
}

fn fault(reason: String) -> KustoError {
    KustoError::Address { reason, help: FORM }
}

#[cfg(test)]
mod tests;
