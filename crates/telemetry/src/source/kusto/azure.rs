//! Identities of Azure, by `azure_identity`: managed identity, workload identity, client secret, Azure CLI. Which one is
//! said in the address or follows from the environment; the library keeps its tokens and refreshes them.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::{
    AzureCliCredential, ClientSecretCredential, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential,
};
use tokio::runtime::{Builder, Runtime};

use super::address::{Address, Auth};
use super::auth::{Credential, Token, missing};
use super::error::KustoError;

/// How long a token may take.
const LIMIT: Duration = Duration::from_secs(30);

type Variable<'v> = &'v dyn Fn(&str) -> Option<String>;
type Made = azure_core::Result<Arc<dyn TokenCredential>>;

/// The Azure identity that `address` asks for.
pub(super) fn credential(address: &Address, variable: Variable<'_>) -> Result<Box<dyn Credential>, KustoError> {
    super::client::install_tls_provider();
    let made = match choose(address.auth, variable) {
        Auth::ManagedIdentity => managed_identity(variable),
        Auth::WorkloadIdentity => WorkloadIdentityCredential::new(None).map(|it| it as Arc<dyn TokenCredential>),
        Auth::ClientSecret => client_secret(address, variable)?,
        _ => AzureCliCredential::new(None).map(|it| it as Arc<dyn TokenCredential>),
    };
    let identity = made.map_err(|error| unfit(address, error))?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| missing(error.to_string(), address))?;
    Ok(Box::new(AzureIdentity { identity, runtime, address: address.clone() }))
}

/// What `auto` means in this environment.
fn choose(auth: Auth, variable: Variable<'_>) -> Auth {
    let is_set = |name: &str| variable(name).is_some();
    match auth {
        Auth::Auto if is_set("AZURE_CLIENT_SECRET") => Auth::ClientSecret,
        Auth::Auto if is_set("AZURE_FEDERATED_TOKEN_FILE") => Auth::WorkloadIdentity,
        Auth::Auto if is_set("IDENTITY_ENDPOINT") => Auth::ManagedIdentity,
        auth => auth,
    }
}

/// The machine's own identity, or the one that `AZURE_CLIENT_ID` names.
fn managed_identity(variable: Variable<'_>) -> Made {
    let user_assigned_id = variable("AZURE_CLIENT_ID").map(UserAssignedId::ClientId);
    let options = ManagedIdentityCredentialOptions { user_assigned_id, ..Default::default() };
    ManagedIdentityCredential::new(Some(options)).map(|it| it as Arc<dyn TokenCredential>)
}

fn client_secret(address: &Address, variable: Variable<'_>) -> Result<Made, KustoError> {
    let required = |name: &str| variable(name).ok_or_else(|| missing(format!("`{name}` is not set"), address));
    let (tenant, client) = (required("AZURE_TENANT_ID")?, required("AZURE_CLIENT_ID")?);
    let secret = Secret::new(required("AZURE_CLIENT_SECRET")?);
    Ok(ClientSecretCredential::new(&tenant, client, secret, None).map(|it| it as Arc<dyn TokenCredential>))
}

/// An identity, and what waits for its tokens.
struct AzureIdentity {
    identity: Arc<dyn TokenCredential>,
    runtime: Runtime,
    address: Address,
}

impl Credential for AzureIdentity {
    fn token(&self) -> Result<Option<Token>, KustoError> {
        let scope = format!("{}/.default", self.address.cluster());
        let asked = async { tokio::time::timeout(LIMIT, self.identity.get_token(&[&scope], None)).await };
        let token =
            self.runtime.block_on(asked).map_err(|_| missing("no token came in time".to_owned(), &self.address))?;
        let token = token.map_err(|error| unfit(&self.address, error))?;
        Ok(Token::new(token.token.secret()))
    }
}

fn unfit(address: &Address, error: azure_core::Error) -> KustoError {
    let reason = error.to_string();
    let help = format!("log in with `az login`, or give the identity a token for {}", address.cluster());
    KustoError::Credential { reason, help, source: Some(Box::new(error)) }
}

#[cfg(test)]
mod tests;
