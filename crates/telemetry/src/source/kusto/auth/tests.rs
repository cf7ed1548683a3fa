use super::*;

fn address(options: &str) -> Address {
    format!("kusto:https://c.kusto.windows.net/Db{options}").parse().unwrap()
}

/// The token that an environment of these variables gives, or the message of why not.
fn token(address: &Address, variables: &[(&str, &str)]) -> Result<Option<Token>, String> {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let made = credential(address, &variable).and_then(|credential| credential.token());
    made.map_err(|error| error.to_string())
}

#[test]
fn a_token_comes_from_the_environment_or_a_file() {
    let given = token(&address(""), &[("FLOWTIME_KUSTO_TOKEN", " abc\n")]).unwrap();
    assert_eq!(given, Token::new("abc"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let file = path.to_str().unwrap();
    let variables = [("FLOWTIME_KUSTO_TOKEN_FILE", file), ("FLOWTIME_KUSTO_TOKEN", "")];
    assert_eq!(
        token(&address(""), &variables).unwrap_err(),
        format!("no identity to ask with: `{file}` can't be read: No such file or directory (os error 2)")
    );
    std::fs::write(&path, "first\n").unwrap();
    assert_eq!(token(&address("?auth=token"), &variables).unwrap(), Token::new("first"));
    std::fs::write(&path, "Bearer x\n").unwrap();
    assert_eq!(
        token(&address(""), &variables).unwrap_err(),
        format!("no identity to ask with: `{file}` holds no token")
    );
}

#[test]
fn a_token_file_is_read_anew_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let credential = InFile(path.clone());
    for text in ["first", "second"] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(credential.token().unwrap(), Token::new(text));
    }
}

#[test]
fn without_a_token_only_this_machine_is_asked() {
    let emulator: Address = "kusto:http://localhost:8080/Db".parse().unwrap();
    assert_eq!(token(&emulator, &[]).unwrap(), None);
    assert_eq!(
        token(&address("?auth=none"), &[]).unwrap_err(),
        "no identity to ask with: `auth=none` is for emulators on this machine"
    );
    assert_eq!(
        token(&address("?auth=token"), &[]).unwrap_err(),
        "no identity to ask with: neither `FLOWTIME_KUSTO_TOKEN` nor `FLOWTIME_KUSTO_TOKEN_FILE` is set"
    );
}

#[cfg(not(feature = "azure"))]
#[test]
fn identities_of_azure_need_their_feature() {
    let message = "no identity to ask with: this `ftc` was built without the feature `azure`";
    for name in ["managed-identity", "workload-identity", "client-secret", "azure-cli"] {
        assert_eq!(token(&address(&format!("?auth={name}")), &[]).unwrap_err(), message);
    }
    let error = credential(&address(""), &|_| None).err().unwrap();
    assert_eq!(
        error.help().as_deref(),
        Some(
            "set `FLOWTIME_KUSTO_TOKEN` to what `az account get-access-token --resource https://c.kusto.windows.net \
             --query accessToken -o tsv` prints"
        )
    );
}

#[test]
fn no_secret_is_printed() {
    let variables = [("FLOWTIME_KUSTO_TOKEN", "top secret")];
    let message = token(&address(""), &variables).unwrap_err();
    assert_eq!(message, "no identity to ask with: `FLOWTIME_KUSTO_TOKEN` holds no token");
    assert_eq!(format!("{:?}", Token::new("hidden")), "Some(Token(…))");
}
