//! Azure Data Explorer as a source: a table of Gold in a Kusto database, asked over HTTP.
//!
//! ```text
//! Query ──pages──► queries with parameters ──retry──► client ──frames──► rows of a page ──► the caller
//! ```
//!
//! A page is handed on when the answer said that it is whole, never before: a try that failed midway leaves no rows
//! behind. Values travel as parameters, secrets are never printed, and memory holds one page.

mod address;
mod auth;
#[cfg(feature = "azure")]
mod azure;
mod client;
mod error;
mod frames;
mod pages;
mod query;
mod record;
mod retry;

use std::time::Duration;

pub use address::{Address, Auth};
pub use auth::{Credential, Token, credential};
pub use error::KustoError;
pub use query::queries;
pub use retry::Retry;

use super::{Query, SourceError, TelemetrySource};
use crate::gold::GoldRow;
use crate::time::BinSize;
use client::Client;
use frames::Record;
use pages::PageLimit;
use query::Request;
use record::{Cell, NodeName};

/// How long to wait, how often to try, and how much to ask for at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KustoSettings {
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long an answer may take, from the request to its last byte.
    pub query_timeout: Duration,
    /// How often a query is tried before it has failed; at least once.
    pub tries: u32,
    /// The pause after the first try, doubled after each further one and shortened at random by up to a half.
    pub first_pause: Duration,
    /// The rows that a page is planned to have at most, below Kusto's 500,000.
    pub page_rows: u64,
    /// The bytes that a page is planned to have at most, below Kusto's 64 MB.
    pub page_bytes: u64,
}

impl Default for KustoSettings {
    fn default() -> Self {
        KustoSettings {
            connect_timeout: Duration::from_secs(10),
            query_timeout: Duration::from_secs(30),
            tries: 3,
            first_pause: Duration::from_secs(1),
            page_rows: 100_000,
            page_bytes: 16 << 20,
        }
    }
}

/// A table of Gold in a Kusto database.
pub struct KustoSource {
    address: Address,
    settings: KustoSettings,
    client: Client,
    on_retry: Box<dyn Fn(&Retry)>,
}

impl KustoSource {
    /// The table that `spec` names, like `kusto:https://cluster.region.kusto.windows.net/Telemetry?table=NodeTimeBin`,
    /// with the identity that the environment gives.
    ///
    /// # Errors
    /// The text names no table, or there is no identity.
    pub fn open(spec: &str, settings: KustoSettings) -> Result<Self, SourceError> {
        let address: Address = spec.parse().map_err(|error: KustoError| error.into_source_error("kusto"))?;
        let name = address.to_string();
        let credential = credential(&address, &|name| std::env::var(name).ok());
        let source = credential.and_then(|credential| Self::new(address, credential, settings));
        source.map_err(|error| error.into_source_error(&name))
    }

    /// The table at `address`, asked as `credential`.
    ///
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(address: Address, credential: Box<dyn Credential>, settings: KustoSettings) -> Result<Self, KustoError> {
        let client = Client::new(&address, credential, &settings)?;
        Ok(KustoSource { address, settings, client, on_retry: Box::new(|_| ()) })
    }

    /// Stops within a tenth of a second once `cancelled` says so.
    #[must_use]
    pub fn cancel_when(mut self, cancelled: impl Fn() -> bool + 'static) -> Self {
        self.client.cancel_when(Box::new(cancelled));
        self
    }

    /// Tells `report` of each pause before another try.
    #[must_use]
    pub fn on_retry(mut self, report: impl Fn(&Retry) + 'static) -> Self {
        self.on_retry = Box::new(report);
        self
    }

    fn ask<T: Record>(&self, request: &Request) -> Result<Vec<T>, SourceError> {
        let answer = retry::with_tries(&self.settings, &self.client, &self.on_retry, || self.client.ask(request));
        answer.map_err(|error| error.into_source_error(&self.name()))
    }

    fn pages(&self, query: &Query) -> Result<Vec<pages::Page>, SourceError> {
        let cells = self.ask::<Cell>(&query::plan(&self.address, query))?;
        let limit = PageLimit { rows: self.settings.page_rows, bytes: self.settings.page_bytes };
        Ok(pages::plan(query, cells, limit))
    }
}

impl TelemetrySource for KustoSource {
    fn name(&self) -> String {
        self.address.to_string()
    }

    fn bin(&self) -> Result<BinSize, SourceError> {
        Ok(self.address.bin)
    }

    fn nodes(&self) -> Result<Vec<String>, SourceError> {
        let mut names: Vec<String> =
            self.ask::<NodeName>(&query::nodes(&self.address))?.into_iter().map(|name| name.0).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn rows(&self, query: &Query, each: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError> {
        for page in self.pages(query)? {
            let mut rows = self.ask::<GoldRow>(&query::page(&self.address, &page))?;
            rows.sort_by(|a, b| (&a.node, a.ts).cmp(&(&b.node, b.ts)));
            rows.into_iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }
}
