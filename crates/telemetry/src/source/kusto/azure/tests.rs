use super::*;

fn address(options: &str) -> Address {
    format!("kusto:https://c.kusto.windows.net/Db{options}").parse().unwrap()
}

fn check_choice(variables: &[&str], expected: Auth) {
    let variable = |name: &str| variables.contains(&name).then(|| "x".to_owned());
    assert_eq!(choose(Auth::Auto, &variable), expected, "{variables:?}");
    assert_eq!(choose(Auth::ManagedIdentity, &variable), Auth::ManagedIdentity);
}

#[test]
fn the_environment_says_which_identity() {
    check_choice(&["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"], Auth::ClientSecret);
    check_choice(&["AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT"], Auth::WorkloadIdentity);
    check_choice(&["IDENTITY_ENDPOINT"], Auth::ManagedIdentity);
    check_choice(&[], Auth::Auto);
}

#[test]
fn a_client_secret_needs_tenant_and_client() {
    let variable = |name: &str| (name == "AZURE_CLIENT_SECRET").then(|| "hunter2".to_owned());
    let error = credential(&address(""), &variable).err().unwrap();
    assert_eq!(error.to_string(), "no identity to ask with: `AZURE_TENANT_ID` is not set");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn each_identity_is_made_without_asking_anybody() {
    let variable = |name: &str| name.starts_with("AZURE_").then(|| "00000000-0000-0000-0000-000000000000".to_owned());
    for options in ["?auth=client-secret", "?auth=managed-identity", "?auth=azure-cli"] {
        assert!(credential(&address(options), &variable).is_ok(), "{options}");
    }
}
