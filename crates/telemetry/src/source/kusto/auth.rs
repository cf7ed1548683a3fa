//! Who asks. A [`Credential`] gives a [`Token`] for each request; the secrets behind it come from the environment or a
//! file, and a token prints as `Token(…)`, whoever prints it.

use std::fmt;
use std::path::PathBuf;

use super::address::{Address, Auth};
use super::error::KustoError;

const TOKEN: &str = "FLOWTIME_KUSTO_TOKEN";
const TOKEN_FILE: &str = "FLOWTIME_KUSTO_TOKEN_FILE";

/// A bearer token, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token that `text` is, without blanks around it; `None` if it can't be one.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        good.then(|| Token(text.to_owned()))
    }

    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Something that gives tokens.
pub trait Credential {
    /// A token that is good now; `None` asks without one.
    ///
    /// # Errors
    /// There is none to be had.
    fn token(&self) -> Result<Option<Token>, KustoError>;
}

/// The credential that `address` asks for, with the means that `variable` finds in the environment.
///
/// # Errors
/// The means are not there.
pub fn credential(
    address: &Address,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Box<dyn Credential>, KustoError> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    match address.auth {
        Auth::None if address.is_loopback() => Ok(Box::new(Nobody)),
        Auth::None => Err(missing("`auth=none` is for emulators on this machine".to_owned(), address)),
        Auth::Token => token_credential(&variable)?.ok_or_else(|| no_token(address)),
        Auth::Auto => match token_credential(&variable)? {
            Some(credential) => Ok(credential),
            None if address.is_loopback() => Ok(Box::new(Nobody)),
            None => azure_credential(address, &variable),
        },
        _ => azure_credential(address, &variable),
    }
}

fn token_credential(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Box<dyn Credential>>, KustoError> {
    if let Some(text) = variable(TOKEN) {
        let token = Token::new(&text).ok_or_else(|| unfit(TOKEN, None))?;
        return Ok(Some(Box::new(Given(token))));
    }
    Ok(variable(TOKEN_FILE).map(|path| Box::new(InFile(path.into())) as Box<dyn Credential>))
}

#[cfg(feature = "azure")]
fn azure_credential(
    address: &Address,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Box<dyn Credential>, KustoError> {
    super::azure::credential(address, variable)
}

#[cfg(not(feature = "azure"))]
fn azure_credential(
    address: &Address,
    _variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Box<dyn Credential>, KustoError> {
    match address.auth {
        Auth::Auto => Err(no_token(address)),
        _ => Err(missing("this `ftc` was built without the feature `azure`".to_owned(), address)),
    }
}

fn no_token(address: &Address) -> KustoError {
    missing(format!("neither `{TOKEN}` nor `{TOKEN_FILE}` is set"), address)
}

pub(super) fn missing(reason: String, address: &Address) -> KustoError {
    let resource = address.cluster();
    let help = format!(
        "set `{TOKEN}` to what `az account get-access-token --resource {resource} --query accessToken -o tsv` prints"
    );
    KustoError::Credential { reason, help, source: None }
}

fn unfit(place: &str, source: Option<std::io::Error>) -> KustoError {
    let reason = match &source {
        Some(error) => format!("`{place}` can't be read: {error}"),
        None => format!("`{place}` holds no token"),
    };
    let help = "put the token alone there, without `Bearer` and on one line".to_owned();
    KustoError::Credential { reason, help, source: source.map(Into::into) }
}

/// Nobody: an emulator asks for no identity.
struct Nobody;

impl Credential for Nobody {
    fn token(&self) -> Result<Option<Token>, KustoError> {
        Ok(None)
    }
}

/// A token from the environment.
struct Given(Token);

impl Credential for Given {
    fn token(&self) -> Result<Option<Token>, KustoError> {
        Ok(Some(self.0.clone()))
    }
}

/// A token from a file, read anew each time, because somebody else refreshes it.
struct InFile(PathBuf);

impl Credential for InFile {
    fn token(&self) -> Result<Option<Token>, KustoError> {
        let place = self.0.display().to_string();
        let text = std::fs::read_to_string(&self.0).map_err(|error| unfit(&place, Some(error)))?;
        Token::new(&text).map(Some).ok_or_else(|| unfit(&place, None))
    }
}

#[cfg(test)]
mod tests;
